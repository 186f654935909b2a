"""Long labels cut where they differ: their beginnings and ends are often all alike."""

from __future__ import annotations

from collections.abc import Iterable
from os.path import commonprefix

from app.widgets.labels import shown_label


def told_apart(labels: Iterable[str], longest: int) -> dict[str, str]:
    """Each label in at most so many characters, no two of them the same, in the order given.

    Those that would come out alike are cut around the part that tells them apart; where that is
    too long as well they stay whole.
    """
    known = list(dict.fromkeys(labels))
    groups: dict[str, list[str]] = {}
    for label in known:
        groups.setdefault(shown_label(label, longest), []).append(label)
    found: dict[str, str] = {}
    for short, group in groups.items():
        found |= {group[0]: short} if len(group) == 1 else _around(group, longest)
    is_told = len(set(found.values())) == len(known)
    return {label: found[label] if is_told else label for label in known}


def _around(group: list[str], longest: int) -> dict[str, str]:
    before = len(commonprefix(group))
    behind = len(commonprefix([label[before:][::-1] for label in group]))
    found = {}
    for label in group:
        end = len(label) - behind
        room = max(longest - 2 - (end - before), 0) // 2
        start, stop = max(before - room, 0), min(end + room, len(label))
        middle = shown_label(label[start:stop].strip() or label, longest - 2)
        found[label] = ("…" if start else "") + middle + ("…" if stop < len(label) else "")
    return found


__all__ = ["told_apart"]
