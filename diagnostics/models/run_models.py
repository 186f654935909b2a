"""A run's own models and the rows they take, by example: what explaining and asking again need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from diagnostics.errors import DiagnosticsError
from diagnostics.models.model import Model, open_model
from diagnostics.workspace import Evidence, Experiment, Run
from diagnostics.workspace.model_inputs import TEXT, read_inputs

#: Models held open at a time: those of a few runs' folds.
HELD = 16
#: An example's row in a run, as `examples.answers.answer` has it; empty if the run has none.
Answer = Mapping[str, Any]


class NoModel(DiagnosticsError):  # noqa: N818 - says what is missing
    """The run has no model, or none for this example, or nothing that it could be asked about."""


def model_for(
    run: Run,
    root: Path,
    example: str | None = None,
    *,
    answer: Answer | None = None,
    trust_pickles: bool = False,
) -> Model:
    """The model that answered an example: of a cross-validation, that of the example's fold.

    Parameters
    ----------
    run, root
        The run, and the folder that the workspace was opened on.
    example
        An id; None for the only model, and of several folds the first.
    answer
        The example's row in the run, empty if it has none; None reads it where it is needed.
    trust_pickles
        Whether code in the file may run.

    Raises
    ------
    NoModel
        If the run has none, or none that answered this example.
    ModelNotOpened
        If its file cannot be opened, or may not be.
    """
    if not run.models:
        raise NoModel(
            f"The run {run.run} has no model.",
            hint="Record it with keep_model=True, or its search with models=True.",
        )
    return _at(root / _path(run, example, answer), trust_pickles=trust_pickles)


def recorded_answer(run: Run, example: str) -> Answer:
    """What the run recorded of an example, held out if it has that: its fold, split and labels."""
    from diagnostics.examples.answers import held_out_answer

    return held_out_answer(run, example) or {}


def fold_of(answer: Answer) -> str:
    """The name that the model of the answer's fold has among `Run.models`; "" without a fold."""
    fold = answer.get("fold")
    return "" if fold is None else str(fold)


def model_of_fold(
    run: Run, root: Path, fold: int | None, *, trust_pickles: bool = False
) -> Model | None:
    """The model that answered a fold, or the run's only one; None if it is not there.

    Raises
    ------
    ModelNotOpened
        If its file cannot be opened, or may not be.
    """
    path = run.models.get("", run.models.get("" if fold is None else str(fold)))
    return None if path is None else _at(root / path, trust_pickles=trust_pickles)


def models_by_fold(run: Run, root: Path, *, trust_pickles: bool = False) -> dict[int | None, Model]:
    """Every model of the run by the fold that it answered; None for an only one."""
    found: dict[int | None, Model] = {}
    for fold in sorted(run.models, key=lambda name: (len(name), name)):
        number = int(fold) if fold else None
        found[number] = _at(root / run.models[fold], trust_pickles=trust_pickles)
    return found


def rows_for(experiment: Experiment, run: Run, root: Path, examples: Sequence[str]) -> Any:
    """What the run's models take, one row for each example, in their order.

    Returns
    -------
    A list of texts, a pandas frame, an array or a sparse matrix.

    Raises
    ------
    NoModel
        If what the models take was not kept.
    DiagnosticsError
        If an example is not among what was kept.
    """
    if run.inputs == TEXT:
        return _texts(experiment, run, examples)
    if not run.inputs:
        raise NoModel(
            f"What the model of {run.run} takes was not kept.",
            hint="Record the run again: keep_model=True keeps its rows beside the model.",
        )
    return read_inputs(root / run.inputs, examples)


def _path(run: Run, example: str | None, answer: Answer | None) -> str:
    if "" in run.models:
        return run.models[""]
    if example is None:
        return run.models[min(run.models, key=lambda name: (len(name), name))]
    fold = fold_of(recorded_answer(run, example) if answer is None else answer)
    if fold not in run.models:
        raise NoModel(f"No model of {run.run} is the one that answered {example!r}.")
    return run.models[fold]


def _at(path: Path, *, trust_pickles: bool) -> Model:
    changed = path.stat().st_mtime_ns if path.is_file() else 0
    return _opened(path, changed, trust_pickles=trust_pickles)


@lru_cache(HELD)
def _opened(path: Path, changed: int, *, trust_pickles: bool) -> Model:  # noqa: ARG001 - a key
    return open_model(path, trust_pickles=trust_pickles)


def _texts(experiment: Experiment, run: Run, examples: Sequence[str]) -> list[str]:
    import polars as pl

    from diagnostics.examples.content import with_shared_content
    from diagnostics.workspace.stored_tables import scan_examples

    if not experiment.evidence & Evidence.CONTENT:
        raise NoModel(f"The texts of {run.run} were not kept.", hint="Record it with its content.")
    table = scan_examples(with_shared_content(experiment, run))
    wanted = table.filter(pl.col("example").is_in(list(examples))).select("example", "text")
    texts = dict(wanted.collect().iter_rows())
    missing = [example for example in examples if example not in texts]
    if missing:
        raise DiagnosticsError(f"There is no text of the example {missing[0]!r}.")
    return [texts[example] or "" for example in examples]
