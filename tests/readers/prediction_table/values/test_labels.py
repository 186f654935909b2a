from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from diagnostics.readers.prediction_table.values.labels import is_unique, labels


def test_labels_that_only_look_alike_stay_apart() -> None:
    codes, versions = labels(pl.Series(["007", "7"]), pl.Series(["1.5", "2.0"]))
    assert codes.to_list() == ["007", "7"]
    assert versions.to_list() == ["1.5", "2.0"]
    [words] = labels(pl.Series(["none", "null", "NaN", " a "]))
    assert words.to_list() == ["none", "null", None, "a"]


@given(
    st.lists(st.sampled_from(["", "1", "9", "10", "007", "7", "ä", "z", None]), max_size=5)
    | st.lists(st.integers(-3, 12) | st.none(), max_size=5)
)
def test_a_column_is_unique_if_none_of_its_values_comes_twice(
    values: list[str | int | None],
) -> None:
    kind = pl.String if any(isinstance(value, str) for value in values) else pl.Int64
    assert is_unique(pl.Series(values, dtype=kind)) == (len(set(values)) == len(values))
