"""Importances that lie with a run: in its own format, or as another tool's file beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from diagnostics.models.importance.importances import Figures, Importances
from diagnostics.models.importance.tool_files import SUFFIXES, NoImportances, read_importances
from diagnostics.workspace import Evidence, Experiment, Run
from diagnostics.workspace.file_formats import IMPORTANCES as OURS
from diagnostics.workspace.safe_paths import resolved_inside

#: What a file's name has in it; what is in the file decides.
NAMED = ("importance", "feature_score", "feature_strength", "fstr", "coefficients")
#: Folders beside the predictions that tools put such files into.
INSIDE = ("", "artifacts", "model", "catboost_info")


def kept_importances(
    experiment: Experiment, run: Run, root: Path
) -> tuple[list[Importances], list[str]]:
    """What was kept with a run, by method, and what could not be read.

    Files beside a run are its own where no other run has the same folder; else those that have the
    run's name in theirs.
    """
    importances, problems = [], []
    if run.has(Evidence.IMPORTANCE) and run.table("importances").is_file():
        importances += by_method(pl.read_parquet(run.table("importances"), glob=False), OURS)
    for path in files_beside(experiment, run, root):
        try:
            importances += by_method(read_importances(path), path.name)
        except NoImportances as error:
            problems.append(error.message)
    return importances, problems


def files_beside(experiment: Experiment, run: Run, root: Path) -> Iterator[Path]:
    """Files whose name says that they may hold importances, in the run's folder."""
    home = root / run.path
    home = home if home.is_dir() else home.parent
    if not home.is_dir() or resolved_inside(home, root) is None:
        return
    shared = sum(_home(root, other) == home for other in experiment.runs) > 1
    for inside in INSIDE:
        folder = home / inside
        if not folder.is_dir():
            continue
        for path in sorted(folder.iterdir()):
            name = path.name.lower()
            if path.suffix.lower() not in SUFFIXES or path.name == OURS or not path.is_file():
                continue
            if not any(word in name for word in NAMED) and not _is_lightgbm(path):
                continue
            if not shared or run.run.lower() in name:
                yield path


def _home(root: Path, run: Run) -> Path:
    home = root / run.path
    return home if home.is_dir() else home.parent


def _is_lightgbm(path: Path) -> bool:
    if path.suffix.lower() != ".txt":
        return False
    try:
        with path.open("rb") as file:
            return file.read(16).startswith(b"tree\nversion=")
    except OSError:
        return False


def by_method(table: pl.DataFrame, source: str) -> list[Importances]:
    """One `Importances` for each method in a table of importances."""
    filled = table.with_columns(pl.col("method").fill_null("importance"))
    return [
        _of_one(part, str(method), source)
        for (method,), part in filled.partition_by(
            "method", as_dict=True, maintain_order=True
        ).items()
    ]


def _of_one(part: pl.DataFrame, method: str, source: str) -> Importances:
    features = part["feature"].unique(maintain_order=True).to_list()
    labels = part["label"].drop_nulls().unique(maintain_order=True).to_list()
    whole, spread = _column(part.filter(pl.col("label").is_null()), features)
    by_label = label_std = None
    if labels:
        each = [_column(part.filter(pl.col("label") == label), features) for label in labels]
        by_label = np.array([mean for mean, _ in each])
        label_std = np.array([std for _, std in each])
        if np.isnan(whole).all():
            whole = _mean_size(by_label)
    figures = [whole, *([] if by_label is None else [by_label])]
    return Importances(
        method,
        tuple(features),
        whole,
        None if np.isnan(spread).all() else spread,
        labels=tuple(labels),
        by_label=by_label,
        label_std=None if label_std is None or np.isnan(label_std).all() else label_std,
        is_signed=any(bool((one < 0).any()) for one in figures) and method != "permutation",
        unit=method,
        source=source,
    )


def _mean_size(by_label: Figures) -> Figures:
    """Over the labels that have a figure; NaN where none has."""
    known = ~np.isnan(by_label)
    sums = np.where(known, np.abs(by_label), 0).sum(axis=0)
    return np.where(known.any(axis=0), sums / np.maximum(known.sum(axis=0), 1), np.nan)


def _column(rows: pl.DataFrame, features: list[str]) -> tuple[Figures, Figures]:
    means = dict(zip(rows["feature"], rows["mean"], strict=True))
    stds = dict(zip(rows["feature"], rows["std"], strict=True))
    return _aligned(means, features), _aligned(stds, features)


def _aligned(known: dict[str, float | None], features: list[str]) -> Figures:
    values = [known.get(name) for name in features]
    return np.array([np.nan if value is None else value for value in values], float)
