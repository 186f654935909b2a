from __future__ import annotations

import polars as pl
import pytest

from diagnostics.readers.prediction_table.values.labels import labels, positive_label


@pytest.mark.parametrize(
    ("known", "hint", "positive"),
    [
        (["0", "1"], "score", "1"),
        (["no", "yes"], "", "yes"),
        (["ham", "spam"], "spam_prob", "spam"),
        (["ham", "spam"], "p_ham", "ham"),
        (["True", "False"], "", "True"),
        (["left", "right"], "", "right"),
    ],
)
def test_the_positive_label_is_the_one_that_is_named(
    known: list[str], hint: str, positive: str
) -> None:
    assert positive_label(known, hint=hint) == positive


def test_labels_that_only_look_alike_stay_apart() -> None:
    codes, versions = labels(pl.Series(["007", "7"]), pl.Series(["1.5", "2.0"]))
    assert codes.to_list() == ["007", "7"]
    assert versions.to_list() == ["1.5", "2.0"]
    [words] = labels(pl.Series(["none", "null", "NaN", " a "]))
    assert words.to_list() == ["none", "null", None, "a"]
