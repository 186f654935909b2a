"""Single files that hold results: of language model evaluations and spaCy, and pickles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from diagnostics.readers import Folder
from diagnostics.readers.cv_results.files import search_files
from diagnostics.readers.unread_formats import UnreadFormat, counted, file_names, group

_LM_RESULTS = re.compile(rb'\s*\{\s*"results"\s*:\s*\{')
# For a time the .jsonl files of samples were JSON lists (lm-evaluation-harness #1493).
_LM_SAMPLE = re.compile(rb'\s*\[?\s*\{\s*"doc_id"\s*:')
_INSPECT = re.compile(
    rb'\s*\{\s*"version"\s*:\s*\d+\s*,\s*"status"\s*:\s*"\w+"\s*,\s*"eval"\s*:\s*\{'
)
_SPACY = (b'"token_acc"', b'"cats_f_per_type"', b'"ents_per_type"', b'"spacy_version"')
_PICKLES = (".pkl", ".pickle", ".joblib", ".sav")

_PICKLE_HINT = (
    "Errata opens no pickles, because opening one runs the code in it. Save tables as csv or "
    "Parquet, and a model and its answers with diagnostics.record."
)


def language_model_evaluations(folder: Folder) -> Iterator[UnreadFormat]:
    """Results and samples of lm-evaluation-harness."""
    results = [f.name for f in folder.with_suffix(".json") if _is_lm_result(folder.head(f.name))]
    samples = [f.name for f in folder.with_suffix(".jsonl") if _is_lm_sample(folder.head(f.name))]
    if not results and not samples:
        return
    parts = [counted(len(results), "results file")] if results else []
    parts += [counted(len(samples), "file", "files") + " of samples"] if samples else []
    what = f"Evaluations by lm-evaluation-harness: {' and '.join(parts)}."
    files = [*results, *samples]
    yield UnreadFormat(folder.where(files[0]) if len(files) == 1 else folder.relative, what)


def _is_lm_result(head: bytes) -> bool:
    # 0.3 has acc_stderr, 0.4 puts the filter behind it: `acc_stderr,none`.
    is_named = b'_stderr"' in head or b"_stderr," in head or b'"n-shot"' in head
    return is_named and _LM_RESULTS.match(head) is not None


def _is_lm_sample(head: bytes) -> bool:
    return _LM_SAMPLE.match(head) is not None and b'"resps"' in head


def inspect_logs(folder: Folder) -> Iterator[UnreadFormat]:
    """Logs of Inspect: zip archives called .eval, or JSON."""
    logs = [f.name for f in folder.with_suffix(".eval") if _is_inspect_archive(folder.head(f.name))]
    logs += [f.name for f in folder.with_suffix(".json") if _INSPECT.match(folder.head(f.name))]
    if logs:
        where = folder.where(logs[0]) if len(logs) == 1 else folder.relative
        yield UnreadFormat(where, f"{counted(len(logs), 'evaluation log')} of Inspect.")


def _is_inspect_archive(head: bytes) -> bool:
    # Not header.json: a log that was interrupted has none.
    return head.startswith(b"PK\x03\x04") and b"_journal/start.json" in head[:256]


def spacy_scores(folder: Folder) -> Iterator[UnreadFormat]:
    """Scores of spaCy by component and label, alone or in a pipeline's meta.json."""
    for file in folder.with_suffix(".json"):
        head = folder.head(file.name)
        if head.lstrip()[:1] == b"{" and any(key in head for key in _SPACY):
            yield UnreadFormat(folder.where(file.name), "Scores of a spaCy pipeline.")


def pickles(folder: Folder) -> Iterator[UnreadFormat]:
    """Pickled objects: models, results, anything; those of searches have a reader."""
    searches = search_files(folder)
    if any(file.name not in searches for file in folder.with_suffix(*_PICKLES)):
        found = group(folder, _has_pickles, _pickle_folders)
        yield replace(found, hint=_PICKLE_HINT)


def _has_pickles(path: Path) -> bool:
    return any(name.lower().endswith(_PICKLES) for name in file_names(path))


def _pickle_folders(folders: int) -> str:
    return f"Pickled files in {counted(folders, 'folder')}, which are never opened."
