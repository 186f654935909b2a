"""What recording a search costs: the same searches with and without a Recorder, in turn.

python benchmarks/recorder.py [ROUNDS] [ROWS] [PART OF A SEARCH'S NAME]
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from typing import Any

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

import diagnostics

CLASSES = 20


def texts(rows: int) -> tuple[Any, Any]:
    """Texts of words that each class uses more often than the others."""
    random = np.random.default_rng(0)
    words = np.array([f"word{index}" for index in range(2_000)])
    truth = random.integers(0, CLASSES, rows)
    own = random.integers(0, 60, (rows, 6)) + truth[:, None] * 60
    common = random.integers(0, 2_000, (rows, 12))
    lines = [" ".join(words[row]) for row in np.c_[own, common]]
    return lines, truth


def table(rows: int) -> tuple[Any, Any]:
    """Thirty columns of numbers around a centre for each class."""
    random = np.random.default_rng(1)
    truth = random.integers(0, CLASSES, rows)
    centres = random.normal(size=(CLASSES, 30))
    return centres[truth] + random.normal(size=(rows, 30)) * 1.5, truth


def searches(rows: int) -> dict[str, tuple[Any, dict[str, list[Any]], Any, Any]]:
    """A pipeline whose first step is the dear one, a forest, and kernels."""
    text, table_ = texts(rows), table(rows)
    pipeline = make_pipeline(TfidfVectorizer(), LogisticRegression(max_iter=200))
    forest = RandomForestClassifier(60, random_state=0)
    return {
        "texts, logistic": (pipeline, {"logisticregression__C": [0.3, 1, 3, 10]}, *text),
        "table, forest": (forest, {"max_depth": [4, 8, 12, None]}, *table_),
        "table, kernels": (SVC(), {"C": [0.3, 1, 3, 10]}, *table_),
    }


def seconds(scoring: Any, model: Any, grid: Any, X: Any, y: Any) -> tuple[float, float]:
    """Wall seconds of the whole search, and of its mean fit."""
    search = GridSearchCV(model, grid, scoring=scoring, cv=5, refit=False)
    started = time.perf_counter()
    search.fit(X, y)
    return time.perf_counter() - started, float(search.cv_results_["mean_fit_time"].mean())


def main() -> None:
    """Each search without and with a recorder, in turn; medians of the ratios."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    rows = int(sys.argv[2]) if len(sys.argv) > 2 else 3_000
    wanted = sys.argv[3] if len(sys.argv) > 3 else ""
    for name, (model, grid, X, y) in searches(rows).items():
        if wanted not in name:
            continue
        plain, recorded, fits = [], [], []
        for number in range(rounds + 1):  # the first round warms both sides up
            with tempfile.TemporaryDirectory() as folder:
                without, fit = seconds("f1_macro", model, grid, X, y)
                recorder = diagnostics.Recorder(f"{folder}/search", scoring="f1_macro")
                with_it, _ = seconds(recorder, model, grid, X, y)
            if number:
                plain.append(without)
                recorded.append(with_it)
                fits.append(fit)
        ratios = [b / a for a, b in zip(plain, recorded, strict=True)]
        print(
            f"{name:16} {statistics.median(fits) * 1e3:5.0f} ms a fit, search "
            f"{statistics.median(plain):5.2f} s, recorded {statistics.median(recorded):5.2f} s: "
            f"{statistics.median(ratios):.3f} × ({min(ratios):.3f} to {max(ratios):.3f})"
        )


if __name__ == "__main__":
    main()
