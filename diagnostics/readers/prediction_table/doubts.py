"""What is odd about a reading in which something was assumed: never silently kept or turned."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import polars as pl

from diagnostics.readers.own_choices import toml_value
from diagnostics.readers.prediction_table.columns.score_columns import is_share
from diagnostics.readers.prediction_table.columns.steps import Step, weakest
from diagnostics.readers.prediction_table.values.bijections import translation
from diagnostics.readers.prediction_table.values.labels import labels

#: So rarely a model that guesses is as bad as a reading that is doubted for it.
ALPHA = 1e-3
#: Fewer rows say nothing: a good model has them all right.
FEW = 10
#: Of this many rows all have another label: then they are no labels.
DIFFERENT, SEVERAL = 0.9, 20
#: More labels are not matched with each other.
MOST_LABELS = 200

Oddity = tuple[str, str, str]
CODE = "reading-doubted"


@dataclass(frozen=True)
class Alternative:
    """Another way to read a table: what was read, what it may be, and the line that settles it."""

    read: str
    instead: str
    line: str
    predicted: pl.Series


@dataclass(frozen=True)
class Judged:
    """Truth and answers counted: codes of the rows that have both, and their labels."""

    true: np.ndarray
    answer: np.ndarray
    known: list[str]

    @property
    def n(self) -> int:
        """The rows with a truth and an answer."""
        return len(self.true)

    @property
    def hits(self) -> int:
        """The right ones."""
        return int((self.true == self.answer).sum())

    @property
    def chance(self) -> float:
        """The share that would be right if answers and truth had nothing to do with each other."""
        shares = [
            np.bincount(codes, minlength=len(self.known)) / max(self.n, 1)
            for codes in (self.true, self.answer)
        ]
        return float((shares[0] * shares[1]).sum())


def judged(truth: pl.Series, predicted: pl.Series) -> Judged:
    """The rows that can be judged."""
    known = pl.concat([truth.drop_nulls(), predicted.drop_nulls()]).unique().sort()
    usable = truth.is_not_null() & predicted.is_not_null()
    places = pl.int_range(len(known), eager=True)
    codes = [
        column.filter(usable).replace_strict(known, places, return_dtype=pl.Int64).to_numpy()
        for column in (truth, predicted)
    ]
    return Judged(codes[0], codes[1], known.to_list())


def share_right(truth: pl.Series, predicted: pl.Series) -> float:
    """The accuracy over the rows that have both, NaN if there are none."""
    mean = (truth == predicted).mean()
    return float(mean) if isinstance(mean, float) else np.nan


def doubts(
    truth: pl.Series | None,
    predicted: pl.Series,
    steps: Sequence[Step],
    alternatives: Iterable[Alternative] = (),
) -> list[Oddity]:
    """What to ask about a run, as code, what and hint; nothing where no step was assumed.

    Parameters
    ----------
    truth, predicted
        Labels as text, all rows of the run.
    steps
        Every decision of the reading.
    alternatives
        Other readings that have a figure of their own; each is asked about.
    """
    assumed = tuple(step for step in steps if step.is_assumed)
    columns = [step for step in assumed if step.role in ("true_label", "predicted_label")]
    asked = _never_repeating(truth, predicted, columns)
    if truth is None or not truth.count():
        return asked
    for other in alternatives:
        asked.append(_asked(truth, predicted, other))
    if not assumed or asked:
        return asked
    counted = judged(truth, predicted)
    if columns and counted.n >= FEW and counted.hits == counted.n and len(counted.known) > 1:
        return [_all_right(counted, columns)]
    if is_far_below_chance(counted):
        return _below_chance(counted, weakest(assumed))
    return []


def is_far_below_chance(counted: Judged) -> bool:
    """Whether a model that guesses would hardly ever be so bad."""
    if counted.n < FEW or counted.hits >= counted.chance * counted.n:
        return False
    from scipy.special import bdtr

    return bool(bdtr(counted.hits, counted.n, counted.chance) < ALPHA)


def is_above_chance(counted: Judged) -> bool:
    """Whether a model that guesses would hardly ever be so good (one in a hundred)."""
    if not counted.n or counted.hits <= counted.chance * counted.n:
        return False
    from scipy.special import bdtrc

    return bool(bdtrc(counted.hits - 1, counted.n, counted.chance) < 0.01)


def best_matching(counted: Judged) -> tuple[dict[str, str], float]:
    """The label that each answer may stand for so that most rows are right, and their share."""
    from scipy.optimize import linear_sum_assignment

    k = len(counted.known)
    counts = np.zeros((k, k), dtype=np.int64)
    np.add.at(counts, (counted.answer, counted.true), 1)
    rows, columns = linear_sum_assignment(counts, maximize=True)
    names = {
        counted.known[row]: counted.known[column] for row, column in zip(rows, columns, strict=True)
    }
    return names, float(counts[rows, columns].sum() / max(counted.n, 1))


def codes_of_one_another(answers: Sequence[tuple[str, pl.Series]]) -> list[Oddity]:
    """Models of a table whose answers say the same in other labels: one model, most likely."""
    asked: list[Oddity] = []
    flat = [(name, column) for name, column in answers if not column.dtype.is_nested()]
    spelt = [(name, labels(column)[0]) for name, column in flat if not is_share(column)]
    for (first, a), (second, b) in combinations(spelt[:MOST_LABELS], 2):
        kinds = a.drop_nulls().n_unique()
        if len(a) < FEW or kinds < 2 or kinds * 2 > len(a) or kinds != b.drop_nulls().n_unique():
            continue
        names = translation(a, b)
        if names and any(old != new for old, new in names.items()):
            what = (
                f"{first!r} and {second!r} were read as two models, but say the same in other "
                f"labels in all {len(a):,} rows. Are they one?"
            )
            line = f"predicted_label = {toml_value(second)}"
            hint = f"Name the one that counts in errata.toml: {line}."
            asked.append((CODE, what, hint))
    return asked


def _asked(truth: pl.Series, predicted: pl.Series, other: Alternative) -> Oddity:
    own, instead = share_right(truth, predicted), share_right(truth, other.predicted)
    what = f"{other.read}: {own:.0%} right. {other.instead}: {instead:.0%}. Which?"
    return CODE, what, f"Say it in errata.toml: {other.line}."


def _all_right(counted: Judged, columns: Sequence[Step]) -> Oddity:
    step = min(columns, key=lambda entry: entry.strength)
    other = step.alternative or "another column"
    word = "the truth" if step.role == "true_label" else "the answer"
    what = (
        f"All {counted.n:,} answers are right, and that {step.column!r} is {word} was assumed: "
        f"{step.reason}. Does it hold the answers and the truth alike?"
    )
    hint = f"Say in errata.toml which column is which ({step.role} = …), or name {other}."
    return CODE, what, hint


def _below_chance(counted: Judged, step: Step | None) -> list[Oddity]:
    if step is None or len(counted.known) > MOST_LABELS:
        return []
    names, best = best_matching(counted)
    changed = {old: new for old, new in names.items() if old != new}
    if not changed or best <= counted.chance:
        return []
    shown = ", ".join(f"{old!r} for {new!r}" for old, new in list(changed.items())[:3])
    what = (
        f"{counted.hits / counted.n:.0%} of {counted.n:,} answers are right, far fewer than by "
        f"chance ({counted.chance:.0%}), and this was assumed: {step.reason}. If the answers said "
        f"{shown}, {best:.0%} were right. Which?"
    )
    hint = f"Say in errata.toml what is right: {_line(step)}."
    return [(CODE, what, hint)]


def _line(step: Step) -> str:
    if step.role == "labels":
        return 'labels = ["…", "…"], in the order of the scores'
    if step.role == "header":
        return 'true_label = "…" and predicted_label = "…"'
    return f"{step.role} = {toml_value(step.column)}, or another one"


def _never_repeating(
    truth: pl.Series | None, predicted: pl.Series, columns: Sequence[Step]
) -> list[Oddity]:
    for step in columns:
        column = truth if step.role == "true_label" else predicted
        if column is None or len(column) < SEVERAL:
            continue
        different = column.drop_nulls().n_unique()
        if different > DIFFERENT * len(column):
            what = (
                f"{step.column!r} was read as labels because {step.reason}, but {len(column):,} "
                f"rows hold {different:,} different ones. Are they labels?"
            )
            hint = f'Name the column with the labels in errata.toml: {step.role} = "…".'
            return [(CODE, what, hint)]
    return []
