"""Tables of hyper-parameter searches: scikit-learn's `cv_results_`, and what looks like it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from diagnostics.readers import Folder
from diagnostics.readers.delimited import header
from diagnostics.readers.unread_formats import UnreadFormat, counted

_TABLES = (".csv", ".tsv", ".parquet", ".json")
_CV_SCORE = re.compile(r"(mean|split\d+)_(test|train)_.+")
_CV_JSON = re.compile(rb'"(mean|split\d+)_test_\w+"\s*[:,\]]')
_METRIC = re.compile(
    r"((mean|std|best|final|avg|test|train|val|valid|validation|cv|oof|eval)[\s_-]+)*"
    r"(balanced[\s_-]+accuracy|accuracy|acc|f1|precision|prec\.?|recall|(roc[\s_-]?)?auc|auroc|"
    r"log[\s_-]?loss|kappa|mcc|rmse|mae|mse|r2)"
    r"([\s_.-]+(score|macro|micro|weighted|mean|std|test|train|val|validation))*",
    re.IGNORECASE,
)
#: Columns that make a table one of answers, or a report: others read these.
_ANSWERS = re.compile(
    r"(y[\s_]?)?(true|actual|gold|truth|target|label|pred|predicted|prediction|predictions|support)"
    r"([\s_]?(label|class|category|name|index|id))?|(macro|micro|weighted)[\s_]avg.*|.*_pred",
    re.IGNORECASE,
)
#: What is a metric only beside others: `test_score` as cross_validate has it, losses and errors.
_PLAIN_SCORE = re.compile(
    r"(mean_)?(train|test|val|cv)_score|((train|test|val|valid|validation)[\s_-]+)?(loss|error)",
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
        columns = columns_of(folder, file.name)
        if file.name in others or run_table_kind(columns):
            continue
        if kind := score_table_kind(columns):
            kinds.setdefault(kind, []).append(file.name)
    for kind, files in kinds.items():
        more = f", the first of {counted(len(files), 'like file')}" if len(files) > 1 else ""
        yield UnreadFormat(folder.where(files[0]), f"{kind}{more}.", _HINT)


def run_table_kind(columns: Collection[str]) -> str:
    """What a table with a row for each run, or each fold of one, looks like; "" if it does not."""
    kind = score_table_kind(columns)
    return kind if kind.startswith((_CROSS_VALIDATED, _HAND_MADE)) else ""


def is_metric(name: str) -> bool:
    """Whether a column is called like a figure of merit."""
    return bool(_METRIC.fullmatch(name) or _PLAIN_SCORE.fullmatch(name))


def score_table_kind(columns: Collection[str]) -> str:
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
    return _hand_made_kind(names)


def _hand_made_kind(names: Collection[str]) -> str:
    """Metrics beside something else, and nothing that is the answer to an example."""
    metrics = sorted(name for name in names if _METRIC.fullmatch(name))
    rest = [name for name in names if name and name not in metrics]
    if not metrics or not rest or any(map(_ANSWERS.fullmatch, names)):
        return ""
    if "epoch" in names or "step" in names:
        return f"A training history ({', '.join(metrics[:3])} by epoch)"
    if len(metrics) + len(rest) < 3:
        return ""
    return f"{_HAND_MADE} ({', '.join(metrics[:3])} for each row)"


def columns_of(folder: Folder, name: str) -> list[str]:
    """A table's column names: from the first line of a text, from the footer of a Parquet file."""
    if not name.lower().endswith(".parquet"):
        return header(folder.head(name))
    import polars as pl

    try:
        return list(pl.scan_parquet(folder.path / name, glob=False).collect_schema())
    except (pl.exceptions.PolarsError, OSError):
        return []
