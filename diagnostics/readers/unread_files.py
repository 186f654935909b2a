"""Files of which nothing was read: those that look like results, and what else lies there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from diagnostics.readers.result_names import OPENED, ending_of, kind_of_file, looks_like_results
from diagnostics.workspace import Problem, Run

#: Why a file of a kind was not read; for others its content was not recognised.
_WHY = {
    "pickle": "pickles run what they hold: --trust-pickles",
    "other table": "no reader for this kind: save it as csv or parquet",
    "store": "no reader for this kind: save its table as csv or parquet",
    "page": "pages to look at, not tables",
    "picture": "pictures: save the numbers behind them as csv",
    "packed": "packed: unpack them",
}
#: Readers of tools that draw the figures which they write: their pictures say nothing more.
_DRAWING = ("rasa", "errata")
#: What speaks for the folder it lies in: a run folder of our own.
_OF_A_FOLDER = "/run.json"
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
    """The files that look like results and of which nothing was read; None if there are none.

    Parameters
    ----------
    files
        Names of files by folder, as paths below the root.
    runs, problems
        What the readers made of them. Where all of it names its files, the others are unread;
        where something names the folder, it may be any of its files, and only those of kinds that
        no reader opens are sure to be unread.
    matched
        Folders in which a reader found something for itself, whatever came of it.
    """
    known = list(runs)
    told = {*(run.path for run in known), *(p.path for p in problems if p.path != ".")}
    whole = {path for path in told if path in files} | {
        PurePosixPath(path).parent.as_posix() for path in told if path.endswith(_OF_A_FOLDER)
    }
    spoken = whole | {PurePosixPath(path).parent.as_posix() for path in told - whole}
    drawn = {run.path for run in known if run.reader in _DRAWING}
    companions = {value.split(" (")[0] for run in known for value in run.mapping.values()}

    def is_unread(folder: str, name: str) -> bool:
        kind = kind_of_file(name)
        if _is_below(folder, whole):
            return False
        if folder not in spoken:
            return folder not in matched
        if kind not in OPENED:
            return _path(folder, name) not in told and folder not in drawn
        return folder not in whole and not _is_companion(folder, name, told, companions)

    left = [
        (folder, name)
        for folder, names in files.items()
        for name in names
        if looks_like_results(name) and is_unread(folder, name)
    ]
    if not left:
        return None
    what = f"{_count(len(left), 'file')} {'looks' if len(left) == 1 else 'look'} like results and "
    what += f"{'was' if len(left) == 1 else 'were'} not read: {_listed(left)}."
    return Problem("files-not-read", ".", what, HINT)


def what_lies_there(files: Mapping[str, Sequence[str]]) -> str:
    """The files of a folder by their endings, in words: `3 png, 2 csv and 1 other file`."""
    endings = Counter(ending_of(name) for names in files.values() for name in names)
    total = sum(endings.values())
    if not total:
        return ""
    usual = [(ending, n) for ending, n in endings.most_common() if ending][:KINDS]
    parts = [f"{n:,} {ending}" for ending, n in usual]
    if rest := total - sum(n for _, n in usual):
        parts.append(_count(rest, "other file"))
    listed = " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
    return f"It has {_count(total, 'file')}: {listed}."


def _is_below(folder: str, whole: Collection[str]) -> bool:
    """Whether a folder lies in one that is a run as a whole."""
    above = (parent.as_posix() for parent in PurePosixPath(folder).parents)
    return any(parent in whole for parent in above if parent != ".")


def _is_companion(
    folder: str, name: str, told: Collection[str], companions: Collection[str]
) -> bool:
    """Whether a file was read with another one: as its truth, its part or its second array."""
    path = _path(folder, name)
    if path in told or name in companions or any(path.endswith(f"/{c}") for c in companions):
        return True
    beside = [PurePosixPath(p) for p in told if PurePosixPath(p).parent.as_posix() == folder]
    own = PurePosixPath(name)
    return any(
        other.suffix == own.suffix
        and (own.suffix == ".npy" or _unnumbered(other.name) == _unnumbered(name))
        for other in beside
    )


def _unnumbered(name: str) -> str:
    return re.sub(r"\d+", "#", name)


def _path(folder: str, name: str) -> str:
    return name if folder == "." else f"{folder}/{name}"


def _listed(left: Sequence[tuple[str, str]]) -> str:
    """The files by kind, each kind with its first names and why; tables before pictures."""
    kinds: dict[str, list[str]] = {}
    for folder, name in sorted(left, key=lambda entry: kind_of_file(entry[1]) == "picture"):
        kinds.setdefault(ending_of(name), []).append(_path(folder, name))
    shown = []
    for paths in list(kinds.values())[:KINDS]:
        more = f" and {len(paths) - NAMED:,} more" if len(paths) > NAMED else ""
        why = _WHY.get(kind_of_file(paths[0]), "nothing that is known was found in them")
        shown.append(f"{', '.join(paths[:NAMED])}{more} ({why})")
    return "; ".join(shown)


def _count(n: int, one: str) -> str:
    return f"{n:,} {one}" + ("" if n == 1 else "s")
