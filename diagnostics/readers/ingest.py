"""From a reader's `Reading` to a `Run`: its rows become cubes, and the cubes its facts, once."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from diagnostics.readers import Reading
from diagnostics.statistics.metrics import Counts, summary_metrics
from diagnostics.workspace import SPLITS, Evidence, Run, Score, reducers, tables
from diagnostics.workspace.experiment import CONTENT_PRINT
from diagnostics.workspace.labels import label_expression

#: Fields that a reading and a run both have, and that are made here of more than the reading's.
_MADE_HERE = {"scores", "notes", "confusion_is_exact", "examples", "examples_file"}
#: So many examples tell whether two runs show the same content.
CONTENT_SAMPLE = 100
#: By the type that `Run` declares: a reader may go on with its lists, a run does not change.
_FORMS: dict[str, type] = {"tuple": tuple, "Mapping": dict}
#: What a run has of its reading as it stands: name and, where it takes another one, form.
_AS_READ = {
    entry.name: _FORMS.get(str(entry.type).partition("[")[0])
    for entry in fields(Run)
    if entry.name in {offered.name for offered in fields(Reading)} - _MADE_HERE
}


@dataclass(frozen=True)
class _Cubes:
    """What the rows of a reading come to; `answers` and what follows are of the main split."""

    confusion: pl.DataFrame
    calibration: pl.DataFrame
    split: str
    answers: int
    without_truth: int
    examples: int | None
    fingerprint: str


def write_run(reading: Reading, reader: str, folder: Path, number: int, examples_stem: str) -> Run:
    """The run, with its tables written into `folder` under the stem `number`.

    `examples_stem` is the stem of an earlier run of the same unit that has the same content
    table, "" if this run brings its own.
    """
    stem = str(number)
    cubes = _cubes(reading)
    known = _as_read(reading)
    known["tags"] |= _content_print(reading)
    _write_tables(reading, cubes, folder, stem, with_examples=not examples_stem)
    return Run(
        **known,
        **_facts(reading, cubes),
        reader=reader,
        tables=folder,
        stem=stem,
        examples_stem=examples_stem or stem,
        examples_file=_relative(reading.examples_file, folder),
    )


def facts_of(reading: Reading) -> dict[str, Any]:
    """What a run of this reading says of itself (its examples, metrics, scores), nothing written.

    Returns
    -------
    `examples`, `errors`, `metrics`, `scores`, `splits`, `notes`, `fingerprint` and
    `confusion_is_exact`, as the fields of `Run`.
    """
    return _facts(reading, _cubes(reading))


def _as_read(reading: Reading) -> dict[str, Any]:
    """The fields of the run that are the reading's own."""
    values = {name: getattr(reading, name) for name in _AS_READ}
    return {
        name: values[name] if form is None else form(values[name])
        for name, form in _AS_READ.items()
    }


def _cubes(reading: Reading) -> _Cubes:
    """All that needs a look at the rows: there may be millions, and nothing else goes over them."""
    confusion = _confusion_cube(reading)
    split = _main_split(reading, confusion)
    answers = _answers(reading, split)
    return _Cubes(
        confusion=confusion,
        calibration=_calibration_cube(reading),
        split=split,
        answers=len(answers),
        without_truth=answers["true_label"].null_count(),
        examples=_count_of_examples(reading, answers),
        fingerprint=examples_fingerprint(reading),
    )


def _facts(reading: Reading, cubes: _Cubes) -> dict[str, Any]:
    """The fields of the run that follow from its cubes and from what the files say of the whole."""
    cube = cubes.confusion
    counts = count_matrix(cube.filter(pl.col("split") == cubes.split), len(reading.labels))
    is_exact = reading.confusion_is_exact or (
        reading.confusion is None and reading.predictions is not None
    )
    is_counted = is_exact and bool(counts.sum())
    errors = int(counts.sum() - np.trace(counts)) if is_counted else None
    splits = sorted(set(cube["split"].drop_nulls()), key=_split_order)
    return {
        "splits": tuple(splits) or (cubes.split,),
        "scores": _with_fold_scores(reading, cube),
        "metrics": summary_metrics(counts) if is_exact else _metrics_of_files(reading.scores),
        "confusion_is_exact": is_counted,
        "examples": cubes.examples,
        "errors": errors if reading.n_errors is None else reading.n_errors,
        "notes": (*reading.notes, *_about_the_truth(reading, cubes)),
        "fingerprint": cubes.fingerprint,
    }


def _relative(file: Path | None, folder: Path) -> str:
    """The way from the run's tables to a file among the results: both may move together."""
    return "" if file is None else os.path.relpath(file, folder)


def count_matrix(cube: pl.DataFrame, n_labels: int) -> Counts:
    """The cube as an array (true, predicted); rows without truth or answer are left out."""
    counts = np.zeros((n_labels, n_labels), dtype=np.int64)
    known = cube.drop_nulls(["true_label", "predicted_label"])
    np.add.at(
        counts,
        (known["true_label"].to_numpy(), known["predicted_label"].to_numpy()),
        known["n"].to_numpy(),
    )
    return counts


def examples_fingerprint(reading: Reading) -> str:
    """Equal for runs that were evaluated on the same examples with the same truth."""
    if reading.examples_fingerprint or reading.predictions is None:
        return reading.examples_fingerprint
    rows = (
        reading.predictions.lazy()
        .filter(pl.col("split") != "train")
        .select("example", truth=label_expression("true_label", reading.labels))
        .unique()
        .sort("example", "truth")
        .select(
            pl.concat_str("example", pl.lit("\x1f"), pl.col("truth").fill_null("\x00")).str.join(
                "\x1e"
            )
        )
        .collect()
    )
    return blake2b((rows.item() or "").encode(), digest_size=12).hexdigest()


def _content_print(reading: Reading) -> dict[str, str]:
    """A tag that is equal for runs with the same content, as far as their first examples tell."""
    if reading.examples is None or len(reading.examples.columns) < 2:
        return {}
    first = reading.examples.bottom_k(CONTENT_SAMPLE, by="example").sort("example")
    text = repr([first.columns, *(column.to_list() for column in first)])
    return {CONTENT_PRINT: blake2b(text.encode(errors="replace"), digest_size=8).hexdigest()}


def _confusion_cube(reading: Reading) -> pl.DataFrame:
    if reading.confusion is not None:
        return tables.conform(reading.confusion, tables.CONFUSION)
    if reading.predictions is None or reading.task != "classification":
        return tables.empty(tables.CONFUSION)
    plan = reducers.confusion(reducers.lazy(reading.predictions.lazy(), []))
    cube = tables.conform(plan.to_native().collect(), tables.CONFUSION)
    return cube.sort("split", "fold", "true_label", "predicted_label")


def _calibration_cube(reading: Reading) -> pl.DataFrame:
    if reading.predictions is None or reading.task != "classification":
        return tables.empty(tables.CALIBRATION)
    plan = reducers.calibration(reducers.lazy(reading.predictions.lazy(), []))
    cube = tables.conform(plan.to_native().collect(), tables.CALIBRATION)
    return cube.sort("split", "predicted_label", "bin", "correct")


def _write_tables(
    reading: Reading, cubes: _Cubes, folder: Path, stem: str, *, with_examples: bool
) -> None:
    frames = {
        "predictions": reading.predictions,
        "examples": reading.examples if with_examples else None,
        "report": reading.report,
        "importances": reading.importances,
        "confusion": cubes.confusion,
        "calibration": cubes.calibration,
    }
    for name, frame in frames.items():
        if frame is not None and len(frame):
            tables.write(frame, folder / f"{stem}-{name}.parquet")


def _main_split(reading: Reading, cube: pl.DataFrame) -> str:
    there = set(cube["split"].drop_nulls())
    if reading.predictions is not None:
        there |= set(reading.predictions["split"].unique().drop_nulls())
    there = there or {score.split for score in reading.scores}
    return next((split for split in SPLITS if split in there), min(there, default="test"))


def _split_order(split: str) -> tuple[int, str]:
    return (SPLITS.index(split) if split in SPLITS else len(SPLITS), split)


def _answers(reading: Reading, split: str) -> pl.DataFrame:
    """The `example` and `true_label` of every answer of a split; no rows without predictions."""
    columns = ("split", "example", "true_label")
    if reading.predictions is None:
        return tables.empty({name: tables.PREDICTIONS[name] for name in columns})
    # Only these: a filter of the whole table would copy the vectors of every answer.
    return reading.predictions.select(columns).filter(pl.col("split") == split)


def _count_of_examples(reading: Reading, answers: pl.DataFrame) -> int | None:
    """As the reader says, else counted: an example that was answered twice counts once."""
    if reading.n_examples is not None or reading.predictions is None:
        return reading.n_examples
    # Without this evidence the rows are only some of the answers, such as the mistakes.
    return answers["example"].n_unique() if Evidence.PREDICTIONS in reading.evidence else None


def _about_the_truth(reading: Reading, cubes: _Cubes) -> list[str]:
    """What is said where some answers of the split that speaks for the run cannot be judged."""
    is_judged = reading.task == "classification" and Evidence.TRUTH in reading.evidence
    n, of = cubes.without_truth, cubes.answers
    if not n or not is_judged:
        return []
    return [f"{n:,} of {of:,} answers have no true label; the figures are of the others."]


def _with_fold_scores(reading: Reading, cube: pl.DataFrame) -> tuple[Score, ...]:
    """The scores that the files give, and ours for the folds where they give none of that name."""
    in_files = {(score.metric, score.split, score.fold) for score in reading.scores}
    ours = _fold_scores(cube, len(reading.labels))
    return (*reading.scores, *(s for s in ours if (s.metric, s.split, s.fold) not in in_files))


def _fold_scores(cube: pl.DataFrame, n_labels: int) -> list[Score]:
    """Accuracy and F1 of every fold of every split."""
    scores = []
    parts = cube.drop_nulls("fold").partition_by(
        ["split", "fold"], as_dict=True, maintain_order=True
    )
    for (split, fold), part in sorted(parts.items()):
        metrics = summary_metrics(count_matrix(part, n_labels))
        for name in ("accuracy", "macro_f1", "weighted_f1"):
            if name in metrics:
                scores.append(Score(name, metrics[name], str(split), int(fold), True))
    return scores


def _metrics_of_files(scores: list[Score]) -> dict[str, float]:
    """What the files say of the whole, where nothing can be computed."""
    split = next((name for name in SPLITS if any(s.split == name for s in scores)), "test")
    return {s.metric: s.value for s in scores if s.fold is None and s.split == split}
