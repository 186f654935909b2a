"""What the mistakes of a list have in common, against right answers of the same true classes.

Words of the text, values of the other columns and bins of numbers, each with how many of the
mistakes and of the right answers have it. No model is asked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from diagnostics.examples.attributes import LONGEST, Attribute, NoValues, with_content_of
from diagnostics.examples.content import ContentColumns, content_columns
from diagnostics.examples.contrast_inputs import fed_features
from diagnostics.examples.contrast_tests import contrast_table
from diagnostics.examples.filters import Filter
from diagnostics.examples.selection import answers_where
from diagnostics.examples.slices import Slice, range_text
from diagnostics.examples.text_properties import words_of
from diagnostics.predictions.completeness import kept_only_mistakes
from diagnostics.statistics.association import BINS, quantile_bins
from diagnostics.workspace.asked_for import the_run

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

    from diagnostics.workspace import Experiment, Run

#: Items in fewer examples than this, of both sides together, are not tested.
LEAST_SUPPORT = 3
#: Items that are tested at most, the most frequent ones.
MOST_TESTED = 3_000
#: Fewer mistakes or right answers than this are too few to have anything in common.
FEWEST = 3
#: A column with more different values than this holds names or texts, not categories.
MOST_VALUES = 50

ItemKind = Literal["word", "value", "range", "feature"]


@dataclass(frozen=True, eq=False)
class Contrast:
    """What mistakes share.

    `items` has a row for each item that was tested, the surest differences first: `item`, `kind`
    (`word`, `value` of a column, `range` of a number, or that of a `feature` which only the model
    was shown), `column` and `value` (of a word: the
    column of the text and the word; of a range its ends, as `3..7`), `mistakes` and `right` (how
    many have it), `mistake_share`, `right_share`, `odds_ratio` with `low` and `high` (95 %), `p`
    and `p_adjusted` (Benjamini and Hochberg, over all that were tested).
    """

    mistakes: int
    right: int
    true_labels: int
    items: pd.DataFrame

    @property
    def method(self) -> str:
        """How the p-values were found."""
        if self.true_labels == 1:
            return "Fisher's exact test"
        return f"an exact test within each of the {self.true_labels:,} true classes"


def mistakes_in_common(
    run: Run,
    where: Filter | None = None,
    experiment: Experiment | None = None,
    *,
    root: Path | None = None,
) -> Contrast:
    """What the wrong answers that fit a filter share, against right ones of the same true classes.

    Of the filter the true label, the split, the words and what the examples have hold for the right
    answers, too. Each example counts once; one that was answered wrongly and rightly is among the
    mistakes.

    Parameters
    ----------
    run
        The run whose answers are looked at.
    where
        Which of its answers; none for all.
    experiment
        Of the run: its other runs may have kept the content, or be named by the filter.
    root
        The folder that the workspace was opened on: where the examples have no words and no
        columns, what the run's model was fed may lie there.

    Raises
    ------
    NoValues
        If no content or no right answers were kept, or there are fewer than `FEWEST` on a side.
    DiagnosticsError
        If the filter cannot be applied.
    """
    run = the_run(run)
    where = where or Filter()
    if run.task != "classification":
        raise NoValues(f"Lists of {run.task} have no right answers of the same class.")
    if kept_only_mistakes(run):
        raise NoValues(
            "The run kept only its mistakes: there are no right answers to hold them against.",
            hint="Keep all answers; `rasa test nlu` does with --successes.",
        )
    kept = with_content_of(experiment, run) if experiment is not None else run
    groups = _groups(kept, where, experiment)
    counted = groups["is_mistake"].value_counts()
    sizes = {bool(side): int(n) for side, n in counted.iter_rows()}
    for side, what in ((True, "mistakes"), (False, "right answers of the same classes")):
        n = sizes.get(side, 0)
        if n < FEWEST:
            raise NoValues(f"There are {n or 'no'} {what} here; {FEWEST} at least are needed.")
    content = _content(kept, groups)
    items = _items(content, content_columns(kept), run, root)
    table = contrast_table(content, items, least=LEAST_SUPPORT, most=MOST_TESTED)
    return Contrast(sizes[True], sizes[False], content["true_label"].n_unique(), table)


def _groups(run: Run, where: Filter, experiment: Experiment | None) -> pl.DataFrame:
    """`example`, `true_label` (code), `is_mistake`: the mistakes, and the right answers."""
    import polars as pl

    columns = ["example", "true_label"]
    known = pl.col("true_label").is_not_null()
    if where.correct is True:
        raise NoValues("The list has right answers only, so there are no mistakes to look at.")
    listed = answers_where(run, replace(where, correct=False), experiment)
    wrong = listed.filter(known).select(columns).unique("example", keep="first").collect()
    like = Filter(
        true_label=where.true_label,
        split=where.split,
        text=where.text,
        having=where.having,
        correct=True,
    )
    right = answers_where(run, like, experiment).select(columns).unique("example", keep="first")
    held = right.collect().join(wrong.select("true_label").unique(), on="true_label", how="semi")
    held = held.join(wrong, on="example", how="anti")
    return pl.concat(
        [
            wrong.with_columns(is_mistake=pl.lit(value=True)),
            held.with_columns(is_mistake=pl.lit(value=False)),
        ]
    )


def _content(kept: Run, groups: pl.DataFrame) -> pl.DataFrame:
    """The two groups with their content, a row each, and the row's number as `row`."""
    from diagnostics.workspace import stored_tables

    found = stored_tables.scan_examples(kept).unique("example", keep="first")
    clashing = {name: f"{name} (content)" for name in ("true_label", "is_mistake", "row")}
    names = found.collect_schema().names()
    found = found.rename({old: new for old, new in clashing.items() if old in names})
    rows = groups.lazy().join(found, on="example", how="inner").sort("example").collect()
    if not len(rows):
        raise NoValues("Nothing was kept of the examples but their answers.")
    return rows.with_row_index("row")


def _items(
    content: pl.DataFrame, columns: ContentColumns, run: Run, root: Path | None
) -> pl.DataFrame:
    """Which row has which item: `row`, `kind`, `column`, `value`."""
    import polars as pl

    fields = [_of_column(content, name) for name in columns.fields if name in content.columns]
    parts = [part for part in fields if part is not None]
    if columns.text is not None and columns.text in content.columns:
        words = words_of(content[columns.text]).rename({"word": "value"})
        words = words.filter(pl.col("value").str.len_chars() <= LONGEST)
        parts.append(_named(words, "word", columns.text))
    if not (columns.fields or columns.text):
        fed = fed_features(run, root, content, columns.image)
        parts = _of_features(content, fed) if fed is not None else []
    if not parts:
        raise NoValues("The examples have no words and no columns that could be compared.")
    return pl.concat(parts)


def _of_features(content: pl.DataFrame, fed: pl.DataFrame) -> list[pl.DataFrame]:
    """Of a picture, say, what the model was fed."""
    import polars as pl

    numbered = fed.with_columns(row=content["row"])
    found = [_of_column(numbered, name) for name in fed.columns]
    return [part.with_columns(kind=pl.lit("feature")) for part in found if part is not None]


def _of_column(content: pl.DataFrame, name: str) -> pl.DataFrame | None:
    import polars as pl

    values = content[name]
    if values.dtype == pl.Binary or values.dtype.is_nested() or values.dtype.is_temporal():
        return None
    if values.dtype.is_numeric() and values.n_unique() > BINS:
        numbers = values.cast(pl.Float64)
        known = (numbers.is_not_null() & numbers.is_finite()).to_numpy()
        _, place = quantile_bins(numbers.to_numpy()[known])
        own = pl.DataFrame(
            {"row": np.flatnonzero(known), "bin": place, "number": numbers.filter(known)}
        )
        ends = own.group_by("bin").agg(low=pl.col("number").min(), high=pl.col("number").max())
        named = ends.with_columns(
            value=pl.Series(map(range_text, ends["low"], ends["high"]), dtype=pl.String)
        )
        return _named(own.join(named, on="bin"), "range", name)
    if values.n_unique() > MOST_VALUES:
        return None
    frame = pl.DataFrame({"row": content["row"], "value": values.cast(pl.String)})
    return _named(frame.drop_nulls("value"), "value", name)


def slice_of(kind: ItemKind, column: str, value: str) -> Slice | None:
    """The slice of the examples that have an item; None for what only a model saw."""
    if kind == "feature":
        return None
    if kind == "word":
        return Slice(Attribute("word", value))
    return Slice(Attribute("column", column), value)


def _named(pairs: pl.DataFrame, kind: ItemKind, column: str) -> pl.DataFrame:
    import polars as pl

    return pairs.select(
        pl.col("row").cast(pl.Int64),
        pl.lit(kind).alias("kind"),
        pl.lit(column).alias("column"),
        "value",
    )


__all__ = ["FEWEST", "LEAST_SUPPORT", "MOST_TESTED", "Contrast", "mistakes_in_common", "slice_of"]
