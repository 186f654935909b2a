"""What changes the form of a table, and not what it says, changes no figure."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, f1_score

from diagnostics import Run, confusion_matrix, open_workspace

LABELS = ["bird", "cat", "dog"]
ROWS = 120
#: Other names of each column, as people write them.
SYNONYMS = {
    "id": ["example_id", "uid", "Sample ID", "idx"],
    "text": ["utterance", "sentence", "Message"],
    "true_label": ["y_true", "gold", "Actual", "ground_truth", "target", "goldLabel"],
    "predicted_label": ["y_pred", "prediction", "Predicted", "pred", "hyp", "predictedClass"],
    "confidence": ["score", "probability", "conf", "pred_prob", "Certainty"],
}
SCORES = ["prob_{}", "p_{}", "{}_score", "P({})", "score_{}", "{}_proba"]


def table(kind: str) -> pd.DataFrame:
    """Answers of three classes: labels alone, with a confidence, or with a score for each class."""
    random = np.random.default_rng(5)
    truth = random.integers(0, 3, ROWS)
    p = random.dirichlet([0.5] * 3, ROWS)
    p[np.arange(ROWS), truth] += 0.7
    p = (p / p.sum(axis=1, keepdims=True)).round(6)
    frame = pd.DataFrame(
        {
            "id": [f"e{at:03d}" for at in range(ROWS)],
            "text": [f"the words, of number {at}" for at in range(ROWS)],
            "true_label": [LABELS[code] for code in truth],
            "predicted_label": [LABELS[code] for code in p.argmax(axis=1)],
        }
    )
    if kind == "confidence":
        frame["confidence"] = p.max(axis=1)
    if kind == "scores":
        for place, label in enumerate(LABELS):
            frame[f"prob_{label}"] = p[:, place]
    return frame


KINDS = ("labels", "confidence", "scores")
TABLES = {kind: table(kind) for kind in KINDS}


def csv_of(frame: pd.DataFrame, **how: Any) -> bytes:
    encoding = how.pop("encoding", "utf-8")
    return frame.to_csv(index=False, **how).encode(encoding)


def json_of(frame: pd.DataFrame, **how: Any) -> bytes:
    return frame.to_json(**how).encode()


def run_of(folder: Path, name: str, content: bytes) -> Run:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)
    [experiment] = open_workspace(folder).experiments
    [run] = experiment.runs
    return run


def figures(run: Run) -> dict[str, Any]:
    """What is counted and averaged; by the labels' names."""
    matrix = confusion_matrix(run)
    return {
        "labels": matrix.labels,
        "counts": matrix.counts.tolist(),
        "examples": run.examples,
        "errors": run.errors,
        **{name: round(value, 6) for name, value in run.metrics.items()},
    }


def expected(frame: pd.DataFrame) -> dict[str, Any]:
    """The same by scikit-learn."""
    truth, answers = frame["true_label"], frame["predicted_label"]
    return {
        "examples": len(frame),
        "errors": int((truth != answers).sum()),
        "accuracy": round(float(accuracy_score(truth, answers)), 6),
        "macro_f1": round(float(f1_score(truth, answers, average="macro")), 6),
    }


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The figures of each table as it is."""
    folder = tmp_path_factory.mktemp("plain")
    return {
        kind: figures(run_of(folder / kind, "predictions.csv", csv_of(frame)))
        for kind, frame in TABLES.items()
    }


@pytest.mark.parametrize("kind", KINDS)
def test_the_figures_are_those_of_scikit_learn(kind: str, plain: dict[str, Any]) -> None:
    known = expected(TABLES[kind])
    assert {name: plain[kind][name] for name in known} == known


def columns_reversed(frame: pd.DataFrame) -> bytes:
    return csv_of(frame[list(frame)[::-1]])


def rows_shuffled(frame: pd.DataFrame) -> bytes:
    return csv_of(frame.sample(frac=1, random_state=3))


def all_quoted(frame: pd.DataFrame) -> bytes:
    return csv_of(frame, quoting=csv.QUOTE_ALL)


def titled(frame: pd.DataFrame) -> bytes:
    return b"Results of the second model\n\n" + csv_of(frame)


def german(frame: pd.DataFrame) -> bytes:
    return csv_of(frame, sep=";", decimal=",")


FORMS: dict[str, tuple[str, Callable[[pd.DataFrame], bytes]]] = {
    "columns in another order": ("predictions.csv", columns_reversed),
    "rows in another order": ("predictions.csv", rows_shuffled),
    "semicolons": ("predictions.csv", lambda f: csv_of(f, sep=";")),
    "semicolons and decimal commas": ("predictions.csv", german),
    "tabs": ("predictions.tsv", lambda f: csv_of(f, sep="\t")),
    "bars": ("predictions.csv", lambda f: csv_of(f, sep="|")),
    "every cell quoted": ("predictions.csv", all_quoted),
    "a byte order mark": ("predictions.csv", lambda f: csv_of(f, encoding="utf-8-sig")),
    "UTF-16": ("predictions.csv", lambda f: csv_of(f, encoding="utf-16")),
    "Windows line ends": ("predictions.csv", lambda f: csv_of(f, lineterminator="\r\n")),
    "gzip": ("predictions.csv.gz", lambda f: gzip.compress(csv_of(f))),
    "a title above": ("predictions.csv", titled),
    "pandas' index": ("predictions.csv", lambda f: f.to_csv().encode()),
    "JSON lines": ("predictions.jsonl", lambda f: json_of(f, orient="records", lines=True)),
    "JSON records": ("predictions.json", lambda f: json_of(f, orient="records")),
    "JSON by columns": ("predictions.json", lambda f: json_of(f, orient="columns")),
    "JSON by index": ("predictions.json", lambda f: json_of(f, orient="index")),
    "JSON split": ("predictions.json", lambda f: json_of(f, orient="split")),
    "JSON below a name": (
        "predictions.json",
        lambda f: json.dumps({"predictions": f.to_dict("records")}).encode(),
    ),
    "Parquet": ("predictions.parquet", lambda f: f.to_parquet(index=False)),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", FORMS)
def test_another_form_has_the_same_figures(
    form: str, kind: str, plain: dict[str, Any], tmp_path: Path
) -> None:
    name, written = FORMS[form]
    assert figures(run_of(tmp_path, name, written(TABLES[kind]))) == plain[kind]


@pytest.mark.parametrize(
    ("column", "name"), [(column, name) for column, names in SYNONYMS.items() for name in names]
)
def test_a_synonym_has_the_same_figures(
    column: str, name: str, plain: dict[str, Any], tmp_path: Path
) -> None:
    renamed = TABLES["confidence"].rename(columns={column: name})
    read = run_of(tmp_path, "predictions.csv", csv_of(renamed))
    assert figures(read) == plain["confidence"]


@pytest.mark.parametrize("pattern", SCORES)
def test_scores_by_another_name_have_the_same_figures(
    pattern: str, plain: dict[str, Any], tmp_path: Path
) -> None:
    names = {f"prob_{label}": pattern.format(label) for label in LABELS}
    read = run_of(tmp_path, "predictions.csv", csv_of(TABLES["scores"].rename(columns=names)))
    assert figures(read) == plain["scores"]


@pytest.mark.parametrize("column", ["id", "text", "confidence"])
def test_a_role_that_is_missing_takes_evidence_and_no_figure(
    column: str, plain: dict[str, Any], tmp_path: Path
) -> None:
    read = run_of(tmp_path, "predictions.csv", csv_of(TABLES["confidence"].drop(columns=column)))
    left = figures(read)
    assert left == {name: value for name, value in plain["confidence"].items() if name in left}
    assert {"accuracy", "macro_f1", "errors", "examples", "counts"} <= left.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_labels_that_change_places_take_their_figures_along(
    kind: str, plain: dict[str, Any], tmp_path: Path
) -> None:
    turned = dict(zip(LABELS, [*LABELS[1:], LABELS[0]], strict=True))
    frame = TABLES[kind].replace({"true_label": turned, "predicted_label": turned})
    frame = frame.rename(columns={f"prob_{a}": f"prob_{b}" for a, b in turned.items()})
    read = figures(run_of(tmp_path, "predictions.csv", csv_of(frame)))
    places = [LABELS.index(turned[label]) for label in LABELS]
    before = np.array(plain[kind]["counts"])
    assert np.array(read["counts"])[np.ix_(places, places)].tolist() == before.tolist()
    same = [name for name in plain[kind] if name != "counts"]
    assert {name: read[name] for name in same} == {name: plain[kind][name] for name in same}
