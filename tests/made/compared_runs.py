"""Two runs on the same sentences, the new one better, and how they compare."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from diagnostics import compare_predictions
from tests.made.rasa_folder import Row

LABELS = ["bye", "faq", "greet", "help"]
ROWS = 400


def answers(seed: int, *, right: float) -> list[Row]:
    """The same sentences every time, answered by a model that is right that often."""
    truth = np.random.default_rng(0).choice(LABELS, ROWS, p=[0.4, 0.3, 0.2, 0.1])
    random = np.random.default_rng(seed)
    said = np.where(random.random(ROWS) < right, truth, random.choice([*LABELS, "other"], ROWS))
    return [
        (f"sentence {number}", str(true), str(answer), round(float(sure), 3))
        for number, (true, answer, sure) in enumerate(
            zip(truth, said, random.uniform(0.3, 1, ROWS), strict=True)
        )
    ]


OLD, NEW = answers(1, right=0.7), answers(2, right=0.8)


def as_frame(rows: Sequence[Row]) -> pd.DataFrame:
    columns = ["example", "true_label", "predicted_label", "confidence"]
    return pd.DataFrame(list(rows), columns=columns)


EXPECTED = compare_predictions(as_frame(OLD), as_frame(NEW))
