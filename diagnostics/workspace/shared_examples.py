"""Whether two runs were asked about the same examples: what ids, true labels and contents say.

A corrected label is no other test set, and equal ids are no equal examples. So runs are strangers
where their true labels differ on most of the ids that both have, where the texts under one id are
others, and where the ids only number the rows and the truths agree no better than by chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import polars as pl

from diagnostics.workspace import stored_tables
from diagnostics.workspace.run import Run

#: Runs that share at least this part of the smaller one's examples are shown side by side.
OVERLAP = 0.5
#: Runs whose true labels differ on more than this part of what they share are strangers.
MOST = 0.5
#: Of ids that only number the rows: the part of the agreement to be expected without any relation
#: that the truths must at least have beyond it (Cohen's kappa).
BEYOND_CHANCE = 0.5
#: So many examples are looked at to tell whether the contents under one id are the same.
SAMPLE = 100
#: Examples that a sentence names.
NAMED = 3
#: Fewer prove nothing.
FEW = 3
#: Texts that have this part of their words in common, beyond that of others, are the same.
ALIKE = 0.3
#: Writing without spaces is a text from so many letters on.
LONG = 12
#: Columns in which this part of unrelated rows is equal tell nothing.
TELLS_NOTHING = 0.9
#: Named so, a text is what a model wrote, not what it was asked.
_WRITTEN = ("output", "response", "answer", "generat", "complet", "reason", "rational", "explan")
_WRITTEN_TOO = ("raw", "predict", "thought", "error", "image")


@dataclass(frozen=True)
class SharedExamples:
    """What two runs say of the ids that both have, outside of training rows.

    `differing` counts those whose true labels differ, `by_chance` how many would if the one's
    truth had nothing to do with the other's. `are_positions` where the ids number the rows.
    """

    n: int
    differing: int
    by_chance: float
    are_positions: bool

    @property
    def is_mostly_another(self) -> bool:
        """Whether the true labels of most shared examples differ."""
        return differs_on_most(self.differing, self.n)

    @property
    def is_by_chance(self) -> bool:
        """Whether the truths agree hardly better than those of unrelated examples would."""
        return self.differing > (1 - BEYOND_CHANCE) * self.by_chance


def differs_on_most(differing: int, shared: int) -> bool:
    """Whether so many differing truths make strangers of two runs."""
    return differing > MOST * shared


def shares_too_few(shared: int, smaller: int) -> bool:
    """Whether two runs have too few examples in common, of those of the smaller one."""
    return not shared or shared < OVERLAP * smaller


def why_strangers(first: Run, second: Run) -> str:
    """Why two runs that kept their answers are not on the same examples; "" if they are."""
    if first.fingerprint and first.fingerprint == second.fingerprint:
        return other_content(first, second)
    common = shared_examples(first, second)
    smaller = min(first.examples or 0, second.examples or 0)
    if common.is_mostly_another:
        return f"the truth of {common.differing:,} of {common.n:,} shared examples differs"
    if shares_too_few(common.n, smaller):
        return f"only {common.n:,} of {smaller:,} examples are shared"
    if reason := other_content(first, second):
        return reason
    is_doubtful = common.differing and common.is_by_chance and common.are_positions
    if is_doubtful and texts_are_alike(first, second) is not True:
        return (
            f"their ids are row numbers, and the truth of {common.differing:,} of {common.n:,} "
            "differs, about as many as of unrelated rows"
        )
    return ""


def other_content(first: Run, second: Run) -> str:
    """What is said of two runs that show different texts under most ids; "" of all others."""
    if texts_are_alike(first, second) is not False:
        return ""
    return "under the same ids they have different texts, so the ids do not mean the same examples"


def shared_examples(first: Run, second: Run) -> SharedExamples:
    """The ids that two runs with answers have in common, and how their truths differ."""
    left, right = (_truths(run) for run in (first, second))
    both = left.join(right, on="example", suffix="_other").collect()
    known = both.drop_nulls()
    differing = known.filter(pl.col("true_label") != pl.col("true_label_other"))
    return SharedExamples(
        len(both), len(differing), _by_chance(known), all(map(_are_positions, (first, second)))
    )


def differing_truths(first: Run, second: Run, *, split: str | None = None) -> pl.DataFrame:
    """The shared examples whose true labels differ: `example`, `true_label`, `true_label_other`."""
    left, right = (_truths(run, split) for run in (first, second))
    both = left.join(right, on="example", suffix="_other").drop_nulls()
    return both.filter(pl.col("true_label") != pl.col("true_label_other")).sort("example").collect()


def same_folds(first: Run, second: Run) -> bool:
    """Whether every example that two runs share was left out in the same fold."""
    left, right = (
        stored_tables.scan(run)
        .filter(pl.col("split") != "train")
        .select("example", "fold")
        .unique()
        for run in (first, second)
    )
    both = left.join(right, on="example", suffix="_other")
    differing = pl.col("fold").ne_missing(pl.col("fold_other")).sum()
    return not both.select(differing).collect().item()


def named_truths(rows: pl.DataFrame, first: str, second: str) -> str:
    """The first of some `differing_truths`, with what each run gives."""
    named = [
        f"{example!r} ({label!r} in {first!r}, {other!r} in {second!r})"
        for example, label, other in rows.head(NAMED).iter_rows()
    ]
    more = [f"{len(rows) - NAMED:,} more"] if len(rows) > NAMED else []
    return " and ".join([", ".join(named), *more])


def _truths(run: Run, split: str | None = None) -> pl.LazyFrame:
    rows = stored_tables.labelled_predictions([run])
    kept = pl.col("split") != "train" if split is None else pl.col("split") == split
    return rows.filter(kept).select("example", "true_label").unique("example", keep="first")


def _by_chance(known: pl.DataFrame) -> float:
    """How many truths would differ between rows that have nothing to do with each other."""
    counts = [
        known.group_by(pl.col(name).alias("label")).len(f"n_{name}")
        for name in ("true_label", "true_label_other")
    ]
    joint = counts[0].join(counts[1], on="label")
    products = joint["n_true_label"].cast(float) * joint["n_true_label_other"].cast(float)
    equal = float(products.sum())
    return len(known) - equal / len(known) if len(known) else 0.0


def _are_positions(run: Run) -> bool:
    """Whether the ids are the numbers from 0 or 1 on, one for each example."""
    ids = stored_tables.scan(run).select(pl.col("example").unique())
    number = pl.col("example").cast(pl.Int64, strict=False)
    row = ids.select(
        number.null_count().alias("texts"),
        number.min().alias("first"),
        (number.max() - number.min() + 1 - pl.len().cast(pl.Int64)).alias("gaps"),
    ).collect()
    texts, first, gaps = row.row(0)
    return not texts and first in (0, 1) and gaps == 0


def texts_are_alike(first: Run, second: Run) -> bool | None:
    """Whether two runs show the same texts under the ids that both have; None if none tells.

    A sample is looked at. Of several columns of texts one that is the same is enough; what a model
    wrote, and whatever is equal between unrelated rows, is no evidence.
    """
    paths = [run.table("examples").resolve() for run in (first, second)]
    if paths[0] == paths[1] or not all(path.is_file() for path in paths):
        return None
    return _alike(*sorted(paths))


@lru_cache(maxsize=10_000)
def _alike(first: Path, second: Path) -> bool | None:
    frames = [pl.scan_parquet(path, glob=False) for path in (first, second)]
    schemas = [frame.collect_schema() for frame in frames]
    texts = [
        name
        for name, dtype in schemas[0].items()
        if dtype == pl.String and schemas[1].get(name) == pl.String and _is_asked(name)
    ]
    if not texts:
        return None
    both = _sampled(*(frame.select("example", *texts) for frame in frames))
    verdicts = [_column_alike(both[name], both[f"{name}_other"]) for name in texts]
    known = [verdict for verdict in verdicts if verdict is not None]
    return any(known) if known else None


def _is_asked(name: str) -> bool:
    written = (*_WRITTEN, *_WRITTEN_TOO)
    return name != "example" and not any(word in name.casefold() for word in written)


def _sampled(first: pl.LazyFrame, second: pl.LazyFrame) -> pl.DataFrame:
    """Shared examples with the texts of both: the first ones, which lie at the same place mostly.

    Ids that the one lacks are looked for in all of the other.
    """
    heads = [frame.head(SAMPLE).collect() for frame in (first, second)]
    both = heads[0].join(heads[1], on="example", suffix="_other", maintain_order="left")
    if len(both) >= min(SAMPLE // 4, len(heads[0])):
        return both
    wanted = pl.concat([head["example"] for head in heads]).unique()
    parts = [frame.filter(pl.col("example").is_in(wanted.implode())) for frame in (first, second)]
    return parts[0].join(parts[1], on="example", suffix="_other").sort("example").collect()


def _column_alike(first: pl.Series, second: pl.Series) -> bool | None:
    """Whether most texts are the same, or as good as; None where unrelated rows are the same, too.

    Texts that were cleaned or cut have more words in common with their own than with others.
    """
    # A text that one run lacks says nothing.
    pairs = [(_words(a), _words(b)) for a, b in zip(first, second, strict=True) if a and b]
    if len(pairs) < FEW or not _are_texts(first):
        return None
    middle = len(pairs) // 2
    unrelated = [(a, pairs[(at + middle) % len(pairs)][1]) for at, (a, _) in enumerate(pairs)]
    if _equal(unrelated) >= TELLS_NOTHING:
        return None
    by_chance = _in_common(unrelated)
    return _equal(pairs) >= MOST or _in_common(pairs) - by_chance >= ALIKE * (1 - by_chance)


def _equal(pairs: Sequence[tuple[frozenset[str], frozenset[str]]]) -> float:
    return sum(a == b for a, b in pairs) / len(pairs)


def _in_common(pairs: Sequence[tuple[frozenset[str], frozenset[str]]]) -> float:
    """The part of their words that two texts have in common, on average."""
    return sum(len(a & b) / len(a | b) if a | b else 1.0 for a, b in pairs) / len(pairs)


def _are_texts(values: pl.Series) -> bool:
    """Whether they are more than single words, which are categories; not all writing has spaces."""
    known = values.drop_nulls()
    words = known.str.strip_chars().str.count_matches(r"\s+").mean()
    letters = known.str.len_chars().mean()
    return bool(words and float(str(words)) >= 1) or bool(letters and float(str(letters)) >= LONG)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.casefold().split())
