"""Makes helpdesk/: a grid of text classifiers on data/helpdesk.csv, cross-validated.

    python sample_runs/make_helpdesk.py

Every candidate is evaluated on the same five stratified folds, and each utterance's out-of-fold
answer is kept. Takes a few minutes.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import ParameterGrid, StratifiedKFold
from sklearn.naive_bayes import ComplementNB
from sklearn.pipeline import Pipeline

import diagnostics

HERE = Path(__file__).resolve().parent
FEATURES = {
    "words": {"analyzer": "word", "ngram_range": (1, 1)},
    "word-pairs": {"analyzer": "word", "ngram_range": (1, 2)},
    "characters": {"analyzer": "char_wb", "ngram_range": (2, 4)},
}
GRID = [
    {
        "classifier": ["logistic"],
        "features": list(FEATURES),
        "C": [1.0, 3.0, 10.0, 30.0],
        "class_weight": [None, "balanced"],
    },
    {"classifier": ["naive-bayes"], "features": list(FEATURES), "alpha": [0.3]},
]


def candidate(parameters: dict[str, Any]) -> Pipeline:
    """The pipeline of one point of the grid."""
    features = TfidfVectorizer(sublinear_tf=True, **FEATURES[parameters["features"]])
    if parameters["classifier"] == "naive-bayes":
        return Pipeline(
            [("features", features), ("model", ComplementNB(alpha=parameters["alpha"]))]
        )
    model = LogisticRegression(
        C=parameters["C"], class_weight=parameters["class_weight"], max_iter=500, tol=1e-3
    )
    return Pipeline([("features", features), ("model", model)])


def name_of(parameters: dict[str, Any]) -> str:
    """A short name that tells the candidates apart."""
    if parameters["classifier"] == "naive-bayes":
        return f"bayes-{parameters['features']}-a{parameters['alpha']:g}"
    balanced = "-balanced" if parameters["class_weight"] else ""
    return f"logistic-{parameters['features']}-C{parameters['C']:g}{balanced}"


def main() -> None:
    """Evaluate the grid and record every candidate."""
    data = pd.read_csv(HERE / "data" / "helpdesk.csv")
    texts, intents = data["text"].to_numpy(), data["intent"].to_numpy()
    labels = np.unique(intents)
    folds = list(StratifiedKFold(5, shuffle=True, random_state=7).split(texts, intents))
    for parameters in ParameterGrid(GRID):
        pipeline = candidate(parameters)
        probabilities = np.zeros((len(texts), len(labels)))
        fold_of = np.zeros(len(texts), dtype=int)
        train_accuracy, seconds = [], 0.0
        for number, (train, test) in enumerate(folds):
            started = time.perf_counter()
            fitted = clone(pipeline).fit(texts[train], intents[train])
            seconds += time.perf_counter() - started
            probabilities[test] = fitted.predict_proba(texts[test])
            fold_of[test] = number
            train_accuracy.append(fitted.score(texts[train], intents[train]))
        diagnostics.record(
            HERE / "helpdesk" / name_of(parameters),
            true_label=intents,
            probabilities=probabilities.round(5),  # half the size on disk
            labels=labels,
            example=data["id"],
            content=data["text"],
            fold=fold_of,
            parameters=parameters,
            train_scores={"accuracy": float(np.mean(train_accuracy))},
            fit_seconds=round(seconds / len(folds), 3),
            overwrite=True,
        )
        accuracy = (labels[probabilities.argmax(axis=1)] == intents).mean()
        print(f"{name_of(parameters):45} {accuracy:.3f}")


if __name__ == "__main__":
    main()
