"""What the columns or keys that tell parts of a file apart say: run, split, fold."""

from __future__ import annotations

import re
from collections.abc import Mapping

from diagnostics.readers.report.groups import is_fold_name
from diagnostics.readers.report.printed.headings import Heading
from diagnostics.readers.splits import SPLIT_WORDS

_FOLD = re.compile(r"(?:(?:cv|fold|resample|split|k)[\s_.#-]*)+(\d+)", re.IGNORECASE)
_NUMBER = re.compile(r"(\d+)(?:\.0+)?")


def told_by(values: Mapping[str, str], *, is_one: bool) -> Heading:
    """Run, split and fold by the values of columns; of the only part in a file just the split."""
    split, fold = "", None
    names = []
    for column, value in values.items():
        word = value.strip().casefold()
        number = _FOLD.fullmatch(word) or (is_fold_name(column) and _NUMBER.fullmatch(word))
        if word in SPLIT_WORDS:
            split = SPLIT_WORDS[word]
        elif number and fold is None:
            fold = int(number[1])
        elif word:
            names.append(value.strip())
    if is_one:
        return Heading("", split, None)
    return Heading(" ".join(names), split, fold)
