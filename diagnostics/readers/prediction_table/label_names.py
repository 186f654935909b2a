"""Names of codes: a table says 0, 1 and 2, and a file or a column beside it what these are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import polars as pl

from diagnostics.readers.own_choices import toml_value
from diagnostics.readers.prediction_table.choices import mapping_entry
from diagnostics.readers.prediction_table.code_files import NAME, Names, code_files, names_in
from diagnostics.readers.prediction_table.columns.names import is_named
from diagnostics.readers.prediction_table.columns.roles import AnswerColumns
from diagnostics.readers.prediction_table.content import content_columns
from diagnostics.readers.prediction_table.reading import Source
from diagnostics.readers.prediction_table.remarks import Remarks
from diagnostics.readers.prediction_table.values.labels import (
    distinct,
    labels,
    texts,
)
from diagnostics.readers.prediction_table.values.measurements import holds_probabilities
from diagnostics.workspace.labels import natural_order
from diagnostics.workspace.safe_paths import file_inside

#: More different labels than this, and they are measurements.
MOST = 5000
HINT = 'Write label_names = {0 = "…", 1 = "…"} into errata.toml, or label_names = false.'


@dataclass(frozen=True)
class _Labels:
    """The columns of labels, spelt alike, what they hold, and the classes that have scores."""

    columns: Mapping[str, pl.Series]
    truth: pl.Series | None
    seen: frozenset[str]
    stems: frozenset[str]

    @property
    def codes(self) -> set[str]:
        """What is seen of labels and of classes with scores, if it is a whole number."""
        return {label for label in self.seen | self.stems if re.fullmatch(r"-?\d+", label)}


@dataclass(frozen=True)
class _Naming:
    """Names of codes: which, where, and how `errata.toml` says so."""

    names: Names
    where: str
    told: str


def with_label_names(source: Source) -> Source:
    """The table with names in the place of codes, where all codes that are seen have one."""
    told = source.choice.label_names
    if told == "":
        return source
    if told is None and not _may_have_names(source):
        return source
    written = _labels(source)
    if written is None or (told is None and not written.codes):
        return source
    if told is not None:
        return _as_told(source, written, told)
    beside = _beside(source, written)
    fitting = [naming for naming in beside if _fits(naming.names, written)]
    if not fitting:
        return _with(source, *(_unfit(naming, written) for naming in beside[:1]))
    seen = written.seen | written.stems
    if len({tuple(sorted((c, naming.names.get(c, "")) for c in seen)) for naming in fitting}) > 1:
        places = " and ".join(naming.where for naming in fitting)
        what = f"{places} give different names to the codes; the codes stay."
        return _with(source, ("label-names-differ", what, HINT))
    return _named(source, written, fitting[0])


def _may_have_names(source: Source) -> bool:
    """Whether anything is called like names: else no label is looked at."""
    return bool(_name_columns(source)) or any(map(bool, code_files(source.folder)))


def _name_columns(source: Source) -> list[str]:
    return [
        name
        for name in content_columns(source.table.frame, source.roles)
        if is_named(name, rf"(?:\w+_)?{NAME}(?:_\w+)?") and name != source.roles.text
    ]


def _labels(source: Source) -> _Labels | None:
    """None where the columns hold no labels, but measurements or texts."""
    frame, roles = source.table.frame, source.roles
    truth = source.truth.labels if source.truth else None
    if roles.true_label:
        truth = frame[roles.true_label]
    ranked = [name for answer in roles.answers for name, _ in answer.ranked]
    answers = [answer.predicted for answer in roles.answers if answer.predicted]
    names = [n for n in dict.fromkeys([*answers, *ranked]) if not frame[n].dtype.is_nested()]
    names = [name for name in names if not holds_probabilities(frame[name], truth)]
    columns = [frame[name] for name in names]
    if truth is not None and truth.dtype.is_nested():
        return None
    several = [*columns, *([] if truth is None else [truth])]
    if any(column.n_unique() > MOST for column in several):
        return None
    spelt = labels(*several)
    classes = [answer.classes for answer in roles.answers if answer.classes]
    stems = {stem for group in classes for stem in group.stems.values()}
    return _Labels(
        dict(zip(names, spelt, strict=False)),
        None if truth is None else spelt[-1],
        frozenset(distinct(spelt)),
        frozenset(stems),
    )


def _as_told(source: Source, written: _Labels, told: Mapping[str, str] | str) -> Source:
    """Names as `errata.toml` has them: they win over all that lies beside the table."""
    if not isinstance(told, str):
        namings = [_Naming(told, "errata.toml", toml_value(dict(told)))]
    elif told in source.table.frame.columns:
        namings = list(_in_columns(source, written, [told]))
    else:
        namings = []
        for base in (source.choice.base, source.folder.path):
            path = file_inside(base / told, source.folder.root)
            if path is not None:
                if path.parent != source.folder.path:
                    source.folder.use(path)
                namings += [_Naming(names, told, told) for names in names_in(path)]
                break
    fitting = [each for each in namings if _fits(each.names, written)]
    if fitting:
        return _named(source, written, fitting[0])
    if namings:
        return _with(source, _unfit(namings[0], written))
    what = f"errata.toml names {told!r} for the names of codes, which gives none."
    return _with(source, ("label-names-unusable", what, HINT))


def _beside(source: Source, written: _Labels) -> list[_Naming]:
    """A column of the table, else files beside it, else files above."""
    if namings := list(_in_columns(source, written, _name_columns(source))):
        return namings
    truth_file = source.truth.mapping.get("truth_file", "") if source.truth else ""
    for files in code_files(source.folder):
        namings = []
        for path, shown in files:
            options = [] if truth_file.split(" (")[0] == shown else names_in(path)
            fitting = [names for names in options if _fits(names, written)]
            if path.parent != source.folder.path and fitting:
                source.folder.use(path)
            if path.suffix != ".json":  # a list that repeats itself is one of labels, not of names
                options = [names for names in options if len(set(names.values())) == len(names)]
            namings += [_Naming(names, shown, shown) for names in (fitting or options)[:1]]
        if namings:
            return namings
    return []


def _in_columns(source: Source, written: _Labels, columns: list[str]) -> Iterator[_Naming]:
    """Columns whose values go with the true codes, or with the answers, one to one."""
    frame = source.table.frame
    codes = [*written.columns.values(), *([] if written.truth is None else [written.truth])]
    for name in columns:
        if frame[name].dtype.is_nested():
            continue
        beside = texts(frame[name])
        for code in codes:
            pairs = pl.DataFrame({"code": code, "name": beside}).drop_nulls().unique()
            names = dict(pairs.iter_rows())
            is_whole = len(names) == len(pairs) == pairs["name"].n_unique() < len(frame)
            if is_whole and len(names) > 1 and not _are_codes(names.values()):
                yield _Naming(names, f"column {name!r}", name)


def _are_codes(values: Iterable[str]) -> bool:
    return all(re.fullmatch(r"[-+]?\d+(?:\.\d+)?", value) for value in values)


def _fits(names: Names, written: _Labels) -> bool:
    """Whether each column holds codes with a name, or names, some codes, and no name is lost."""
    known = set(names.values())
    if len(known) < len(names) or not written.codes - known:
        return False
    columns = [*written.columns.values(), *([] if written.truth is None else [written.truth])]
    groups = [distinct([column]) for column in columns] + [set(written.stems)]
    if not all(group <= names.keys() or group <= known for group in groups):
        return False
    if not any(group and group <= names.keys() for group in groups):
        return False
    # Counted from 1 only where the last name would have no code otherwise.
    is_from_one = "0" not in names and names.keys() == {str(n + 1) for n in range(len(names))}
    return not is_from_one or str(len(names)) in written.seen | written.stems


def _unfit(naming: _Naming, written: _Labels) -> tuple[str, str, str]:
    unknown = natural_order((written.seen | written.stems) - naming.names.keys())
    unknown = [label for label in unknown if label not in naming.names.values()]
    why = f"not {', '.join(unknown[:5])}" if unknown else "two of them have one name"
    what = f"{naming.where} names {len(naming.names):,} codes, but {why}; the codes stay."
    if not naming.names:
        what = f"{naming.where} gives two names to one code; the codes stay."
    return "label-names-unfit", what, HINT


def _with(source: Source, *oddities: tuple[str, str, str]) -> Source:
    return replace(source, remarks=source.remarks + Remarks(oddities=oddities))


def _named(source: Source, written: _Labels, naming: _Naming) -> Source:
    """The table with names in the place of the codes."""
    names = dict(naming.names)
    frame = source.table.frame
    spelt = {name: _respelt(column, names).alias(name) for name, column in written.columns.items()}
    truth, roles = source.truth, source.roles
    if written.truth is not None and roles.true_label:
        spelt[roles.true_label] = _respelt(written.truth, names).alias(roles.true_label)
    elif written.truth is not None and truth is not None:
        truth = replace(truth, labels=_respelt(written.truth, names))
    answers = tuple(_with_classes(answer, names) for answer in roles.answers)
    choice = replace(
        source.choice,
        labels=tuple(names.get(label, label) for label in source.choice.labels)
        or _in_order(names, roles.answers),
        positive_label=_positive(source, written, names),
    )
    ordered = natural_order(names)
    shown = ", ".join(f"{code} is {names[code]!r}" for code in ordered[:5])
    more = f" and {len(names) - 5:,} more" if len(names) > 5 else ""
    remarks = Remarks(
        (f"Codes are shown by their names from {naming.where}: {shown}{more}.",),
        mapping={"label_names": mapping_entry(naming.told, f"{len(names):,} names")},
    )
    return replace(
        source,
        table=replace(source.table, frame=frame.with_columns(spelt.values())),
        roles=replace(roles, answers=answers),
        truth=truth,
        choice=choice,
        remarks=source.remarks + remarks,
    )


def _respelt(column: pl.Series, names: Names) -> pl.Series:
    """The column with names; one that holds names already stays, even if one looks like a code."""
    if not distinct([column]) <= names.keys():
        return column
    return column.replace_strict(names, default=None, return_dtype=pl.String)


def _with_classes(answer: AnswerColumns, names: Names) -> AnswerColumns:
    if answer.classes is None or not set(answer.classes.stems.values()) <= names.keys():
        return answer
    stems = {column: names[stem] for column, stem in answer.classes.stems.items()}
    return replace(answer, classes=replace(answer.classes, stems=stems))


def _in_order(names: Names, answers: tuple[AnswerColumns, ...]) -> tuple[str, ...]:
    """The order of lists of scores, which have no names: that of the codes."""
    if not any(answer.vector for answer in answers):
        return ()
    return tuple(names[code] for code in natural_order(names))


def _positive(source: Source, written: _Labels, names: Names) -> str:
    """The positive label: the name of the told code, or of the one that is positive as a code."""
    told = source.choice.positive_label
    if told:
        return names.get(told, told)
    scores = [answer.confidence or answer.predicted or "" for answer in source.roles.answers]
    labelled = any(answer.predicted in written.columns for answer in source.roles.answers)
    seen = written.seen & names.keys()
    if labelled or len(scores) != 1 or not seen or not set(names) <= {"0", "1"}:
        return ""
    return "" if _is_called(scores[0], names) else names[natural_order(names)[-1]]


def _is_called(column: str, names: Names) -> bool:
    """Whether the score's column speaks of a name: `spam_prob` of `spam`."""
    return any(name.casefold() in column.casefold() for name in names.values())
