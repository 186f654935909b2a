"""Small models to ask again, for tests that need no run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from diagnostics.models.whatif.asker import Asker, asker_of
from tests.made.questions import model_of

TEXTS = [
    "where is my parcel", "parcel not here", "my parcel is late", "track the parcel",
    "refund my money", "money back please", "i want my money", "refund please now",
    "close the account", "delete my account", "account gone", "remove this account",
]  # fmt: skip
LABELS = ["status"] * 4 + ["refund"] * 4 + ["account"] * 4


def of(*estimators: Any, run: str = "run") -> Asker:
    """Fitted classifiers as one that answers."""
    return asker_of([model_of(one) for one in estimators], run)


def words(texts: list[str] = TEXTS, labels: list[str] = LABELS, C: float = 9) -> Any:
    """Words counted, and a linear model of them."""
    return make_pipeline(CountVectorizer(), LogisticRegression(C=C)).fit(texts, labels)


def table(n: int = 60, seed: int = 0) -> tuple[pd.DataFrame, list[str]]:
    """Rows whose label is decided by `age` and by `town` alone; `noise` and `same` mean nothing."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "age": random.integers(18, 80, n),
            "noise": random.normal(size=n),
            "town": random.choice(["Bern", "Basel", "Chur"], n),
            "same": np.zeros(n),
        }
    )
    is_old = (frame["age"] > 50) ^ (frame["town"] == "Chur")
    return frame, ["old" if old else "young" for old in is_old]
