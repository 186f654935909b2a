"""Makes the cases beside it with scikit-learn and pandas: python tests/data/reports/make.py.

A case is a folder with `files` as people leave them and, in `expected.json`, the answers that
they were made from, the problems that reading them must find, and how much of the confusion
matrix follows: all of it (`exact`), the right answers (`diagonal`) or none.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import classification_report, confusion_matrix

HERE = Path(__file__).parent

PETS_TRUE = ["cat"] * 5 + ["dog"] * 4 + ["owl"] * 3
PETS = ["cat", "cat", "cat", "dog", "owl", "dog", "dog", "dog", "cat", "owl", "owl", "dog"]
MAIL_TRUE = ["ham"] * 6 + ["spam"] * 4
MAIL = ["ham", "ham", "ham", "ham", "spam", "spam", "spam", "spam", "spam", "ham"]


def report(truth: Any, answers: Any, **how: Any) -> dict[str, Any]:
    return classification_report(truth, answers, output_dict=True, **how)


def case(
    name: str,
    files: dict[str, Any],
    *,
    truth: Sequence[str] = PETS_TRUE,
    answers: Sequence[str] = PETS,
    follows: str = "exact",
    problems: Sequence[str] = (),
) -> None:
    folder = HERE / name / "files"
    folder.mkdir(parents=True, exist_ok=True)
    for file, content in files.items():
        text = content if isinstance(content, str) else json.dumps(content)
        (folder / file).write_text(text, encoding="utf-8")
    expected = {"follows": follows, "problems": problems, "true": truth, "predicted": answers}
    (HERE / name / "expected.json").write_text(json.dumps(expected) + "\n")


def reports() -> None:
    figures = report(PETS_TRUE, PETS)
    frame, text = pd.DataFrame(figures), classification_report(PETS_TRUE, PETS)
    case("report_json", {"classification_report.json": figures}, follows="diagonal")
    case("report_csv", {"report.csv": frame.T.to_csv()}, follows="diagonal")
    case("report_csv_turned", {"report.csv": frame.to_csv()}, follows="diagonal")
    case("report_frame_json", {"report.json": frame.to_json()}, follows="diagonal")
    case("report_text", {"report.txt": text}, follows="diagonal")
    some = report(PETS_TRUE, PETS, labels=["cat", "dog"])
    case("report_some_labels", {"report.json": some}, follows="diagonal")
    all_cats = report(PETS_TRUE, ["cat"] * 12, zero_division=math.nan)
    case("report_nan", {"r.json": all_cats}, answers=["cat"] * 12, follows="diagonal")
    perfect = report(PETS_TRUE, PETS_TRUE)
    case("report_no_mistakes", {"report.json": perfect}, answers=PETS_TRUE)
    weighted = report(PETS_TRUE, PETS, sample_weight=[0.5, 1.2] * 6)
    case("report_weighted", {"r.json": weighted}, follows="none", problems=["weighted-report"])
    tags, given = np.eye(3, dtype=int), np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]])
    multilabel = report(tags, given, target_names=["a", "b", "c"])
    case(
        "report_multilabel",
        {"report.json": multilabel},
        follows="none",
        problems=["multilabel-not-read"],
    )


def two_classes() -> None:
    mail = report(MAIL_TRUE, MAIL)
    told: dict[str, Any] = {"truth": MAIL_TRUE, "answers": MAIL}
    case("two_classes", {"report.json": mail}, **told)
    case("two_classes_text", {"r.txt": classification_report(MAIL_TRUE, MAIL)}, **told)
    wrong = mail | {"ham": mail["ham"] | {"precision": 0.5}}
    told |= {"follows": "none", "problems": ["inconsistent-report"]}
    case("two_classes_inconsistent", {"report.json": wrong}, **told)


def class_called_accuracy() -> None:
    truth = ["accuracy" if label == "owl" else label for label in PETS_TRUE]
    answers = ["accuracy" if label == "owl" else label for label in PETS]
    told: dict[str, Any] = {"truth": truth, "answers": answers}
    figures = report(truth, answers)  # scikit-learn overwrites the class by the accuracy
    case(
        "accuracy_overwritten",
        {"report.json": figures},
        follows="none",
        problems=["inconsistent-report"],
        **told,
    )
    kept = report(PETS_TRUE, PETS)  # as other writers do: an object among the classes
    kept["accuracy"] = kept.pop("owl")
    case("accuracy_kept", {"report.json": kept}, follows="diagonal", **told)


def matrices_beside_reports() -> None:
    figures, matrix = report(PETS_TRUE, PETS), confusion_matrix(PETS_TRUE, PETS)
    wrapped = {"report": figures, "confusion_matrix": matrix.tolist(), "seconds": 1.5}
    case("both_wrapped", {"results.json": wrapped})
    beside = {"classification_report.json": figures}
    case("both_bare", beside | {"confusion_matrix.json": matrix.tolist()})
    case("both_turned", beside | {"cm.json": matrix.T.tolist()})
    plain = pd.DataFrame(matrix).to_csv(index=False)
    case("both_plain_csv", beside | {"confusion_matrix.csv": plain})
    for how in ("true", "all"):
        shares = confusion_matrix(PETS_TRUE, PETS, normalize=how).tolist()
        case(f"both_shares_of_{how}", beside | {"cm_normalized.json": shares})
    case(
        "both_named_otherwise",
        beside | {"cm.json": {"labels": [0, 1, 2], "matrix": matrix.tolist()}},
    )
    case(
        "both_differ",
        beside | {"confusion_matrix.json": (matrix + 1).tolist()},
        follows="other",
        problems=["orientation-assumed", "report-and-matrix-differ"],
    )
    numbers = [str(number) for number in range(11) for _ in range(number + 1)]
    answers = [str((int(n) + at % 3) % 11) for at, n in enumerate(numbers)]
    by_text = dict(sorted(report(numbers, answers).items()))
    by_number = confusion_matrix([int(n) for n in numbers], [int(n) for n in answers])
    case(
        "both_in_other_orders",
        {"report.json": by_text, "confusion_matrix.json": by_number.tolist()},
        truth=numbers,
        answers=answers,
    )


def matrices() -> None:
    matrix, labels = confusion_matrix(PETS_TRUE, PETS), ["cat", "dog", "owl"]
    truth, answers = pd.Series(PETS_TRUE, name="actual"), pd.Series(PETS, name="predicted")
    crosstab = pd.crosstab(truth, answers)
    assumed = ["orientation-assumed"]
    named = {"labels": labels, "confusion_matrix": matrix.tolist()}
    case("matrix_labelled", {"confusion.json": named}, problems=assumed)
    shares = {
        "labels": labels,
        "matrix": confusion_matrix(truth, answers, normalize="true").tolist(),
    }
    case("matrix_shares", {"cm.json": shares}, follows="none", problems=["normalised-matrix"])
    framed = pd.DataFrame(matrix, index=labels, columns=labels)
    case("matrix_frame", {"confusion_matrix.csv": framed.to_csv()}, problems=assumed)
    sided = framed.rename(index="true {}".format, columns="pred {}".format)
    case("matrix_prefixed", {"confusion_matrix.csv": sided.to_csv()})
    case("matrix_crosstab", {"table.csv": crosstab.to_csv()})
    case("matrix_crosstab_turned", {"table.csv": crosstab.T.to_csv()})
    margins = pd.crosstab(truth, answers, margins=True)
    case("matrix_crosstab_margins", {"table.csv": margins.to_csv(sep=";")})
    never = pd.crosstab(truth, answers.replace("owl", "dog"))
    case("matrix_not_square", {"t.csv": never.to_csv()}, answers=[*answers.replace("owl", "dog")])
    pairs = crosstab.stack().reset_index(name="nPredictions")
    pairs.columns = pd.Index(["Actual", "Predicted", "nPredictions"])
    case("matrix_pairs_csv", {"cm.csv": pairs.to_csv(index=False)})
    table = {"columns": list(pairs.columns), "data": pairs.to_numpy().tolist()}
    case("matrix_pairs_table", {"cm_table_3.table.json": table})
    rows = pd.DataFrame({"actual": truth, "predicted": answers})
    case("matrix_one_object_per_example", {"plot.json": rows.to_json(orient="records")})
    case(
        "matrix_bare",
        {"confusion_matrix.json": matrix.tolist()},
        truth=[str(labels.index(label)) for label in PETS_TRUE],
        answers=[str(labels.index(label)) for label in PETS],
        problems=["labels-missing", *assumed],
    )


if __name__ == "__main__":
    reports()
    two_classes()
    class_called_accuracy()
    matrices_beside_reports()
    matrices()
