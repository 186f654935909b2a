"""Reports and matrices in tables and arrays: several in one, in any order of columns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import classification_report

from diagnostics.readers import report
from diagnostics.readers.walking import listed
from tests.readers.report.test_printed import (
    BETTER,
    COUNTS,
    LABELS,
    accuracies,
    answers,
    counts_of,
    only,
    printed,
    read,
)


def frame(counts: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(classification_report(*answers(counts), output_dict=True)).T


def stacked(parts: dict[object, np.ndarray], column: str) -> pd.DataFrame:
    frames = [frame(counts).assign(**{column: name}) for name, counts in parts.items()]
    return pd.concat(frames)


PAIRS = [
    (LABELS[t], LABELS[a], int(COUNTS[t, a])) for t in range(3) for a in range(3) if COUNTS[t, a]
]
LONG = {
    "R": '"","Prediction","Reference","Freq"\n'
    + "".join(f'"{i}","{a}","{t}",{n}\n' for i, (t, a, n) in enumerate(PAIRS, 1)),
    "any order": "n;Predicted;Actual\n" + "".join(f"{n};{a};{t}\n" for t, a, n in PAIRS),
    "with shares": "truth,estimate,count,prop\n"
    + "".join(f"{t},{a},{n},{n / 60}\n" for t, a, n in PAIRS),
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG.keys())
def test_counts_per_pair_are_read_by_the_names_of_their_columns(tmp_path: Path, text: str) -> None:
    run = only(tmp_path, {"confusion_matrix.csv": text.replace("\n", "\r\n")})
    assert run.labels == list(LABELS)
    assert counts_of(run).tolist() == COUNTS.tolist()
    assert run.problems == []


def test_counts_per_pair_of_several_models_are_runs(tmp_path: Path) -> None:
    rows = [(name, *pair) for name in ("rf", "svm") for pair in PAIRS]
    text = "model,truth,.pred_class,n\n" + "".join(f"{m},{t},{a},{n}\n" for m, t, a, n in rows)
    runs, problems = read(tmp_path, {"counts.csv": text})
    assert problems == []
    assert {name: run.n_errors for name, run in runs.items()} == {"rf": 7, "svm": 7}


def test_predictions_with_columns_called_like_labels_are_no_crosstab(tmp_path: Path) -> None:
    text = '"pred","obs","No","Yes","rowIndex"\n"No","No",0.8,0.2,1\n"Yes","No",0.1,0.9,2\n'
    (tmp_path / "predictions.csv").write_text(text)
    assert not report.matches(listed(tmp_path, tmp_path))


@pytest.mark.parametrize(("column", "names"), [("fold", (1, 2)), ("cv", ("Fold1", "Fold2"))])
def test_folds_below_each_other_are_counted_together(
    tmp_path: Path, column: str, names: tuple[object, ...]
) -> None:
    table = stacked(dict(zip(names, (COUNTS, BETTER), strict=True)), column)
    run = only(tmp_path, {"classification_report.csv": table.reset_index().to_csv(index=False)})
    assert (run.n_examples, run.n_errors) == (120, 8)
    assert counts_of(run).tolist() == np.diag([34, 41, 37]).tolist()
    assert accuracies(run) == {("test", 1): 0.8833, ("test", 2): 0.9833, ("test", None): 0.9333}
    assert run.problems == []


def test_folds_of_two_classes_keep_their_folds(tmp_path: Path) -> None:
    one = pd.DataFrame(classification_report(*answers(COUNTS[:2, :2]), output_dict=True)).T
    table = pd.concat([one.assign(fold=1), one.assign(fold=2)])
    run = only(tmp_path, {"classification_report.csv": table.to_csv()})
    assert run.confusion_is_exact
    assert counts_of(run).tolist() == (2 * COUNTS[:2, :2]).tolist()
    assert run.confusion is not None
    assert set(run.confusion["fold"]) == {1, 2}


def test_models_below_each_other_are_runs_and_splits_are_splits(tmp_path: Path) -> None:
    models = stacked({"rf": COUNTS, "svm": BETTER}, "model").to_csv(sep=";")
    (tmp_path / "a").mkdir()
    runs, problems = read(tmp_path / "a", {"report.csv": models})
    assert problems == []
    assert {name: run.n_errors for name, run in runs.items()} == {"rf": 7, "svm": 1}
    (tmp_path / "b").mkdir()
    splits = stacked({"train": BETTER, "test": COUNTS}, "split").to_csv()
    run = only(tmp_path / "b", {"report.csv": splits})
    assert accuracies(run) == {("test", None): 0.8833, ("train", None): 0.9833}


def test_reports_that_no_column_tells_apart_are_numbered(tmp_path: Path) -> None:
    text = frame(COUNTS).to_csv() + frame(BETTER).to_csv()
    runs, problems = read(tmp_path, {"classification_report.csv": text})
    assert {name: run.n_errors for name, run in runs.items()} == {"report 1": 7, "report 2": 1}
    assert [problem.code for problem in problems] == ["reports-not-named"]


@pytest.mark.parametrize("name", ["avg / total", "avg/total", "Weighted Average", "total"])
def test_the_last_row_of_old_reports_is_no_class(tmp_path: Path, name: str) -> None:
    text = (
        "class;precision;recall;f1-score;support\r\nham;0,90;0,90;0,90;20\r\n"
        f"spam;0,80;0,80;0,80;10\r\n{name};0,87;0,87;0,87;30\r\n"
    )
    run = only(tmp_path, {"classification_report.csv": text})
    assert counts_of(run).tolist() == [[18, 2], [2, 8]]
    assert accuracies(run) == {("test", None): 0.8667}
    assert run.problems == []


def test_a_last_row_that_is_no_mean_of_the_others_is_a_class(tmp_path: Path) -> None:
    text = (
        "class,precision,recall,f1-score,support\na,0.9,0.9,0.9,20\nb,0.8,0.8,0.8,10\n"
        "all,0.5,0.5,0.5,30\n"
    )
    assert only(tmp_path, {"report.csv": text}).labels == ["a", "all", "b"]


def test_figures_that_contradict_each_other_are_a_problem(tmp_path: Path) -> None:
    text = "class,precision,recall,f1-score,support\na,0.5,0.5,0.9,20\nb,0.8,0.8,0.8,10\n"
    run = only(tmp_path, {"report.csv": text})
    [problem] = run.problems
    assert problem.what.endswith("Class 'a' has F1 0.9, but precision 0.5 and recall 0.5 give 0.5.")
    assert run.confusion is None


def test_an_array_is_read_and_named_by_what_lies_beside_it(tmp_path: Path) -> None:
    np.save(tmp_path / "confusion_matrix.npy", COUNTS)
    run = only(tmp_path, {})
    assert counts_of(run).tolist() == COUNTS.tolist()
    assert [p.code for p in run.problems] == ["labels-missing", "orientation-assumed"]
    run = only(tmp_path, {"classes.txt": "ham\nspam\neggs\n"})
    assert counts_of(run)[run.labels.index("ham"), run.labels.index("spam")] == 3
    assert run.notes == ["The classes are named as in classes.txt."]
    run = only(tmp_path, {"report.txt": printed()})
    assert run.labels == list(LABELS)
    assert run.confusion_is_exact
    assert run.problems == []


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (np.zeros((2, 3)), "this array is 2 x 3"),
        (np.array([[{}, 1], [1, 2]], dtype=object), "Python objects, which are never opened"),
        (np.array([[1, -2], [3, 4]]), "numbers below 0"),
        (np.array([["a", "b"], ["c", "d"]]), "no numbers"),
    ],
)
def test_an_array_that_is_no_matrix_is_named(
    tmp_path: Path, values: np.ndarray, reason: str
) -> None:
    np.save(tmp_path / "confusion_matrix.npy", values)
    runs, [problem] = read(tmp_path, {})
    assert (runs, problem.code) == ({}, "unreadable-report")
    assert reason in problem.what


def test_an_array_of_shares_is_no_counts(tmp_path: Path) -> None:
    np.save(tmp_path / "confusion_matrix.npy", COUNTS / COUNTS.sum(axis=1, keepdims=True))
    run = only(tmp_path, {})
    assert run.confusion is None
    assert "normalised-matrix" in [problem.code for problem in run.problems]


def test_two_reports_of_one_name_that_differ_are_two_runs(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "classification_report.txt": printed(),
        "results.txt": printed(BETTER),
    }
    runs, problems = read(tmp_path, files)
    assert problems == []
    assert {name: run.n_errors for name, run in runs.items()} == {tmp_path.name: 7, "results": 1}
    run = only(tmp_path, {"results.txt": printed(digits=3)})
    assert run.n_errors == 7


def test_a_macro_average_over_other_classes_is_kept_and_said(tmp_path: Path) -> None:
    four = classification_report(
        *answers(COUNTS), labels=[*LABELS, "dog"], zero_division=0, output_dict=True
    )
    table = pd.DataFrame(four).T.to_csv()
    run = only(tmp_path, {"report.csv": table, "confusion_matrix.csv": LONG["R"]})
    assert counts_of(run).sum() == 60
    assert run.notes == [
        "The report has a macro F1 of 0.6606, which is over other classes: over those that occur "
        "it is 0.8808. The report's own is kept among the scores."
    ]
    assert {s.metric: round(s.value, 4) for s in run.scores}["macro_f1"] == 0.6606
