"""What a scikit-learn search leaves: its `cv_results_`; see docs/formats/cv-results.md."""

from __future__ import annotations

from collections.abc import Iterator

from diagnostics.readers import Folder, Reading
from diagnostics.readers.cv_results.candidates import candidates
from diagnostics.readers.cv_results.files import Unreadable, read_columns, search_files
from diagnostics.workspace import Problem

NAME = "cv_results"
LOOKS_FOR = "the cv_results_ of scikit-learn searches (csv, json, parquet, skops)"
VERSION = 2


def matches(folder: Folder) -> bool:
    """Whether a file of the folder holds a search's results."""
    return bool(search_files(folder))


def read(folder: Folder) -> Iterator[Reading | Problem]:
    """A run for every candidate of every search; the candidates of a search are an experiment."""
    files = search_files(folder)
    for name in files:
        try:
            columns = read_columns(folder, name)
            yield from candidates(folder, name, columns, alone=len(files) == 1)
        except Unreadable as error:
            yield Problem(error.code, folder.where(name), error.what, error.hint)
