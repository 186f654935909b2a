"""A text cut into the words that are taken out of it one by one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from diagnostics.examples.words import PIECE

Piece = tuple[int, int]


def pieces_of(text: str, *, most: int) -> list[Piece]:
    """Where its words begin and end; runs of neighbouring words if there are more than `most`.

    A word is a run of letters and digits; of scripts without blanks (Chinese, Japanese, Thai, Lao,
    Khmer, Burmese) it is a single letter. None for a text of blanks and punctuation.
    """
    words = [match.span() for match in re.finditer(PIECE, text)]
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
