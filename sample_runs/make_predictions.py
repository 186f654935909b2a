"""Makes predictions/tickets.csv: a table of predictions as a person would write it.

python sample_runs/make_predictions.py
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Fit on four fifths of the help desk's utterances, write the answers on the rest."""
    data = pd.read_csv(HERE / "data" / "helpdesk.csv")
    train, test = train_test_split(data, test_size=0.2, random_state=1, stratify=data["intent"])
    model = make_pipeline(
        TfidfVectorizer(sublinear_tf=True), LogisticRegression(C=3, max_iter=1000)
    )
    model.fit(train["text"], train["intent"])
    table = pd.DataFrame(
        {
            "ticket": test["id"],
            "text": test["text"],
            "actual": test["intent"],
            "predicted": model.predict(test["text"]),
            "confidence": model.predict_proba(test["text"]).max(axis=1).round(4),
        }
    )
    folder = HERE / "predictions"
    folder.mkdir(exist_ok=True)
    table.to_csv(folder / "tickets.csv", index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
