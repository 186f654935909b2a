"""What a run's models were evaluated on, with the truth: each fold's rows beside its own model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnostics.errors import DiagnosticsError
from diagnostics.models.jobs import Cancelled
from diagnostics.models.model import Model
from diagnostics.models.row_forms import Form, form_of, joined, taken
from diagnostics.models.run_inputs import input_names, input_text, picture_size
from diagnostics.models.run_models import NoModel, model_of_fold, rows_for
from diagnostics.workspace import Evidence, Experiment, Run

#: Rows that are asked about at most unless told otherwise: a seeded sample of those evaluated.
MOST_ROWS = 5000


@contextmanager
def asking() -> Iterator[None]:
    """Whatever a model raises when it is asked, as an error that names it in a line."""
    try:
        yield
    except (DiagnosticsError, Cancelled):
        raise
    except Exception as error:  # steps of the user's own, other versions of libraries
        said = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        raise DiagnosticsError(
            f"The model cannot be asked: {said}", hint="Record it again with these versions."
        ) from error


@dataclass(frozen=True, eq=False)
class Part:
    """The rows of one fold, or all, and the model that answered them."""

    model: Model
    rows: Any
    places: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Evaluated:
    """Rows as the models take them.

    `parts` point with `places` into `examples`, `true` and `predicted` (labels as text, None where
    there is none). `names` are words for the columns of the input, none for texts. `total` is how
    many rows were evaluated in `split`, of which these are all or a sample. `text_column` is the
    column of a frame that is the text people see, "" if none is.
    """

    parts: tuple[Part, ...]
    examples: tuple[str, ...]
    true: NDArray[np.object_]
    predicted: NDArray[np.object_]
    form: Form
    names: tuple[str, ...]
    split: str
    total: int
    picture: tuple[int, int] | None = None
    text_column: str = ""

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that the models know, each once."""
        return tuple(dict.fromkeys(label for part in self.parts for label in part.model.labels))

    @property
    def has_probabilities(self) -> bool:
        """Whether every model can be asked for them."""
        return all(part.model.has_probabilities for part in self.parts)

    @property
    def all_rows(self) -> tuple[Any, NDArray[np.int64]]:
        """The rows of all parts one after another, and their places."""
        places = np.concatenate([part.places for part in self.parts])
        return joined([part.rows for part in self.parts]), places


def evaluated_inputs(
    experiment: Experiment,
    run: Run,
    root: Path,
    *,
    split: str | None = None,
    most: int = MOST_ROWS,
    seed: int = 0,
    trust_pickles: bool = False,
) -> Evaluated:
    """The rows that a run was evaluated on, beside the models that answered them.

    Parameters
    ----------
    split
        None for the one that speaks for the run, held out if there is one.
    most, seed
        More rows than that are sampled at random, with this seed.

    Raises
    ------
    NoModel
        If the run has no model, its rows were not kept, or no model answered any row.
    ModelNotOpened
        If a model may not be opened.
    """
    if not run.models:
        raise NoModel(
            f"The run {run.run} has no model.",
            hint="Record it with keep_model=True, or its search with models=True.",
        )
    if not run.has(Evidence.PREDICTIONS):
        raise NoModel(f"The answers of {run.run} were not kept.", hint="Record the run again.")
    table, total = _answers(experiment, run, split or run.split, most, seed)
    examples = table["example"].to_list()
    rows = rows_for(experiment, run, root, examples)
    folds = table["fold"].to_list()
    parts = []
    for fold in sorted(set(folds), key=lambda number: -1 if number is None else number):
        model = model_of_fold(run, root, fold, trust_pickles=trust_pickles)
        if model is not None:
            places = np.array([at for at, own in enumerate(folds) if own == fold], dtype=np.int64)
            parts.append(Part(model, taken(rows, places), places))
    if not parts:
        raise NoModel(f"No model of {run.run} is one that answered the {split or run.split} rows.")
    parts = _in_one(parts, rows, len(examples))
    first = parts[0]
    row = taken(first.rows, [0])
    picture = picture_size(experiment, run, root, examples[int(first.places[0])], row)
    _, text_column = input_text(experiment, run, row)
    return Evaluated(
        tuple(parts),
        tuple(examples),
        np.array(table["true_label"].to_list(), object),
        np.array(table["predicted_label"].to_list(), object),
        form_of(rows),
        input_names(first.model, row, picture),
        split or run.split,
        total,
        picture,
        text_column,
    )


def _in_one(parts: list[Part], rows: Any, n: int) -> list[Part]:
    """One part where one model answered all folds."""
    if len({id(part.model) for part in parts}) > 1 or len(parts) == 1:
        return parts
    places = np.sort(np.concatenate([part.places for part in parts]))
    return [Part(parts[0].model, rows if len(places) == n else taken(rows, places), places)]


def _answers(experiment: Experiment, run: Run, split: str, most: int, seed: int) -> tuple[Any, int]:
    import polars as pl

    columns = ["example", "fold", "true_label", "predicted_label"]
    table = (
        experiment.predictions(run.run)
        .filter(pl.col("split") == split)
        .select(columns)
        .sort("example", "fold")
        .collect()
    )
    if not len(table):
        raise NoModel(f"The run {run.run} has no {split} rows.")
    if len(table) <= most:
        return table, len(table)
    chosen = np.sort(np.random.default_rng(seed).choice(len(table), most, replace=False))
    return table[chosen.tolist()], len(table)
