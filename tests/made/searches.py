"""Searches that the tests of the recorder make, small enough to take a moment."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.datasets import load_wine
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.preprocessing import StandardScaler

import diagnostics


def wine() -> tuple[np.ndarray, np.ndarray]:
    """178 wines of three kinds, scaled."""
    X, y = load_wine(return_X_y=True)
    return StandardScaler().fit_transform(X), y


def grid(scoring: Any, **options: Any) -> GridSearchCV:
    """A search of two candidates that cost nothing."""
    candidates = {"strategy": ["most_frequent", "prior"]}
    return GridSearchCV(DummyClassifier(), candidates, scoring=scoring, cv=3, **options)


def recorded(
    folder: Path,
    search: Callable[[Any], Any],
    X: Any,
    y: Any,
    scoring: Any = "accuracy",
    fit: dict[str, Any] | None = None,
    **options: Any,
) -> tuple[Any, diagnostics.Workspace]:
    """The fitted search with a recorder, and what its folder opens as."""
    recorder = diagnostics.Recorder(folder, scoring=scoring, **options)
    fitted = search(recorder).fit(X, y, **(fit or {}))
    return fitted, diagnostics.open_workspace(folder)


def same_results(one: Any, other: Any) -> bool:
    """Whether two searches came out the same in everything but time."""
    first, second = one.cv_results_, other.cv_results_
    if set(first) != set(second) or first["params"] != second["params"]:
        return False
    names = [name for name in first if name.split("_", 1)[0] in ("mean", "std", "rank") or
             name.startswith("split")]  # fmt: skip
    return all(
        np.array_equal(first[name], second[name], equal_nan=True)
        for name in names
        if not name.endswith("_time")
    )


def quietly(make: Callable[[], Any]) -> Any:
    """Its value, without scikit-learn's warnings about failed fits."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return make()
