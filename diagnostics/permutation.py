"""How much worse held-out answers get without a feature: mixed up between the rows, or taken out.

Permutation importance after Breiman (2001) and Fisher, Rudin and Dominici (2019), over columns of
the model's own input (a category is mixed up before it is encoded) or groups of them; for texts a
word is taken out of those that have it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from diagnostics.errors import DiagnosticsError
from diagnostics.evaluated_inputs import Evaluated, Part
from diagnostics.feature_groups import Group
from diagnostics.importance import Figures, Importances
from diagnostics.shuffled_rows import columns_that_differ, shuffled

if TYPE_CHECKING:
    import pandas as pd

Metric = Literal["accuracy", "log loss"]
METRICS: tuple[Metric, ...] = ("accuracy", "log loss")
UNITS: dict[Metric, str] = {"accuracy": "drop in accuracy", "log loss": "rise in log loss"}
#: Times that each group is shuffled unless told otherwise.
REPEATS = 10
#: Rows that a model is asked about at a time.
CHUNK = 20_000
#: Features without any variety that are named.
LISTED = 5
#: The least probability of the true label that log loss counts with.
LEAST_PROBABILITY = 1e-15
#: Of a normal distribution: what a 95 % interval is wide.
Z = 1.959963984540054

Progress = Callable[[float, str], None]


@dataclass(frozen=True, eq=False)
class Permutation:
    """What mixing up each group did.

    `losses` (rows × groups) is how much each row's loss rose on average over the repeats: of
    accuracy, how often its answer was lost (-1 to 1). `base` is the metric as it is; `places` are
    those of the rows among the evaluated ones. `asked` rows were given to the models in all.
    """

    metric: Metric
    base: float
    importances: Importances
    groups: tuple[Group, ...]
    losses: NDArray[np.float32]
    places: NDArray[np.int64]
    repeats: int
    asked: int

    def hardest(self, evaluated: Evaluated, group: str, k: int = 10) -> pd.DataFrame:
        """The rows that lost most without a group: `example`, `figure`, both labels, `correct`."""
        import pandas as pd

        at = [one.name for one in self.groups].index(group)
        table = pd.DataFrame(
            {
                "example": np.array(evaluated.examples, object)[self.places],
                "figure": self.losses[:, at].astype(float),
                "true_label": evaluated.true[self.places],
                "predicted_label": evaluated.predicted[self.places],
            }
        )
        table["correct"] = table["true_label"] == table["predicted_label"]
        table = table[table["figure"] != 0]
        order = table["figure"].abs().sort_values(ascending=False, kind="stable").index
        return table.loc[order].head(k).reset_index(drop=True)


def permutation_importance(
    evaluated: Evaluated,
    groups: Sequence[Group],
    *,
    metric: Metric = "accuracy",
    repeats: int = REPEATS,
    seed: int = 0,
    progress: Progress | None = None,
) -> Permutation:
    """Shuffle each group of columns among the held-out rows and see what it costs.

    Parameters
    ----------
    evaluated
        Rows with truth; those without are left out. Of several folds each is shuffled among its
        own rows and answered by its own model.
    groups
        Columns that are shuffled together, by the same order.
    metric
        Accuracy (its drop) or log loss (its rise).
    repeats, seed
        Every group is shuffled into the same `repeats` orders, drawn with the seed.
    progress
        Called with the share done and the group's name; may raise to end the work.

    Returns
    -------
    A `Permutation`. Its interval (95 %, normal) counts both what another draw of examples and what
    other shuffles would change; its `std` is over the repeats. A label's figure is that of the
    rows whose true label it is.

    Raises
    ------
    DiagnosticsError
        If no row has a truth, or log loss is asked of models without probabilities.
    """
    parts = _judged(evaluated)
    _check(evaluated, parts, metric)
    places = np.concatenate([part.places for part in parts])
    codes = evaluated.true[places]
    base = np.concatenate([loss_of(part, part.rows, evaluated, metric) for part in parts])
    shuffles = _orders(parts, repeats, seed)
    found = np.zeros((len(places), len(groups)), np.float32)
    by_repeat = np.zeros((repeats, len(groups)))
    moves: NDArray[np.bool_] = np.logical_or.reduce(
        [columns_that_differ(part.rows) for part in parts]
    )
    still = [group.name for group in groups if not moves[list(group.columns)].any()]
    asked = 0
    for number, group in enumerate(groups):
        if progress is not None:
            progress(number / len(groups), group.name)
        if not moves[list(group.columns)].any():
            continue  # in whatever order, its rows are the same
        asked += len(places) * repeats
        rows = [
            shuffled_losses(part, orders, group, evaluated, metric)
            for part, orders in zip(parts, shuffles, strict=True)
        ]
        rises = np.concatenate(rows, axis=1) - base
        found[:, number] = rises.mean(axis=0)
        by_repeat[:, number] = rises.mean(axis=1)
    importances = _summary(
        tuple(group.name for group in groups),
        found,
        by_repeat,
        codes,
        evaluated,
        metric,
        notes=_said_of_still(still),
    )
    return Permutation(
        metric,
        metric_of(base, metric),
        importances,
        tuple(groups),
        found,
        places,
        repeats,
        asked,
    )


def _said_of_still(names: Sequence[str]) -> list[str]:
    """What is said of features that have one value in all rows."""
    if not names:
        return []
    rest = len(names) - LISTED
    listed = ", ".join(names[:LISTED]) + (f" and {rest:,} more" if rest > 0 else "")
    return [
        f"The same in all rows: {listed}. Mixing that up moves nothing, so what it matters to the "
        "model cannot be told from these rows."
    ]


def metric_of(losses: Figures, metric: Metric) -> float:
    """The metric of so many losses."""
    mean = float(losses.mean())
    return 1 - mean if metric == "accuracy" else mean


def _judged(evaluated: Evaluated) -> list[Part]:
    """The parts without the rows whose truth is unknown."""
    from diagnostics.evaluated_inputs import taken

    found = []
    for part in evaluated.parts:
        known = np.array([evaluated.true[at] is not None for at in part.places], bool)
        if known.all():
            found.append(part)
        elif known.any():
            kept = np.flatnonzero(known)
            found.append(Part(part.model, taken(part.rows, kept), part.places[kept]))
    return found


def _check(evaluated: Evaluated, parts: Sequence[Part], metric: Metric) -> None:
    if not parts:
        raise DiagnosticsError(
            "No evaluated row has a true label.", hint="Importance is what answers lose."
        )
    if metric not in METRICS:
        raise DiagnosticsError(
            f"There is no metric {metric!r} here.", hint=f"Choose one of {', '.join(METRICS)}."
        )
    if metric == "log loss" and not evaluated.has_probabilities:
        raise DiagnosticsError(
            "Log loss needs probabilities, which the model does not give.", hint="Use accuracy."
        )


def _orders(parts: Sequence[Part], repeats: int, seed: int) -> list[NDArray[np.int64]]:
    """Repeats × rows for each part."""
    random = np.random.default_rng(seed)
    return [
        np.array([random.permutation(len(part.places)) for _ in range(repeats)]) for part in parts
    ]


def loss_of(part: Part, rows: Any, evaluated: Evaluated, metric: Metric) -> Figures:
    """The loss of every row of a part, or of the same rows changed, one after another."""
    true = evaluated.true[part.places]
    n = _count(rows)
    true = np.tile(true, n // len(true))
    return losses_against(part, rows, true, metric)


def losses_against(part: Part, rows: Any, true: NDArray[np.object_], metric: Metric) -> Figures:
    """The loss of rows with these true labels, by the part's model."""
    if metric == "accuracy":
        answers = part.model.answers(rows)
        return np.array([float(a != b) for a, b in zip(answers, true, strict=True)])
    columns = {label: at for at, label in enumerate(part.model.labels)}
    chances = part.model.probabilities(rows)
    places = np.array([columns.get(label, -1) for label in true])
    own = np.where(places >= 0, chances[np.arange(len(true)), places], 0.0)
    return np.asarray(-np.log(np.clip(own, LEAST_PROBABILITY, 1)), float)


def _count(rows: Any) -> int:
    return int(rows.shape[0]) if hasattr(rows, "shape") else len(rows)


def shuffled_losses(
    part: Part, orders: NDArray[np.int64], group: Group, evaluated: Evaluated, metric: Metric
) -> Figures:
    """Losses of a part with a group in other orders, repeats × rows.

    Several repeats are asked about at a time, for a call has its own price.
    """
    n = len(part.places)
    at_once = max(1, CHUNK // n)
    found = []
    for start in range(0, len(orders), at_once):
        some = orders[start : start + at_once]
        rows = shuffled(part.rows, some, group.columns)
        found.append(loss_of(part, rows, evaluated, metric).reshape(len(some), n))
    return np.concatenate(found)


def _drawn(evaluated: Evaluated) -> str:
    is_all = len(evaluated.examples) == evaluated.total
    return "" if is_all else f", drawn at random from {evaluated.total:,}"


def _summary(
    names: tuple[str, ...],
    losses: NDArray[np.float32],
    by_repeat: Figures,
    true: NDArray[np.object_],
    evaluated: Evaluated,
    metric: Metric,
    notes: Sequence[str] = (),
) -> Importances:
    """Means with their intervals, over all rows and over those of each true label."""
    n, repeats = len(losses), len(by_repeat)
    mean = losses.mean(axis=0, dtype=float)
    rows = losses.var(axis=0, ddof=1, dtype=float) / n if n > 1 else np.full(len(names), np.nan)
    std = by_repeat.std(axis=0, ddof=1) if repeats > 1 else None
    shuffles = 0 if std is None else std**2 / repeats
    error = Z * np.sqrt(rows + shuffles)
    labels = tuple(label for label in evaluated.labels if (true == label).any())
    by_label = np.array([losses[true == label].mean(axis=0, dtype=float) for label in labels])
    return Importances(
        "permutation",
        names,
        mean,
        std,
        mean - error,
        mean + error,
        labels=labels,
        by_label=by_label.reshape(len(labels), len(names)),
        unit=UNITS[metric],
        source=f"{n:,} {evaluated.split} rows{_drawn(evaluated)}",
        notes=tuple(notes),
    )
