"""Our own run folders, as `diagnostics.record` writes them; see docs/formats/run-folder.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from diagnostics.readers import Folder, Reading
from diagnostics.readers.explanations import explanation_problems
from diagnostics.workspace import NO_PREDICTION, NOTHING, Evidence, Problem, Score
from diagnostics.workspace.file_formats import (
    DESCRIPTION,
    EXAMPLES,
    FORMAT,
    FORMAT_VERSION,
    IMPORTANCES,
    MODEL,
    PREDICTIONS,
)
from diagnostics.workspace.model_inputs import ARRAY, FRAME, SPARSE, TEXT
from diagnostics.workspace.safe_paths import file_inside
from diagnostics.workspace.tables import IMPORTANCES as IMPORTANCE_COLUMNS
from diagnostics.workspace.tables import conform, predictions_frame

NAME = "errata"
LOOKS_FOR = "run folders with a run.json (diagnostics.record writes them)"
VERSION = 3

#: A recorded confidence may differ from its vector by the rounding to 32 bits.
TOLERANCE = 1e-4


def matches(folder: Folder) -> bool:
    """Whether the folder's run.json names our format."""
    return DESCRIPTION in folder.names and FORMAT.encode() in folder.head(DESCRIPTION)


def owns_tree(folder: Folder) -> bool:
    """What lies inside a run folder is the run's."""
    return matches(folder)


def read(folder: Folder) -> Iterator[Reading | Problem]:
    """The folder's run, or the problem that keeps it from being one."""
    try:
        description = folder.json(DESCRIPTION)
        yield _reading(folder, description)
    except _Broken as broken:
        yield broken.problem
    except (OSError, ValueError) as error:
        yield Problem(
            "unreadable-file",
            folder.where(DESCRIPTION),
            f"{DESCRIPTION} is not readable: {error}.",
            "Record the run again.",
        )


#: The kinds of a description's values, where they are there.
_KINDS: Mapping[str, type | tuple[type, ...]] = {
    **dict.fromkeys(("labels", "scores", "notes"), list),
    **dict.fromkeys(("parameters", "tags"), dict),
    **dict.fromkeys(("created", "experiment", "name"), str),
    **dict.fromkeys(("fit_seconds", "score_seconds", "version"), (int, float)),
}
_IN_WORDS = {list: "list", dict: "object", str: "text", (int, float): "number"}


class _Broken(Exception):  # noqa: N818 - carries a problem to the reader's door
    def __init__(self, folder: Folder, name: str, what: str, hint: str) -> None:
        self.problem = Problem("broken-run-folder", folder.where(name), what, hint)


def _reading(folder: Folder, description: Any) -> Reading:
    if not isinstance(description, dict) or description.get("format") != FORMAT:
        raise _Broken(
            folder, DESCRIPTION, f"It does not say format {FORMAT!r}.", "Record the run again."
        )
    _check_kinds(folder, description)
    if description.get("version", 0) > FORMAT_VERSION:
        what = (
            f"It has format version {description['version']}; this version reads {FORMAT_VERSION}."
        )
        raise _Broken(folder, DESCRIPTION, what, "Update errata.")
    labels = [str(label) for label in description.get("labels") or []]
    table = _table(folder, PREDICTIONS)
    problems: list[Problem] = []
    predictions, order = _predictions(folder, table, labels, problems)
    examples = _examples(folder, description, problems)
    importances = _importances(folder, problems)
    problems += explanation_problems(folder)
    is_root = folder.path == folder.root
    return Reading(
        run=str(description.get("name") or folder.path.name),
        task="classification",
        path=folder.relative,
        siblings="." if is_root else folder.path.parent.relative_to(folder.root).as_posix(),
        experiment=str(description.get("experiment") or ""),
        evidence=_evidence(folder, description, predictions, examples, importances),
        labels=order,
        predictions=predictions,
        examples=examples,
        importances=importances,
        parameters=description.get("parameters") or {},
        parameters_text={k: str(v) for k, v in (description.get("parameters") or {}).items()},
        created=description.get("created"),
        fit_seconds=description.get("fit_seconds"),
        score_seconds=description.get("score_seconds"),
        tags=description.get("tags") or {},
        scores=[_score(entry) for entry in description.get("scores") or []],
        problems=problems,
        notes=[str(note) for note in description.get("notes") or []],
        models={"": folder.where(MODEL)} if MODEL in folder.names else {},
        inputs=_inputs(folder, description),
    )


def _check_kinds(folder: Folder, description: Mapping[str, Any]) -> None:
    """Refuse a description whose values are of another kind than a run's."""
    for name, kind in _KINDS.items():
        value = description.get(name)
        if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
            what = f"Its {name!r} is no {_IN_WORDS[kind]}."
            raise _Broken(folder, DESCRIPTION, what, "Record the run again.")
    if not all(isinstance(entry, dict) for entry in description.get("scores") or []):
        what = "Its 'scores' are not a list of objects."
        raise _Broken(folder, DESCRIPTION, what, "Record the run again.")


def _table(folder: Folder, stem: str) -> pl.DataFrame:
    """The table called `stem` in whichever of the three forms it has."""
    names = [f"{stem}{suffix}" for suffix in (".parquet", ".csv", ".jsonl")]
    for name in names:
        if name in folder.names:
            try:
                return _read_table(folder.path / name)
            except (pl.exceptions.PolarsError, OSError) as error:
                what = " ".join(f"{name} is not readable: {error}".split())[:300]
                raise _Broken(folder, name, what, "Record the run again.") from None
    raise _Broken(
        folder,
        "",
        f"There is no {' or '.join(names)}.",
        "A run folder holds run.json and its predictions.",
    )


def _read_table(path: Path) -> pl.DataFrame:
    """A table with types in Parquet and JSON lines, and of text in csv."""
    if path.suffix == ".parquet":
        return pl.read_parquet(path, glob=False)  # a folder may be called `C=[1]`
    if path.suffix == ".jsonl":
        return pl.read_ndjson(path.read_bytes(), infer_schema_length=None)
    return pl.read_csv(path, infer_schema=False, glob=False)


def _predictions(
    folder: Folder, table: pl.DataFrame, labels: list[str], problems: list[Problem]
) -> tuple[pl.DataFrame, list[str]]:
    for name in ("example", "predicted_label"):
        if name not in table.columns:
            had = ", ".join(table.columns)
            what = f"Column {name!r} not found in its predictions. They have: {had}."
            raise _Broken(
                folder, PREDICTIONS, what, "See docs/formats/run-folder.md for the columns."
            )
    vectors = _vectors(table, labels)
    confidence = _numbers(table, "confidence")
    frame, order = predictions_frame(
        example=table["example"].cast(pl.String),
        true_label=_labels(table, "true_label"),
        predicted_label=_labels(table, "predicted_label").fill_null(NO_PREDICTION),
        confidence=confidence,
        probabilities=vectors,
        labels=labels if vectors is not None else None,
        split=_labels(table, "split").fill_null("test") if "split" in table.columns else "test",
        fold=_numbers(table, "fold"),
    )
    if vectors is not None and confidence is not None:
        frame = _exact_confidence(folder, frame, table, problems)
    return frame, order


def _labels(table: pl.DataFrame, name: str) -> pl.Series:
    if name not in table.columns:
        return pl.Series(name, [None] * len(table), pl.String)
    return table[name].cast(pl.String)


def _numbers(table: pl.DataFrame, name: str) -> pl.Series | None:
    if name not in table.columns:
        return None
    dtype = pl.Int32 if name == "fold" else pl.Float64
    return table[name].cast(dtype, strict=False)


def _vectors(table: pl.DataFrame, labels: list[str]) -> np.ndarray | None:
    """Probabilities, shape (rows, labels): from the list column, or from `p(label)` columns."""
    if "probabilities" in table.columns and labels:
        lists = table["probabilities"].cast(pl.List(pl.Float64), strict=False)
        unknown = [float("nan")] * len(labels)
        filled = pl.select(
            pl.when(lists.list.len() == len(labels)).then(lists).otherwise(pl.lit(unknown))
        ).to_series()
        return filled.list.to_array(len(labels)).to_numpy().astype(float)
    columns = [f"p({label})" for label in labels]
    if labels and set(columns) <= set(table.columns):
        return table.select(pl.col(columns).cast(pl.Float64, strict=False)).to_numpy().astype(float)
    return None


def _exact_confidence(
    folder: Folder, frame: pl.DataFrame, table: pl.DataFrame, problems: list[Problem]
) -> pl.DataFrame:
    """The recorded confidence in place of the one read from rounded vectors, where they agree."""
    confidence = pl.col("confidence").cast(pl.Float64, strict=False)
    rows = table.select("example", confidence).sort("example", maintain_order=True)
    recorded = rows["confidence"]
    close = (frame["confidence"] - recorded).abs() <= TOLERANCE
    off = int((~close).sum())
    if off:
        problems.append(
            Problem(
                "confidence-differs",
                folder.where(),
                f"In {off:,} rows the confidence is not the predicted label's probability.",
                "The probability is shown; record the run again if the confidence is right.",
            )
        )
    chosen = pl.select(pl.when(close).then(recorded).otherwise(frame["confidence"])).to_series()
    return frame.with_columns(confidence=chosen)


def _examples(
    folder: Folder, description: dict[str, Any], problems: list[Problem]
) -> pl.DataFrame | None:
    """The content: in the folder itself, or in a file that several runs share."""
    shared = description.get("examples")
    try:
        if shared:
            return _with_images(folder, _shared_examples(folder, str(shared)))
        if any(f"{EXAMPLES}{suffix}" in folder.names for suffix in (".parquet", ".csv", ".jsonl")):
            return _with_images(folder, _table(folder, EXAMPLES))
    except _Broken as broken:
        problems.append(broken.problem)
    return None


def _shared_examples(folder: Folder, shared: str) -> pl.DataFrame:
    path = file_inside(folder.path / shared, folder.root)
    if path is None:
        what = f"The examples file {shared!r} is not there, or lies outside the opened folder."
        raise _Broken(folder, DESCRIPTION, what, "Open a folder that holds both.")
    folder.use(path)
    try:
        return _read_table(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        what = " ".join(f"The examples file {shared!r} is not readable: {error}".split())[:300]
        raise _Broken(folder, DESCRIPTION, what, "Record the run again.") from None


def _with_images(folder: Folder, table: pl.DataFrame) -> pl.DataFrame:
    """Image names made relative to the workspace's root; ids as text."""
    if "example" not in table.columns:
        what = f"Column 'example' not found in its examples. They have: {', '.join(table.columns)}."
        raise _Broken(folder, EXAMPLES, what, "See docs/formats/run-folder.md for the columns.")
    table = table.with_columns(pl.col("example").cast(pl.String))
    if table.schema.get("image") == pl.String:
        place = "" if folder.relative == "." else f"{folder.relative}/"
        table = table.with_columns(image=pl.lit(place) + pl.col("image"))
    return table


def _importances(folder: Folder, problems: list[Problem]) -> pl.DataFrame | None:
    if IMPORTANCES not in folder.names:
        return None
    try:
        table = pl.read_csv(folder.path / IMPORTANCES, glob=False)
        return conform(table, IMPORTANCE_COLUMNS)
    except (pl.exceptions.PolarsError, OSError) as error:
        what = " ".join(f"{IMPORTANCES} is not readable: {error}".split())[:300]
        problems.append(
            Problem("unreadable-file", folder.where(IMPORTANCES), what, "Write it again.")
        )
        return None


def _inputs(folder: Folder, description: dict[str, Any]) -> str:
    """What the model takes: the text that is shown, or a file of the folder."""
    said = str(description.get("inputs") or "")
    if said == TEXT:
        return TEXT
    return folder.where(said) if said in (FRAME, ARRAY, SPARSE) and said in folder.names else ""


def _evidence(
    folder: Folder,
    description: dict[str, Any],
    predictions: pl.DataFrame,
    examples: pl.DataFrame | None,
    importances: pl.DataFrame | None,
) -> Evidence:
    evidence = Evidence.PREDICTIONS
    there = {
        Evidence.TRUTH: predictions["true_label"].count() > 0,
        Evidence.CONFIDENCE: predictions["confidence"].count() > 0,
        Evidence.PROBABILITIES: predictions["probabilities"].count() > 0,
        Evidence.FOLDS: predictions["fold"].count() > 0,
        Evidence.SCORES: bool(description.get("scores")),
        Evidence.CONTENT: examples is not None and len(examples.columns) > 1,
        Evidence.IMPORTANCE: importances is not None,
        Evidence.MODEL: MODEL in folder.names,
    }
    for flag, is_there in there.items():
        evidence |= flag if is_there else NOTHING
    return evidence


def _score(entry: dict[str, Any]) -> Score:
    fold = entry.get("fold")
    return Score(
        metric=str(entry.get("metric", "score")),
        value=float(entry["value"]),
        split=str(entry.get("split") or "test"),
        fold=None if fold is None else int(fold),
        greater_is_better=entry.get("greater_is_better"),
    )
