"""A text made from another, such as its small letters, and where each of its characters was."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

#: Characters of a text that an unknown function changed, up to which its changes are looked for.
FOLLOWED = 3_000
#: How alike two texts are at least for one to be laid over the other.
ALIKE = 0.3


@dataclass(frozen=True)
class AlignedText:
    """A text whose i-th character stands for those from `starts[i]` up to `ends[i]` of `original`.

    Stretches may be empty, for characters that were put in, and may be shared.
    """

    text: str
    original: str
    starts: Sequence[int]
    ends: Sequence[int]

    def stretch(self, start: int, end: int) -> tuple[int, int]:
        """Where in the original the characters from `start` up to `end` come from."""
        if start >= end:
            return (0, 0)
        return self.starts[start], max(self.ends[start:end])

    def changed(self, function: Callable[[str], str]) -> AlignedText | None:
        """What the function makes of the text; None if its changes cannot be followed.

        Followed are functions that change each character by itself, and others by comparing what
        they return with what they were given.
        """
        made = function(self.text)
        if not isinstance(made, str):
            return None
        return self.became(made, function)

    def became(self, made: str, function: Callable[[str], str] | None = None) -> AlignedText | None:
        """The text that was made of this one, laid over the original as far as it can be."""
        found = _aligned(self.text, made, function)
        if found is None:
            return None
        stretches = [self.stretch(*place) if place[0] < place[1] else (0, 0) for place in found]
        starts, ends = zip(*stretches, strict=True) if stretches else ((), ())
        return AlignedText(made, self.original, starts, ends)


def untouched(text: str) -> AlignedText:
    """A text as it is."""
    return AlignedText(text, text, range(len(text)), range(1, len(text) + 1))


def _aligned(
    text: str, made: str, function: Callable[[str], str] | None
) -> list[tuple[int, int]] | None:
    """For each character of `made` the stretch of `text` that it comes from."""
    if made == text:
        return [(at, at + 1) for at in range(len(text))]
    if function is not None:
        found = _letter_by_letter(text, made, function)
        if found is not None:
            return found
    return _by_comparison(text, made)


def _letter_by_letter(
    text: str, made: str, function: Callable[[str], str]
) -> list[tuple[int, int]] | None:
    try:
        parts = [function(letter) for letter in text]
    except Exception:  # noqa: BLE001 - what a function of the user's raises on single letters
        return None
    if not all(isinstance(part, str) for part in parts):
        return None
    # Small letters of the same kind may differ by where they stand: a sigma at a word's end.
    if "".join(parts).casefold() != made.casefold() or len("".join(parts)) != len(made):
        return None
    return [(at, at + 1) for at, part in enumerate(parts) for _ in part]


def _by_comparison(text: str, made: str) -> list[tuple[int, int]] | None:
    from difflib import SequenceMatcher

    if max(len(text), len(made)) > FOLLOWED or not made:
        return None
    one, other = text.lower(), made.lower()
    if len(one) != len(text) or len(other) != len(made):
        one, other = text, made
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    if matcher.ratio() < ALIKE:
        return None
    origins: list[tuple[int, int]] = []
    for kind, first, last, start, end in matcher.get_opcodes():
        if kind == "equal":
            origins += [(first + at, first + at + 1) for at in range(end - start)]
        else:
            origins += [(first, last)] * (end - start)
    return origins


def collapsed(text: AlignedText, pattern: str) -> AlignedText:
    """The text with every match of a pattern as one blank."""
    import re

    made: list[str] = []
    stretches: list[tuple[int, int]] = []
    at = 0
    for match in re.finditer(pattern, text.text):
        made.append(text.text[at : match.start()])
        stretches += [text.stretch(i, i + 1) for i in range(at, match.start())]
        made.append(" ")
        stretches.append(text.stretch(*match.span()))
        at = match.end()
    made.append(text.text[at:])
    stretches += [text.stretch(i, i + 1) for i in range(at, len(text.text))]
    starts, ends = zip(*stretches, strict=True) if stretches else ((), ())
    return AlignedText("".join(made), text.original, starts, ends)
