"""Words for the scores of runs."""

from __future__ import annotations

from diagnostics.statistics.metric_names import is_percentage


def apart(metric: str, difference: float) -> str:
    """A difference between two scores: of shares in percentage points."""
    return f"{100 * difference:.1f} points" if is_percentage(metric) else f"{difference:.3f}"
