"""One run out of a table: the canonical frames, and everything that is to be said about them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from diagnostics.readers import Folder, Reading
from diagnostics.readers.prediction_table.answers.labelled import labelled_answers
from diagnostics.readers.prediction_table.answers.model import model_answers
from diagnostics.readers.prediction_table.answers.ranked import ranked_answers
from diagnostics.readers.prediction_table.answers.spelt import Answers
from diagnostics.readers.prediction_table.choices import Choice, mapping_entry
from diagnostics.readers.prediction_table.columns.names import key
from diagnostics.readers.prediction_table.columns.roles import AnswerColumns, Roles
from diagnostics.readers.prediction_table.columns.steps import LEFT_OVER, VALUES, Step
from diagnostics.readers.prediction_table.columns.verdicts import ANOTHER, judged_truth
from diagnostics.readers.prediction_table.doubts import doubts
from diagnostics.readers.prediction_table.remarks import Remarks
from diagnostics.readers.prediction_table.runs import Part, fold_numbers, split_names, split_of_file
from diagnostics.readers.prediction_table.shapes.parts import TableFile
from diagnostics.readers.prediction_table.table import Table
from diagnostics.readers.prediction_table.truth import HINT, Truth
from diagnostics.readers.prediction_table.values.labels import distinct, labels
from diagnostics.readers.prediction_table.weights import weighted_scores
from diagnostics.workspace import NO_PREDICTION, Evidence, Problem
from diagnostics.workspace.tables import predictions_frame

#: Files and folders whose names say nothing about a run.
PLAIN = (
    r"(?:(?:test|val|valid|validation|dev|eval|final|model)_)*"
    r"(?:predictions?|preds?|results?|outputs?|submission|oof|data|reports?)"
    r"(?:_(?:test|val|valid|validation|dev|eval|final))*"
)
#: From this share of the rows on, in so many rows, labels that the other side lacks are a fault.
STRANGE, ENOUGH = 0.2, 5
#: The roles as sentences begin.
ROLES = {
    "true_label": "The column of the truth",
    "predicted_label": "The column of the answers",
    "confidence": "The column of the score",
}


@dataclass(frozen=True)
class Source:
    """A table that is being read, and what was found out about all of it."""

    folder: Folder
    name: str
    choice: Choice
    is_only: bool
    table: Table = field(default_factory=lambda: Table(pl.DataFrame()))
    roles: Roles = field(default_factory=lambda: Roles(()))
    truth: Truth | None = None
    remarks: Remarks = field(default_factory=Remarks)
    file: TableFile = TableFile("")
    #: Of each run no more rows than so many are read, evenly spread; None for all.
    rows: int | None = None

    @property
    def stem(self) -> str:
        """The file's name without its ending."""
        return self.file.stem

    def problem(self, code: str, what: str, hint: str) -> Problem:
        """A problem of this file."""
        return Problem(code, self.folder.where(self.name), what, hint)


@dataclass(frozen=True)
class Examples:
    """The examples of one part of a table: ids, where these come from, what is shown."""

    ids: pl.Series
    origin: str
    content: pl.DataFrame | None


def run_reading(source: Source, part: Part, columns: AnswerColumns, examples: Examples) -> Reading:
    """One model's answers in one part of a table.

    Raises
    ------
    NotClassification
        If they are no labels.
    """
    frame, roles = part.frame, source.roles
    truth = _truth_of(source, part, columns)
    if columns.ranked:
        answers = ranked_answers(frame, columns, truth, source.choice)
    elif columns.listed:
        answers = labelled_answers(frame, columns, truth, source.choice)
    else:
        answers = model_answers(frame, columns, truth, source.choice, stem=source.stem)
    canonical: dict[str, Any] = {
        "example": examples.ids,
        "true_label": answers.truth,
        "predicted_label": answers.predicted.fill_null(NO_PREDICTION),
        "confidence": answers.confidence,
        "probabilities": answers.vectors,
        "labels": answers.labels if answers.vectors is not None else None,
        "split": _splits(source, frame),
        "fold": fold_numbers(frame[roles.fold]) if roles.fold else None,
    }
    predictions, known = predictions_frame(**canonical)
    if answers.rank is not None or answers.margin is not None:
        predictions = _with_ranking(predictions, examples.ids, answers)
    run, siblings = run_name(source, part, columns)
    return Reading(
        run=run,
        task="classification",
        path=source.folder.where(source.name),
        siblings=siblings,
        evidence=_evidence(answers, roles, examples),
        labels=known,
        predictions=predictions,
        examples=examples.content,
        n_examples=_count(frame, roles, examples.ids),
        parameters=part.parameters,
        tags=part.tags,
        scores=weighted_scores(
            frame, roles, answers.truth, canonical["predicted_label"], canonical["split"]
        ),
        problems=[*table_problems(source), *_run_problems(source, answers)],
        notes=_notes(source, answers, examples),
        mapping=_mapping(source, columns, answers, examples),
    )


def _count(frame: pl.DataFrame, roles: Roles, ids: pl.Series) -> int | None:
    """The rows; None where folds repeat: which examples they have is counted once all is known."""
    is_repeated = roles.fold is not None and ids.n_unique() < len(frame)
    return None if is_repeated else len(frame)


def run_name(source: Source, part: Part, columns: AnswerColumns) -> tuple[str, str]:
    """The run's name, and the folder whose runs stand beside it.

    The model's name; else the file's; where the folder's only table has a name that says
    nothing, the folder's, and then the runs beside it are the folders beside that one.
    """
    folder = source.folder
    sheet = "" if source.is_only else source.file.sheet
    own = " ".join(word for word in (sheet, part.name, columns.model) if word)
    if own:
        return own, folder.relative
    is_plain = re.fullmatch(PLAIN, key(source.stem)) is not None
    has_name = folder.path != folder.root and not re.fullmatch(PLAIN, key(folder.path.name))
    if source.is_only and is_plain and has_name:
        return folder.path.name, folder.path.parent.relative_to(folder.root).as_posix()
    return source.stem, folder.relative


def table_problems(source: Source) -> list[Problem]:
    """What is odd about the file, guessed about its columns, or wrong in `errata.toml`."""
    oddities = (*source.table.oddities, *source.remarks.oddities)
    problems = [source.problem(*oddity) for oddity in oddities]
    hint = "Save an errata.toml beside it that says which column is which."
    if source.roles.is_assumed("header"):
        what = "The table has no header; its columns were told apart by their values."
        problems.append(source.problem("no-header", what, hint))
    if _is_guessed(source.roles):
        what = f"Column {source.roles.true_label!r} was taken for the truth because of its values."
        problems.append(source.problem("truth-guessed", what, hint))
    there = f"The table has: {', '.join(source.table.frame.columns[:20])}."
    for name in dict.fromkeys(source.roles.not_found):
        what = f"errata.toml names a column {name!r}, which the table lacks."
        problems.append(source.problem("column-not-found", what, there))
    if source.choice.truth_file and source.truth is None:
        what = f"The truth file {source.choice.truth_file!r} is missing or does not fit."
        hint = "It must lie in the opened folder, with the same ids or as many rows."
        problems.append(source.problem("truth-file-unusable", what, hint))
    return problems


def _is_guessed(roles: Roles) -> bool:
    """Whether the truth was told by its values, and not just by what is called like labels."""
    step = roles.step("true_label")
    return step is not None and step.is_assumed and step.strength == VALUES


def _truth_of(source: Source, part: Part, columns: AnswerColumns) -> pl.Series | None:
    if source.roles.verdict and columns.predicted:
        suggested = labels(part.frame[columns.predicted])[0]
        return judged_truth(part.frame[source.roles.verdict], suggested)
    if source.roles.true_label:
        return part.frame[source.roles.true_label]
    return source.truth.labels.gather(part.rows) if source.truth else None


def _splits(source: Source, frame: pl.DataFrame) -> pl.Series | str:
    named = split_names(frame[source.roles.split]) if source.roles.split else None
    return split_of_file(source.stem) if named is None else named


def _with_ranking(predictions: pl.DataFrame, ids: pl.Series, answers: Answers) -> pl.DataFrame:
    """The ranking's own rank and margin, in the order of the canonical table."""
    columns = {"true_rank": answers.rank, "margin": answers.margin}
    own = [column.alias(name) for name, column in columns.items() if column is not None]
    ordered = pl.DataFrame([ids.alias("example"), *own]).sort("example", maintain_order=True)
    return predictions.with_columns(ordered[column.name] for column in own)


def _has_truth(answers: Answers) -> bool:
    return answers.truth is not None and answers.truth.count() > 0


def _evidence(answers: Answers, roles: Roles, examples: Examples) -> Evidence:
    evidence = Evidence.PREDICTIONS
    if _has_truth(answers):
        evidence |= Evidence.TRUTH
    if answers.vectors is not None:
        evidence |= Evidence.PROBABILITIES | Evidence.CONFIDENCE
    elif answers.confidence is not None:
        evidence |= Evidence.CONFIDENCE
    if examples.content is not None:
        evidence |= Evidence.CONTENT
    return evidence | Evidence.FOLDS if roles.fold else evidence


def _mapping(
    source: Source, columns: AnswerColumns, answers: Answers, examples: Examples
) -> dict[str, str]:
    """What each role was read from: the value for `errata.toml`, then words for people."""
    roles = source.roles
    guess = "guessed by its values" if _is_guessed(roles) else ""
    if not guess and roles.is_assumed("true_label"):
        guess = "assumed"
    mapping = {
        "file": mapping_entry(source.name),
        "id": mapping_entry(roles.id) if roles.id else mapping_entry("", examples.origin),
        "text": mapping_entry(roles.text or ""),
        "image": mapping_entry(roles.image or ""),
        "true_label": mapping_entry(roles.true_label or "", guess),
        "verdict": mapping_entry(roles.verdict or ""),
        "fold": mapping_entry(roles.fold or ""),
        "split": mapping_entry(roles.split or ""),
        "model": mapping_entry(roles.model[0] if len(roles.model) == 1 else _listed(roles.model)),
        **_mapping_aside(source),
        **(source.truth.mapping if source.truth else {}),
        **answers.mapping,
        **source.remarks.mapping,
    }
    if roles.is_assumed("predicted_label") and roles.step("predicted_label") and columns.predicted:
        mapping["predicted_label"] = _assumed(mapping["predicted_label"], columns.predicted)
    if columns.model and (columns.predicted or columns.confidence):
        mapping |= _mapping_of_models(columns, mapping)
    return {role: value for role, value in mapping.items() if value}


def _mapping_aside(source: Source) -> dict[str, str]:
    """What says nothing of the answer by itself."""
    roles = source.roles
    several = {"candidate": roles.candidate, "shown": source.choice.columns.get("shown", ())}
    single = {"repeat": roles.repeat, "weight": roles.weight, "group": roles.group}
    return {
        **{role: mapping_entry(name or "") for role, name in single.items()},
        "join_labels": "" if source.choice.join_labels else "false",
        **{
            role: mapping_entry(names[0] if len(names) == 1 else _listed(names))
            for role, names in several.items()
        },
    }


def _assumed(entry: str, column: str) -> str:
    """An entry of the mapping that says that it was assumed."""
    words = entry[len(column) :].strip().removeprefix("(").removesuffix(")")
    return mapping_entry(column, "assumed", words)


def _mapping_of_models(columns: AnswerColumns, mapping: dict[str, str]) -> dict[str, str]:
    """Columns with `*` for the model, so that one section speaks of all of them."""
    starred: dict[str, str] = {}
    for role in ("predicted_label", "confidence", "probabilities"):
        if role in mapping and columns.model in mapping[role]:
            value, _, words = mapping[role].partition(" (")
            pattern = value.replace(columns.model, "*", 1)
            starred[role] = mapping_entry(pattern, f"here {value}", words.removesuffix(")"))
    return starred


def _listed(names: tuple[str, ...]) -> str:
    return json.dumps(list(names), ensure_ascii=False) if names else ""


def _notes(source: Source, answers: Answers, examples: Examples) -> list[str]:
    notes = [f"Examples are told apart by {examples.origin}.", *source.table.notes]
    notes += [*source.remarks.notes, *answers.notes]
    if source.truth:
        notes.append(source.truth.note)
    for step in source.roles.steps:
        if step.is_assumed and step.role != "header":
            notes.append(f"{ROLES.get(step.role, step.role)} was assumed: {step.reason}.")
    if source.roles.verdict:
        what = f"Answers are judged by the verdicts in {source.roles.verdict!r}"
        notes.append(f"{what}; the true label of a rejected one is unknown: {ANOTHER!r}.")
    if silent := answers.predicted.null_count():
        notes.append(f"{silent:,} rows have no prediction; they count as {NO_PREDICTION!r}.")
    if answers.truth is not None and (unknown := answers.truth.null_count()):
        notes.append(f"{unknown:,} rows have no true label; they are not judged.")
    return notes


def _run_problems(source: Source, answers: Answers) -> list[Problem]:
    problems = [source.problem(*oddity) for oddity in answers.oddities]
    if not _has_truth(answers):
        what = "The table has no true labels: mistakes cannot be told."
        problems.append(source.problem("truth-missing", what, HINT))
    elif answers.truth is not None and not source.roles.verdict:
        problems += _different_labels(source, answers.truth, answers.predicted)
    steps = [*source.roles.steps, *answers.steps, *_steps_of_truth(source)]
    if not source.roles.verdict:
        asked = doubts(answers.truth, answers.predicted, steps, answers.alternatives)
        problems += [source.problem(*oddity) for oddity in asked]
    if source.truth is not None and source.truth.is_by_row_order:
        hint = "Add ids to both files, so that a changed order cannot mix them up."
        problems.append(source.problem("truth-by-row-order", source.truth.note, hint))
    return problems


def _steps_of_truth(source: Source) -> list[Step]:
    if source.truth is None or not source.truth.is_by_row_order or source.choice.truth_file:
        return []
    why = "the truth of each row stands in the same row of another file"
    file = source.truth.mapping["truth_file"].partition(" (")[0]
    return [Step("truth_file", file, LEFT_OVER, why, is_assumed=True)]


def _different_labels(source: Source, truth: pl.Series, predicted: pl.Series) -> list[Problem]:
    """The problem of labels that the other side never says: all of them, or most on both sides."""
    true, answers = distinct([truth]), distinct([predicted])
    if not answers or answers <= true or true <= answers:
        return []
    shown = [", ".join(sorted(side)[:3]) for side in (answers, true)]
    what = f"No predicted label is ever a true one: predicted {shown[0]}, true {shown[1]}."
    if true & answers:
        strange = int(predicted.is_in(list(answers - true)).sum()) / len(predicted)
        unsaid = int(truth.is_in(list(true - answers)).sum()) / len(truth)
        if min(strange, unsaid) < STRANGE or len(truth) < ENOUGH:
            return []
        shown = [", ".join(sorted(side)[:3]) for side in (answers - true, true - answers)]
        what = (
            f"{strange:.0%} of the predicted labels are never true ones ({shown[0]}), and "
            f"{unsaid:.0%} of the true ones are never predicted ({shown[1]})."
        )
    hint = "Write both with the same names, or name the columns that share them in errata.toml."
    return [source.problem("label-spaces-differ", what, hint)]


def with_truth_content(frame: pl.DataFrame, truth: Truth | None) -> pl.DataFrame:
    """The table, widened by what the truth's file says about the examples."""
    if truth is None or not truth.content.width:
        return frame
    return pl.concat([frame, truth.content], how="horizontal")
