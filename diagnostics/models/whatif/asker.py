"""A run's models asked again about any input: one answer, also of a cross-validation's models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from diagnostics.errors import DiagnosticsError, unknown_name
from diagnostics.models.model import Model
from diagnostics.models.pipelines.linear import final_step
from diagnostics.models.run_models import (
    NoModel,
    fold_of,
    model_for,
    models_by_fold,
    recorded_answer,
    rows_for,
)
from diagnostics.workspace import Experiment, Run

if TYPE_CHECKING:
    import pandas as pd

Figures = NDArray[np.float64]

#: Labels that an answer names, the most probable first.
TOP = 3
#: Rows that a model is asked about at a time: bounds the memory of their probabilities.
AT_ONCE = 4096
#: Whose answer is the label that they give the highest probability; others are asked for it.
_MOST_PROBABLE = frozenset(
    {"LogisticRegression", "LogisticRegressionCV", "MultinomialNB", "ComplementNB", "BernoulliNB",
     "GaussianNB", "CategoricalNB", "RandomForestClassifier", "ExtraTreesClassifier",
     "DecisionTreeClassifier", "HistGradientBoostingClassifier", "GradientBoostingClassifier",
     "LinearDiscriminantAnalysis", "MLPClassifier"}
)  # fmt: skip
TRUE_WORDS, FALSE_WORDS = ("true", "yes", "1", "1.0"), ("false", "no", "0", "0.0")


@dataclass(frozen=True)
class Answer:
    """One answer: `top` are labels with probabilities, empty where the model gives none.

    `confidence` is the label's own probability, None where there is none.
    """

    label: str
    confidence: float | None
    top: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, eq=False)
class Asker:
    """A run's models as one that answers.

    Several models, those of a cross-validation, answer by the mean of their probabilities; without
    probabilities by vote, ties for the label that comes first. `fold` says whose model it is where
    only the one of an example's fold is asked.
    """

    run: str
    models: tuple[Model, ...]
    labels: tuple[str, ...]
    fold: int | None = None

    @property
    def has_probabilities(self) -> bool:
        """Whether every model gives them."""
        return all(model.has_probabilities for model in self.models)

    @property
    def notes(self) -> tuple[str, ...]:
        """What may make the models answer otherwise than they did."""
        return tuple(dict.fromkeys(model.note for model in self.models if model.note))

    def chances(self, rows: Any) -> Figures:
        """Rows × labels: mean probabilities, or without any the share of the models' votes.

        Raises
        ------
        DiagnosticsError
            If a model does not take the rows.
        """
        n = len(rows) if isinstance(rows, list) else rows.shape[0]
        if not n:
            return np.zeros((0, len(self.labels)))
        parts = [
            self._chances(_some(rows, start, start + AT_ONCE)) for start in range(0, n, AT_ONCE)
        ]
        return np.concatenate(parts)

    def said(self, rows: Any) -> tuple[NDArray[np.int64], Figures]:
        """The place of each row's answer among `labels`, and `chances`.

        A single model's answer is its own, which need not be its most probable label: that of
        support vectors, or of a threshold that was tuned, is another at times.
        """
        chances = self.chances(rows)
        if len(self.models) == 1 and len(chances) and self.has_probabilities:
            model = self.models[0]
            if type(final_step(model.estimator)).__name__ not in _MOST_PROBABLE:
                with self._answering():
                    places = {label: at for at, label in enumerate(self.labels)}
                    return np.array([places[label] for label in model.answers(rows)]), chances
        return chances.argmax(axis=1), chances

    def answers(self, rows: Any) -> list[Answer]:
        """One `Answer` for each row."""
        codes, chances = self.said(rows)
        if not self.has_probabilities:
            return [Answer(self.labels[at], None) for at in codes]
        order = np.argsort(-chances, axis=1, kind="stable")[:, :TOP]
        return [
            Answer(
                self.labels[code],
                float(line[code]),
                tuple((self.labels[at], float(line[at])) for at in places),
            )
            for code, places, line in zip(codes, order, chances, strict=True)
        ]

    def _chances(self, rows: Any) -> Figures:
        total: Figures | None = None
        with_figures = self.has_probabilities
        for model in self.models:
            with self._answering():
                found = model.probabilities(rows) if with_figures else _votes(model, rows)
                full = np.zeros((len(found), len(self.labels)))
                full[:, [self.labels.index(label) for label in model.labels]] = found
            if np.isnan(full).any():
                raise DiagnosticsError(
                    f"The model of {self.run} cannot answer: a probability is no number."
                )
            total = full if total is None else total + full
        return cast(Figures, total) / len(self.models)

    @contextmanager
    def _answering(self) -> Iterator[None]:
        """Whatever a model's own code raises on an input, as one sentence."""
        try:
            yield
        except DiagnosticsError:
            raise
        except Exception as error:
            said = " ".join(f"{type(error).__name__}: {error}".split())[:300]
            raise DiagnosticsError(f"The model of {self.run} cannot answer: {said}") from error


def _votes(model: Model, rows: Any) -> Figures:
    places = {label: at for at, label in enumerate(model.labels)}
    said = [places[label] for label in model.answers(rows)]
    return np.eye(len(places))[said]


def _some(rows: Any, start: int, end: int) -> Any:
    return rows.iloc[start:end] if hasattr(rows, "iloc") else rows[start:end]


def asker_of(models: Sequence[Model], run: str = "", fold: int | None = None) -> Asker:
    """Models as one that answers, over every label that any of them knows."""
    labels = dict.fromkeys(label for model in models for label in model.labels)
    return Asker(run, tuple(models), tuple(labels), fold)


def asker(
    run: Run, root: Path, *, example: str | None = None, trust_pickles: bool = False
) -> Asker:
    """What answers for a run.

    Parameters
    ----------
    run, root
        The run, and the folder that the workspace was opened on.
    example
        The example that the input starts from, if any. Of a cross-validation only the model that
        was not fitted on it is then asked; without one, all models.
    trust_pickles
        Whether code in the models' files may run.

    Raises
    ------
    NoModel
        If the run has none.
    ModelNotOpened
        If a file cannot be opened, or may not be.
    """
    if example is not None and len(run.models) > 1:
        answer = recorded_answer(run, example)
        fold = fold_of(answer)
        if fold and fold in run.models:
            model = model_for(run, root, example, answer=answer, trust_pickles=trust_pickles)
            return asker_of([model], run.run, int(fold))
    if not run.models:
        model_for(run, root)  # says what is missing
    return asker_of(list(models_by_fold(run, root, trust_pickles=trust_pickles).values()), run.run)


def runs_with_models(experiment: Experiment) -> list[Run]:
    """The runs of an experiment that can be asked again."""
    return [run for run in experiment.runs if run.models]


def row_of(experiment: Experiment, run: Run, root: Path, example: str) -> Any:
    """What the run's model takes for one example: a list of one text, or one row.

    Raises
    ------
    NoModel
        If that was not kept.
    DiagnosticsError
        If there is no such example.
    """
    return rows_for(experiment, run, root, [example])


def with_values(
    row: Any, values: Mapping[str, Any], names: Sequence[str] = (), texts: Sequence[str] = ()
) -> Any:
    """A row with other values in some of its columns, each of the type that the column has.

    Parameters
    ----------
    row
        A frame of one row, or an array of one.
    values
        By column; texts are read as numbers where the column has numbers, and an empty one is a
        missing value. A category may be one that no row has: what the model makes of it is asked.
    names
        What the columns of an array are called.
    texts
        Columns whose values are texts: an empty one is an empty text.

    Raises
    ------
    DiagnosticsError
        If there is no such column, or the value is none that it can have.
    """
    if hasattr(row, "columns"):
        changed = row.copy()
        for name, value in values.items():
            if name not in changed.columns:
                raise unknown_name("column", name, [str(known) for known in changed.columns])
            if name in texts:
                changed[name] = [str(value)]
            else:
                changed[name] = column_of(name, [value], changed[name]).set_axis(changed.index)
        return changed
    changed = np.array(row, float, copy=True)
    flat = changed.reshape(1, -1)
    for name, value in values.items():
        if name not in names:
            raise unknown_name("column", name, list(names))
        flat[0, list(names).index(name)] = _as_number(name, value)
    return changed


def column_of(name: str, values: Sequence[Any], like: Any) -> pd.Series[Any]:
    """Values that were typed, as a column of the type that `like` has.

    Raises
    ------
    DiagnosticsError
        If one of them is none that such a column can have.
    """
    import pandas as pd

    dtype = like.dtype
    if getattr(dtype, "categories", None) is not None:
        return pd.Series(_categories(values, dtype))
    typed = [_as_type(name, one, like) for one in values]
    if dtype.kind in "iub" and not all(
        one is not None and float(one).is_integer() for one in typed
    ):
        return pd.Series(typed, dtype=float)  # what is missing, or between two whole numbers
    try:
        return pd.Series(typed, dtype=dtype)
    except (TypeError, ValueError, OverflowError) as error:
        said = " ".join(str(error).split())[:200]
        raise DiagnosticsError(f"{name} is of the type {dtype}: {said}") from None


def _categories(values: Sequence[Any], dtype: Any) -> Any:
    """Values that no row has stand behind the known ones, whose codes stay what they were."""
    import pandas as pd

    spelled = {str(one): one for one in dtype.categories}
    found = [None if _is_nothing(one) else spelled.get(str(one), str(one)) for one in values]
    new = [one for one in dict.fromkeys(found) if one is not None and str(one) not in spelled]
    return pd.Categorical(found, [*dtype.categories, *new], ordered=dtype.ordered)


def _is_nothing(value: Any) -> bool:
    return value is None or value == "" or value != value


def _as_type(name: str, value: Any, like: Any) -> Any:
    if _is_nothing(value):
        return None
    kind = like.dtype.kind
    if kind == "b":
        word = str(value).strip().lower()
        if word not in (*TRUE_WORDS, *FALSE_WORDS):
            raise DiagnosticsError(f"{name} is true or false, not {value!r}.")
        return word in TRUE_WORDS
    return _as_number(name, value) if kind in "iuf" else str(value)


def _as_number(name: str, value: Any) -> float:
    if value is None or value == "":
        return float("nan")
    try:
        return float(str(value).strip().replace("−", "-"))  # noqa: RUF001 - as people paste it
    except ValueError:
        raise DiagnosticsError(
            f"{name} is a number, not {value!r}.", hint="Write decimals with a point."
        ) from None


__all__ = [
    "TOP",
    "Answer",
    "Asker",
    "NoModel",
    "asker",
    "asker_of",
    "column_of",
    "row_of",
    "runs_with_models",
    "with_values",
]
