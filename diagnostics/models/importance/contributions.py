"""What each feature added to the score of each evaluated row: of linear models and of trees.

A row's contribution of a feature is its weight times how far the value is from the mean over the
evaluated rows (Štrumbelj and Kononenko 2014; shap's LinearExplainer with the full background), or
of sparse rows, where most features are absent, weight times value. Of trees it is the Shapley value
of a sample of rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from diagnostics.models.evaluated_inputs import Evaluated, Part
from diagnostics.models.explanation.tree_contributions import some_of, tree_contributions
from diagnostics.models.importance.importances import Figures, Importances, distinct, over_folds
from diagnostics.models.importance.model_importance import feature_names, label_weights, sources_of
from diagnostics.models.pipelines.linear import LinearScores, final_step, is_linear, linear_scores

if TYPE_CHECKING:
    import pandas as pd

#: Dots of a beeswarm in all, and features that it shows.
DOTS, FEATURES = 10_000, 12
#: Columns that dots which lie on each other are pushed apart in.
BINS = 80


@dataclass(frozen=True, eq=False)
class Pushes:
    """Contributions of single rows towards `label`, or towards each row's own answer if None.

    `parts` are (places of the rows, features, values, contributions), one for each model.
    """

    label: str | None
    parts: tuple[tuple[NDArray[np.int64], tuple[str, ...], Any, Any], ...]

    def of(self, feature: str, evaluated: Evaluated) -> pd.DataFrame:
        """Each row's contribution of one feature.

        Returns
        -------
        `example`, `contribution`, `value` (of the feature, as the model's last step sees it),
        `true_label`, `predicted_label`, `correct`; rows in which it adds nothing are left out.
        """
        import pandas as pd

        tables = []
        for places, features, values, contributions in self.parts:
            if feature not in features:
                continue
            at = features.index(feature)
            tables.append(
                pd.DataFrame(
                    {
                        "example": np.array(evaluated.examples, object)[places],
                        "contribution": _column(contributions, at),
                        "value": _column(values, at),
                        "true_label": evaluated.true[places],
                        "predicted_label": evaluated.predicted[places],
                    }
                )
            )
        columns = ["example", "contribution", "value", "true_label", "predicted_label"]
        table = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=columns)
        table["correct"] = table["true_label"] == table["predicted_label"]
        return table[table["contribution"] != 0].reset_index(drop=True)


def _column(matrix: Any, at: int) -> Figures:
    if hasattr(matrix, "indptr"):
        return np.asarray(matrix[:, [at]].toarray(), float).ravel()
    return np.asarray(matrix[:, at], float)


def mean_contributions(evaluated: Evaluated) -> Importances:
    """The mean size of every feature's contribution, for each label and over all.

    Raises
    ------
    NotLinear, DiagnosticsError
        If a model is neither linear nor made of trees that shap gets right.
    """
    if not all(is_linear(part.model.estimator) for part in evaluated.parts):
        return _of_trees(evaluated)
    folds = []
    for part in evaluated.parts:
        scores = linear_scores(part.model.estimator, part.rows)
        weights = np.abs(label_weights(scores, centred=_is_bayes(part)))
        names = feature_names(part, evaluated, scores)
        folds.append((names, scores.labels, weights * _mean_size(scores.values)))
    return over_folds("contributions", folds, is_signed=False, unit="mean size of contribution")


def _of_trees(evaluated: Evaluated) -> Importances:
    folds, rows = [], 0
    for part in evaluated.parts:
        some = some_of(part, len(evaluated.parts))
        values, _ = tree_contributions(some)
        names = sources_of(part, evaluated.names, values.shape[1]).names
        folds.append((names, part.model.labels, np.abs(values).mean(axis=0).T))
        rows += len(some.places)
    note = f"Shapley values (shap's TreeExplainer) of {rows:,} of {evaluated.total:,} rows."
    unit = "mean size of contribution"
    return over_folds("contributions", folds, is_signed=False, unit=unit, notes=[note])


def pushes(evaluated: Evaluated, label: str | None = None) -> Pushes:
    """What each feature added in every row.

    Parameters
    ----------
    label
        The label that it is towards; None for each row's own answer, where rows whose answer the
        model does not know are left out.

    Raises
    ------
    NotLinear, DiagnosticsError
        If a model is neither linear nor made of trees that shap gets right.
    """
    if not all(is_linear(part.model.estimator) for part in evaluated.parts):
        return Pushes(label, tuple(_of_tree(one, evaluated, label) for one in evaluated.parts))
    products = []
    for part in evaluated.parts:
        scores = linear_scores(part.model.estimator, part.rows)
        names = distinct(feature_names(part, evaluated, scores))
        weights = label_weights(scores, centred=_is_bayes(part))
        own = _wanted(part, evaluated, scores.labels, label)
        kept = np.flatnonzero(own >= 0)
        chosen = weights[own[kept]]
        values = scores.values[kept]
        products.append((part.places[kept], names, values, _products(scores, values, chosen)))
    return Pushes(label, tuple(products))


def _wanted(
    part: Part, evaluated: Evaluated, labels: Sequence[str], label: str | None
) -> NDArray[np.int64]:
    """The place of each row's label among the model's; -1 for one that it does not know."""
    known = {name: at for at, name in enumerate(labels)}
    wanted = [evaluated.predicted[at] if label is None else label for at in part.places]
    return np.array([known.get(name, -1) for name in wanted], dtype=np.int64)


def _of_tree(
    part: Part, evaluated: Evaluated, label: str | None
) -> tuple[NDArray[np.int64], tuple[str, ...], Any, Any]:
    some = some_of(part, len(evaluated.parts))
    values, seen = tree_contributions(some)
    own = _wanted(some, evaluated, part.model.labels, label)
    kept = np.flatnonzero(own >= 0)
    names = distinct(sources_of(part, evaluated.names, values.shape[1]).names)
    return some.places[kept], names, seen[kept], values[kept, :, own[kept]]


def _products(scores: LinearScores, values: Any, weights: Figures) -> Any:
    if hasattr(values, "indptr"):
        rows = np.repeat(np.arange(values.shape[0]), np.diff(values.indptr))
        products = values.copy()
        products.data = values.data * weights[rows, values.indices]
        return products
    return weights * (values - np.asarray(scores.values, float).mean(axis=0))


def _mean_size(values: Any) -> Figures:
    if hasattr(values, "indptr"):
        return np.asarray(abs(values).mean(axis=0), float).ravel()
    dense = np.asarray(values, float)
    return np.asarray(np.abs(dense - dense.mean(axis=0)).mean(axis=0), float)


def _is_bayes(part: Part) -> bool:
    return type(final_step(part.model.estimator)).__name__.endswith("NB")


def strongest_pushes(table: pd.DataFrame, k: int = 5) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The `k` right and the `k` wrong answers with the largest contributions, either direction."""
    order = table["contribution"].abs().sort_values(ascending=False, kind="stable").index
    ranked = table.loc[order]
    right = ranked[ranked["correct"].astype(bool)].head(k)
    return right.reset_index(drop=True), ranked[~ranked["correct"].astype(bool)].head(
        k
    ).reset_index(drop=True)


def beeswarm(
    all_pushes: Pushes,
    evaluated: Evaluated,
    features: list[str],
    *,
    dots: int = DOTS,
    seed: int = 0,
) -> pd.DataFrame:
    """Dots of the contributions, those that lie on each other pushed apart.

    Parameters
    ----------
    features
        In the order in which they are drawn, one below the other.
    dots
        At most so many in all; rows are sampled with the seed.

    Returns
    -------
    As `Pushes.of`, with `feature`, `offset` (-0.5 to 0.5, across) and `level` (0 to 1: the rank of
    the value among the feature's own, 0.5 where all are equal).
    """
    import pandas as pd

    random = np.random.default_rng(seed)
    each = max(1, dots // max(len(features), 1))
    tables = []
    for feature in features:
        table = all_pushes.of(feature, evaluated)
        if len(table) > each:
            kept = np.sort(random.choice(len(table), each, replace=False))
            table = table.iloc[kept].reset_index(drop=True)
        if len(table):
            tables.append(table.assign(feature=feature, level=_levels(table["value"])))
    if not tables:
        return pd.DataFrame(columns=["feature", "example", "contribution", "offset", "level"])
    both = pd.concat(tables, ignore_index=True)
    both["offset"] = _offsets(both)
    return both


def _levels(values: pd.Series[Any]) -> pd.Series[Any]:
    if values.nunique() < 2:
        return (values * 0).fillna(0) + 0.5
    ranks = values.rank(method="average")
    return ((ranks - ranks.min()) / (ranks.max() - ranks.min())).fillna(0.5)


def _offsets(table: pd.DataFrame) -> pd.Series[Any]:
    low, high = table["contribution"].min(), table["contribution"].max()
    width = (high - low) / BINS or 1.0
    bins = ((table["contribution"] - low) / width).astype(int)
    places = table.groupby([table["feature"], bins]).cumcount()
    side = np.where(places % 2 == 0, 1, -1) * ((places + 1) // 2)
    most = max(1, int(np.abs(side).max()))
    return pd_series(side / (2.0 * most), table)


def pd_series(values: Any, like: pd.DataFrame) -> pd.Series[Any]:
    """The values beside the rows of a frame."""
    import pandas as pd

    return pd.Series(values, index=like.index)
