"""A text cut into the words that are taken out of it one by one."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from diagnostics.examples.words import PIECE, SIGN
from diagnostics.models.pipelines.analysers import Reads

Piece = tuple[int, int]
#: Places at which it is asked whether a sign is read: a comma may stand in a text a thousand times.
ASKED = 3
_PIECES = re.compile(rf"(?P<word>{PIECE})|{SIGN}")


def pieces_of(text: str, *, most: int, reads: Reads) -> list[Piece]:
    """Where its words begin and end; runs of neighbouring words if there are more than `most`.

    A word is a run of letters and digits; of scripts without blanks (Chinese, Japanese, Thai, Lao,
    Khmer, Burmese) it is a single letter. A sign (an emoji, `!!!`) is a word of its own where the
    model reads it, as `reads` says. None for a text of blanks and of signs that nobody reads.
    """
    answers: dict[str, list[bool]] = defaultdict(list)

    def is_read(sign: re.Match[str]) -> bool:
        known = answers[sign.group()]
        if len(known) < ASKED and not any(known):
            known.append(reads(text, *sign.span()))
        return any(known)

    words = [m.span() for m in _PIECES.finditer(text) if m["word"] is not None or is_read(m)]
    run = -(-len(words) // most)
    if run <= 1:
        return words
    runs = [words[at : at + run] for at in range(0, len(words), run)]
    return [(pieces[0][0], pieces[-1][1]) for pieces in runs]


def without(text: str, pieces: Sequence[Piece], keep: Sequence[bool]) -> str:
    """The text without the pieces that are not to be kept."""
    made, at = [], 0
    for (start, end), is_kept in zip(pieces, keep, strict=True):
        made.append(text[at : end if is_kept else start])
        at = end
    return "".join(made) + text[at:]
