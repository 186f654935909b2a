"""Every word's contribution to every class: exact, by lime and by shap; time and memory.

python benchmarks/explanations.py [TEXTS] [CLASSES] [TEXTS OF LIME AND SHAP] [SAMPLES OF LIME]

The model is TF-IDF with logistic regression. lime and shap explain a few texts only, in one fresh
process each; their seconds are multiplied up to all texts, and the lines say so. Memory is the peak
of what explaining allocated, of a second call, for the texts that were explained.
"""

from __future__ import annotations

import multiprocessing
import sys
import tempfile
import time
import tracemalloc
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

WORDS, LENGTH = 4_000, 10
#: shap's explainer of linear models makes one dense number for each text, word and class.
NUMBER_BYTES = 8


def texts(rows: int, classes: int, seed: int) -> tuple[list[str], np.ndarray]:
    """Texts of ten words, four of which their class uses more often than the others."""
    random = np.random.default_rng(seed)
    words = np.array([f"word{index}" for index in range(WORDS)])
    truth = np.arange(rows) % classes
    own = random.integers(0, 30, (rows, 4)) + truth[:, None] * 30 % WORDS
    common = random.integers(0, WORDS, (rows, LENGTH - 4))
    return [" ".join(words[row % WORDS]) for row in np.c_[own, common]], truth


def fitted(path: Path, classes: int) -> None:
    """A model on disk; a few rounds are enough, for its speed is not a question of its weights."""
    lines, truth = texts(max(30 * classes, 200), classes, 0)
    model = make_pipeline(TfidfVectorizer(), LogisticRegression(C=10, max_iter=15))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        joblib.dump(model.fit(lines, truth), path)


def exact(model: Any, lines: list[str], _: int) -> Callable[[], Any]:
    """Errata: every present word's contribution to every class."""
    from diagnostics.models.pipelines.linear import linear_scores

    def explain() -> list[Any]:
        scores = linear_scores(model, lines)
        return [scores.of_all_labels(row) for row in range(len(lines))]

    return explain


def card(model: Any, lines: list[str], _: int) -> Callable[[], Any]:
    """Errata: what the example card shows, one class against another, laid over the text."""
    from diagnostics import Evidence, Experiment, Run
    from diagnostics.models.explanation.exact import exact_explanation
    from diagnostics.models.explanation.question import Question
    from diagnostics.models.model import Model

    run = Run("run", "errata", "run", "classification", Evidence.MODEL)
    experiment = Experiment("experiment", "classification", (run,))
    opened = Model(model, tuple(map(str, model.classes_)))

    def explain() -> list[Any]:
        return [
            exact_explanation(
                Question(experiment, run, Path(), "", "0", "1", opened, [line], text=line)
            )
            for line in lines
        ]

    return explain


def lime(model: Any, lines: list[str], samples: int) -> Callable[[], Any]:
    """What lime says, all classes, its usual ten words."""
    from lime.lime_text import LimeTextExplainer

    classes = range(len(model.classes_))

    def explain() -> list[Any]:
        return [
            LimeTextExplainer(random_state=0).explain_instance(
                line, model.predict_proba, labels=classes, num_samples=samples
            )
            for line in lines
        ]

    return explain


def shap_linear(model: Any, lines: list[str], _: int) -> Callable[[], Any]:
    """The explainer of linear models of shap, over the words that the vectoriser made."""
    import shap

    background = model[:-1].transform(lines).toarray()
    explainer = shap.LinearExplainer(model[-1], background)

    def explain() -> Any:
        return explainer.shap_values(model[:-1].transform(lines).toarray())

    return explain


def shap_partition(model: Any, lines: list[str], _: int) -> Callable[[], Any]:
    """The explainer of texts of shap, for any model."""
    import shap

    explainer = shap.Explainer(model.predict_proba, shap.maskers.Text(r"\W+"))
    explainer(lines[:1], silent=True)  # the first call compiles
    return lambda: explainer(lines, silent=True)


SIDES = {
    "errata, exact": exact,
    "errata, the card": card,
    "lime": lime,
    "shap, linear": shap_linear,
    "shap, partition": shap_partition,
}


def measured(name: str, path: Path, rows: int, classes: int, samples: int) -> tuple[float, float]:
    """CPU seconds, and the megabytes that were allocated at the peak."""
    warnings.simplefilter("ignore")
    explain = SIDES[name](joblib.load(path), texts(rows, classes, 1)[0], samples)
    started = time.process_time()
    explain()
    seconds = time.process_time() - started
    tracemalloc.start()
    explain()
    return seconds, tracemalloc.get_traced_memory()[1] / 1e6


def main() -> None:
    """Each side in a process of its own; ratios to the exact one."""
    given = [int(word) for word in sys.argv[1:]]
    rows, classes, few, samples = (*given, *(1_000, 100, 5, 5_000)[len(given) :])
    fresh = multiprocessing.get_context("spawn")
    ours = 0.0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.joblib"
        fitted(path, classes)
        for name in SIDES:
            explained = rows if name.startswith("errata") else min(few, rows)
            with ProcessPoolExecutor(1, mp_context=fresh) as process:
                asked = process.submit(measured, name, path, explained, classes, samples)
                seconds, megabytes = asked.result()
            scaled = seconds * rows / explained
            ours = ours or scaled
            how = "" if explained == rows else f", {rows / explained:.0f} × the time of {explained}"
            print(
                f"{name:16} {scaled:9.3f} CPU s for {rows:,} texts × {classes} classes{how}; "
                f"{scaled / ours:8,.0f} ×; {megabytes:,.1f} MB for {explained}"
            )
    dense = rows * WORDS * classes * NUMBER_BYTES / 1e9
    print(f"One dense number for each text, word and class would be {dense:.1f} GB.")


if __name__ == "__main__":
    main()
