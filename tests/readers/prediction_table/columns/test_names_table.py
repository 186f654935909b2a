from __future__ import annotations

import re
from itertools import chain

from diagnostics.readers.prediction_table.columns import names
from diagnostics.readers.prediction_table.columns.names_table import (
    names_table,
    spelt_out,
)
from tests.places import ROOT


def test_the_documented_names_are_those_of_the_code() -> None:
    text = (ROOT / "docs/formats/prediction-tables.md").read_text(encoding="utf-8")
    assert names_table() in text, names_table()


def test_a_spelt_out_name_fits_its_pattern() -> None:
    words = {"PREDICTION": "pred", "SCORE": "prob", "LABEL": "name", "ANSWERED": "guessed"}
    patterns = (names.TRUTH, names.PREDICTION, names.ANSWER, names.SCORE, names.TEXT, names.MODEL)
    for pattern in chain(*patterns, [names.FOLD, names.SPLIT, names.IMAGE]):
        for name in spelt_out(pattern):
            plain = re.sub(r"\[([^]/]*)[^]]*\]", r"\1", name)
            for family, word in words.items():
                plain = plain.replace(family, word)
            assert re.fullmatch(pattern, plain.replace("*", "x")), (pattern, plain)
