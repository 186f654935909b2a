"""What a model itself says of its features: its weights, or how much their splits tidied up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnostics.errors import DiagnosticsError
from diagnostics.models.evaluated_inputs import Evaluated, Part
from diagnostics.models.importance.importances import Figures, Importances, over_folds
from diagnostics.models.pipelines.linear import LinearScores, final_step, is_linear, linear_scores
from diagnostics.models.pipelines.tracing import feature_origins
from diagnostics.models.row_forms import taken

BIAS = (
    "Of training rows, and biased towards features with many different values: even pure noise "
    "can rank high. Permutation on held-out rows does not have this bias."
)
#: The inputs that no column of theirs could be named for.
UNPLACED = -1


class NoOwnImportance(DiagnosticsError):  # noqa: N818 - says what the model is
    """The model has neither weights nor splits."""


@dataclass(frozen=True)
class Sources:
    """The features at the end of a pipeline: `names`, and the column of the input each is of."""

    names: tuple[str, ...]
    columns: NDArray[np.int64]


def own_methods(evaluated: Evaluated) -> list[str]:
    """Which of `coefficients`, `contributions` and `impurity` the models have."""
    estimators = [part.model.estimator for part in evaluated.parts]
    if all(map(is_linear, estimators)):
        return ["coefficients", "contributions"]
    if all(hasattr(final_step(one), "feature_importances_") for one in estimators):
        return ["impurity", *_of_trees(evaluated)]
    return _of_trees(evaluated)


def _of_trees(evaluated: Evaluated) -> list[str]:
    from diagnostics.models.explanation.tree_contributions import trees_can_be_explained

    is_right = all(trees_can_be_explained(part.model) for part in evaluated.parts)
    return ["contributions"] if is_right else []


def sources_of(part: Part, names: Sequence[str], n: int) -> Sources:
    """What the `n` features that the last step sees are, as far as the pipeline can be followed."""
    try:
        found = feature_origins(part.model.estimator, taken(part.rows, [0]), names)
    except Exception:  # noqa: BLE001 - steps of the user's own
        found = None
    if found is None or found.size != n:
        return Sources(_given_names(part.model.estimator, n), np.full(n, UNPLACED))
    origins = [found.at(at) for at in range(n)]
    columns = [UNPLACED if one.place is None else one.place for one in origins]
    return Sources(tuple(one.name for one in origins), np.array(columns, dtype=np.int64))


def _given_names(estimator: Any, n: int) -> tuple[str, ...]:
    given = getattr(final_step(estimator), "feature_names_in_", None)
    if given is not None and len(given) == n:
        return tuple(str(name) for name in given)
    return tuple(f"feature {at}" for at in range(n))


def coefficients(evaluated: Evaluated, *, scaled: bool = True) -> Importances:
    """The weights of linear models, for each label.

    Parameters
    ----------
    scaled
        Times the standard deviation of the feature over the evaluated rows, which makes weights of
        features in different units comparable; else as they are.

    Returns
    -------
    Of two labels each against the other; of naive Bayes the logarithms less their mean over the
    labels, which changes no answer.

    Raises
    ------
    NotLinear
        If a model is not linear.
    """
    folds = []
    for part in evaluated.parts:
        scores = linear_scores(part.model.estimator, part.rows)
        is_bayes = type(final_step(part.model.estimator)).__name__.endswith("NB")
        weights = label_weights(scores, centred=is_bayes)
        if scaled:
            weights = weights * deviations(scores.values)
        names = feature_names(part, evaluated, scores)
        folds.append((names, scores.labels, weights))
    notes = [] if scaled else ["Weights of features in different units cannot be compared in size."]
    unit = "weight × standard deviation" if scaled else "weight"
    return over_folds("coefficients", folds, is_signed=True, unit=unit, notes=notes)


def feature_names(part: Part, evaluated: Evaluated, scores: LinearScores) -> tuple[str, ...]:
    """The features in the words of the input; as the pipeline names them where it has a name."""
    n = len(scores.features)
    found = sources_of(part, evaluated.names, n)
    is_nameless = (found.columns == UNPLACED).all() and found.names[:1] == ("feature 0",)
    return scores.features if is_nameless else found.names


def label_weights(scores: LinearScores, *, centred: bool = False) -> Figures:
    """Labels × features: each label's weights, of two labels against the other.

    `centred` takes off the mean over the labels, which all share and which changes no answer.
    """
    if len(scores.labels) == 2:
        towards = scores.pull(scores.labels[1])[1]
        return np.vstack([-towards, towards])
    weights = scores.weights
    return weights - weights.mean(axis=0) if centred else weights


def deviations(values: Any) -> Figures:
    """The standard deviation (n) of each column, dense or sparse."""
    if hasattr(values, "indptr"):
        mean = np.asarray(values.mean(axis=0), float).ravel()
        square = np.asarray(values.multiply(values).mean(axis=0), float).ravel()
        return np.asarray(np.sqrt(np.clip(square - mean**2, 0, None)), float)
    return np.asarray(np.asarray(values, float).std(axis=0), float)


def impurity(evaluated: Evaluated) -> Importances:
    """What the splits of trees on each feature tidied up, as shares; see `BIAS`.

    Raises
    ------
    NoOwnImportance
        If a model has no trees.
    """
    folds, spreads = [], []
    for part in evaluated.parts:
        last = final_step(part.model.estimator)
        figures = getattr(last, "feature_importances_", None)
        if figures is None:
            raise NoOwnImportance(
                f"{type(last).__name__} has no importances of its own.",
                hint="Ask for permutation, which every model can answer.",
            )
        names = sources_of(part, evaluated.names, len(figures)).names
        folds.append((names, (), np.asarray(figures, float)[None]))
        spreads.append(_between_trees(last))
    found = over_folds("impurity", folds, is_signed=False, unit="share", notes=[BIAS])
    if len(folds) > 1 or spreads[0] is None:
        return found
    from dataclasses import replace

    return replace(found, std=spreads[0], notes=(*found.notes, "The spread is between its trees."))


def _between_trees(forest: Any) -> Figures | None:
    """The standard deviation of the trees' own figures, None where they are no equals."""
    trees = getattr(forest, "estimators_", None)
    if trees is None or np.ndim(trees) != 1 or type(forest).__name__.endswith("BoostClassifier"):
        return None
    figures = [getattr(tree, "feature_importances_", None) for tree in trees]
    if any(one is None for one in figures):
        return None
    return np.asarray(np.std(np.array(figures, float), axis=0), float)


def input_importances(evaluated: Evaluated) -> Importances | None:
    """What the models themselves make of each column of their input; None if they do not say.

    The sizes of all features that are made of a column are added up: of a category those of its
    values. Weights are as they are, for a column that is constant has no deviation to scale by.
    """
    methods = own_methods(evaluated)
    if evaluated.form == "texts":
        return None
    gains = [split_gains(final_step(part.model.estimator)) for part in evaluated.parts]
    if all(one is not None and len(one) == len(evaluated.names) for one in gains):
        mean = np.mean([one for one in gains if one is not None], axis=0)
        return Importances("gain of its splits", evaluated.names, mean, source="the model")
    importances = coefficients(evaluated, scaled=False) if "coefficients" in methods else None
    if importances is None and "impurity" not in methods:
        return None
    importances = impurity(evaluated) if importances is None else importances
    places = {name: at for at, name in enumerate(importances.features)}
    sums = np.zeros(len(evaluated.names))
    for part in evaluated.parts:
        n = _width(part)
        sources = sources_of(part, evaluated.names, n)
        for name, column in zip(sources.names, sources.columns, strict=True):
            if column != UNPLACED and name in places:
                sums[column] += importances.mean[places[name]] / len(evaluated.parts)
    if not sums.any():
        return None
    return Importances(
        importances.method, evaluated.names, sums, unit=importances.unit, source="the model"
    )


def split_gains(trees: Any) -> Figures | None:
    """The summed gain of the splits on each column of histogram boosting; None of other models.

    It keeps no importances, but its trees (of scikit-learn 1.x, in an attribute of its own) do.
    With categorical columns the trees have another order of columns than the input.
    """
    if not hasattr(trees, "_predictors") or np.any(getattr(trees, "is_categorical_", None)):
        return None
    sums = np.zeros(trees.n_features_in_)
    for tree in (one for many in trees._predictors for one in many):
        splits = tree.nodes[tree.nodes["is_leaf"] == 0]
        sums += np.bincount(splits["feature_idx"], splits["gain"], len(sums))
    return sums


def _width(part: Part) -> int:
    last = final_step(part.model.estimator)
    if hasattr(last, "feature_importances_"):
        return len(last.feature_importances_)
    return len(linear_scores(part.model.estimator, taken(part.rows, [0])).features)
