"""How much worse held-out answers get without a feature: mixed up between the rows, or taken out.

Permutation importance after Breiman (2001) and Fisher, Rudin and Dominici (2019), over columns of
the model's own input (a category is mixed up before it is encoded) or groups of them; for texts a
word is taken out of those that have it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from diagnostics.models.evaluated_inputs import Evaluated, Part
from diagnostics.models.importance.feature_groups import Group
from diagnostics.models.importance.importances import Figures, Importances
from diagnostics.models.importance.losses import (
    CHUNK,
    Metric,
    judged_parts,
    loss_importances,
    loss_of,
    metric_of,
)
from diagnostics.models.row_forms import columns_that_differ, shuffled

if TYPE_CHECKING:
    import pandas as pd

#: Times that each group is shuffled unless told otherwise.
REPEATS = 10
#: Features without any variety that are named.
LISTED = 5

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
    parts = judged_parts(evaluated, metric)
    places = np.concatenate([part.places for part in parts])
    base = np.concatenate([loss_of(part, part.rows, evaluated, metric) for part in parts])
    moving = _moving(parts, groups)
    orders = _orders(parts, repeats, seed)
    rises = np.zeros((len(places), len(groups)), np.float32)
    by_repeat = np.zeros((repeats, len(groups)))
    for number, group in enumerate(groups):
        if progress is not None:
            progress(number / len(groups), group.name)
        if moving[number]:
            losses = [
                shuffled_losses(part, own, group, evaluated, metric)
                for part, own in zip(parts, orders, strict=True)
            ]
            rise = np.concatenate(losses, axis=1) - base
            rises[:, number] = rise.mean(axis=0)
            by_repeat[:, number] = rise.mean(axis=1)
    names = tuple(group.name for group in groups)
    still = [name for name, moves in zip(names, moving, strict=True) if not moves]
    true = evaluated.true[places]
    return Permutation(
        metric=metric,
        base=metric_of(base, metric),
        importances=loss_importances(
            names, rises, by_repeat, true, evaluated, metric, notes=_notes_on_still(still)
        ),
        groups=tuple(groups),
        losses=rises,
        places=places,
        repeats=repeats,
        asked=len(places) * repeats * sum(moving),
    )


def _moving(parts: Sequence[Part], groups: Sequence[Group]) -> list[bool]:
    """Whether a group has a column that differs: in whatever order, its rows are else the same."""
    differ: NDArray[np.bool_] = np.logical_or.reduce(
        [columns_that_differ(part.rows) for part in parts]
    )
    return [bool(differ[list(group.columns)].any()) for group in groups]


def _notes_on_still(names: Sequence[str]) -> list[str]:
    """What is said of features that have one value in all rows."""
    if not names:
        return []
    rest = len(names) - LISTED
    listed = ", ".join(names[:LISTED]) + (f" and {rest:,} more" if rest > 0 else "")
    return [
        f"The same in all rows: {listed}. Mixing that up moves nothing, so what it matters to the "
        "model cannot be told from these rows."
    ]


def _orders(parts: Sequence[Part], repeats: int, seed: int) -> list[NDArray[np.int64]]:
    """Repeats × rows for each part."""
    random = np.random.default_rng(seed)
    return [
        np.array([random.permutation(len(part.places)) for _ in range(repeats)]) for part in parts
    ]


def shuffled_losses(
    part: Part, orders: NDArray[np.int64], group: Group, evaluated: Evaluated, metric: Metric
) -> Figures:
    """Losses of a part with a group in other orders, repeats × rows.

    Several repeats are asked about at a time, for a call has its own price.
    """
    n = len(part.places)
    at_once = max(1, CHUNK // n)
    losses = []
    for start in range(0, len(orders), at_once):
        some = orders[start : start + at_once]
        rows = shuffled(part.rows, some, group.columns)
        losses.append(loss_of(part, rows, evaluated, metric).reshape(len(some), n))
    return np.concatenate(losses)
