"""Explanations that are sampled: what they cost, what they depend on, and how they are made."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, Literal

from diagnostics.models.batches import PATIENCE
from diagnostics.models.explanation import lime_surrogate
from diagnostics.models.explanation.background_data import MOST_ROWS as BACKGROUND
from diagnostics.models.explanation.explained_output import ExplainedOutput, explained_output
from diagnostics.models.explanation.explanation import Explanation
from diagnostics.models.explanation.lime_surrogate import A_CALL as ROWS_A_CALL
from diagnostics.models.explanation.lime_surrogate import REPEATED, lime_explanation
from diagnostics.models.explanation.perturbed_rows import MOST_BLOCKS
from diagnostics.models.explanation.perturbed_rows import MOST_WORDS as WORDS_OF_A_ROW
from diagnostics.models.explanation.question import Question
from diagnostics.models.explanation.shap_values import (
    MOST_ORDERS,
    MOST_ROWS,
    MOST_TEXTS,
    MOST_WORDS,
    most_rows,
    shap_explanation,
)
from diagnostics.models.explanation.shap_values import ROWS_A_CALL as SHAP_ROWS_A_CALL
from diagnostics.models.explanation.words import pieces_of
from diagnostics.models.jobs import Progress, no_progress
from diagnostics.models.pipelines.analysers import signs_read_by
from diagnostics.workspace import Run
from diagnostics.workspace.model_inputs import IDS, TEXT

Method = Literal["shap", "lime"]
#: Rows that a model is asked about to learn how quick it is, if it is quick.
TRIAL = 100
#: How often it is timed.
TIMES = 3


def estimate(
    method: Method, question: Question, *, progress: Progress = no_progress
) -> Explanation:
    """The explanation by a method that asks the model many times.

    Raises
    ------
    DiagnosticsError
        If the method is not for this model, or what it needs was not kept.
    """
    makers: dict[str, Callable[..., Explanation]] = {
        "shap": shap_explanation,
        "lime": lime_explanation,
    }
    return makers[method](question, progress=progress)


def estimate_key(method: Method, question: Question) -> tuple[Any, ...]:
    """Everything that an estimate depends on: equal keys have equal estimates.

    The content of the run's models and inputs, not their names or their age; and how many
    variations are asked about.
    """
    files = _content(question.run, question.root)
    asked = (question.example, question.label, question.against, question.seed, question.text)
    limits = (MOST_ROWS, MOST_TEXTS, MOST_ORDERS, MOST_WORDS, BACKGROUND, MOST_BLOCKS)
    how = (lime_surrogate.SAMPLES, REPEATED) if method == "lime" else limits
    return (method, files, *asked, question.picture, question.notes, *how)


def _content(run: Run, root: Path) -> str:
    paths = [root / run.models[fold] for fold in sorted(run.models)]
    if run.inputs and run.inputs != TEXT:
        paths += [root / run.inputs, (root / run.inputs).parent / IDS]
    digest = blake2b(digest_size=16)
    for path in paths:
        stat = path.stat() if path.is_file() else None
        if stat is not None:
            digest.update(_digest(path, stat.st_mtime_ns, stat.st_size))
    return digest.hexdigest()


@lru_cache(64)
def _digest(path: Path, changed: int, size: int) -> bytes:  # noqa: ARG001 - a key
    digest = blake2b(digest_size=16)
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.digest()


def estimated_seconds(method: Method, question: Question) -> float:
    """Roughly how long an estimate takes, by how long the model takes over a few rows.

    Raises
    ------
    DiagnosticsError
        If the model gives answers only.
    """
    figure = explained_output(question.model, question.label, question.against)
    figure.ask(question.row)  # once for what is loaded at the first call
    a_call = _seconds(figure, question.row)
    rows = min(max(int(PATIENCE / max(a_call, 1e-9)), 2), TRIAL)  # nobody asked for this yet
    a_row = max(_seconds(figure, _repeated(question.row, rows)) - a_call, 0.0) / (rows - 1)
    asked = _asked(method, question)
    calls = -(-asked // (ROWS_A_CALL if method == "lime" else SHAP_ROWS_A_CALL))
    return a_call * calls + a_row * asked


def _seconds(figure: ExplainedOutput, rows: Any) -> float:
    """How long the model takes over rows; of a quick one the best of three, for noise adds up."""
    seconds: list[float] = []
    while len(seconds) < TIMES and sum(seconds) < PATIENCE / TIMES:
        begun = time.perf_counter()
        figure.ask(rows)
        seconds.append(time.perf_counter() - begun)
    return min(seconds)


def _asked(method: Method, question: Question) -> int:
    """How many rows the model will be asked about, at most."""
    is_text = isinstance(question.row, list)
    if not is_text and method == "lime":
        return lime_surrogate.SAMPLES * REPEATED
    most = MOST_WORDS if is_text else WORDS_OF_A_ROW
    reads = signs_read_by(question.model.estimator)
    words = pieces_of(question.text or "", most=most, reads=reads)
    parts = len(words) if is_text else min(len(question.input_names), MOST_BLOCKS) + len(words)
    different = 1 << min(parts, 20)
    if method == "lime":
        return min(lime_surrogate.SAMPLES, different) * REPEATED
    masks = min(MOST_ORDERS * REPEATED * (2 * parts + 1), different)
    return min(MOST_TEXTS, masks) if is_text else min(most_rows(question), masks * BACKGROUND)


def _repeated(row: Any, times: int) -> Any:
    if isinstance(row, list):
        return row * times
    if hasattr(row, "columns"):
        return row.iloc[[0] * times].reset_index(drop=True)
    return (row.tocsr() if hasattr(row, "tocsr") else row)[[0] * times]


def in_words(seconds: float) -> str:
    """A length of time as people say it: `a few seconds`."""
    steps = ((1.5, "about a second"), (8, "a few seconds"), (25, "some 15 seconds"))
    for most, words in (*steps, (50, "about half a minute"), (100, "about a minute")):
        if seconds < most:
            return words
    return f"about {round(seconds / 60)} minutes"
