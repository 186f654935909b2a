"""What the answers of a run's models depend on, in one word: a name for what is kept of them."""

from __future__ import annotations

import json
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from diagnostics.workspace import Experiment, Run
from diagnostics.workspace.model_inputs import IDS, TEXT

#: Part of every digest: raised when the same settings come to mean something else.
VERSION = 2


def input_digest(experiment: Experiment, run: Run, root: Path, **settings: Any) -> str:
    """A name for what comes of asking a run's models, the same as long as that is.

    The content of its models and of their inputs, its answers, and the settings, seed included.
    """
    from diagnostics.examples.content import with_shared_content

    digest = blake2b(digest_size=16)
    paths = [root / run.models[fold] for fold in sorted(run.models)]
    if run.inputs and run.inputs != TEXT:
        paths += [root / run.inputs, (root / run.inputs).parent / IDS]
    elif run.inputs == TEXT:
        paths.append(with_shared_content(experiment, run).table("examples"))
    paths.append(run.table("predictions"))
    for path in paths:
        digest.update(_digest_of(path).encode())
    asked = json.dumps([VERSION, sorted(run.models), settings], sort_keys=True, default=str)
    digest.update(asked.encode())
    return digest.hexdigest()


def _digest_of(path: Path) -> str:
    if not path.is_file():
        return ""
    stat = path.stat()
    return _content_digest(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(256)
def _content_digest(path: Path, changed: int, size: int) -> str:  # noqa: ARG001 - a key
    digest = blake2b(digest_size=16)
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
