"""What changed between two runs, label by label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from diagnostics.statistics.intervals import wilson
from diagnostics.statistics.mcnemar import mcnemar_midp
from diagnostics.statistics.metrics import Counts, class_figures
from diagnostics.statistics.multiple_testing import benjamini_hochberg

if TYPE_CHECKING:
    import pandas as pd

    from diagnostics.comparison.pairing import Cells


def class_changes(
    labels: Sequence[str], cells: Cells, confusions: tuple[Counts, Counts]
) -> pd.DataFrame:
    """What changed in each class.

    Parameters
    ----------
    cells
        The paired examples whose truth is known, coded by `labels`.
    confusions
        The confusion matrices of both runs on them.

    Returns
    -------
    One row per label that is a truth or an answer, in the order of the labels: `label`, `support`,
    `fixed`, `broken`, `net`; `recall_a`, `recall_b`, `recall_difference` and the same of
    `precision` and `f1` (NaN where undefined); `p`, the mid-p of McNemar's test inside the class,
    and `p_adjusted`, that by Benjamini and Hochberg over all classes with a support (the number of
    tests). Both are NaN for a class without examples.
    """
    import pandas as pd

    size = len(labels)
    right_a, right_b = cells.predicted_a == cells.true, cells.predicted_b == cells.true
    support, fixed, broken = (
        np.bincount(cells.true[kept], weights=cells.n[kept], minlength=size).astype(np.int64)
        for kept in (slice(None), ~right_a & right_b, right_a & ~right_b)
    )
    table = pd.DataFrame(
        {
            "label": pd.Series(labels, dtype="str"),
            "support": support,
            "fixed": fixed,
            "broken": broken,
            "net": fixed - broken,
        }
    )
    old, new = (class_figures(counts) for counts in confusions)
    for name in ("recall", "precision", "f1"):
        table[f"{name}_a"], table[f"{name}_b"] = getattr(old, name), getattr(new, name)
        table[f"{name}_difference"] = table[f"{name}_b"] - table[f"{name}_a"]
    table["p"] = np.where(support > 0, mcnemar_midp(fixed, broken), np.nan)
    table["p_adjusted"] = benjamini_hochberg(table["p"])
    occurs = support + old.predicted + new.predicted > 0
    return table[occurs].reset_index(drop=True)


def answer_changes(labels: Sequence[str], flow: Counts) -> pd.DataFrame:
    """How often each label was given, and how much of that the other run answered otherwise.

    Parameters
    ----------
    flow
        Labels × labels: how often the old run gave the row's and the new one the column's label.

    Returns
    -------
    One row per label that was given: `label`, `n_a`, `n_b`, `share_a`, `share_b` (of all answers),
    `share_difference` (b - a), `agree` (both gave it), `disagree` (the old run gave it, the new one
    another), `disagreement` (their share of `n_a`), `low`, `high` (Wilson's interval for it, 95 %;
    NaN where the old run never gave it).
    """
    import pandas as pd

    n_a, n_b, agree = flow.sum(axis=1), flow.sum(axis=0), np.diag(flow)
    total = max(int(flow.sum()), 1)
    low, high = wilson(n_a - agree, n_a)
    table = pd.DataFrame(
        {
            "label": pd.Series(labels, dtype="str"),
            "n_a": n_a,
            "n_b": n_b,
            "share_a": n_a / total,
            "share_b": n_b / total,
            "share_difference": (n_b - n_a) / total,
            "agree": agree,
            "disagree": n_a - agree,
            "disagreement": np.where(n_a > 0, (n_a - agree) / np.maximum(n_a, 1), np.nan),
            "low": low,
            "high": high,
        }
    )
    return table[n_a + n_b > 0].reset_index(drop=True)


__all__ = ["answer_changes", "class_changes"]
