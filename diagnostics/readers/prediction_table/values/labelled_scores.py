"""Scores that carry their labels, row by row: two lists of one length, in any order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

#: Lists of labels and of scores are called so; the last word of a path counts.
LABELS = re.compile(
    r"labels?|class(?:es)?(?:_?names?)?|display_?names?|names?|categor(?:y|ies)|intents?|"
    r"tags?|topics?|(?:label|class|category)_(?:ids?|names?)|answers?|top_?k(?:_labels)?",
    re.IGNORECASE,
)
SCORES = re.compile(
    r"(?:scores?|confidences?|conf|prob(?:a|as|s|ability|abilities)?|logits?|values?|weights?|"
    r"log_?probs?|percent(?:age)?s?|certaint(?:y|ies)|softmax|likelihoods?)",
    re.IGNORECASE,
)
CODES = re.compile(r"(?:label_|class_)?(?:ids?|index|indices|codes?)", re.IGNORECASE)
#: How far from 1 the scores of a row may sum.
TOLERANCE = 1e-2
#: More places than this, labels times rows, and a table of mostly zeros is not made of them.
MOST_CELLS = 50_000_000


@dataclass(frozen=True)
class LabelledScores:
    """The scores of every row, long: `row`, `label`, `score`, a row's highest score first."""

    table: pl.DataFrame
    rows: int
    uneven: int
    twice: int

    def first(self) -> pl.DataFrame:
        """The label with the highest score of each row and that score; null for an empty row."""
        top = self.table.unique("row", keep="first", maintain_order=True)
        return _all_rows(self.rows).join(top, on="row", how="left", maintain_order="left")

    def matrix(self, order: Sequence[str]) -> np.ndarray:
        """Shape (rows, labels), NaN where a row does not list the label."""
        values = np.full((self.rows, len(order)), np.nan)
        codes = {label: code for code, label in enumerate(order)}
        column = self.table["label"].replace_strict(codes, return_dtype=pl.Int64)
        values[self.table["row"].to_numpy(), column.to_numpy()] = self.table["score"].to_numpy()
        return values

    def places(self) -> pl.DataFrame:
        """The table with the place of each label in its row, counted from 1."""
        return self.table.with_columns(
            place=pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("row")
        )


def labelled_scores(labels: pl.Series, scores: pl.Series) -> LabelledScores:
    """The scores of two list columns, ties in the order in which the row lists them.

    `uneven` counts the rows whose lists differ in length, which are unknown; `twice` those that
    name a label more than once, of which the highest score counts.
    """
    frame = pl.DataFrame(
        [labels.cast(pl.List(pl.String)).alias("label"), scores.alias("score")]
    ).with_columns(pl.col("score").cast(pl.List(pl.Float64), strict=False))
    lengths = frame.select(pl.all().list.len())
    is_even = (lengths["label"] == lengths["score"]).fill_null(value=False)
    uneven = int((~is_even & lengths["label"].is_not_null()).sum())
    long = frame.with_row_index("row").filter(is_even & (lengths["label"] > 0))
    long = long.explode("label", "score").with_columns(
        pl.col("score").fill_nan(None), pl.col("label").str.strip_chars()
    )
    long = long.drop_nulls().sort("row", "score", descending=[False, True], maintain_order=True)
    table = long.unique(["row", "label"], keep="first", maintain_order=True)
    twice = long.filter(pl.struct("row", "label").is_duplicated())["row"].n_unique()
    return LabelledScores(table, len(frame), uneven, twice)


def labelled_lists(frame: pl.DataFrame) -> list[tuple[str, str]]:
    """Pairs of list columns that belong together: labels and their scores, best first.

    Both have the same length in every row, no label comes twice in a row, and their names or
    their sums say that they are labels and scores.
    """
    texts = [column for column in frame if column.dtype == pl.List(pl.String)]
    numeric = [column for column in frame if _is_numeric_list(column)]
    pairs = [
        (_rank(labels.name, scores.name), place, (labels.name, scores.name))
        for place, scores in enumerate(numeric)
        for labels in texts
        if _belong_together(labels, scores)
    ]
    best: dict[str, tuple[str, str]] = {}
    for _, _, pair in sorted(pairs):
        best.setdefault(pair[1], pair)
    return list(best.values())


def told_lists(frame: pl.DataFrame, told: Sequence[str]) -> tuple[str, str] | None:
    """The pair that `errata.toml` names: both columns, or the one which held both."""
    if len(told) == 1:
        inner = frame.select(name for name in frame.columns if name.startswith(f"{told[0]}."))
        return next(iter(labelled_lists(inner)), None)
    there = [frame[name] for name in told if name in frame.columns]
    texts = [column.name for column in there if column.dtype == pl.List(pl.String)]
    numeric = [column.name for column in there if _is_numeric_list(column)]
    return (texts[0], numeric[0]) if len(told) == 2 and texts and numeric else None


def all_labels(frame: pl.DataFrame, pair: tuple[str, str]) -> set[str]:
    """Every label that the lists name."""
    return set(frame[pair[0]].explode().drop_nulls().str.strip_chars())


def is_whole(values: np.ndarray, *, total: float) -> bool:
    """Whether what the rows list sums to `total` in nearly all of them: the rest is 0."""
    known = values[~np.isnan(values).all(axis=1)]
    off = np.abs(np.nansum(known, axis=1) - total) > TOLERANCE * total
    return bool(len(known)) and bool((known >= 0)[~np.isnan(known)].all()) and off.mean() < 0.05


def _is_numeric_list(column: pl.Series) -> bool:
    return isinstance(column.dtype, pl.List) and column.dtype.inner.is_numeric()


def _last(name: str) -> str:
    return re.split(r"[./]", name)[-1].strip()


def _rank(labels: str, scores: str) -> tuple[int, int, int]:
    """Names before codes, lists of one object before others, scores called so before others."""
    before = labels.rpartition(".")[0] == scores.rpartition(".")[0]
    is_code = CODES.fullmatch(_last(labels)) is not None
    return (not before, is_code, SCORES.fullmatch(_last(scores)) is None)


def _belong_together(labels: pl.Series, scores: pl.Series) -> bool:
    known = labels.is_not_null() & scores.is_not_null()
    ours, theirs = labels.filter(known), scores.filter(known)
    if not len(ours) or not ours.list.len().sum():
        return False
    if (ours.list.len() != theirs.list.len()).any() or _mostly_repeat(ours):
        return False
    is_called_so = _is_score_name(scores.name) and _is_label_name(labels.name)
    return is_called_so or (_is_label_name(labels.name) and _sum_up(theirs))


def _is_score_name(name: str) -> bool:
    return any(SCORES.search(word) for word in _words(name))


def _is_label_name(name: str) -> bool:
    last = _last(name)
    is_called_so = any(LABELS.fullmatch(word) for word in (last, *_words(last)))
    return is_called_so or CODES.fullmatch(last) is not None


def _words(name: str) -> Iterator[str]:
    yield from filter(None, re.split(r"[\W_]+|(?<=[a-z])(?=[A-Z])", name))


def _mostly_repeat(lists: pl.Series) -> bool:
    """Whether a label comes twice within a row: tokens do, classes do not."""
    repeats = lists.list.len() != lists.list.n_unique()
    return bool((repeats.sum() or 0) * 100 > len(lists))


def _sum_up(lists: pl.Series) -> bool:
    sums = lists.cast(pl.List(pl.Float64)).list.sum()
    share = ((sums - 1).abs() <= TOLERANCE).mean()
    return isinstance(share, float) and share > 0.9


def _all_rows(rows: int) -> pl.DataFrame:
    return pl.DataFrame({"row": pl.Series(range(rows), dtype=pl.UInt32)})
