"""Many inputs at once, answered, and taken away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from diagnostics.models.batches import Steps
from diagnostics.models.jobs import Progress, no_progress
from diagnostics.models.whatif.asker import Answer, Asker
from diagnostics.models.whatif.batch_inputs import free_name

if TYPE_CHECKING:
    import pandas as pd


def batch_answers(
    askers: Sequence[Asker],
    rows: Sequence[Any],
    shown: pd.DataFrame,
    *,
    progress: Progress = no_progress,
) -> pd.DataFrame:
    """What every run answers to every input.

    Parameters
    ----------
    askers
        The runs.
    rows
        For each of them the inputs as its model takes them.
    shown
        What people know the inputs by, a row each; its columns come first.

    Returns
    -------
    `shown` with a column `label` and, where there are probabilities, `confidence`, `second_label`
    and `second_confidence`; of several runs their names follow, as in `label (run)`.
    """
    table = shown.reset_index(drop=True).copy()
    n = len(table)
    for number, (asker, inputs) in enumerate(zip(askers, rows, strict=True)):
        answers: list[Answer] = []
        for step in Steps().of(n):
            progress((number + step.start / n) / len(askers))
            answers += asker.answers(inputs.iloc[step] if _is_frame(inputs) else inputs[step])
        behind = f" ({asker.run})" if len(askers) > 1 else ""
        _insert(table, f"label{behind}", [answer.label for answer in answers])
        if asker.has_probabilities:
            _insert(table, f"confidence{behind}", [answer.confidence for answer in answers])
            seconds = [
                next((entry for entry in answer.top if entry[0] != answer.label), (None, None))
                for answer in answers
            ]
            _insert(table, f"second_label{behind}", [label for label, _ in seconds])
            _insert(table, f"second_confidence{behind}", [share for _, share in seconds])
    return table


def _insert(table: pd.DataFrame, name: str, values: list[Any]) -> None:
    """A column more; one of the input that is called like it keeps its name."""
    table[free_name(name, "(answered)", list(table.columns))] = values


def _is_frame(rows: Any) -> bool:
    return hasattr(rows, "iloc")


__all__ = ["batch_answers"]
