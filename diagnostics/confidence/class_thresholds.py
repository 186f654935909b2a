"""A threshold of its own for each predicted class, where there are enough answers."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

import numpy as np

from diagnostics.confidence.risk_coverage import operating_point
from diagnostics.confidence.selective_counts import (
    SelectiveCounts,
    added_up,
    counts_of_levels,
    label_codes,
    rows_of_split,
    rows_with_levels,
)
from diagnostics.confidence.thresholds import guaranteed_threshold, observed_threshold
from diagnostics.workspace import reducers

if TYPE_CHECKING:
    import pandas as pd

    from diagnostics.workspace import Run

#: With fewer answers no threshold is offered for a class.
ENOUGH = 20

_COLUMNS = {
    "label": "str",
    "answers": "int64",
    "wrong": "int64",
    "risk": "float64",
    "answered_now": "int64",
    "wrong_now": "int64",
    "threshold": "float64",
    "answered": "int64",
    "wrong_answered": "int64",
    "guaranteed": "float64",
    "bound": "float64",
    "verdict": "str",
}


def class_thresholds(
    run: Run,
    target: float,
    *,
    threshold: float = 0.0,
    split: str | None = None,
    none_labels: Collection[str] = (),
) -> pd.DataFrame:
    """For each label that was answered, the lowest threshold with at most `target` wrong.

    Returns
    -------
    One row per predicted label that has confidences, the most wrong answers first, ties in the
    order of the labels:

    - `label`, `answers`, `wrong`, `risk` (their share): with everything answered;
    - `answered_now`, `wrong_now`: with the common `threshold`;
    - `threshold`, `answered`, `wrong_answered`: the lowest threshold whose share of wrong on these
      answers is at most the target (NaN and 0 where there is none);
    - `guaranteed`, `bound`: the lowest one that is promised (`guaranteed_threshold`, each class by
      itself), and the bound that was tested; NaN where none is;
    - `verdict`: `too few` (under `ENOUGH` answers, thresholds are NaN), `not reached`,
      `guaranteed`, or `observed` if only the share on these answers reaches the target.

    Raises
    ------
    DiagnosticsError
        If the run has no such split, or the target is not from 0 to below 1.
    """
    import pandas as pd

    rows = [
        {"label": label, **_row(counts, target, threshold)}
        for label, counts in _counts_by_label(run, split, none_labels)
    ]
    frame = pd.DataFrame(rows, columns=list(_COLUMNS)).astype(_COLUMNS)
    return frame.sort_values("wrong", ascending=False, kind="stable", ignore_index=True)


def _counts_by_label(
    run: Run, split: str | None, none_labels: Collection[str]
) -> Iterator[tuple[str, SelectiveCounts]]:
    import narwhals.stable.v2 as nw

    codes = label_codes(run, none_labels)
    plan = rows_with_levels(reducers.lazy(rows_of_split(run, split), []), **codes)
    known = plan.filter(~nw.col("predicted_label").is_null())
    grouped = added_up(known, "predicted_label", "level")
    label = grouped["predicted_label"]
    columns = [grouped[name] for name in ("level", "n", "wrong", "outside")]
    starts = np.flatnonzero(np.diff(label, prepend=-1))
    for start, end in zip(starts, [*starts[1:], len(label)], strict=True):
        counts = counts_of_levels(*(column[start:end] for column in columns))
        if counts.candidates:
            yield run.labels[label[start]], counts


def _row(counts: SelectiveCounts, target: float, threshold: float) -> dict[str, float | int | str]:
    now = operating_point(counts, threshold)
    row: dict[str, float | int | str] = {
        "answers": counts.candidates,
        "wrong": counts.errors,
        "risk": counts.errors / counts.candidates,
        "answered_now": now.answered,
        "wrong_now": now.wrong,
        "threshold": float("nan"),
        "answered": 0,
        "wrong_answered": 0,
        "guaranteed": float("nan"),
        "bound": float("nan"),
        "verdict": "too few",
    }
    if counts.candidates < ENOUGH:
        return row
    observed = observed_threshold(counts, target)
    promised = guaranteed_threshold(counts, target)
    verdict = "observed" if observed.reached else "not reached"
    return row | {
        "threshold": observed.threshold,
        "answered": observed.answered,
        "wrong_answered": observed.wrong,
        "guaranteed": promised.threshold,
        "bound": promised.high,
        "verdict": "guaranteed" if promised.reached else verdict,
    }


__all__ = ["ENOUGH", "class_thresholds"]
