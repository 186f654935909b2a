"""Of many columns of a table those that a list shows: what the model goes by, or its answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from diagnostics.workspace import Evidence

if TYPE_CHECKING:
    import polars as pl

    from diagnostics.workspace import Run

#: Rows by which it is told which columns have to do with the answers.
ROWS = 1_000
#: Numbers are compared by so many groups of equal size.
BINS = 8


def telling_fields(run: Run, fields: Sequence[str], n: int) -> tuple[str, ...]:
    """The `n` of a run's columns of content that say most of its answers, best first.

    Those that its importances name, the largest first. Without importances those that share most
    information with the predicted labels (adjusted mutual information, Vinh, Epps and Bailey 2010,
    over `ROWS` rows and groups of equal size), and where none does, those that vary.
    """
    if len(fields) <= n:
        return tuple(fields)
    important = _important(run, fields)[:n]
    if len(important) == n:
        return tuple(important)
    rest = [name for name in _informative(run, fields) if name not in important]
    return tuple([*important, *rest][:n])


def _important(run: Run, fields: Sequence[str]) -> list[str]:
    """The fields that the run's importances name, as they are or behind a step: `num__age`."""
    if not run.has(Evidence.IMPORTANCE):
        return []
    from diagnostics.workspace import stored_tables, tables

    table = stored_tables.load(run, "importances", tables.IMPORTANCES)
    weights: dict[str, float] = {}
    for feature, mean in table.select("feature", "mean").iter_rows():
        name = feature if feature in fields else feature.rpartition("__")[2]
        if name in fields and mean is not None:
            weights[name] = max(weights.get(name, 0.0), abs(mean))
    return sorted(weights, key=lambda name: -weights[name])


def _informative(run: Run, fields: Sequence[str]) -> list[str]:
    """The fields by what they share with the answers; those of one value alone come last."""
    table = _answered(run, fields)
    varying = [name for name in fields if table[name].drop_nulls().n_unique() > 1]
    if table["predicted_label"].n_unique() < 2 or len(table) < 2 * BINS:
        return [*varying, *(name for name in fields if name not in varying)]
    from sklearn.metrics import adjusted_mutual_info_score

    answers = table["predicted_label"].fill_null(-1).to_numpy()
    shared = {
        name: adjusted_mutual_info_score(codes, answers)
        for name in varying
        if (codes := _codes(table[name])) is not None
    }
    told = sorted(shared, key=lambda name: -shared[name])
    return [
        *told,
        *(n for n in varying if n not in shared),
        *(n for n in fields if n not in varying),
    ]


def _answered(run: Run, fields: Sequence[str]) -> pl.DataFrame:
    """Rows of the content, evenly spread, with the answers to them as codes."""
    import polars as pl

    from diagnostics.workspace import stored_tables

    content = stored_tables.scan_examples(run).select("example", *fields)
    step = max(1, int(content.select(pl.len()).collect().item()) // ROWS)
    answers = stored_tables.scan(run).select("example", "predicted_label").unique("example")
    return content.gather_every(step).head(ROWS).join(answers, on="example").collect()


def _codes(values: pl.Series) -> list[int] | None:
    """The groups of a column's values; None where nearly every row has a value of its own."""
    import polars as pl

    if values.dtype.is_numeric() and values.n_unique() > BINS:
        places = values.rank("average") * BINS / (len(values) + 1)
        return places.floor().fill_null(-1).fill_nan(-1).cast(pl.Int64).to_list()
    if values.dtype.is_nested() or values.n_unique() * 2 > len(values):
        return None
    return values.cast(pl.String).rank("dense").fill_null(0).cast(pl.Int64).to_list()
