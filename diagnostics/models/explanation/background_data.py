"""The rows that an example is held against: some of those that the run's model was asked about."""

from __future__ import annotations

from typing import Any

import numpy as np

from diagnostics.errors import DiagnosticsError
from diagnostics.models.explanation.question import Question
from diagnostics.workspace.model_inputs import TEXT, input_ids, read_inputs

#: Rows are taken up to here: more make estimates slower and hardly better.
MOST_ROWS = 100


def background_rows(question: Question, *, most: int = MOST_ROWS) -> Any:
    """Up to `most` rows of the run's own inputs, drawn with the question's seed.

    The explained example is among them no more often than any other.

    Raises
    ------
    DiagnosticsError
        If no inputs were kept, or their file is broken.
    """
    kept = question.run.inputs
    if not kept or kept == TEXT:
        raise DiagnosticsError(
            f"The run {question.run.run} kept no rows to hold {question.example!r} against.",
            hint="Record it again with keep_model=True.",
        )
    path = question.root / kept
    ids = input_ids(path)
    chosen = np.random.default_rng(question.seed).permutation(len(ids))[:most]
    return read_inputs(path, [ids[at] for at in sorted(chosen)])
