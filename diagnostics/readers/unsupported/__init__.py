"""Formats that are recognised and not read yet: each store is named once, with a way out."""

from __future__ import annotations

from collections.abc import Iterator

from diagnostics.readers import Folder, run_folder
from diagnostics.readers.search_tables import score_tables
from diagnostics.readers.unread_formats import UnreadFormat
from diagnostics.readers.unsupported.databases import databases, journals
from diagnostics.readers.unsupported.result_files import (
    inspect_logs,
    language_model_evaluations,
    pickles,
    spacy_scores,
)
from diagnostics.readers.unsupported.tool_stores import STORES, event_files, transformers_trainings
from diagnostics.workspace import Problem

NAME = "not read yet"
LOOKS_FOR = ""  # it reads nothing, so nobody shall look here for what to bring
VERSION = 2

#: Kinds that lie in a folder beside others; a store is one as a whole.
_KINDS = (
    databases,
    journals,
    score_tables,
    transformers_trainings,
    event_files,
    language_model_evaluations,
    inspect_logs,
    spacy_scores,
    pickles,
)


def matches(folder: Folder) -> bool:
    """Whether the folder holds, or is, something that is recognised and not read."""
    return next(_found(folder), None) is not None


def read(folder: Folder) -> Iterator[Problem]:
    """A problem for each kind of thing that was found, with a hint how to have it read."""
    for found in _found(folder):
        yield Problem("not-read-yet", found.where, found.what, found.hint)


def owns_tree(folder: Folder) -> bool:
    """Whether the folder is a store as a whole, below which there is nothing for others."""
    return any(next(store(folder), None) is not None for store in STORES)


def _found(folder: Folder) -> Iterator[UnreadFormat]:
    """What is to be said about the folder; in our own run folders nothing."""
    if run_folder.matches(folder):
        return
    stores = [found for store in STORES for found in store(folder)]
    others = (found for kind in _KINDS for found in kind(folder))
    yield from (found for found in stores or others if not found.is_spoken_for)
