"""Weights of rows: figures that count each row by its weight, beside the plain ones."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from diagnostics.readers.prediction_table.columns.names import is_named
from diagnostics.readers.prediction_table.columns.roles import Roles
from diagnostics.readers.prediction_table.content import content_columns
from diagnostics.readers.prediction_table.remarks import Remarks
from diagnostics.readers.prediction_table.values.scores import numbers
from diagnostics.statistics.metrics import sample_weighted_metrics
from diagnostics.workspace import Score

#: May say how much a row counts, or how heavy somebody is.
PERHAPS = r"weights?|w|wt|wgt|pweight|fweight"


def about_weights(frame: pl.DataFrame, roles: Roles) -> Remarks:
    """What is said of the column of weights, or of one that may be it."""
    if roles.weight is None:
        return _offered(frame, roles)
    values = numbers(frame[roles.weight])
    unusable = len(values) - int(_is_usable(values).sum())
    note = (
        f"Column {roles.weight!r} says how much each row counts: figures called sample_weighted "
        "count it so, all others count every row once."
    )
    if not unusable:
        return Remarks((note,))
    what = (
        f"{unusable:,} of {len(values):,} values of {roles.weight!r} are missing, negative or no "
        "numbers; these rows are left out of the sample_weighted figures."
    )
    hint = 'If the column holds no weights, write shown = "…" with its name into errata.toml.'
    return Remarks((note,), (("weights-unusable", what, hint),))


def weighted_scores(
    frame: pl.DataFrame,
    roles: Roles,
    truth: pl.Series | None,
    predicted: pl.Series,
    splits: pl.Series | str,
) -> list[Score]:
    """Accuracy, macro F1 and balanced accuracy of every split, each row counted by its weight.

    Rows without a true label or a usable weight are left out.
    """
    if roles.weight is None or truth is None:
        return []
    weight = numbers(frame[roles.weight])
    split = pl.Series([splits] * len(frame)) if isinstance(splits, str) else splits
    rows = pl.DataFrame(
        {"split": split, "truth": truth, "answer": predicted, "weight": weight}
    ).filter(_is_usable(weight) & truth.is_not_null())
    cells = rows.group_by("split", "truth", "answer").agg(n=pl.len(), weight=pl.col("weight").sum())
    return [
        Score(f"sample_weighted_{name}", value, str(split), None, True)
        for (split,), part in sorted(cells.partition_by("split", as_dict=True).items())
        for name, value in _metrics(part)
    ]


def _metrics(cells: pl.DataFrame) -> Iterator[tuple[str, float]]:
    known = sorted({*cells["truth"], *cells["answer"]})
    place = {label: at for at, label in enumerate(known)}
    counts = np.zeros((len(known), len(known)), dtype=np.int64)
    weights = np.zeros(counts.shape)
    for truth, answer, n, weight in cells.select("truth", "answer", "n", "weight").iter_rows():
        counts[place[truth], place[answer]] = n
        weights[place[truth], place[answer]] = weight
    yield from sample_weighted_metrics(counts, weights).items()


def _is_usable(values: pl.Series) -> pl.Series:
    return (values.is_finite() & (values >= 0)).fill_null(value=False)


def _offered(frame: pl.DataFrame, roles: Roles) -> Remarks:
    names = [name for name in content_columns(frame, roles) if is_named(name, PERHAPS)]
    for name in names:
        values = None if frame[name].dtype.is_nested() else numbers(frame[name])
        if values is not None and _is_usable(values).all() and values.n_unique() > 1:
            note = (
                f"Column {name!r} may say how much a row counts, or something of the example: it "
                f'is not used. If it is a weight, write weight = "{name}" into errata.toml.'
            )
            return Remarks((note,))
    return Remarks()
