"""Features that cannot be right: dead in what was evaluated yet important, or too good to be true.

A model that was trained on a column and is evaluated without it answers worse, and no score says
why. A feature that tells the answer all by itself is often one that would not be known in time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from diagnostics.models.evaluated_inputs import Evaluated
from diagnostics.models.importance.importances import Importances

Kind = Literal["wiring", "leakage", "useless"]
#: Dead: this share of the evaluated rows has one and the same value (or none), in at least so many.
DEAD_SHARE, DEAD_ROWS = 0.999, 20
#: Important: among the first so many, and with at least this share of all importance.
IMPORTANT_RANK, IMPORTANT_SHARE = 10, 0.02
#: One feature, or group, carries more than this share of what all cost when they are mixed up.
CARRIES = 0.8
#: One column alone gets this share of what the model gains over always giving the same answer.
ALONE = 0.95
#: Judged only with so many rows, and where the model gains at least this much accuracy.
ALONE_ROWS, LEAST_GAIN = 50, 0.05
#: Columns that are tried alone, the most varied first, and rows that they are tried on.
ALONE_COLUMNS, ALONE_MOST_ROWS = 200, 4000
FOLDS = 5


@dataclass(frozen=True)
class Flag:
    """Something that is probably wrong with a feature, with its evidence in a sentence."""

    kind: Kind
    feature: str
    evidence: str
    advice: str


@dataclass(frozen=True)
class Usual:
    """The most frequent value of a column in what was evaluated, and the share that has it."""

    value: str
    share: float
    rows: int


def usual_values(evaluated: Evaluated) -> dict[str, Usual]:
    """The most frequent value of every column of the models' input; missing is a value too."""
    rows, _ = evaluated.all_rows
    if evaluated.form == "texts":
        return {}
    if evaluated.form == "frame":
        return {
            name: usual_value(np.asarray(rows.iloc[:, at], object))
            for at, name in enumerate(evaluated.names)
        }
    dense = rows.toarray() if evaluated.form == "sparse" else np.asarray(rows)
    dense = dense.reshape(len(dense), -1)
    return {name: usual_value(dense[:, at]) for at, name in enumerate(evaluated.names)}


def usual_value(values: NDArray[Any]) -> Usual:
    """The most frequent value of a column; missing and not a number count as one."""
    import pandas as pd

    if not len(values):
        return Usual("missing", 0.0, 0)
    column = pd.Series(values)
    counts = column.value_counts()
    gaps = int(column.isna().sum())
    if len(counts) and counts.iloc[0] >= gaps:
        return Usual(_shown(counts.index[0]), int(counts.iloc[0]) / len(column), len(column))
    return Usual("missing", gaps / len(column), len(column))


def _shown(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return str(value)
    if isinstance(value, int | float | np.number):
        return f"{float(value):g}"
    return repr(str(value))


def wiring_flags(
    importances: Importances, usual: Mapping[str, Usual], *, rows: str = "evaluated"
) -> list[Flag]:
    """Columns that matter to the model and have one value in everything that was evaluated.

    Parameters
    ----------
    importances
        Of the model, of training or kept with the run: what is measured on the evaluated rows
        themselves is 0 for such a column.
    usual
        The columns' most frequent values, by the features' names.
    rows
        What the rows are called.

    Returns
    -------
    Flags of columns with a rank of at most `IMPORTANT_RANK` and `IMPORTANT_SHARE` of all
    importance, of which `DEAD_SHARE` of at least `DEAD_ROWS` rows have one value; by rank.
    """
    table = importances.table()
    suspects = []
    for row in table.itertuples(index=False):
        if row.rank > IMPORTANT_RANK or row.share < IMPORTANT_SHARE:
            continue
        known = usual.get(row.feature)
        if known is None or known.rows < DEAD_ROWS or known.share < DEAD_SHARE:
            continue
        suspects.append(
            Flag(
                "wiring",
                row.feature,
                f"{row.feature} is {known.value} in {_percent(known.share)} of the {known.rows:,} "
                f"{rows} rows and {ordinal(row.rank)} of {len(table):,} in importance "
                f"({importances.method}, {row.share:.1%} of all).",
                "What was evaluated probably came another way than what was trained on: see that "
                "the column is filled.",
            )
        )
    return suspects


def _percent(share: float) -> str:
    return "100 %" if share == 1 else f"{share:.2%}".replace("%", " %")


def ordinal(number: int) -> str:
    """A number as a place in a row: 1st, 2nd, 3rd, 4th, and 11th too."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{'th' if number % 100 in (11, 12, 13) else ending}"


def carrying_flags(importances: Importances, names: Sequence[str] | None = None) -> list[Flag]:
    """The feature that nearly everything hangs on, if there is one.

    Parameters
    ----------
    importances
        By permutation.
    names
        The single columns, for many columns that say the same and go together are no single
        feature; None where every feature is one.

    Returns
    -------
    A flag where there are at least two features, and the first one's interval lies above 0 and its
    share above `CARRIES`.
    """
    table = importances.table()
    if len(table) < 2:
        return []
    first = table.iloc[0]
    name = str(first["feature"])
    if not first["share"] > CARRIES or not first["low"] > 0:
        return []
    if names is not None and name not in names:
        return []
    return [
        Flag(
            "leakage",
            name,
            f"{name} alone carries {first['share']:.0%} of what all {len(table):,} features cost "
            f"without them ({importances.unit} {first['mean']:.3f}).",
            "Is it known before the answer is, or does it hold the answer?",
        )
    ]


def alone_flags(evaluated: Evaluated, *, seed: int = 0) -> list[Flag]:
    """Columns that classify nearly as well alone as the model does with all of them.

    A decision tree of one column, with twice as many leaves as labels, cross-validated on the
    evaluated rows. A column is flagged if it gains `ALONE` of what the model gains over always
    giving the most frequent label. Not judged with fewer than `ALONE_ROWS` rows, two columns or
    a model that gains less than `LEAST_GAIN`.
    """
    known = np.array([label is not None for label in evaluated.true], bool)
    rows, places = evaluated.all_rows
    if evaluated.form == "texts" or known.sum() < ALONE_ROWS or len(evaluated.names) < 2:
        return []
    kept = np.flatnonzero(known[places])
    if len(kept) > ALONE_MOST_ROWS:
        kept = np.sort(np.random.default_rng(seed).choice(kept, ALONE_MOST_ROWS, replace=False))
    true = evaluated.true[places][kept].astype(str)
    predicted = evaluated.predicted[places][kept]
    labels, codes = np.unique(true, return_inverse=True)
    counts = np.bincount(codes)
    usual, accuracy = counts.max() / len(codes), float(np.mean(predicted == true))
    gain = accuracy - usual
    if len(labels) < 2 or gain < LEAST_GAIN:
        return []
    columns = _codes(evaluated, rows, kept)
    suspects = []
    for at in sorted(columns, key=lambda one: (-len(np.unique(columns[one])), one))[:ALONE_COLUMNS]:
        tree = _tree(len(labels), seed)
        own_rows = tree.fit(columns[at][:, None], codes).score(columns[at][:, None], codes)
        if own_rows - usual < ALONE * gain:  # on rows it has not seen it is no better
            continue
        alone = _accuracy_alone(columns[at], codes, tree)
        if alone - usual >= ALONE * gain:
            name = evaluated.names[at]
            suspects.append(
                Flag(
                    "leakage",
                    name,
                    f"{name} alone answers {alone:.1%} of {len(codes):,} evaluated rows rightly, "
                    f"the model with all columns {accuracy:.1%}, always the same label "
                    f"{usual:.1%}.",
                    "If it is not known before the answer is, it gives the answer away; if it is, "
                    "the model makes little of the other columns.",
                )
            )
    return suspects


def _codes(
    evaluated: Evaluated, rows: Any, kept: NDArray[np.int64]
) -> dict[int, NDArray[np.float64]]:
    """Columns with two values or more, words as numbers in their order; gaps are the lowest."""
    import pandas as pd

    from diagnostics.models.importance.feature_groups import column_values

    numbers_of = {}
    for at in range(len(evaluated.names)):
        values = column_values(rows, at)[kept]
        if values.dtype.kind in "biuf":
            numbers = values.astype(float)
        else:
            numbers = pd.factorize(pd.Series(values), sort=False)[0].astype(float)
        lowest = np.nanmin(numbers) - 1 if np.isfinite(numbers).any() else 0.0
        numbers = np.where(np.isnan(numbers), lowest, numbers)
        if np.ptp(numbers):
            numbers_of[at] = numbers
    return numbers_of


def _tree(n_labels: int, seed: int) -> Any:
    from sklearn.tree import DecisionTreeClassifier

    return DecisionTreeClassifier(
        max_leaf_nodes=2 * n_labels, min_samples_leaf=2, random_state=seed
    )


def _accuracy_alone(values: NDArray[np.float64], codes: NDArray[np.int64], tree: Any) -> float:
    from sklearn.model_selection import KFold

    right = 0
    column = values[:, None]
    for train, test in KFold(FOLDS, shuffle=True, random_state=0).split(column):
        tree.fit(column[train], codes[train])
        right += int((tree.predict(column[test]) == codes[test]).sum())
    return right / len(codes)


def useless_flags(evaluated: Evaluated) -> list[Flag]:
    """Whether the model answers no better than always the same label: then nothing is important."""
    from diagnostics.statistics.intervals import wilson

    known = np.array([label is not None for label in evaluated.true], bool)
    true, predicted = evaluated.true[known], evaluated.predicted[known]
    if not len(true):
        return []
    _, counts = np.unique(true.astype(str), return_counts=True)
    right, usual = int((true == predicted).sum()), int(counts.max()) / len(true)
    low, _ = wilson(right, len(true))
    if float(low) > usual:
        return []
    return [
        Flag(
            "useless",
            "",
            f"The model answers {right / len(true):.1%} of {len(true):,} rows rightly, which is "
            f"not more than always giving the most frequent label ({usual:.1%}).",
            "What matters to a model that has learnt nothing means nothing.",
        )
    ]
