"""The answers of several runs side by side: one row a run, one column an example they all have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from diagnostics import reducers
from diagnostics.errors import DiagnosticsError, unknown_name
from diagnostics.grouping import same_supports
from diagnostics.natural import natural_order
from diagnostics.workspace import Evidence

if TYPE_CHECKING:
    import polars as pl

    from diagnostics.workspace import Experiment, Run

Codes = NDArray[np.int32]

#: Code of a label that is not known.
UNKNOWN = -1
#: Code of an answer that a run does not list because it was right: it keeps only its mistakes.
_RIGHT = -2


@dataclass(frozen=True, eq=False)
class AlignedAnswers:
    """What `runs` answered to the examples that all of them have.

    `answers` (runs × examples) and `truth` (examples) are codes into `labels`, `truth` is -1 where
    no run knows it; `confidence` (runs × examples) is NaN where unknown. `example` holds the ids.

    Where all runs kept nothing but their mistakes, examples that none of them lists were answered
    rightly by all: `unlisted` counts them by label. `seen` is how many examples any of the runs
    has, `conflicting` how many of these are left out because the runs' truths differ.
    """

    runs: tuple[str, ...]
    labels: tuple[str, ...]
    example: pl.Series
    truth: Codes
    answers: Codes
    confidence: NDArray[np.float32]
    unlisted: NDArray[np.int64]
    seen: int
    conflicting: int = 0

    @property
    def common(self) -> int:
        """How many examples all runs answered."""
        return len(self.truth) + int(self.unlisted.sum())

    @property
    def judged(self) -> int:
        """How many of the common ones have a truth."""
        return int((self.truth >= 0).sum()) + int(self.unlisted.sum())

    @property
    def right(self) -> NDArray[np.bool_]:
        """Runs × examples: whether the answer is the truth; False where there is none."""
        right: NDArray[np.bool_] = self.answers == self.truth
        return right

    def of(self, runs: Sequence[str]) -> AlignedAnswers:
        """The same examples with some of the runs only, in the order given.

        Raises
        ------
        DiagnosticsError
            If one of the runs is not among them.
        """
        for name in runs:
            if name not in self.runs:
                raise unknown_name("run", name, list(self.runs))
        rows = [self.runs.index(name) for name in runs]
        return replace(
            self,
            runs=tuple(runs),
            answers=self.answers[rows],
            confidence=self.confidence[rows],
        )


@dataclass(frozen=True)
class _Part:
    """One run's rows: `example`, `fold`, `truth`, `answer`, `confidence`, sorted by the first two;
    `is_whole` unless it lists mistakes only.
    """  # noqa: D205

    run: str
    rows: pl.DataFrame
    is_whole: bool = True


def alignable_runs(experiment: Experiment, run: Run) -> tuple[list[Run], dict[str, str]]:
    """The runs whose answers can be laid beside this run's, and why each other one cannot.

    They were given as much to learn from (`diagnostics.ranking.peers`), kept their answers, or
    their mistakes with a report on the same test data, and were evaluated on the same split.
    """
    from diagnostics.ranking import peers

    equals = set(peers(experiment, run))
    kept, reasons = [], {}
    for other in experiment.runs:
        why = _obstacle(run, other, is_peer=other.run in equals)
        if why:
            reasons[other.run] = why
        else:
            kept.append(other)
    return kept, reasons


def _obstacle(run: Run, other: Run, *, is_peer: bool) -> str:
    if other.task != "classification":
        return "it gives no single label to an example"
    if not has_answers(other):
        return "its answers were not kept"
    if not is_peer:
        return "it lacks folds, or was given another amount to learn from"
    if run.split not in other.splits:
        return f"it was not evaluated on the split {run.split}"
    if (lists_only_mistakes(other) or lists_only_mistakes(run)) and not _same_data(run, other):
        return "it lists mistakes only, and nothing says that they are of the same examples"
    return ""


def has_answers(run: Run) -> bool:
    """Whether the run's label for each example is known, right answers included."""
    return run.task == "classification" and (
        run.has(Evidence.PREDICTIONS) or lists_only_mistakes(run)
    )


def lists_only_mistakes(run: Run) -> bool:
    """Whether whatever the run does not list was answered rightly, as its report confirms."""
    return run.has(Evidence.ERRORS) and not run.has(Evidence.PREDICTIONS) and run.confusion_is_exact


def _same_data(run: Run, other: Run) -> bool:
    is_same = bool(run.fingerprint) and run.fingerprint == other.fingerprint
    return run is other or is_same or same_supports(run, other)


def aligned_answers(runs: Sequence[Run], *, split: str | None = None) -> AlignedAnswers:
    """The answers of stored runs to one split, that of the first run unless told otherwise.

    An example is known by its id; where a run has it several times, in folds that repeat, by its id
    and fold. A run that kept only its mistakes (see `alignable_runs`) answered rightly what it
    does not list.

    Raises
    ------
    DiagnosticsError
        If there is no run, or one of them has no row of the split.
    """
    if not runs:
        raise DiagnosticsError("There are no runs to align.")
    chosen = split or runs[0].split
    labels = natural_order({label for run in runs for label in run.labels})
    parts = [_stored(run, labels, chosen) for run in runs]
    aligned = _align(parts, labels)
    if any(part.is_whole for part in parts):
        return aligned
    return _with_unlisted(aligned, runs[0], chosen)


def _stored(run: Run, labels: Sequence[str], split: str) -> _Part:
    import polars as pl

    from diagnostics import tables

    if split not in run.splits:
        raise DiagnosticsError(
            f"Run {run.run!r} has no split {split!r}.", hint=f"It has: {', '.join(run.splits)}."
        )
    place = {label: code for code, label in enumerate(labels)}
    own = pl.Series([place[label] for label in run.labels], dtype=pl.Int32)
    rows = tables.scan(run)
    if list(run.splits) != [split]:
        rows = rows.filter(pl.col("split") == split)
    columns = ["example", "fold", "true_label", "predicted_label", "confidence"]
    found = rows.select(columns).collect()
    coded = {
        name: own.gather(found[column]).fill_null(UNKNOWN)
        for name, column in (("truth", "true_label"), ("answer", "predicted_label"))
    }
    rows_of_run = found.select("example", "fold", "confidence").with_columns(**coded)
    return _Part(run.run, rows_of_run, not lists_only_mistakes(run))


def aligned_frame(predictions: Any) -> AlignedAnswers:
    """The answers of any frame of predictions, the runs in the order in which they appear.

    Parameters
    ----------
    predictions
        Any frame that narwhals knows, lazy or not: `run`, `example`, `predicted_label`, and
        `true_label`, `confidence`, `fold` where there are any.

    Raises
    ------
    DiagnosticsError
        If it is no frame, a column is missing, or it has no rows.
    """
    import polars as pl

    frame = reducers.lazy(predictions, ["run", "example", "predicted_label"])
    optional = reducers.present(frame, ["true_label", "confidence", "fold"])
    plan = frame.select(["run", "example", "predicted_label", *optional])
    table = pl.DataFrame(pl.from_arrow(reducers.collect(plan)))
    types = {"run": pl.String, "example": pl.String, "fold": pl.Int32, "confidence": pl.Float64}
    types |= {"true_label": pl.String, "predicted_label": pl.String}
    rows = table.with_columns(
        (pl.col(name) if name in table.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in types.items()
    )
    if not len(rows):
        raise DiagnosticsError("There are no runs to align.")
    texts = pl.concat([rows["true_label"], rows["predicted_label"]]).drop_nulls().unique()
    labels = natural_order(set(texts))
    codes = pl.Series(range(len(labels)), dtype=pl.Int32)
    coded = rows.with_columns(
        pl.col(name).replace_strict(pl.Series(labels, dtype=pl.String), codes, default=UNKNOWN)
        .cast(pl.Int32).alias(short)
        for name, short in (("true_label", "truth"), ("predicted_label", "answer"))
    )  # fmt: skip
    by_run = coded.partition_by("run", as_dict=True, maintain_order=True)
    parts = [
        _Part(str(name), part.sort("example", maintain_order=True))
        for (name,), part in by_run.items()
    ]
    return _align(parts, labels)


def _align(parts: Sequence[_Part], labels: Sequence[str]) -> AlignedAnswers:
    """The parts, each put in the order of the same keys; what one of them lacks is left out."""
    keys = _keys(parts)
    parts = [_once(part, keys) for part in parts]
    base = _base(parts, keys)
    truth = np.full(len(base), UNKNOWN, np.int32)
    answers = np.empty((len(parts), len(base)), np.int32)
    confidence = np.empty((len(parts), len(base)), np.float32)
    conflicting = np.zeros(len(base), bool)
    seen = base
    for row, part in enumerate(parts):
        rows = part.rows
        if not _is_aligned(rows, base, keys):
            rows = base.join(rows, on=keys, how="left", maintain_order="left")
            if part.is_whole:
                seen = _union([seen, part.rows], keys)
        absent = UNKNOWN if part.is_whole else _RIGHT
        answers[row] = rows["answer"].fill_null(absent).to_numpy()
        confidence[row] = rows["confidence"].cast(_float32()).fill_null(np.nan).to_numpy()
        theirs = rows["truth"].fill_null(UNKNOWN).to_numpy()
        conflicting |= (truth >= 0) & (theirs >= 0) & (truth != theirs)
        truth = np.where(truth < 0, theirs, truth)
    answers = np.where(answers == _RIGHT, truth, answers)
    kept = ~conflicting & (answers >= 0).all(axis=0)
    if not kept.all():
        base, truth = base.filter(kept), truth[kept]
        answers, confidence = answers[:, kept], confidence[:, kept]
    return AlignedAnswers(
        runs=tuple(part.run for part in parts),
        labels=tuple(labels),
        example=base["example"],
        truth=truth,
        answers=answers,
        confidence=confidence,
        unlisted=np.zeros(len(labels), np.int64),
        seen=len(seen),
        conflicting=int(conflicting.sum()),
    )


def _float32() -> Any:
    import polars as pl

    return pl.Float32


def _keys(parts: Iterable[_Part]) -> list[str]:
    """What tells rows of a run apart: the example, with its fold where it comes several times."""
    return ["example", "fold"] if any(map(_repeats, parts)) else ["example"]


def _repeats(part: _Part) -> bool:
    """Whether an example comes twice; rows are sorted, and neighbours are compared in no time."""
    example = part.rows["example"]
    return bool((example[1:] == example[:-1]).any())


def _once(part: _Part, keys: list[str]) -> _Part:
    """The rows with one for each key, in order; joins take a null for nothing, so folds get -1."""
    import polars as pl

    if keys == ["example"]:
        return part
    rows = part.rows.with_columns(pl.col("fold").fill_null(-1))
    return _Part(part.run, rows.unique(keys, keep="first").sort(keys), part.is_whole)


def _base(parts: Sequence[_Part], keys: list[str]) -> pl.DataFrame:
    """The keys that give the order: those of a run with all its answers, else of all lists."""
    whole = next((part for part in parts if part.is_whole), None)
    if whole is not None:
        return whole.rows.select(keys)
    return _union([part.rows for part in parts], keys)


def _union(frames: Iterable[pl.DataFrame], keys: list[str]) -> pl.DataFrame:
    import polars as pl

    return pl.concat([frame.select(keys) for frame in frames]).unique().sort(keys)


def _is_aligned(rows: pl.DataFrame, base: pl.DataFrame, keys: list[str]) -> bool:
    return len(rows) == len(base) and all(rows[key].equals(base[key]) for key in keys)


def _with_unlisted(aligned: AlignedAnswers, run: Run, split: str) -> AlignedAnswers:
    """Of runs that list only mistakes: with the examples that none of them lists."""
    from diagnostics.confusion import confusion_matrix

    support = confusion_matrix(run, aligned.labels, split=split).support
    listed = np.bincount(aligned.truth, minlength=len(aligned.labels))
    unlisted = np.maximum(support - listed, 0)
    return replace(aligned, unlisted=unlisted, seen=aligned.seen + int(unlisted.sum()))


__all__ = [
    "UNKNOWN",
    "AlignedAnswers",
    "alignable_runs",
    "aligned_answers",
    "aligned_frame",
    "has_answers",
    "lists_only_mistakes",
]
