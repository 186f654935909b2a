"""Opening a workspace: walk the folder, let the readers read what is new, group the runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

from diagnostics.errors import DiagnosticsError
from diagnostics.readers import Folder, Reader, load_readers
from diagnostics.readers.grouping import experiments
from diagnostics.readers.joining import joined_by_parameters
from diagnostics.readers.own_choices import choices_stamp
from diagnostics.readers.unread_files import files_not_read, what_lies_there
from diagnostics.readers.walking import MAX_FOLDERS, fingerprint, stamp, walk
from diagnostics.workspace import Problem, Run, Workspace
from diagnostics.workspace.cache import VERSION, Cache, Listing, Unit

Progress = Callable[[str], None]


def open_workspace(
    folder: str | Path, *, progress: Progress | None = None, trust_pickles: bool = False
) -> Workspace:
    """Everything that the readers find below `folder`; what was read before is not read again.

    Parameters
    ----------
    folder
        A folder of results. Nothing outside it is read, and nothing in it is changed but our own
        subfolder `.errata`.
    progress
        Called with the path of every folder that is about to be read.
    trust_pickles
        Whether pickle and joblib files may be opened. Opening one runs whatever code it holds.

    Raises
    ------
    DiagnosticsError
        If there is no such folder, or it is a file. What is wrong inside it is no error but a
        `Problem` of the workspace, the experiment or the run.
    """
    root = _root(folder)
    readers, broken = load_readers()
    cache = Cache.of(root)
    before = cache.load()
    opening = _Opening(readers, cache, before, progress, trust_pickles)
    now: dict[str, Listing] = {}
    nameless: list[Problem] = []
    files: dict[str, list[str]] = {}
    for place in walk(
        root, owns_tree=lambda place: now[place.relative].owns_tree, trust_pickles=trust_pickles
    ):
        now[place.relative] = opening.read_folder(place)
        files[place.relative] = [file.name for file in place.files]
        nameless += [_nameless(place, name) for name in place.nameless]
    if now != before:
        cache.save(now)
    units = [unit for listing in now.values() for unit in listing.units]
    runs = [run for unit in units for run in unit.runs]
    problems = [*broken, *nameless, *(problem for unit in units for problem in unit.problems)]
    return Workspace(
        root,
        experiments(joined_by_parameters(runs), root.name.encode(errors="replace").decode(), root),
        tuple([*problems, *_about_the_whole(files, now, runs, problems, readers)]),
        _overall(now),
    )


def _nameless(place: Folder, name: str) -> Problem:
    return Problem(
        "name-not-utf8",
        place.relative,
        f"The name of {name!r} (as Latin-1) is not UTF-8, so it was left out.",
        "Rename it.",
    )


def workspace_fingerprint(folder: str | Path) -> str:
    """Changes when a file of the workspace does; lists the folders and reads nothing."""
    root = _root(folder)
    owning = {name for name, listing in Cache.of(root).load().items() if listing.owns_tree}
    digest = blake2b(digest_size=12)
    for place in walk(root, owns_tree=lambda place: place.relative in owning):
        look = fingerprint(place) + choices_stamp(place)
        digest.update(f"{place.relative}\0{look}\n".encode(errors="surrogateescape"))
    return digest.hexdigest()


def _root(folder: str | Path) -> Path:
    path = Path(folder)
    if not path.is_dir():
        raise no_such_folder(path)
    return path.resolve()


def no_such_folder(path: Path) -> DiagnosticsError:
    """What to say of a path that is not a folder."""
    if path.is_file():
        return DiagnosticsError(f"{path} is a file.", hint=f"Open its folder: errata {path.parent}")
    return DiagnosticsError(
        f"There is no folder {path}.", hint="Give the folder that holds your results."
    )


class _Opening:
    """What it takes to read one folder after the other, or to know it from the cache."""

    def __init__(
        self,
        readers: list[Reader],
        cache: Cache,
        before: dict[str, Listing],
        progress: Progress | None,
        trust_pickles: bool,
    ) -> None:
        self.readers = readers
        self.cache = cache
        self.before = before
        self.progress = progress
        self.trust_pickles = trust_pickles

    def read_folder(self, folder: Folder) -> Listing:
        """What the folder holds: from the cache where it is unchanged, else as its readers say."""
        look = fingerprint(folder) + choices_stamp(folder) + self.versions
        known = self.before.get(folder.relative)
        if known is not None and known.fingerprint == look and self._is_fresh(known, folder):
            return known
        owners = [r for r in self.readers if getattr(r, "owns_tree", _never)(folder)]
        matching = [r for r in owners or self.readers if _matches(r, folder)]
        if matching and self.progress is not None:
            self.progress(folder.relative)
        return Listing(look, bool(owners), [self._read(r, folder, look) for r in matching])

    @cached_property
    def versions(self) -> str:
        """Changes when a reader or the form of the tables does, or when pickles are trusted."""
        names = "".join(f"{r.NAME}{r.VERSION}" for r in self.readers) + VERSION
        names += " trusting" if self.trust_pickles else ""
        return "-" + blake2b(names.encode(), digest_size=4).hexdigest()

    def _is_fresh(self, listing: Listing, folder: Folder) -> bool:
        return all(
            self.cache.has(unit)
            and all(stamp(folder.root / path) == value for path, value in unit.used.items())
            for unit in listing.units
        )

    def _read(self, reader: Reader, folder: Folder, look: str) -> Unit:
        folder.used.clear()
        written = self.cache.new_tables()
        runs, problems = _readings(reader, folder, written)
        used = {path.relative_to(folder.root).as_posix(): stamp(path) for path in folder.used}
        text = "\0".join([reader.NAME, folder.relative, look, *used.values()])
        key = blake2b(text.encode(errors="surrogateescape"), digest_size=12).hexdigest()
        tables = self.cache.publish(written, key)
        return Unit(
            reader.NAME,
            folder.relative,
            tables.name,
            [replace(r, tables=tables) for r in runs],
            problems,
            used,
        )


def _readings(reader: Reader, folder: Folder, written: Path) -> tuple[list[Run], list[Problem]]:
    """The runs and problems that the reader finds; a reader that fails is a problem itself."""
    from diagnostics.readers.ingest import write_run

    runs: list[Run] = []
    problems: list[Problem] = []
    content: dict[int, str] = {}
    alive: list[object] = []  # the content tables that have a stem, so that their ids stay theirs
    try:
        for entry in reader.read(folder):
            if isinstance(entry, Problem):
                problems.append(entry)
                continue
            stem = content.get(id(entry.examples), "") if entry.examples is not None else ""
            runs.append(write_run(entry, reader.NAME, written, len(runs), stem))
            if entry.examples is not None and not stem:
                content[id(entry.examples)] = runs[-1].stem
                alive.append(entry.examples)
    except Exception as error:  # noqa: BLE001 - one bad folder must not take the others down
        problems.append(_failure(reader, folder, error))
    return runs, problems


def _failure(reader: Reader, folder: Folder, error: Exception) -> Problem:
    what = " ".join(str(error).split())[:300]
    return Problem(
        "unreadable-folder",
        folder.relative,
        f"The {reader.NAME} reader could not read this folder: {type(error).__name__}: {what}",
        "The rest was read. If the files are as the tool wrote them, please report this.",
    )


def _matches(reader: Reader, folder: Folder) -> bool:
    try:
        return reader.matches(folder)
    except Exception:  # noqa: BLE001 - a reader that cannot tell does not read
        return False


def _never(folder: Folder) -> bool:
    return False


def _about_the_whole(
    files: dict[str, list[str]],
    now: dict[str, Listing],
    runs: list[Run],
    problems: list[Problem],
    readers: list[Reader],
) -> list[Problem]:
    matched = {name for name, listing in now.items() if listing.units}
    unread = files_not_read(files, runs, problems, matched=matched)
    remarks = [unread] if unread else []
    if len(files) >= MAX_FOLDERS:
        remarks.append(
            Problem(
                "too-many-folders",
                ".",
                f"The walk ended after {MAX_FOLDERS:,} folders.",
                "Open a folder nearer to the results.",
            )
        )
    if not runs:
        looked = "; ".join(r.LOOKS_FOR for r in readers if r.LOOKS_FOR)
        remarks.append(
            Problem(
                "nothing-found",
                ".",
                " ".join(
                    filter(None, ["No results were recognised here.", what_lies_there(files)])
                ),
                f"Looked for {looked}.",
            )
        )
    return remarks


def _overall(now: dict[str, Listing]) -> str:
    digest = blake2b(digest_size=12)
    for name, listing in sorted(now.items()):
        keys = " ".join(unit.key for unit in listing.units)
        digest.update(f"{name}\0{listing.fingerprint}\0{keys}\n".encode(errors="surrogateescape"))
    return digest.hexdigest()
