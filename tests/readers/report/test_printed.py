"""Texts with printed reports and matrices: every one is read, named, and held against counts."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import classification_report

from diagnostics.readers import Reading, report
from diagnostics.readers.walking import listed
from diagnostics.workspace import Problem

COUNTS = np.array([[15, 3, 2], [0, 20, 1], [1, 0, 18]])
BETTER = np.array([[19, 1, 0], [0, 21, 0], [0, 0, 19]])
LABELS = ("ant", "bee", "cat")
#: As R prints it: predictions in rows.
R_TABLE = """          Reference
Prediction ant bee cat
       ant  15   0   1
       bee   3  20   0
       cat   2   1  18
"""


def answers(counts: np.ndarray, labels: tuple[str, ...] = LABELS) -> tuple[list[str], list[str]]:
    pairs = [(t, a) for (t, a), n in np.ndenumerate(counts) for _ in range(n)]
    return [labels[t] for t, _ in pairs], [labels[a] for _, a in pairs]


def printed(counts: np.ndarray = COUNTS, labels: tuple[str, ...] = LABELS, digits: int = 2) -> str:
    return str(classification_report(*answers(counts, labels), digits=digits))


def read(root: Path, files: dict[str, str | bytes]) -> tuple[dict[str, Reading], list[Problem]]:
    for name, content in files.items():
        raw = content.encode() if isinstance(content, str) else content
        (root / name).write_bytes(raw)
    found = list(report.read(listed(root, root)))
    runs = [item for item in found if isinstance(item, Reading)]
    problems = [item for item in found if isinstance(item, Problem)]
    return {run.run: run for run in runs}, problems


def only(root: Path, files: dict[str, str | bytes]) -> Reading:
    runs, problems = read(root, files)
    assert problems == []
    [run] = runs.values()
    return run


def counts_of(run: Reading) -> np.ndarray:
    counts = np.zeros((len(run.labels), len(run.labels)), dtype=int)
    assert run.confusion is not None
    for truth, answer, n in run.confusion[["true_label", "predicted_label", "n"]].rows():
        counts[truth, answer] += n
    return counts


def accuracies(run: Reading) -> dict[tuple[str, int | None], float]:
    scores = [s for s in run.scores if s.metric == "accuracy"]
    return {(s.split, s.fold): round(s.value, 4) for s in scores}


MATRICES = {
    "numpy": f"Confusion Matrix\n\n{COUNTS}",
    "numpy in a line": f"Confusion matrix: {COUNTS!r}\n",
    "list": str(COUNTS.tolist()),
    "savetxt": "\n".join(" ".join(f"{n:.18e}" for n in row) for row in COUNTS.tolist()),
    "tabs": "\n".join("\t".join(map(str, row)) for row in COUNTS.tolist()),
}


@pytest.mark.parametrize("text", MATRICES.values(), ids=MATRICES.keys())
def test_matrices_without_names_are_read_with_the_truth_in_rows(tmp_path: Path, text: str) -> None:
    run = only(tmp_path, {"confusion_matrix.txt": text})
    assert run.labels == ["0", "1", "2"]
    assert counts_of(run).tolist() == COUNTS.tolist()
    assert [p.code for p in run.problems] == ["labels-missing", "orientation-assumed"]


NAMED = {
    "caret": f"Confusion Matrix and Statistics\n\n{R_TABLE}\n\n      Accuracy : 0.8833  \n",
    "yardstick": R_TABLE.replace("Reference", "Truth"),
    "R's table": "> table(pred, obs)\n"
    + R_TABLE.replace("Reference", "obs").replace("Prediction", "pred"),
    "weka": "=== Confusion Matrix ===\n\n  a  b  c   <-- classified as\n 15  3  2 |  a = ant\n"
    "  0 20  1 |  b = bee\n  1  0 18 |  c = cat\n",
    "rows in the title": "Confusion Matrix (rows=true labels, columns=predicted labels):\n"
    "       ant  bee  cat\nant     15    3    2\nbee      0   20    1\ncat      1    0   18\n",
    "predicted in rows": "Confusion matrix, rows are predicted\n"
    "       ant  bee  cat\nant     15    0    1\nbee      3   20    0\ncat      2    1   18\n",
    "crosstab": "Predicted  ant  bee  cat\nActual                  \nant         15    3    2\n"
    "bee          0   20    1\ncat          1    0   18\n",
    "crosstab with totals": "truth  ant  bee  cat  All\npred                      \n"
    "ant     15    0    1   16\nbee      3   20    0   23\ncat      2    1   18   21\n"
    "All     20   21   19   60\n",
    "sides in the names": "           Pred ant  Pred bee  Pred cat\nActual ant       15         3"
    "         2\nActual bee        0        20         1\nActual cat        1         0"
    "        18\n",
}


@pytest.mark.parametrize("text", NAMED.values(), ids=NAMED.keys())
def test_matrices_whose_sides_are_named_are_turned_where_need_be(tmp_path: Path, text: str) -> None:
    run = only(tmp_path, {"confusion_matrix.txt": text.replace("\n", "\r\n")})
    assert run.labels == list(LABELS)
    assert counts_of(run).tolist() == COUNTS.tolist()
    assert run.problems == []


def test_the_accuracy_that_caret_prints_checks_its_matrix(tmp_path: Path) -> None:
    text = f"{R_TABLE}\n               Accuracy : 0.75\n"
    run = only(tmp_path, {"cm.txt": text})
    assert [p.code for p in run.problems] == ["report-and-matrix-differ"]
    assert "accuracy of 0.8833; the text beside it says 0.75" in run.problems[0].what


@pytest.mark.parametrize(
    "text",
    [
        printed() + f"\n{COUNTS}\n",
        f"Accuracy: 0.88\n\nConfusion Matrix:\n{COUNTS}\n\nClassification Report:\n{printed()}",
        printed() + f"\nNormalized\n{np.round(COUNTS / COUNTS.sum(1, keepdims=True), 2)}\n",
        "```\n" + printed(digits=4) + f"```\n\n```\n{COUNTS.T}\n```\n",
    ],
    ids=["after", "before", "shares", "turned"],
)
def test_a_matrix_beside_a_report_in_a_text_belongs_to_it(tmp_path: Path, text: str) -> None:
    run = only(tmp_path, {"results.txt": text})
    assert run.labels == list(LABELS)
    assert run.confusion_is_exact
    assert counts_of(run).tolist() == COUNTS.tolist()
    assert run.problems == []
    assert run.run == tmp_path.name


def test_a_report_and_a_matrix_that_contradict_each_other_are_a_problem(tmp_path: Path) -> None:
    run = only(tmp_path, {"results.txt": printed() + f"\n{COUNTS + 1}\n"})
    assert "report-and-matrix-differ" in [p.code for p in run.problems]
    swapped = COUNTS + [[-3, 3, 0], [0, 0, 0], [0, 0, 0]]  # the supports fit, the recall does not
    run = only(tmp_path, {"results.txt": printed() + f"\n{swapped}\n"})
    [problem] = run.problems
    assert problem.what.startswith(
        "Of class 'ant' the matrix has 12 of 20 right, which is 0.6; the report's recall is 0.75."
    )


def test_training_and_test_are_splits_of_one_run(tmp_path: Path) -> None:
    for heads in (
        ("TRAIN\n", "TEST\n"),
        ("Training set:\n\n", "Test set:\n\n"),
        ("Train ", "Test "),
        ("=== Classification report (training data) ===\n", "=== Test report ===\n"),
    ):
        text = heads[0] + printed(BETTER) + "\n\n" + heads[1] + printed()
        run = only(tmp_path, {"classification_report.txt": text})
        assert accuracies(run) == {("test", None): 0.88, ("train", None): 0.98}
        assert (run.n_examples, run.n_errors) == (60, 7)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("=== Baseline ===", "=== Final tree ==="),
        ("Logistic Regression", "Random Forest"),
        ("Model: rf", "Model: svm"),
        ("## rf\n\nClassification report:", "## svm\n\nClassification report:"),
        ("Results for rf on the test set\n" + "-" * 20, "Results for svm on the test set\n----"),
        ("Training rf...", "Training svm..."),
    ],
)
def test_headings_name_the_runs_of_a_text(tmp_path: Path, first: str, second: str) -> None:
    text = f"{first}\n{printed()}\n{COUNTS}\n\n{second}\n{printed(BETTER)}\n{BETTER}\n"
    runs, problems = read(tmp_path, {"results.txt": text})
    assert problems == []
    assert [run.n_errors for run in runs.values()] == [7, 1]
    assert all(run.confusion_is_exact for run in runs.values())
    assert [name.split()[-1] for name in runs] in (
        ["Baseline", "tree"],
        ["Regression", "Forest"],
        ["rf", "svm"],
        ["rf...", "svm..."],
    )


def test_runs_and_splits_may_both_be_named(tmp_path: Path) -> None:
    text = "".join(
        f"=== {name} ===\nTraining set\n{printed(BETTER)}\nTest set\n{printed(counts)}\n"
        for name, counts in (("rf", COUNTS), ("svm", BETTER))
    )
    runs, problems = read(tmp_path, {"results.txt": text})
    assert problems == []
    assert {name: accuracies(run) for name, run in runs.items()} == {
        "rf": {("test", None): 0.88, ("train", None): 0.98},
        "svm": {("test", None): 0.98, ("train", None): 0.98},
    }


def test_reports_that_nothing_names_are_numbered_and_it_is_said(tmp_path: Path) -> None:
    runs, problems = read(tmp_path, {"results.txt": f"{printed()}\n{printed(BETTER)}"})
    assert {name: run.n_errors for name, run in runs.items()} == {"report 1": 7, "report 2": 1}
    assert [problem.code for problem in problems] == ["reports-not-named"]


def test_folds_that_are_printed_are_folds_of_one_run(tmp_path: Path) -> None:
    text = f"Fold 1\n{printed()}\nFold 2\n{printed(BETTER)}\n"
    run = only(tmp_path, {"results.txt": text})
    assert (run.n_examples, run.n_errors) == (120, 8)
    assert accuracies(run) == {("test", 1): 0.88, ("test", 2): 0.98, ("test", None): 0.93}


def stamped(text: str) -> str:
    return "\n".join(f"2024-01-31 12:00:00,123 - root - INFO - {x}" for x in text.split("\n"))


def test_splits_of_folds_and_figures_between_a_heading_and_its_report(tmp_path: Path) -> None:
    text = "".join(
        f"=== Fold {fold}/2 ===\nTrain:\n{printed(BETTER)}\nValidation:\n{printed()}\n"
        for fold in (1, 2)
    )
    run = only(tmp_path, {"results.txt": text})
    assert (run.n_examples, run.n_errors) == (120, 14)
    assert accuracies(run)["train", None] == 0.98
    text = f"SVM\nAccuracy: 0.88\n\n{printed()}\nForest\nAccuracy: 0.98\n\n{printed(BETTER)}\n"
    runs, problems = read(tmp_path, {"results.txt": text + f"Confusion matrix SVM\n{COUNTS}\n"})
    assert problems == []
    assert {name: run.n_errors for name, run in runs.items()} == {"SVM": 7, "Forest": 1}
    assert counts_of(runs["SVM"]).tolist() == COUNTS.tolist()


def test_a_text_too_large_to_search_is_named(tmp_path: Path) -> None:
    log = "epoch 1 loss 0.5\n" * 70_000
    runs, [problem] = read(tmp_path, {"run.log": log + printed()})
    assert runs == {}
    assert "a text is read up to 1,000,000" in problem.what


LOOKS = {
    "decimal comma": printed().replace(".", ","),
    "windows": printed().replace("\n", "\r\n"),
    "four digits": printed(digits=4),
    "colours": "\x1b[32m" + printed().replace("precision", "\x1b[1mprecision\x1b[0m") + "\x1b[0m",
    "log": stamped("epoch 1\n" + printed()),
    "log, first line": "[INFO] start\n2024-01-31 12:00:00 INFO " + printed() + "\n[INFO] done\n",
    "avg / total": printed().split("    accuracy")[0] + "avg / total  0.89  0.88  0.88  60\n",
    "percent": "class precision recall f1-score support\nant 93.8% 75.0% 83.3% 20\n"
    "bee 87.0% 95.2% 90.9% 21\ncat 85.7% 94.7% 90.0% 19\n",
    "markdown": "| class | precision | recall | f1-score | support |\n|---|---|---|---|---|\n"
    "| ant | 0.94 | 0.75 | 0.83 | 20 |\n| bee | 0.87 | 0.95 | 0.91 | 21 |\n"
    "| cat | 0.86 | 0.95 | 0.90 | 19 |\n| **total** | 0.89 | 0.88 | 0.88 | 60 |\n",
    "imbalanced-learn": "       pre     rec     spe      f1     geo     iba     sup\n\n"
    "ant     0.94      0.75      0.97      0.83      0.86      0.72        20\n"
    "bee     0.87      0.95      0.92      0.91      0.94      0.88        21\n"
    "cat     0.86      0.95      0.93      0.90      0.94      0.88        19\n\n"
    "avg / total   0.89   0.88      0.94      0.88      0.91      0.83        60\n",
}


@pytest.mark.parametrize("text", LOOKS.values(), ids=LOOKS.keys())
def test_a_report_is_read_however_it_is_printed(tmp_path: Path, text: str) -> None:
    run = only(tmp_path, {"report.txt": text})
    assert run.labels == list(LABELS)
    assert (run.n_examples, run.n_errors) == (60, 7)
    assert counts_of(run).tolist() == np.diag([15, 20, 18]).tolist()
    assert run.problems == []
    assert accuracies(run)["test", None] == pytest.approx(0.88, abs=0.005)


@pytest.mark.parametrize(
    "labels",
    [
        ("a class of many words", "two words", "x"),
        ("0", "1", "2"),
        ("accuracy", "macro avg", "weighted avg"),
        ("avg / total", "total", "x"),
    ],
)
def test_any_name_of_a_class_is_told_from_the_averages(
    tmp_path: Path, labels: tuple[str, ...]
) -> None:
    run = only(tmp_path, {"report.txt": printed(labels=labels)})
    assert set(run.labels) == set(labels)
    assert (run.n_examples, run.n_errors) == (60, 7)


def test_wekas_output_is_one_run_with_two_splits(tmp_path: Path) -> None:
    header = "  TP Rate  FP Rate  Precision  Recall   F-Measure  MCC  ROC Area  PRC Area  Class\n"

    def part(title: str, rows: tuple[str, str]) -> str:
        return (
            f"=== {title} ===\n\nCorrectly Classified Instances   17   85  %\n\n"
            f"=== Detailed Accuracy By Class ===\n\n{header}"
            "  0.900  0.100  0.900  0.900  0.900  0.8  0.95  0.9  big cat\n"
            "  0.900  0.100  0.900  0.900  0.900  0.8  0.95  ?  dog\n"
            "Weighted Avg.  0.900  0.100  0.900  0.900  0.900  0.8  0.95  0.9\n\n"
            "=== Confusion Matrix ===\n\n  a  b   <-- classified as\n"
            f" {rows[0]} |  a = big cat\n {rows[1]} |  b = dog\n\n\n"
        )

    text = part("Error on training data", ("10  0", " 0 10"))
    text += part("Stratified cross-validation", (" 9  1", " 1  9"))
    run = only(tmp_path, {"weka.txt": text})
    assert run.labels == ["big cat", "dog"]
    assert counts_of(run).tolist() == [[9, 1], [1, 9]]
    assert run.problems == []
    assert ("train", None) in accuracies(run)


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("confusion_matrix.txt", "see the picture\n", "neither a printed report nor a printed"),
        ("classification_report.txt", "", "it is empty"),
        ("svm_report.txt", "all is well\n", "neither a printed report nor a printed matrix"),
        ("confusion_matrix.txt", "[[1 2 ... 3]\n ...\n [1 2 ... 4]]", "numpy left numbers out"),
        ("cm.txt", "Confusion\n[[[1 2]\n  [3 4]]\n\n [[1 2]\n  [3 4]]]", "several matrices"),
        ("classification_report.html", "<table>", "files that end in .html are not read"),
        ("confusion_matrix.npy", "\x00", "no file of numpy's"),
    ],
)
def test_what_bears_a_known_name_and_cannot_be_read_is_named(
    tmp_path: Path, name: str, text: str, reason: str
) -> None:
    runs, problems = read(tmp_path, {name: text})
    assert runs == {}
    assert [(p.code, p.path) for p in problems] == [("unreadable-report", name)]
    assert reason in problems[0].what


@pytest.mark.parametrize(
    "text",
    [
        "The confusion matrix and precision are good.\n",
        "weights\n[[1 2]\n [3 4]]\n",
        "epoch 1 loss 0.5\nepoch 2 loss 0.4\n",
        "1 2\n3 4\n",
    ],
)
def test_other_texts_are_none_of_ours(tmp_path: Path, text: str) -> None:
    (tmp_path / "notes.txt").write_text(text)
    assert not report.matches(listed(tmp_path, tmp_path))


def test_figures_below_a_finished_report_are_no_row_of_it(tmp_path: Path) -> None:
    after = "\nseconds for training 12.5 3 4 5\nepochs 10 0.5 0.6 7\n"
    assert only(tmp_path, {"report.txt": printed() + after}).n_examples == COUNTS.sum()


def test_a_class_without_examples_takes_no_support_from_another(tmp_path: Path) -> None:
    from diagnostics import class_report, confusion_matrix, open_workspace

    scores = {"precision": 0.5, "recall": 0.5, "f1-score": 0.5}
    supports = {"ant": 4, "bee": 6, "zebra": 0}
    content = {name: {**scores, "support": n} for name, n in supports.items()}
    (tmp_path / "report.json").write_text(json.dumps(content))
    [run] = open_workspace(tmp_path).experiments[0].runs
    table = class_report(confusion_matrix(run)).set_index("label")
    assert table["support"].to_dict().items() >= {"ant": 4, "bee": 6}.items()
