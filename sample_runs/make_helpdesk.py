"""Makes helpdesk/: a grid of text classifiers on data/helpdesk.csv, as a Recorder keeps it.

    python sample_runs/make_helpdesk.py

An ordinary grid search over two kinds of pipelines on five stratified folds; the recorder is the
one line that keeps every candidate's answer to every utterance. Takes a few minutes.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.naive_bayes import ComplementNB
from sklearn.pipeline import Pipeline

import diagnostics

HERE = Path(__file__).resolve().parent
WORDS = {
    "features__analyzer": ["word"],
    "features__ngram_range": [(1, 1), (1, 2)],
}
CHARACTERS = {
    "features__analyzer": ["char_wb"],
    "features__ngram_range": [(2, 4)],
}
LOGISTIC = {
    "model": [LogisticRegression(max_iter=500, tol=1e-3)],
    "model__C": [1.0, 3.0, 10.0, 30.0],
    "model__class_weight": [None, "balanced"],
}
BAYES = {"model": [ComplementNB()], "model__alpha": [0.3]}
GRID = [features | model for features in (WORDS, CHARACTERS) for model in (LOGISTIC, BAYES)]
NAMES = {("word", (1, 1)): "words", ("word", (1, 2)): "word-pairs"}


def name_of(parameters: Mapping[str, Any]) -> str:
    """A short name that tells the candidates apart."""
    kind = parameters["features__analyzer"], parameters["features__ngram_range"]
    features = NAMES.get(kind, "characters")
    if "model__alpha" in parameters:
        return f"bayes-{features}-a{parameters['model__alpha']:g}"
    balanced = "-balanced" if parameters["model__class_weight"] else ""
    return f"logistic-{features}-C{parameters['model__C']:g}{balanced}"


def is_kept(parameters: Mapping[str, Any]) -> bool:
    """Whether the candidate's models are kept: one, for each fold's is a megabyte."""
    return name_of(parameters) == "logistic-words-C10"


def main() -> None:
    """Search the grid and keep every candidate."""
    data = pd.read_csv(HERE / "data" / "helpdesk.csv", index_col="id")
    recorder = diagnostics.Recorder(
        HERE / "helpdesk",
        scoring="f1_macro",
        name=name_of,
        models=is_kept,
        digits=4,
        overwrite=True,
    )
    search = GridSearchCV(
        Pipeline([("features", TfidfVectorizer(sublinear_tf=True)), ("model", ComplementNB())]),
        GRID,
        scoring=recorder,
        cv=StratifiedKFold(5, shuffle=True, random_state=7),
        n_jobs=2,
        return_train_score=True,
    )
    search.fit(data["text"], data["intent"])
    print(f"{name_of(search.best_params_)}: macro F1 {search.best_score_:.4f}")


if __name__ == "__main__":
    main()
