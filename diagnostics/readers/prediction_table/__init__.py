"""Tables of predictions that people write themselves: csv, tsv, JSON lines, JSON, Parquet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from diagnostics.errors import DiagnosticsError
from diagnostics.readers import Folder, Reading
from diagnostics.readers.prediction_table.annotations.exports import NothingToCompare
from diagnostics.readers.prediction_table.choices import Choice, choices, mapping_as_toml
from diagnostics.readers.prediction_table.columns.names import is_foreign, is_prediction_file
from diagnostics.readers.prediction_table.columns.recognise import recognise
from diagnostics.readers.prediction_table.columns.roles import Roles
from diagnostics.readers.prediction_table.content import example_ids, examples_table, twice_there
from diagnostics.readers.prediction_table.delimited import LOOSE
from diagnostics.readers.prediction_table.doubts import CODE, codes_of_one_another
from diagnostics.readers.prediction_table.files import (
    SUFFIXES,
    WHOLE,
    is_text_table,
)
from diagnostics.readers.prediction_table.grids import with_grid
from diagnostics.readers.prediction_table.label_names import with_label_names
from diagnostics.readers.prediction_table.reading import (
    Examples,
    Source,
    run_reading,
    with_truth_content,
)
from diagnostics.readers.prediction_table.remarks import Remarks
from diagnostics.readers.prediction_table.runs import Part, parts, split_names
from diagnostics.readers.prediction_table.shapes.content import opened_head
from diagnostics.readers.prediction_table.shapes.nested import with_told_lists
from diagnostics.readers.prediction_table.shapes.parts import (
    TableFile,
    read_parts,
    sample_of,
    tables_in,
)
from diagnostics.readers.prediction_table.table import Table, UnreadableTable, kind_of, stem_of
from diagnostics.readers.prediction_table.truth import truth_beside
from diagnostics.readers.prediction_table.values.measurements import NotClassification
from diagnostics.readers.prediction_table.weights import about_weights
from diagnostics.workspace import Problem

NAME = "predictions"
LOOKS_FOR = (
    "a csv, tsv, jsonl, json or parquet table with a column of predicted labels, or with a score "
    "for every class"
)
VERSION = 5
#: A first look: without any of this in its first bytes a file is not parsed to see what it is.
MAY_BE = re.compile(
    rb"pred|hyp|hat|output|answer|prob|score|logit|conf|softmax|p_|p ?\(|label|class|target|top"
    rb"|rank|intent|respon|estim|guess|winner|decision|choice|forecast|true|actual|gold"
    rb"|cats|annotation",
    re.IGNORECASE,
)
#: Rows, evenly spread over a table, by which the roles of its columns are recognised.
SPREAD = 1000
#: Files with these endings may be anything, whatever they are called.
MANY_KINDS = (".json", *LOOSE)
#: Texts to be read by people, whatever they speak of.
DOCUMENT = re.compile(
    r"(?:read[-_ ]?me|notes?|licen[cs]e|changelog|requirements|todo|about|description)"
    r"(?:[-_ .].*)?",
    re.IGNORECASE,
)
NOT_LABELS = (
    "Errata reads labels. If these are labels, or another column is the prediction, say so in "
    "errata.toml."
)
SEVERAL = (
    "multilabel-not-read",
    "The table gives several labels to an example; such tables are not read yet.",
    "Write one table for each label, with one true and one predicted label a row.",
)

__all__ = ["LOOKS_FOR", "NAME", "VERSION", "mapping_as_toml", "matches", "read"]


def matches(folder: Folder) -> bool:
    """Whether a file in the folder is a table of predictions, by its header and first rows."""
    files = folder.with_suffix(*SUFFIXES)
    if not files or _is_own_run(folder):
        return False
    decided, _ = choices(folder)
    tables = _tables(folder, decided, is_first_look=True)
    return any(_claims(folder, file, decided) for file in tables)


def read(folder: Folder) -> Iterator[Reading | Problem]:
    """A reading for every model in every table, one by one; a problem for every bad file."""
    decided, problems = choices(folder)
    yield from problems
    files = claimed_tables(folder, decided)
    used: set[str] = set()
    for file in files:
        choice = choice_for(folder, file.name, decided)
        source = Source(folder, file.name, choice, len(files) == 1, file=file)
        for entry in table_runs(source):
            if isinstance(entry, Reading):
                if entry.run in used:
                    entry = replace(entry, run=f"{source.stem} {entry.run}")
                used.add(entry.run)
            yield entry


def claimed_tables(folder: Folder, decided: list[Choice]) -> list[TableFile]:
    """The folder's tables of predictions, as `errata.toml` and their first rows tell."""
    return [file for file in _tables(folder, decided) if _claims(folder, file, decided)]


def _tables(
    folder: Folder, decided: list[Choice], *, is_first_look: bool = False
) -> Iterator[TableFile]:
    """What may be a table in the folder; files that `errata.toml` leaves out belong to none.

    For a first look numbered files need not be read: one of them tells.
    """

    def may_be(name: str) -> bool:
        return not is_first_look and _claims(folder, TableFile(name, (name,)), decided)

    names = [file.name for file in folder.with_suffix(*SUFFIXES)]
    of_name = {name: choice_for(folder, name, decided) for name in names}
    kept = [name for name in names if not of_name[name].ignore]
    sections = [choice for choice in decided if choice.parts]
    told = [tuple(name for name in kept if of_name[name] is choice) for choice in sections]
    return tables_in(
        folder.path,
        kept,
        may_be=may_be,
        told=[group for group in told if len(group) > 1],
    )


def table_runs(source: Source) -> Iterator[Reading | Problem]:
    """The table's runs; a kind of column that nobody thought of is a problem of this file only."""
    try:
        yield from _read_table(source)
    except pl.exceptions.PolarsError as error:
        what = f"The table could not be read: {str(error).splitlines()[0]}."
        hint = "Keep only the columns that matter, with one kind of value in each."
        yield source.problem("broken-table", what, hint)


def _is_own_run(folder: Folder) -> bool:
    """Whether the folder is a run that Errata wrote; its tables have a reader of their own."""
    head = folder.head("run.json") if "run.json" in folder.names else b""
    return re.search(rb'"format"\s*:\s*"errata-run"', head) is not None


def choice_for(folder: Folder, name: str, decided: list[Choice]) -> Choice:
    """The first decision that speaks of a file; one that says nothing if none does."""
    path = folder.path / name
    return next((choice for choice in decided if choice.covers(path)), Choice(base=folder.path))


def _claims(folder: Folder, file: TableFile, decided: list[Choice]) -> bool:
    """Whether the file is a table of predictions; judged by its first bytes."""
    name = file.name
    choice = choice_for(folder, name, decided)
    stem, suffix = stem_of(name), kind_of(name)
    is_called_so = is_prediction_file(stem)
    is_to_be_said = is_called_so and suffix not in MANY_KINDS
    is_binary = suffix in (".parquet", *WHOLE)
    head = b"" if is_binary else opened_head(name, folder.head(name))
    may_be = is_binary or is_called_so or choice.columns or MAY_BE.search(head)
    if not may_be:
        return False
    try:
        table = sample_of(folder.path, file, head)
    except UnreadableTable as error:  # that it cannot be read, or holds nothing to compare
        return is_to_be_said or isinstance(error, NothingToCompare)
    if table.told:
        return True
    is_text = suffix in LOOSE and not choice.columns
    if is_text and (
        DOCUMENT.fullmatch(stem) or not is_text_table(table, is_called_so=is_called_so)
    ):
        return False
    if _roles(table, stem, choice) is not None:
        return True
    # Then it is to be said that no column holds an answer, unless another tool wrote the table.
    return is_to_be_said and not is_foreign(table.frame.columns)


def _roles(sample: Table, stem: str, choice: Choice) -> Roles | None:
    """The roles of the columns, as `errata.toml` fixes them and as they are recognised."""
    return recognise(
        with_told_lists(sample.frame, choice.columns.get("probabilities", ())),
        stem,
        choice.columns,
        has_header=sample.has_header,
        has_truth_file=choice.truth_file != "",
    )


def _read_table(source: Source) -> Iterator[Reading | Problem]:
    try:
        table = read_parts(source.folder.path, source.file)
    except UnreadableTable as error:
        yield source.problem(error.code, error.what, error.hint)
        return
    frame = table.frame
    if frame.is_empty():
        hint = "Write the predictions again, or delete the file."
        yield source.problem("no-rows", "The table has no rows.", hint)
        return
    frame = with_told_lists(frame, source.choice.columns.get("probabilities", ()))
    table = replace(table, frame=frame)
    sample = replace(table, frame=frame.gather_every(max(1, len(frame) // SPREAD)))
    choice = replace(source.choice, columns={**table.told, **source.choice.columns})
    source = replace(source, choice=choice)
    roles = _roles(sample, source.stem, choice)
    if roles is None:
        what = f"No column holds predictions. The table has: {', '.join(frame.columns[:20])}."
        hint = 'Name the column in errata.toml: predicted_label = "…".'
        yield source.problem("no-prediction-column", what, hint)
    elif roles.refusal:
        yield source.problem(*SEVERAL)
    else:
        yield from _runs(replace(source, table=table, roles=roles))


def _runs(source: Source) -> Iterator[Reading | Problem]:
    """The table's runs, one by one; what is no classification is one problem for each model."""
    frame, roles = source.table.frame, source.roles
    if roles.split and split_names(frame[roles.split]) is None:
        roles = replace(roles, split=None)
    frame, roles, remarks = with_grid(frame, roles, source.choice.columns)
    remarks += about_weights(frame, roles)
    source = replace(source, remarks=remarks)
    if not roles.true_label and not roles.verdict:
        truth = truth_beside(source.folder, source.name, frame, roles, source.choice)
        frame = with_truth_content(frame, truth)
        source = replace(source, truth=truth)
    source = with_label_names(_over(source, frame, roles))
    frame, roles, remarks = source.table.frame, source.roles, source.remarks
    runs, roles = parts(frame, roles, is_told="model" in source.choice.columns)
    source = replace(source, roles=roles)
    yield from _odd_runs(source, runs)
    for whole in runs:
        part = whole if source.rows is None else whole.spread(source.rows)
        ids, origin = example_ids(part.frame, roles)
        content = examples_table(part.frame, roles, ids, source.folder)
        twice = Remarks(oddities=twice_there(part.frame, roles, ids))
        source = replace(source, remarks=remarks + twice)
        for columns in roles.answers:
            try:
                yield run_reading(source, part, columns, Examples(ids, origin, content))
            except NotClassification as error:
                yield source.problem("not-classification", str(error), NOT_LABELS)
            except DiagnosticsError as error:
                yield source.problem("unreadable-run", error.message, error.hint)


def _over(source: Source, frame: pl.DataFrame, roles: Roles) -> Source:
    return replace(source, table=replace(source.table, frame=frame), roles=roles)


def _odd_runs(source: Source, runs: list[Part]) -> Iterator[Problem]:
    """Runs of one example each, and models that say the same in other labels."""
    roles = source.roles
    is_told = "model" in source.choice.columns or "predicted_label" in source.choice.columns
    if is_told:
        return
    if len(runs) > 2 and all(len(part.frame) == 1 for part in runs):
        what = f"{', '.join(roles.model)} makes {len(runs):,} runs of one example each."
        hint = 'Say in errata.toml what names the runs: model = "…"; or what the example: id = "…".'
        yield source.problem(CODE, what, hint)
    answers = [entry.predicted for entry in roles.answers if entry.predicted]
    if len(answers) > 1:
        frame = source.table.frame
        for oddity in codes_of_one_another([(name, frame[name]) for name in answers]):
            yield source.problem(*oddity)
