"""Makes digits/: four classifiers on scikit-learn's handwritten digits, as images, models kept.

python sample_runs/make_digits.py
"""

from __future__ import annotations

import time
from pathlib import Path

from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC

import diagnostics

HERE = Path(__file__).resolve().parent
MODELS = {
    "logistic": LogisticRegression(C=0.001, max_iter=500),
    "naive-bayes": GaussianNB(var_smoothing=1e-3),
    "neighbours": KNeighborsClassifier(n_neighbors=9, weights="distance"),
    # No probabilities, only decision values: what a support vector machine gives by itself.
    "support-vectors": SVC(kernel="rbf", gamma=0.0005, C=1),
}


def main() -> None:
    """Fit on one half, record the answers on the other."""
    digits = load_digits()
    rows = range(len(digits.target))
    train, test = train_test_split(rows, test_size=0.5, random_state=0, stratify=digits.target)
    for name, model in MODELS.items():
        started = time.perf_counter()
        model.fit(digits.data[train], digits.target[train])
        seconds = time.perf_counter() - started
        diagnostics.record(
            HERE / "digits" / name,
            model=model,
            X=digits.data[test],
            true_label=digits.target[test],
            example=[f"digit-{row:04}" for row in test],
            content=1 - digits.images[test] / 16,
            train_scores={"accuracy": model.score(digits.data[train], digits.target[train])},
            fit_seconds=round(seconds, 3),
            keep_model=True,
            overwrite=True,
        )


if __name__ == "__main__":
    main()
