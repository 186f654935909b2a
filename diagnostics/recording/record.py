"""Keep one evaluation of a model as a run folder: complete or absent."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED

import numpy as np

from diagnostics.errors import DiagnosticsError
from diagnostics.recording.content import columns_of, content_table, showable
from diagnostics.recording.data import row_ids
from diagnostics.recording.predicting import Answers, ask
from diagnostics.workspace.explanation_files import write_explanations
from diagnostics.workspace.file_formats import (
    DESCRIPTION,
    EXAMPLES,
    FORMAT,
    FORMAT_VERSION,
    IMPORTANCES,
    MODEL,
    PREDICTIONS,
)
from diagnostics.workspace.model_inputs import write_inputs
from diagnostics.workspace.plain_values import (
    label_text,
    label_texts,
    parameters_of,
    score_of,
)


def record(
    folder: str | Path,
    *,
    model: Any = None,
    X: Any = None,
    true_label: Any = None,
    predicted_label: Any = None,
    probabilities: Any = None,
    labels: Sequence[Any] | None = None,
    confidence: Any = None,
    example: Sequence[Any] | None = None,
    content: Any = None,
    split: str | Sequence[str] = "test",
    fold: Sequence[int] | None = None,
    parameters: Mapping[str, Any] | None = None,
    scores: Mapping[str, float] | None = None,
    train_scores: Mapping[str, float] | None = None,
    importances: Any = None,
    explanations: Any = None,
    fit_seconds: float | None = None,
    score_seconds: float | None = None,
    experiment: str | None = None,
    tags: Mapping[str, str] | None = None,
    keep_model: bool = False,
    overwrite: bool = False,
) -> Path:
    """Write one evaluation as the run folder `folder` and return its path.

    Either a fitted `model` with the rows `X` it shall be asked about, or the answers themselves:
    `predicted_label`, or `probabilities` with `labels`, or both.

    Parameters
    ----------
    folder
        The run's folder; its name is the run's name. Runs side by side form an experiment.
    model
        A fitted scikit-learn classifier or pipeline. Asked for `predict` and `predict_proba`;
        without the latter, `decision_function` is turned into shares by a softmax, and said so.
    X
        The rows, in whatever form the model takes.
    true_label, predicted_label
        One label per row, None or NaN where unknown.
    probabilities
        Array of shape (rows, len(labels)), each row adding up to 1.
    labels
        What the columns of `probabilities` stand for.
    confidence
        Probability of the predicted label, where there is no full vector.
    example
        One id per row, the same in every run. Default: the index of the first frame or series
        among `X`, `content` and the labels that tells rows apart, otherwise their positions.
    content
        What people shall see: texts, a frame or a mapping of columns, or images as an array of
        shape (rows, height, width) or (rows, height, width, 3): bytes, or floats from 0 to 1.
        Default: `X`, if it is texts or a frame.
    split, fold
        Where each row was evaluated: `test`, `validation` or `train`; fold number from 0.
    parameters
        What the candidate was; default: those the model was made with.
    scores, train_scores
        More figures of merit by name, on `split` and on the training rows; greater is better.
    importances
        A frame or mapping with `feature` and `mean`, and `std`, `label`, `method` if there are any.
    explanations
        Why each answer was given, computed elsewhere: shap's `Explanation` of these rows, a mapping
        of its arrays (`values`, `base`, `features`, `labels`, `data`, `scale`), or a frame with
        `example`, `feature` and `contribution`; see docs/formats/kept-explanations.md.
    fit_seconds, score_seconds
        How long it took.
    experiment
        A name for the experiment; default: where the folder lies.
    keep_model
        Keep the model as a skops file, so that it can be asked and explained later.
    overwrite
        Replace a run folder of the same name; otherwise that is an error.

    Raises
    ------
    DiagnosticsError
        If lengths or the order of indexes differ, nothing was answered, the folder exists, or a
        value makes no sense.
    """
    target = Path(folder)
    if target.exists() and not (overwrite and _is_replaceable(target)):
        raise DiagnosticsError(
            f"{target} exists already.",
            hint="Choose another folder, or pass overwrite=True to replace a run folder.",
        )
    answers = _ask(model, X) if model is not None else Answers(None)
    predicted_label = predicted_label if predicted_label is not None else answers.predicted_label
    if probabilities is None and confidence is None:
        probabilities, labels = answers.probabilities, answers.labels
    given = predicted_label if predicted_label is not None else probabilities
    ids = _ids(example, given, X, content, true_label, predicted_label, probabilities)
    table, label_list = _predictions(
        ids, true_label, predicted_label, probabilities, labels, confidence, split, fold
    )
    # The table is in the order of the ids, and content and inputs are in the caller's.
    shown = content_table(content if content is not None else showable(X), ids)
    description = {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "task": "classification",
        "labels": label_list,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "experiment": experiment,
        "parameters": parameters_of(parameters, model),
        "fit_seconds": fit_seconds,
        "score_seconds": score_seconds,
        "scores": [
            *_score_list(scores, split if isinstance(split, str) else "test"),
            *_score_list(train_scores, "train"),
        ],
        "tags": dict(tags or {}),
        "notes": [answers.note] if answers.note else [],
    }
    keeps_model = keep_model and model is not None
    with _Staging(target) as staging:
        table.sort("example", maintain_order=True).write_parquet(staging / f"{PREDICTIONS}.parquet")
        if shown is not None:
            shown.write_parquet(staging / f"{EXAMPLES}.parquet")
        if importances is not None:
            _importances(importances).write_csv(staging / IMPORTANCES)
        if explanations is not None:
            write_explanations(staging, explanations, ids)
        if keeps_model:
            _keep_model(model, staging / MODEL)
            description["inputs"] = write_inputs(staging, X, ids)
        text = json.dumps(description, ensure_ascii=False, indent=1, default=repr, allow_nan=False)
        (staging / DESCRIPTION).write_text(text, encoding="utf-8")
    return target


class _Staging:
    """A hidden folder beside the target that takes its place when all went well."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __enter__(self) -> Path:
        self.target.parent.mkdir(parents=True, exist_ok=True)
        self.path = Path(tempfile.mkdtemp(dir=self.target.parent, prefix=f".{self.target.name}-"))
        return self.path

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        if kind is not None:
            shutil.rmtree(self.path, ignore_errors=True)
            return
        # mkdtemp makes a folder that nobody else may open.
        self.path.chmod(0o755)
        if self.target.exists():
            # A folder cannot be renamed onto one that holds files: the old one steps aside.
            old = self.path.with_name(f"{self.path.name}-old")
            self.target.rename(old)
            self.path.rename(self.target)
            shutil.rmtree(old)
        else:
            self.path.rename(self.target)


def _is_replaceable(target: Path) -> bool:
    """Only a run folder or an empty one: never somebody's other files."""
    return target.is_dir() and ((target / DESCRIPTION).is_file() or not any(target.iterdir()))


def _ask(model: Any, X: Any) -> Answers:
    if X is None:
        raise DiagnosticsError(
            "A model was given without rows.", hint="Pass X, the rows to ask it about."
        )
    return ask(model, X)


def _ids(example: Sequence[Any] | None, answers: Any, *sources: Any) -> list[str]:
    """One id for each answer: as given, by the index of a frame among the sources, or numbered."""
    if answers is None:
        raise DiagnosticsError(
            "Nothing to record.",
            hint="Pass predicted_label, or probabilities with labels, or a model.",
        )
    if example is not None:
        return [str(value) for value in example]
    return row_ids(len(answers), *sources)


def _predictions(
    ids: list[str],
    true_label: Any,
    predicted_label: Any,
    probabilities: Any,
    labels: Sequence[Any] | None,
    confidence: Any,
    split: str | Sequence[str],
    fold: Sequence[int] | None,
) -> tuple[Any, list[str]]:
    """The predictions with labels as text, and the label list that the vectors align with."""
    import polars as pl

    from diagnostics.workspace.labels import label_expression
    from diagnostics.workspace.tables import predictions_frame

    n = len(predicted_label if predicted_label is not None else probabilities)
    vectors = None if probabilities is None else _vectors(probabilities, labels)
    frame, order = predictions_frame(
        example=ids,
        true_label=label_texts(true_label),
        predicted_label=label_texts(predicted_label),
        confidence=confidence,
        probabilities=vectors,
        labels=None if labels is None else [str(label_text(label)) for label in labels],
        split=split if isinstance(split, str) else [str(value) for value in split],
        fold=None if fold is None else [int(value) for value in fold],
    )
    wanted = [
        "example",
        "split",
        "fold",
        "true_label",
        "predicted_label",
        "confidence",
        "probabilities",
    ]
    decoded = frame.with_columns(
        label_expression("true_label", order), label_expression("predicted_label", order)
    ).select(wanted)
    # A column without a value would say that something was recorded.
    kept = [name for name in wanted if name == "example" or decoded[name].null_count() < max(n, 1)]
    return decoded.select(pl.col(name) for name in kept), order


def _vectors(probabilities: Any, labels: Sequence[Any] | None) -> np.ndarray:
    vectors = np.asarray(probabilities, dtype=float)
    if vectors.ndim != 2:
        raise DiagnosticsError(f"probabilities must have two dimensions, not {vectors.ndim}.")
    if labels is None or len(labels) != vectors.shape[1]:
        given = "none" if labels is None else len(labels)
        raise DiagnosticsError(
            f"probabilities have {vectors.shape[1]} columns, but there are {given} labels.",
            hint="Pass labels in the order of the columns, for scikit-learn model.classes_.",
        )
    if np.nanmin(vectors, initial=0) < 0 or np.nanmax(vectors, initial=0) > 1 + 1e-6:
        row = int(np.argmax((vectors < 0).any(axis=1) | (vectors > 1 + 1e-6).any(axis=1)))
        raise DiagnosticsError(
            f"probabilities must lie between 0 and 1; row {row} has {vectors[row].tolist()}.",
            hint="Turn logits into probabilities first, for example with scipy.special.softmax.",
        )
    return vectors


def _score_list(scores: Mapping[str, float] | None, split: str) -> list[dict[str, Any]]:
    return [
        {"metric": name, "value": score_of(name, value), "split": split, "greater_is_better": True}
        for name, value in (scores or {}).items()
    ]


def _importances(importances: Any) -> Any:
    import polars as pl

    frame = pl.DataFrame(dict(columns_of(importances)), strict=False)
    if not {"feature", "mean"} <= set(frame.columns):
        raise DiagnosticsError(
            f"importances need the columns feature and mean; they have {', '.join(frame.columns)}."
        )
    return frame


def _keep_model(model: Any, path: Path) -> None:
    import skops.io

    try:
        skops.io.dump(model, path, compression=ZIP_DEFLATED)
    except Exception as error:
        raise DiagnosticsError(
            f"The model cannot be kept with skops: {error}", hint="Record it with keep_model=False."
        ) from error
