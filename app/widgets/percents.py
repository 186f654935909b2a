"""Figures of a table's column with the same number of decimals in every row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

#: Streamlit's own "percent" leaves out zeros at the end: 20% stands above 12.5% then.
PERCENT = "%.1f%%"
_LEAST, _MOST = 4, 9


def in_percent(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """The frame with shares in hundredths, as `PERCENT` writes them; what is missing stays so."""
    shares: dict[str, Any] = {name: 100 * frame[name].astype(float) for name in columns}
    return frame.assign(**shares)


def threshold_format(thresholds: pd.Series[float]) -> str:
    """Four decimals, and more where those would make 1 of a threshold below it."""
    below = thresholds[thresholds < 1]
    digits = next((n for n in range(_LEAST, _MOST) if (below.round(n) < 1).all()), _MOST)
    return f"%.{digits}f"
