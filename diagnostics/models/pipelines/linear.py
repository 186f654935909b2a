"""Linear classifiers, also at the end of a pipeline, as what they are: weights times values.

Whatever ends in a linear model scores a row by a sum over its features, which explains the score
exactly: no sampling, no background, and as quick as the answer itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from diagnostics.errors import DiagnosticsError
from diagnostics.workspace.plain_values import label_text

Figures = NDArray[np.float64]
Scale = Literal["log-odds", "margin"]

#: Whose scores are logarithms of probabilities up to a term that all labels share.
_LOGISTIC = frozenset({"LogisticRegression", "LogisticRegressionCV", "LinearDiscriminantAnalysis"})
_BAYES = frozenset({"MultinomialNB", "ComplementNB", "BernoulliNB"})
#: Whose scores say which label wins and nothing about how probable it is.
_MARGINS = frozenset(
    {"LinearSVC", "RidgeClassifier", "RidgeClassifierCV", "Perceptron",
     "PassiveAggressiveClassifier", "SGDClassifier"}
)  # fmt: skip


class NotLinear(DiagnosticsError):  # noqa: N818 - says what the model is, not what went wrong
    """The model is no linear one, or one whose weights cannot be had."""


@dataclass(frozen=True)
class LinearScores:
    """Rows as a linear model sees them.

    `values` (rows × features, dense or sparse) are what the weights multiply: the features after
    every step before the model. `weights` (labels × features) and `intercepts` (labels) give a
    label's score. A model with two labels has one score, that of the second against the first, and
    only their difference means anything. `scale` is what a difference between labels is.
    """

    features: tuple[str, ...]
    values: Any
    weights: Figures
    intercepts: Figures
    labels: tuple[str, ...]
    scale: Scale

    def scale_of(self, against: str | None) -> Scale:
        """What scores are: one label's alone lacks the term that turns it into log-odds."""
        return "margin" if against is None and len(self.labels) > 2 else self.scale

    def pull(self, label: str, against: str | None = None) -> tuple[float, Figures]:
        """The intercept and the weights of a label's score, less those of another's.

        Raises
        ------
        DiagnosticsError
            If the model knows no such label.
        """
        own = self._place(label)
        if against is None and len(self.labels) == 2:
            against = self.labels[1 - own]
        if against is None:
            return float(self.intercepts[own]), self.weights[own]
        other = self._place(against)
        intercept = self.intercepts[own] - self.intercepts[other]
        return float(intercept), self.weights[own] - self.weights[other]

    def contributions(self, row: int, label: str, against: str | None = None) -> dict[int, float]:
        """What each feature that is there adds to the score, by its place among `features`.

        With the intercept they add up to the score. Features whose value is 0 add nothing and are
        left out. Without `against` it is the label's own score, and with two labels its score
        against the other one.
        """
        _, weights = self.pull(label, against)
        places, values = _present(self.values, row)
        return {
            int(at): float(value * weights[at]) for at, value in zip(places, values, strict=True)
        }

    def of_all_labels(self, row: int) -> tuple[NDArray[np.integer], Figures]:
        """The places of the features that are there, and labels × these: what each label gets.

        With its intercept a label's line adds up to its own score.
        """
        places, values = _present(self.values, row)
        return places, self.weights[:, places] * values

    def _place(self, label: str) -> int:
        try:
            return self.labels.index(label)
        except ValueError:
            known = ", ".join(self.labels[:10])
            raise DiagnosticsError(
                f"The model knows no label {label!r}.", hint=f"It knows {known}."
            ) from None


def _present(values: Any, row: int) -> tuple[NDArray[np.integer], Figures]:
    """Where a row's values other than 0 lie, and what they are."""
    if hasattr(values, "indptr"):
        part = slice(values.indptr[row], values.indptr[row + 1])
        return values.indices[part], values.data[part]
    dense = np.asarray(values[row], float)
    places = np.flatnonzero(dense)
    return places, dense[places]


def is_linear(model: Any) -> bool:
    """Whether `linear_scores` takes the model, going by what it is."""
    return _kind(final_step(model)) is not None


def final_step(model: Any) -> Any:
    """The classifier itself: a search's best, the last step of a pipeline, also one in another."""
    while True:
        if hasattr(model, "steps"):
            model = model.steps[-1][1]
        elif hasattr(model, "best_estimator_"):
            model = model.best_estimator_
        else:
            return model


def linear_scores(model: Any, rows: Any) -> LinearScores:
    """What a fitted linear classifier, or a pipeline that ends in one, sees in rows.

    Parameters
    ----------
    model
        LogisticRegression, LinearDiscriminantAnalysis, naive Bayes for counts, LinearSVC,
        SGDClassifier, RidgeClassifier, Perceptron; alone or after any steps that transform.
    rows
        What the model takes: texts, an array, a frame, a sparse matrix.

    Returns
    -------
    A `LinearScores` whose scores are those of the model's decision function, and for naive Bayes
    those of its joint log-likelihood.

    Raises
    ------
    NotLinear
        If the model is another.
    """
    classifier = final_step(model)
    kind = _kind(classifier)
    if kind is None:
        raise NotLinear(
            f"{type(classifier).__name__} is not linear: its answers are no sums over features.",
            hint="Ask for shap or lime.",
        )
    values, names = _transformed(model, rows)
    values = _canonical(_binarised(classifier, values))
    weights, intercepts = _weights(classifier)
    if weights.shape[1] != values.shape[1]:
        raise NotLinear(
            f"{type(classifier).__name__} has {weights.shape[1]} weights a label for "
            f"{values.shape[1]} features."
        )
    return LinearScores(
        features=_names(names, classifier, rows if values is rows else None, values.shape[1]),
        values=values,
        weights=weights,
        intercepts=intercepts,
        labels=tuple(str(label_text(label)) for label in classifier.classes_),
        scale=kind,
    )


def _kind(classifier: Any) -> Scale | None:
    """What its scores' differences are, None for a model that is not linear."""
    name = type(classifier).__name__
    if name == "OneVsRestClassifier":
        ones = getattr(classifier, "estimators_", None) or [classifier.estimator]
        return "margin" if all(hasattr(one, "coef_") and _kind(one) for one in ones) else None
    if name in _LOGISTIC or name in _BAYES:
        return "log-odds"
    if name == "SGDClassifier" and getattr(classifier, "loss", "") == "log_loss":
        # With more than two labels its probabilities are one-against-rest, not a softmax.
        return "log-odds" if len(getattr(classifier, "classes_", ())) == 2 else "margin"
    return "margin" if name in _MARGINS else None


def _transformed(model: Any, rows: Any) -> tuple[Any, Sequence[str] | None]:
    """The rows after every step but the last, and the names of what came out."""
    names: Sequence[str] | None = None
    while True:
        if hasattr(model, "best_estimator_"):
            model = model.best_estimator_
        elif hasattr(model, "steps"):
            # One by one: a pipeline's part that ends in a step without a state counts as unfitted.
            for _, step in model.steps[:-1]:
                rows = rows if step is None or isinstance(step, str) else step.transform(rows)
            if len(model.steps) > 1:
                names = _named(model[:-1], names)
            model = model.steps[-1][1]
        else:
            return rows, names


def _named(steps: Any, before: Sequence[str] | None) -> Sequence[str] | None:
    for given in (before, None):
        try:
            return [str(name) for name in steps.get_feature_names_out(given)]
        except (AttributeError, TypeError, ValueError):
            continue
    return None


def _names(names: Sequence[str] | None, classifier: Any, rows: Any, n: int) -> tuple[str, ...]:
    if names is None and rows is not None:
        names = getattr(rows, "columns", None)
    if names is None:
        names = getattr(classifier, "feature_names_in_", None)
    if names is None or len(names) != n:
        return tuple(f"feature {at}" for at in range(n))
    return tuple(str(name) for name in names)


def _canonical(values: Any) -> Any:
    """Sparse rows as compressed ones with each feature once; anything else as an array."""
    if hasattr(values, "tocsr"):
        rows = values.tocsr().astype(float)
        rows.sum_duplicates()
        return rows
    return np.asarray(values, float)


def _binarised(classifier: Any, values: Any) -> Any:
    """Bernoulli's model asks whether a value exceeds its threshold, not what it is."""
    if type(classifier).__name__ != "BernoulliNB" or classifier.binarize is None:
        return values
    from sklearn.preprocessing import binarize

    return binarize(values, threshold=classifier.binarize)


def _weights(classifier: Any) -> tuple[Figures, Figures]:
    """Labels × features, and one intercept a label."""
    name = type(classifier).__name__
    if name in _BAYES:
        return _bayes_weights(classifier, name)
    if name == "OneVsRestClassifier":
        ones = [_weights(one) for one in classifier.estimators_]
        weights = np.array([weights[1] - weights[0] for weights, _ in ones])
        intercepts = np.array([intercepts[1] - intercepts[0] for _, intercepts in ones])
        return _both(weights, intercepts)
    weights = np.atleast_2d(np.asarray(_dense(classifier.coef_), float))
    intercepts = np.broadcast_to(np.asarray(classifier.intercept_, float), len(weights)).copy()
    return _both(weights, intercepts)


def _both(weights: Figures, intercepts: Figures) -> tuple[Figures, Figures]:
    """A model of two labels has the weights of the second only; the first one's are zero."""
    if len(weights) > 1:
        return weights, intercepts
    return np.vstack([np.zeros_like(weights), weights]), np.r_[0.0, intercepts]


def _dense(weights: Any) -> Any:
    return weights.toarray() if hasattr(weights, "toarray") else weights


def _bayes_weights(classifier: Any, name: str) -> tuple[Figures, Figures]:
    weights = np.asarray(classifier.feature_log_prob_, float)
    prior = np.asarray(classifier.class_log_prior_, float)
    if name == "MultinomialNB":
        return weights, prior
    if name == "ComplementNB":  # its prior counts only where there is a single label
        return weights, prior if len(weights) == 1 else np.zeros(len(weights))
    absent = np.log1p(-np.exp(weights))
    return weights - absent, prior + absent.sum(axis=1)
