"""Files that no reader spoke of: those that look like results, and what else lies in a folder."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from diagnostics.workspace import Problem, Run

#: Names that results have, whatever tool wrote them; words before and behind make no difference.
_RESULT = re.compile(
    r"(?:.*[-_. ])?(?:predictions?|preds?|submissions?|oof|results?|cv_results_?|reports?"
    r"|confusion(?:[-_ ]?(?:matrix|matrices))?|confusion_?matrix|metrics|scores|leaderboard"
    r"|y_(?:pred|prob|proba))(?:[-_. ]?\d+)?(?:[-_](?:test|val|valid|train|final|best))*",
    re.IGNORECASE,
)
#: Endings of data; programs, notes and models that bear such a name are no results.
_DATA = frozenset(
    (
        *("csv", "tsv", "json", "jsonl", "ndjson", "parquet", "feather", "arrow", "txt", "dat"),
        *("out", "xls", "xlsx", "xlsm", "ods", "npy", "npz", "mat", "rds", "rdata", "pkl"),
        *("pickle", "joblib", "h5", "hdf5", "html", "htm", "pdf", "xml", "yaml", "yml", "gz"),
        *("zip", "bz2", "xz", "zst"),
    )
)
_PICTURES = frozenset(("png", "jpg", "jpeg", "svg", "gif", "webp", "bmp", "tif", "tiff"))
#: Why a file of a kind was not read; for others its content was not recognised.
_WHY = {
    **dict.fromkeys(("pkl", "pickle", "joblib"), "pickles run what they hold: --trust-pickles"),
    **dict.fromkeys(("xls", "ods", "rds", "rdata", "mat", "h5", "hdf5"), "no reader for this kind"),
    **dict.fromkeys(("html", "htm", "pdf", "xml"), "pages to look at, not tables"),
    **dict.fromkeys(_PICTURES, "pictures: save the numbers behind them as csv"),
    **dict.fromkeys(("zip", "bz2", "xz", "zst"), "packed: unpack them"),
}
#: How many files of a kind are named, and how many kinds.
NAMED, KINDS = 3, 6
HINT = (
    "If they hold results, see docs/formats for what is read, or say in errata.toml what the "
    'columns of a table are: predicted_label = "…".'
)


def files_not_read(
    files: Mapping[str, Sequence[str]],
    runs: Iterable[Run],
    problems: Iterable[Problem],
    *,
    matched: Collection[str] = (),
) -> Problem | None:
    """The files that look like results and lie where nothing was read; None if there are none.

    Parameters
    ----------
    files
        Names of files by folder, as paths below the root.
    runs, problems
        What the readers made of them. A folder from which anything came, or that lies below a
        folder that is a run as a whole, is spoken for: readers do not tell which of its files
        they looked at.
    matched
        Folders in which a reader found something for itself, whatever came of it.
    """
    spoken = _spoken_for([run.path for run in runs], [problem.path for problem in problems], files)
    left = [
        (folder, name)
        for folder, names in files.items()
        if folder not in spoken and folder not in matched
        for name in names
        if _looks_like_results(name)
    ]
    if not left:
        return None
    what = f"{_count(len(left), 'file')} {'looks' if len(left) == 1 else 'look'} like results and "
    what += f"{'was' if len(left) == 1 else 'were'} not read: {_listed(left)}."
    return Problem("files-not-read", ".", what, HINT)


def what_lies_there(files: Mapping[str, Sequence[str]]) -> str:
    """The files of a folder by their endings, in words: `3 png, 2 csv and 1 other file`."""
    endings = Counter(_ending(name) for names in files.values() for name in names)
    total = sum(endings.values())
    if not total:
        return ""
    usual = [(ending, n) for ending, n in endings.most_common() if ending][:KINDS]
    parts = [f"{n:,} {ending}" for ending, n in usual]
    if rest := total - sum(n for _, n in usual):
        parts.append(_count(rest, "other file"))
    listed = " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
    return f"It has {_count(total, 'file')}: {listed}."


def _spoken_for(
    runs: Sequence[str], problems: Sequence[str], files: Mapping[str, Sequence[str]]
) -> set[str]:
    """The folders that a run or a problem came from, and those below a run that is a folder."""
    spoken = {_folder(path, files) for path in (*runs, *(path for path in problems if path != "."))}
    owners = {path for path in runs if path in files}
    return spoken | {
        folder
        for folder in files
        if any(parent.as_posix() in owners for parent in PurePosixPath(folder).parents)
    }


def _folder(path: str, files: Mapping[str, Sequence[str]]) -> str:
    return path if path in files else PurePosixPath(path).parent.as_posix()


def _looks_like_results(name: str) -> bool:
    ending = _ending(name)
    stem = name[: -len(ending) - 1] if ending else name
    stem = stem.removesuffix(".csv").removesuffix(".json")  # of predictions.csv.gz
    return ending in _DATA | _PICTURES and _RESULT.fullmatch(stem) is not None


def _ending(name: str) -> str:
    return PurePosixPath(name).suffix.lower().lstrip(".")


def _listed(left: Sequence[tuple[str, str]]) -> str:
    """The files by kind, each kind with its first names and why; tables before pictures."""
    kinds: dict[str, list[str]] = {}
    for folder, name in sorted(left, key=lambda entry: _ending(entry[1]) in _PICTURES):
        path = name if folder == "." else f"{folder}/{name}"
        kinds.setdefault(_ending(name), []).append(path)
    shown = []
    for ending, paths in list(kinds.items())[:KINDS]:
        more = f" and {len(paths) - NAMED:,} more" if len(paths) > NAMED else ""
        why = _WHY.get(ending, "nothing that is known was found in them")
        shown.append(f"{', '.join(paths[:NAMED])}{more} ({why})")
    return "; ".join(shown)


def _count(n: int, one: str) -> str:
    return f"{n:,} {one}" + ("" if n == 1 else "s")
