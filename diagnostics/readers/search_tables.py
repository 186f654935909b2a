"""Tables of hyper-parameter searches: scikit-learn's `cv_results_`, and what looks like it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from diagnostics.readers import HEAD, Folder
from diagnostics.readers.delimited import delimiter, header
from diagnostics.readers.metric_columns import Figure, bare_figure, figure, is_error_format
from diagnostics.readers.unread_formats import UnreadFormat, counted
from diagnostics.statistics.metric_table import known_metric
from diagnostics.workspace.run import SPREADS

_TABLES = (".csv", ".tsv", ".parquet", ".json")
_CV_SCORE = re.compile(r"(mean|split\d+)_(test|train)_.+")
_CV_JSON = re.compile(rb'"(mean|split\d+)_test_\w+"\s*[:,\]]')
#: What names a run of a table.
IS_NAME = re.compile(
    r"|unnamed: 0|(model|run|candidate|classifier|estimator|algorithm|algo|method|experiment|"
    r"config|pipeline|learner|clf|system|approach)([\s_-]?(name|id))?|name",
    re.IGNORECASE,
)
#: What names the metric of each row, where a table has a row for each.
METRIC_NAME = re.compile(
    r"\.?(eval[\s_]?)?metric([\s_]?(name|type))?|metrics|scor(er|ing)|score[\s_]?(name|type)|"
    r"measure([\s_]?name)?|variable|name|key|statistic",
    re.IGNORECASE,
)
_NAMES_ANYTHING = re.compile(r"variable|name|key|statistic|measure", re.IGNORECASE)
#: Columns that make a table one of answers, or a report: others read these.
_ANSWERS = re.compile(
    r"(y[\s_]?)?(true|actual|gold|truth|target|label|pred|predicted|prediction|predictions|support)"
    r"([\s_]?(label|class|category|name|index|id))?|(macro|micro|weighted)[\s_]avg.*|.*_pred|"
    r"class(es)?|category|intent|entity",
    re.IGNORECASE,
)
#: Names of runs that nothing but runs have.
_MODEL = re.compile(
    r"(model|candidate|classifier|estimator|algorithm|pipeline|learner|clf)([\s_-]?(name|id))?",
    re.IGNORECASE,
)
_MEASURED = re.compile(
    r"(mean_|internal_)?(train|test|val|valid|validation|cv)[\s_]score|score[\s_](test|val)",
    re.IGNORECASE,
)
#: Files that are called as if they had a row for each run.
_CALLED_SO = re.compile(
    r"(^|[_-])(cv[_-]?)?(results?|scores?|metrics?|leaderboard|report|grid([_-]?search)?|summary|"
    r"models?|comparison|benchmarks?|runs?)([_.-]|$)",
    re.IGNORECASE,
)
_CROSS_VALIDATED = "A table of scores as cross_validate gives them"
_HAND_MADE = "A table that looks like a grid of results"
_BOOSTING = re.compile(r"(train|test)[-_]\w+[-_](mean|std)")

_HINT = (
    "It has scores and no answers; a later version reads it. Mistakes show with a predictions.csv "
    "of the best candidate, or with diagnostics.record."
)


def is_cv_results(columns: Collection[str]) -> bool:
    """Whether columns are those of `cv_results_`, whole or in part."""
    has_scores = any(map(_CV_SCORE.fullmatch, columns))
    return has_scores and any(name == "params" or name.startswith("param_") for name in columns)


def cv_results_files(folder: Folder) -> list[str]:
    """The files that hold a search's `cv_results_`: csv, json in pandas' forms, Parquet."""
    return [f.name for f in folder.with_suffix(*_TABLES) if _holds_cv_results(folder, f.name)]


def _holds_cv_results(folder: Folder, name: str) -> bool:
    if name.lower().endswith(".json"):
        head = folder.head(name)
        return b'"mean_fit_time"' in head and _CV_JSON.search(head) is not None
    return is_cv_results(columns_of(folder, name))


def score_tables(folder: Folder) -> Iterator[UnreadFormat]:
    """Tables of scores that are recognised and not read; says which."""
    others = set(cv_results_files(folder))
    kinds: dict[str, list[str]] = {}
    for file in folder.with_suffix(".csv", ".tsv", ".parquet"):
        if file.name in others:
            continue
        kind = _kind_of(folder, file.name)
        if kind and not names_runs(kind):
            kinds.setdefault(kind, []).append(file.name)
    for kind, files in kinds.items():
        more = f", the first of {counted(len(files), 'like file')}" if len(files) > 1 else ""
        yield UnreadFormat(folder.where(files[0]), f"{kind}{more}.", _HINT)


def is_run_table(folder: Folder, name: str) -> bool:
    """Whether a table has a row for each run, for each fold of one or each metric of one."""
    return names_runs(_kind_of(folder, name))


def names_runs(kind: str) -> bool:
    """Whether a kind of table has a row for each run, or each fold or metric of one."""
    return kind.startswith((_CROSS_VALIDATED, _HAND_MADE))


def _kind_of(folder: Folder, name: str) -> str:
    columns = columns_of(folder, name)
    return table_kind(columns, name, lambda: sampled(folder, name))


def table_kind(
    columns: Collection[str], file: str, sample: Callable[[], Mapping[str, Sequence[object]]]
) -> str:
    """What a table looks like by its columns, else by its first values; "" for none we know."""
    return score_table_kind(columns, file) or _long_kind(columns, sample)


def _long_kind(
    columns: Collection[str], sample: Callable[[], Mapping[str, Sequence[object]]]
) -> str:
    """A row for each metric of each run: `model, metric, value`."""
    named = [column for column in columns if METRIC_NAME.fullmatch(column)]
    values = [column for column in columns if (bare := bare_figure(column)) and _is_central(bare)]
    values += [column for column in columns if is_error_format(column)]
    rest = set(columns) - {*named, *values, ""}
    is_history = any(column.lower() in ("epoch", "step") for column in columns)
    if not named or not values or not rest or is_history or _has_answers(columns):
        return ""
    first = sample()
    if any(names_metrics(column, first.get(column, [])) for column in named):
        return f"{_HAND_MADE} (a metric for each row)"
    return ""


def names_metrics(column: str, values: Iterable[object]) -> bool:
    """Whether the texts of a column name metrics: at least half, all if it may name anything."""
    texts = {str(value).strip() for value in values} - {""}
    known = [text for text in texts if known_metric(text) is not None]
    least = len(texts) if _NAMES_ANYTHING.fullmatch(column) else len(texts) / 2
    return bool(known) and len(known) >= least


def _is_central(found: Figure) -> bool:
    return found.statistic == "value"


def _has_answers(columns: Collection[str]) -> bool:
    """Whether a column is an answer to an example; a `target` beside models is a data set."""
    has_names = any(name and IS_NAME.fullmatch(name) for name in columns)
    return any(
        _ANSWERS.fullmatch(name) and not (has_names and name.casefold() == "target")
        for name in columns
    )


def score_table_kind(columns: Collection[str], file: str = "") -> str:
    """What a table of scores looks like by its columns, "" if it does not look like one."""
    names = {name.casefold() for name in columns}
    if {"fit_time", "score_time"} <= names and any(name.startswith("test_") for name in names):
        return _CROSS_VALIDATED
    if {"mean_test_score", "mean_fit_time"} <= names:
        return f"{_HAND_MADE} (mean_test_score for each row)"
    if {"number", "state"} <= names and any(
        name.startswith(("params_", "value")) for name in names
    ):
        return "A table of Optuna trials"
    if {"name", "state"} <= names and names & {"created", "runtime", "tags"}:
        return "A table of Weights & Biases runs"
    if "_step" in names:
        return "A history of a Weights & Biases run"
    if sum(bool(_BOOSTING.fullmatch(name)) for name in names) > 1:
        return "A table of boosting rounds with cross-validated scores"
    return _hand_made_kind(columns, file)


def _hand_made_kind(columns: Collection[str], file: str) -> str:
    """Metrics beside something else, and nothing that is the answer to an example."""
    figures = {name: one for name in columns if (one := _figure_of(name, columns))}
    telling = sorted(
        name.casefold()
        for name, one in figures.items()
        if not one.is_plain and one.statistic in ("value", "interval", "lowest", "highest")
    )
    has_names = any(name and IS_NAME.fullmatch(name) for name in columns)
    has_models = any(map(_MODEL.fullmatch, columns))
    is_called_so = has_models and bool(
        _CALLED_SO.search(file) or any(map(_MEASURED.fullmatch, columns))
    )
    if not telling and (is_called_so or _has_spread(figures.values())):
        telling = sorted(name.casefold() for name, one in figures.items() if _is_central(one))
    rest = [name for name in columns if name and name not in figures]
    if not telling or not rest or _has_answers(columns):
        return ""
    if {"epoch", "step"} & {name.casefold() for name in columns}:
        return f"A training history ({', '.join(telling[:3])} by epoch)"
    if len(figures) + len(rest) < 3 and not has_names:
        return ""
    return f"{_HAND_MADE} ({', '.join(telling[:3])} for each row)"


def _figure_of(name: str, columns: Collection[str]) -> Figure | None:
    """Columns f0, f1, f2, f3 are features; f1 among none of those is a metric."""
    if re.fullmatch(r"f\d+", name, re.IGNORECASE):
        others = [other for other in columns if re.fullmatch(r"f\d+", other, re.IGNORECASE)]
        if not {other.lower() for other in others} <= {"f1", "f2", "f05"}:
            return None
    return figure(name)


def _has_spread(figures: Collection[Figure]) -> bool:
    """Whether how far one of the metrics spreads is told, too, which no other table tells."""
    centres = {found.key for found in figures if _is_central(found)}
    return any(found.key in centres and found.statistic in SPREADS for found in figures)


def columns_of(folder: Folder, name: str) -> list[str]:
    """A table's column names: from the first line of a text, from the footer of a Parquet file."""
    if not name.lower().endswith(".parquet"):
        return header(folder.head(name))
    import polars as pl

    try:
        return list(pl.scan_parquet(folder.path / name, glob=False).collect_schema())
    except (pl.exceptions.PolarsError, OSError):
        return []


def sampled(folder: Folder, name: str) -> dict[str, list[object]]:
    """The first values of a table's columns; {} where it cannot be read."""
    if name.lower().endswith(".parquet"):
        import polars as pl

        try:
            return pl.read_parquet(folder.path / name, n_rows=200, glob=False).to_dict(
                as_series=False
            )
        except (pl.exceptions.PolarsError, OSError):
            return {}
    text = folder.head(name).decode("utf-8-sig", errors="replace").lstrip("\r\n")
    separator = delimiter(text.split("\n", 1)[0])
    try:
        names, *rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator)) or [[]]
    except csv.Error:
        return {}
    kept = rows[:-1] if len(text) >= HEAD else rows
    return {
        column.strip(): [row[at] for row in kept if at < len(row)]
        for at, column in enumerate(names)
    }
