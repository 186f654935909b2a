"""From a reader's `Reading` to a `Run`: the cubes are made and the tables written, once."""

from __future__ import annotations

import os
from hashlib import blake2b
from pathlib import Path

import numpy as np
import polars as pl

from diagnostics.readers import Reading
from diagnostics.statistics.metrics import Counts, summary_metrics
from diagnostics.workspace import SPLITS, Evidence, Run, Score, reducers, tables
from diagnostics.workspace.labels import label_expression


def write_run(reading: Reading, reader: str, folder: Path, number: int, examples_stem: str) -> Run:
    """The run, with its tables written into `folder` under the stem `number`.

    `examples_stem` is the stem of an earlier run of the same unit that has the same content
    table, "" if this run brings its own.
    """
    stem = str(number)
    cube = _confusion_cube(reading)
    split = _main_split(reading, cube)
    counts = count_matrix(cube.filter(pl.col("split") == split), len(reading.labels))
    exact = reading.confusion_is_exact or reading.predictions is not None
    if reading.confusion is not None:
        exact = reading.confusion_is_exact
    _write_tables(reading, cube, folder, stem, with_examples=not examples_stem)
    n, errors = _totals(reading, counts, split, exact)
    return Run(
        run=reading.run,
        reader=reader,
        path=reading.path,
        task=reading.task,
        evidence=reading.evidence,
        labels=tuple(reading.labels),
        parameters=dict(reading.parameters),
        parameters_text=dict(reading.parameters_text),
        created=reading.created,
        fit_seconds=reading.fit_seconds,
        score_seconds=reading.score_seconds,
        tags=dict(reading.tags),
        scores=_with_fold_scores(reading, cube),
        metrics=summary_metrics(counts) if exact else _given_metrics(reading.scores),
        examples=n,
        errors=errors,
        splits=tuple(sorted(set(cube["split"].drop_nulls()), key=_split_order)) or (split,),
        confusion_is_exact=exact and bool(counts.sum()),
        problems=tuple(reading.problems),
        notes=(*reading.notes, *_about_the_truth(reading, split)),
        mapping=dict(reading.mapping),
        config=reading.config,
        models=dict(reading.models),
        inputs=reading.inputs,
        tables=folder,
        stem=stem,
        examples_stem=examples_stem or stem,
        examples_file=_relative(reading.examples_file, folder),
        fingerprint=examples_fingerprint(reading),
        group=reading.group,
        siblings=reading.siblings,
        experiment=reading.experiment,
        search=reading.search,
        resource=reading.resource,
    )


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
    reading: Reading, cube: pl.DataFrame, folder: Path, stem: str, *, with_examples: bool
) -> None:
    found = {
        "predictions": reading.predictions,
        "examples": reading.examples if with_examples else None,
        "report": reading.report,
        "importances": reading.importances,
        "confusion": cube,
        "calibration": _calibration_cube(reading),
    }
    for name, frame in found.items():
        if frame is not None and len(frame):
            tables.write(frame, folder / f"{stem}-{name}.parquet")


def _main_split(reading: Reading, cube: pl.DataFrame) -> str:
    there = set(cube["split"].drop_nulls())
    if reading.predictions is not None:
        there |= set(reading.predictions["split"].unique().drop_nulls())
    return next((split for split in SPLITS if split in there), min(there, default="test"))


def _split_order(split: str) -> tuple[int, str]:
    return (SPLITS.index(split) if split in SPLITS else len(SPLITS), split)


def _totals(
    reading: Reading, counts: Counts, split: str, exact: bool
) -> tuple[int | None, int | None]:
    """Examples and errors of the main split; an example that was answered twice counts once."""
    n, errors = reading.n_examples, reading.n_errors
    if n is None and reading.predictions is not None and Evidence.PREDICTIONS in reading.evidence:
        n = reading.predictions.filter(pl.col("split") == split)["example"].n_unique()
    if errors is None and exact and counts.sum():
        errors = int(counts.sum() - np.trace(counts))
    return n, errors


def _about_the_truth(reading: Reading, split: str) -> list[str]:
    """What is said where some answers of the split that speaks for the run cannot be judged."""
    if reading.predictions is None or Evidence.TRUTH not in reading.evidence:
        return []
    truth = reading.predictions.filter(pl.col("split") == split)["true_label"]
    if not truth.null_count() or reading.task != "classification":
        return []
    n = truth.null_count()
    return [f"{n:,} of {len(truth):,} answers have no true label; the figures are of the others."]


def _with_fold_scores(reading: Reading, cube: pl.DataFrame) -> tuple[Score, ...]:
    """The scores that the files give, and ours for the folds where they give none of that name."""
    given = {(score.metric, score.split, score.fold) for score in reading.scores}
    ours = _fold_scores(cube, len(reading.labels))
    return (*reading.scores, *(s for s in ours if (s.metric, s.split, s.fold) not in given))


def _fold_scores(cube: pl.DataFrame, n_labels: int) -> list[Score]:
    """Accuracy and F1 of every fold of every split."""
    found = []
    parts = cube.drop_nulls("fold").partition_by(
        ["split", "fold"], as_dict=True, maintain_order=True
    )
    for (split, fold), part in sorted(parts.items()):
        metrics = summary_metrics(count_matrix(part, n_labels))
        for name in ("accuracy", "macro_f1", "weighted_f1"):
            if name in metrics:
                found.append(Score(name, metrics[name], str(split), int(fold), True))
    return found


def _given_metrics(scores: list[Score]) -> dict[str, float]:
    """What the files say of the whole, where nothing can be computed."""
    split = next((name for name in SPLITS if any(s.split == name for s in scores)), "test")
    return {s.metric: s.value for s in scores if s.fold is None and s.split == split}
