"""Writing a recorded search: its folder is claimed once, and every file is complete or absent."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED

from diagnostics.errors import DiagnosticsError
from diagnostics.workspace.model_inputs import write_inputs
from diagnostics.workspace.search_format import (
    CANDIDATE,
    DATA,
    EXAMPLES,
    FIT,
    FIT_METADATA,
    MODEL,
    NEXT_SEARCH,
    SEARCH,
    TRUTH,
)

if TYPE_CHECKING:
    import polars as pl

    from diagnostics.recording.data import SearchData

Description = Mapping[str, Any]


def claim(folder: Path, description: Description) -> Path:
    """The place for a new search: `folder`, or the first free `search-2`, `search-3` … in it.

    A place belongs to whoever creates its `search.json`, so that two searches never share one,
    even when they begin in two processes at once.

    Raises
    ------
    DiagnosticsError
        If the folder cannot be written.
    """
    for place in _places(folder):
        try:
            place.mkdir(parents=True, exist_ok=True)
            if _create(place / SEARCH, _json(description)):
                return place
        except OSError as error:
            raise DiagnosticsError(
                f"The search cannot be recorded in {place}: {error}.",
                hint="Give the Recorder a folder that may be written.",
            ) from error
    raise AssertionError("there is always a next place")


def join(folder: Path, description: Description) -> Path:
    """The place of the search with the same `token` and `data`, a new one if there is none."""
    while True:
        for place in _places(folder):
            known = search_description(place)
            if known is None:
                break
            if all(known.get(key) == description[key] for key in ("token", "data")):
                return place
        place = claim(folder, description)
        # Another process may have claimed a place for the same search in between: the first counts.
        first = next(p for p in _places(folder) if _is_same(p, description))
        if first == place:
            return place
        shutil.rmtree(place)


def _is_same(place: Path, description: Description) -> bool:
    known = search_description(place) or {}
    return all(known.get(key) == description[key] for key in ("token", "data"))


def search_description(place: Path) -> dict[str, Any] | None:
    """What `search.json` says, None if there is none."""
    try:
        content = json.loads((place / SEARCH).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def describe(place: Path, description: Description) -> None:
    """Replace what is said of the search."""
    _replace(place / SEARCH, _json(description))


def write_data(place: Path, data: SearchData, inputs: Any = None) -> None:
    """The rows' ids, truth and content, and what models take of them: once for all candidates."""
    import polars as pl

    folder = place / DATA
    # The truth is written last: where it lies, all of the data does.
    if (folder / TRUTH).exists():
        return
    folder.mkdir(exist_ok=True)
    if data.content is not None:
        _write_table(data.content, folder / EXAMPLES)
    if inputs is not None:
        write_inputs(folder, inputs, data.examples)
    _write_table(
        pl.DataFrame(
            {"example": data.examples, "true_label": data.true_labels},
            schema={"example": pl.String, "true_label": pl.String},
        ),
        folder / TRUTH,
    )


def write_candidate(place: Path, description: Description) -> None:
    """What the candidate is; every process that fits it says the same."""
    if not (place / CANDIDATE).exists():
        place.mkdir(parents=True, exist_ok=True)
        _replace(place / CANDIDATE, _json(description))


def write_fit(place: Path, name: str, answers: pl.DataFrame, description: Description) -> None:
    """One fit: the answers for its test rows, and what it was in the same file's metadata."""
    _write_table(answers, place / f"{FIT}{name}.parquet", {FIT_METADATA: _json(description)})


def write_model(place: Path, name: str, model: Any) -> None:
    """The fitted model of one fit, as skops keeps it.

    Raises
    ------
    Exception
        Whatever skops raises for a model that it cannot keep.
    """
    import skops.io

    handle, written = tempfile.mkstemp(dir=place, prefix=".writing-", suffix=".skops")
    os.close(handle)
    try:
        skops.io.dump(model, written, compression=ZIP_DEFLATED)
        Path(written).chmod(0o644)
        Path(written).replace(place / f"{MODEL}{name}.skops")
    finally:
        Path(written).unlink(missing_ok=True)


def forget_searches(folder: Path) -> None:
    """Remove the searches that were recorded in the folder, and nothing else that lies there."""
    for place in list(_recorded(folder)):
        for entry in place.iterdir():
            if (entry / CANDIDATE).is_file() or (entry / TRUTH).is_file():
                shutil.rmtree(entry)
        (place / SEARCH).unlink()
        if place != folder and not any(place.iterdir()):
            place.rmdir()


def folder_name(number: int, name: str) -> str:
    """A candidate's folder: its number and as much of its name as any file system takes."""
    readable = re.sub(r"[^\w=.,+-]+", "_", name, flags=re.ASCII).strip("_.")[:60]
    return f"{number:03d}-{readable}" if readable else f"{number:03d}"


def _places(folder: Path) -> Iterator[Path]:
    yield folder
    number = 2
    while True:
        yield folder / f"{NEXT_SEARCH}{number}"
        number += 1


def _recorded(folder: Path) -> Iterator[Path]:
    for place in _places(folder):
        if not (place / SEARCH).is_file():
            return
        yield place


def _create(path: Path, text: str) -> bool:
    """Write the file if nobody has; whether it was us."""
    written = _staged(path, text.encode())
    try:
        # Not open("x"), if it can be helped: others could read the file before it is whole.
        os.link(written, path)
    except FileExistsError:
        return False
    except OSError:  # a file system without hard links
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            return False
    finally:
        written.unlink()
    return True


def _replace(path: Path, text: str) -> None:
    _staged(path, text.encode()).replace(path)


def _staged(path: Path, content: bytes) -> Path:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    written = Path(name)
    written.chmod(0o644)
    return written


def _write_table(frame: pl.DataFrame, path: Path, metadata: dict[str, str] | None = None) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    os.close(handle)
    frame.write_parquet(name, metadata=metadata, statistics=False)
    written = Path(name)
    written.chmod(0o644)
    written.replace(path)


def _json(description: Description) -> str:
    return json.dumps(description, ensure_ascii=False, indent=1, default=repr, allow_nan=False)
