"""Makes tumours/: three classifiers on scikit-learn's breast cancer data, their models kept.

python sample_runs/make_tumours.py
"""

from __future__ import annotations

import time
from pathlib import Path

import pandas as pd
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import diagnostics

HERE = Path(__file__).resolve().parent
MODELS = {
    "forest": RandomForestClassifier(n_estimators=50, min_samples_leaf=3, random_state=0),
    "logistic": make_pipeline(StandardScaler(), LogisticRegression(C=0.1)),
    "naive-bayes": GaussianNB(),
}


def main() -> None:
    """Fit on two thirds, record the answers on the rest."""
    data = load_breast_cancer(as_frame=True)
    names = pd.Series(data.target_names)[data.target].to_numpy()
    train, test = train_test_split(
        range(len(names)), test_size=1 / 3, random_state=0, stratify=names
    )
    features, examined = data.data.iloc[train], data.data.iloc[test]
    for name, model in MODELS.items():
        started = time.perf_counter()
        model.fit(features, names[train])
        seconds = time.perf_counter() - started
        diagnostics.record(
            HERE / "tumours" / name,
            model=model,
            X=examined,
            true_label=names[test],
            example=[f"tumour-{row:03}" for row in test],
            train_scores={"accuracy": model.score(features, names[train])},
            importances=_impurity(model) if name == "forest" else None,
            fit_seconds=round(seconds, 3),
            keep_model=True,
            overwrite=True,
        )


def _impurity(forest: RandomForestClassifier) -> pd.DataFrame:
    trees = pd.DataFrame([tree.feature_importances_ for tree in forest.estimators_])
    return pd.DataFrame(
        {
            "feature": forest.feature_names_in_,
            "method": "impurity",
            "mean": forest.feature_importances_,
            "std": trees.std().to_numpy(),
        }
    )


if __name__ == "__main__":
    main()
