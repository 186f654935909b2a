"""How much each feature matters to a run, from whatever tells it: one form for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from diagnostics.errors import unknown_name

if TYPE_CHECKING:
    import pandas as pd

Figures = NDArray[np.float64]
Method = Literal["kept", "coefficients", "impurity", "contributions", "permutation"]

#: What each method's figures are, in a sentence; pages and the command say the same.
DEFINITIONS: dict[str, str] = {
    "kept": "Figures that were kept with the run, as its files have them.",
    "coefficients": "The model's own weights, times the standard deviation of their feature: how "
    "far an ordinary difference of the feature moves the score.",
    "impurity": "How much the splits on a feature tidied up the training rows, as a share.",
    "contributions": "Mean |SHAP|: the mean size of what a feature added to the score of the "
    "evaluated rows. Of linear models its weight times how far the value is from its mean, or of "
    "texts weight times value; of trees the Shapley value.",
    "permutation": "How much worse the answers to held-out rows get when the feature is mixed up "
    "between them, or the word is taken out.",
}
#: Where contributions are from that a model had to be asked for, and what they are.
ASKED = "asking the model"
_ASKED = (
    "Mean |SHAP|: the mean size of what a feature added to what the model says of a row (its "
    "Shapley value)."
)
#: Methods whose figures are fitted on training rows, and know nothing of those evaluated.
OF_THE_MODEL = ("coefficients", "impurity")


@dataclass(frozen=True, eq=False)
class Importances:
    """Features and how much they matter, over all labels and for each.

    `mean` (features) is the figure over all labels, with `std`, and `low` and `high` as a 95 %
    interval, where known. `by_label` (labels × features) are the figures of each label, with a
    sign where `is_signed`. `source` says where they are from, `unit` what they are.
    """

    method: str
    features: tuple[str, ...]
    mean: Figures
    std: Figures | None = None
    low: Figures | None = None
    high: Figures | None = None
    labels: tuple[str, ...] = ()
    by_label: Figures | None = None
    label_std: Figures | None = None
    is_signed: bool = False
    unit: str = ""
    source: str = ""
    notes: tuple[str, ...] = ()

    @property
    def definition(self) -> str:
        """What the figures are, in a sentence."""
        if self.method == "contributions" and self.source == ASKED:
            return _ASKED
        return DEFINITIONS.get(self.method, DEFINITIONS["kept"])

    def table(self, label: str | None = None) -> pd.DataFrame:
        """The features, the most important first.

        Parameters
        ----------
        label
            One of `labels`; None for the whole.

        Returns
        -------
        `rank` (from 1; equal figures share one), `feature`, `mean`, `std`, `low`, `high` (NaN where
        unknown) and `share` (of the sum of all sizes, 0 to 1; figures below 0 of a method without
        signs count 0). By size; ties by name; figures that are NaN are left out.

        Raises
        ------
        DiagnosticsError
            If there are no figures of this label.
        """
        import pandas as pd

        mean, std, low, high = self._of(label)
        unknown = np.full(len(mean), np.nan)
        frame = pd.DataFrame(
            {
                "feature": self.features,
                "mean": mean,
                "std": unknown if std is None else std,
                "low": unknown if low is None else low,
                "high": unknown if high is None else high,
            }
        ).dropna(subset="mean")
        size = frame["mean"].abs() if self.is_signed else frame["mean"]
        frame["share"] = shares(size.to_numpy())
        frame = frame.assign(size=size).sort_values(
            ["size", "feature"], ascending=[False, True], kind="stable"
        )
        ranks = frame["size"].rank(method="min", ascending=False).astype(int)
        frame.insert(0, "rank", ranks)
        return frame.drop(columns="size").reset_index(drop=True)

    def _of(
        self, label: str | None
    ) -> tuple[Figures, Figures | None, Figures | None, Figures | None]:
        if label is None:
            return self.mean, self.std, self.low, self.high
        if self.by_label is None or label not in self.labels:
            raise unknown_name("label", label, list(self.labels))
        at = self.labels.index(label)
        spread = None if self.label_std is None else self.label_std[at]
        return self.by_label[at], spread, None, None


def shares(sizes: Figures) -> Figures:
    """What part of the sum each size is; below 0 counts 0, and of nothing all are 0."""
    known = np.clip(np.nan_to_num(sizes), 0, None)
    total = float(known.sum())
    return known / total if total else np.zeros_like(known)


def distinct(names: Sequence[str]) -> tuple[str, ...]:
    """The names, those that come again with a number behind them."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(found)


def over_folds(
    method: str,
    folds: Sequence[tuple[Sequence[str], Sequence[str], Figures]],
    *,
    is_signed: bool,
    unit: str,
    notes: Sequence[str] = (),
) -> Importances:
    """Figures of several models as their mean and their spread.

    Parameters
    ----------
    folds
        For each model its features, its labels (none for a figure over all) and its figures
        (labels × features, or one row). A feature or label that a model does not know is 0 there.

    Returns
    -------
    The whole is the mean over the labels of the sizes. `std` has n - 1 and needs two models.
    """
    features = _union([distinct(names) for names, _, _ in folds])
    labels = _union([list(known) for _, known, _ in folds])
    places = {name: at for at, name in enumerate(features)}
    rows = {label: at for at, label in enumerate(labels)}
    all_of = np.zeros((len(folds), max(len(labels), 1), len(features)))
    for fold, (names, known, figures) in enumerate(folds):
        columns = [places[name] for name in distinct(names)]
        where = [rows[label] for label in known] if labels else [0]
        all_of[fold][np.ix_(where, columns)] = figures
    whole = np.abs(all_of).mean(axis=1)
    several = len(folds) > 1
    more = list(notes)
    if several:
        more.append(f"Mean of {len(folds)} models, one a fold; the spread is between them.")
    return Importances(
        method,
        tuple(features),
        whole.mean(axis=0),
        std=whole.std(axis=0, ddof=1) if several else None,
        labels=tuple(labels),
        by_label=all_of.mean(axis=0) if labels else None,
        label_std=all_of.std(axis=0, ddof=1) if several and labels else None,
        is_signed=is_signed,
        unit=unit,
        source="the model",
        notes=tuple(more),
    )


def _union(names: Sequence[Sequence[str]]) -> list[str]:
    return list(dict.fromkeys(name for part in names for name in part))
