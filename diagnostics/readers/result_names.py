"""Whether a file is called like results, and what kind of file it is."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

#: Words in the names of results, whatever tool wrote them; those of a pair stand side by side.
_WORDS = frozenset(
    (
        *("prediction", "predictions", "predicted", "preds", "pred", "submission", "submissions"),
        *("oof", "result", "results", "report", "reports", "metrics", "scores", "leaderboard"),
    )
)
_PAIRS = frozenset(
    (
        *(("confusion", "matrix"), ("confusion", "matrices"), ("conf", "mat"), ("conf", "matrix")),
        *(("y", "pred"), ("y", "prob"), ("y", "proba")),
    )
)
#: Beside these, the words speak of programs, money or people.
_OTHERS = frozenset(
    (
        *("coverage", "cov", "lint", "pylint", "flake8", "ruff", "mypy", "pytest", "junit"),
        *("profile", "profiling", "bug", "crash", "audit", "license", "licenses", "security"),
        *("sonar", "bandit", "annual", "quarterly", "expense", "lighthouse", "memory", "search"),
    )
)
_KINDS = {
    "table": ("csv", "tsv", "json", "jsonl", "ndjson", "parquet", "txt", "dat", "out", "gz"),
    "array": ("npy", "npz"),
    "sheet": ("xlsx", "xlsm", "yaml", "yml"),
    "pickle": ("pkl", "pickle", "joblib"),
    "other table": ("xls", "ods", "feather", "arrow", "orc", "mat", "rds", "rdata", "dta", "sav"),
    "store": ("h5", "hdf5", "sqlite", "sqlite3", "db", "duckdb"),
    "packed": ("zip", "bz2", "xz", "zst", "tar", "tgz", "7z", "rar"),
    "page": ("html", "htm", "pdf", "xml"),
    "picture": ("png", "jpg", "jpeg", "svg", "gif", "webp", "bmp", "tif", "tiff"),
}
_KIND_OF = {ending: kind for kind, endings in _KINDS.items() for ending in endings}
#: Kinds that some reader opens, if it knows what is in them.
OPENED = ("table", "array", "sheet", "pickle")


def kind_of_file(name: str) -> str:
    """The kind of a file by its ending: "table", "picture", …; "" for what holds no results."""
    return _KIND_OF.get(ending_of(name), "")


def ending_of(name: str) -> str:
    """The ending without its dot, in small letters; "tar" of `results.tar.gz`."""
    suffixes = [suffix.lower().lstrip(".") for suffix in PurePosixPath(name).suffixes]
    return "tar" if "tar" in suffixes[-2:] else suffixes[-1] if suffixes else ""


def looks_like_results(name: str) -> bool:
    """Whether a file is called like results and is of a kind that may hold some.

    So are `confusion_matrix_rf.png`, `testPredictions.csv` and `results (1).json`, and
    `coverage_report.html` is not.
    """
    kind = kind_of_file(name)
    if not kind or name.startswith("."):
        return False
    stem = name.partition(".")[0]
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", stem)
    words = re.findall(r"[a-z]+|\d+", apart.lower())
    if _OTHERS & {*words} or (kind == "page" and {"test", "results"} <= {*words}):
        return False
    is_one = bool(_WORDS & {*words}) or "confusionmatrix" in words
    return is_one or any(pair in _PAIRS for pair in zip(words, words[1:], strict=False))
