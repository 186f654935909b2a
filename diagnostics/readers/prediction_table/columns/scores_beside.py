"""The scores that stand in a table, and whether a column of labels says what they say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from diagnostics.readers.prediction_table.columns import names as names_of
from diagnostics.readers.prediction_table.columns.class_columns import class_columns
from diagnostics.readers.prediction_table.columns.names import best
from diagnostics.readers.prediction_table.columns.roles import Search
from diagnostics.readers.prediction_table.columns.score_columns import is_share, single_scores
from diagnostics.readers.prediction_table.values.bijections import is_cut
from diagnostics.readers.prediction_table.values.labels import canonical, labels
from diagnostics.readers.prediction_table.values.scores import is_list, matrix, numbers, vectors


@dataclass(frozen=True)
class ScoresBeside:
    """Scores for each class, or single ones, by column; `labels` is what the columns speak of."""

    columns: frozenset[str] = frozenset()
    labels: tuple[str, ...] = ()
    values: np.ndarray | None = None
    shares: Mapping[str, np.ndarray] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether there are any."""
        return self.values is not None or bool(self.shares)

    def agreement(self, column: pl.Series) -> float:
        """The share of rows in which a column of labels says what the scores say."""
        spelt = labels(column)[0]
        if self.values is not None:
            return max(_agreement(self.values, self.labels, spelt), self._cut(spelt))
        return self._cut(spelt)

    def equals(self, column: pl.Series) -> bool:
        """Whether a column names the class with the highest score in every row."""
        known = column.drop_nulls()
        if self.values is None or len(known) < len(column) or known.n_unique() < 2:
            return False
        return _agreement(self.values, self.labels, labels(column)[0]) == 1.0

    def is_next_to(self, name: str, sample: pl.DataFrame) -> bool:
        """Whether a column stands just before or behind the scores."""
        place = sample.columns.index(name)
        return any(sample.columns[at] in self.columns for at in (place - 1, place + 1)
                   if 0 <= at < sample.width)  # fmt: skip

    def _cut(self, spelt: pl.Series) -> float:
        """1 if one threshold of a score separates the two labels of a column."""
        known = spelt.drop_nulls().unique().sort()
        if len(known) != 2 or spelt.has_nulls():
            return 0.0
        is_one = (spelt == known[1]).to_numpy()
        single = list(self.shares.values())
        if self.values is not None and self.values.shape[1] == 2:
            single.append(self.values[:, 1])
        return float(any(is_cut(values, is_one) for values in single))


def scores_beside(search: Search) -> ScoresBeside:
    """The scores of a table, as they can be told before truth and answer are decided."""
    labelled = best(search.scalars(), [*names_of.TRUTH, *names_of.PREDICTION])
    known = search.values(*(name for name in labelled if not is_share(search.sample[name])))
    lists = [name for name in search.free if is_list(search.sample[name])]
    if vector := next(iter(best(lists, [names_of.VECTOR])), None):
        return ScoresBeside(frozenset([vector]), (), vectors(search.sample[vector]))
    numeric = [name for name in search.numeric() if name not in labelled]
    classes = class_columns(search.sample, numeric, known)
    if classes is None and labelled:
        classes = class_columns(search.sample, numeric, ())
    if classes is not None:
        values = matrix(search.sample, list(classes.stems))
        return ScoresBeside(frozenset(classes.stems), tuple(classes.stems.values()), values)
    shares = [n for n in single_scores(search) if is_share(search.sample[n])]
    single = {name: numbers(search.sample[name]).to_numpy().astype(float) for name in shares}
    return ScoresBeside(frozenset(single), (), None, single)


def _agreement(values: np.ndarray, stems: tuple[str, ...], spelt: pl.Series) -> float:
    """How often the label is that of the highest score; which is whose, the rows may tell."""
    usable = ~np.isnan(values).any(axis=1) & spelt.is_not_null().to_numpy()
    if not values.shape[1] or not usable.any():
        return 0.0
    places, told = values[usable].argmax(axis=1), spelt.filter(usable)
    names = {canonical(stem): place for place, stem in enumerate(stems)}
    different = told.unique()
    if all(canonical(label) in names for label in different):
        own = told.replace_strict({x: names[canonical(x)] for x in different})
        return float((own.to_numpy() == places).mean())
    counts = pl.DataFrame({"place": places, "label": told}).group_by("place", "label").len()
    winners = counts.sort("len", "label", descending=[True, False]).unique("place", keep="first")
    if winners["label"].is_duplicated().any():
        return 0.0
    return float(winners["len"].sum() / len(told))
