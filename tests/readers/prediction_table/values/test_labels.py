from __future__ import annotations

import polars as pl

from diagnostics.readers.prediction_table.values.labels import labels


def test_labels_that_only_look_alike_stay_apart() -> None:
    codes, versions = labels(pl.Series(["007", "7"]), pl.Series(["1.5", "2.0"]))
    assert codes.to_list() == ["007", "7"]
    assert versions.to_list() == ["1.5", "2.0"]
    [words] = labels(pl.Series(["none", "null", "NaN", " a "]))
    assert words.to_list() == ["none", "null", None, "a"]
