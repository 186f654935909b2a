"""Numbers as tables write them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from app.widgets.numbers import threshold_format


@pytest.mark.parametrize(
    ("values", "form"), [([0.5, np.nan], "%.4f"), ([1.0, 0.99999], "%.5f"), ([1 - 1e-12], "%.9f")]
)
def test_a_column_of_thresholds_below_one_never_says_one(values: list[float], form: str) -> None:
    assert threshold_format(pd.Series(values)) == form
