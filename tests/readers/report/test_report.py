from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from diagnostics.readers import Folder, Reading, report
from diagnostics.readers.walking import listed
from diagnostics.workspace import Evidence, Problem
from tests.places import DATA

CASES = DATA / "reports"
FIGURES = {"precision": 0.5, "recall": 0.5, "f1-score": 0.5, "support": 2}
REPORT = {"cat": FIGURES, "dog": FIGURES, "owl": FIGURES, "accuracy": 0.5}


def folder_with(root: Path, files: dict[str, Any], below: str = "") -> Folder:
    path = root / below
    path.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
        (path / name).write_text(text, encoding="utf-8")
    return listed(path, root)


def readings(folder: Folder) -> list[Reading]:
    return [found for found in report.read(folder) if isinstance(found, Reading)]


def only_reading(folder: Folder) -> Reading:
    [found] = list(report.read(folder))
    assert isinstance(found, Reading)
    return found


def cells(reading: Reading) -> dict[tuple[str, str], int]:
    if reading.confusion is None:
        return {}
    rows = reading.confusion.select("true_label", "predicted_label", "n").rows()
    return {(reading.labels[truth], reading.labels[answer]): n for truth, answer, n in rows}


@pytest.mark.parametrize("case", sorted(p.name for p in CASES.iterdir() if p.is_dir()))
def test_files_give_back_the_counts_that_they_were_made_from(case: str) -> None:
    expected = json.loads((CASES / case / "expected.json").read_text())
    folder = listed(CASES / case / "files", CASES / case)
    truth, answers, follows = expected["true"], expected["predicted"], expected["follows"]
    counts = Counter(zip(truth, answers, strict=True))

    assert report.matches(folder)
    reading = only_reading(folder)

    assert sorted({problem.code for problem in reading.problems}) == expected["problems"]
    assert reading.confusion_is_exact == (follows in ("exact", "other"))
    assert Evidence.REPORT in reading.evidence or follows == "none"
    if follows == "exact":
        assert cells(reading) == counts
        assert reading.labels == sorted({*truth, *answers}, key=lambda s: (len(s), s))
        assert reading.n_examples == len(truth)
        assert reading.n_errors == sum(t != a for t, a in zip(truth, answers, strict=True))
    if follows == "diagonal":
        right = {(t, t): counts[t, t] for t in reading.labels if counts[t, t]}
        assert cells(reading) == right
        assert reading.n_errors == reading.n_examples - sum(right.values())
    if follows == "none":
        assert reading.confusion is None
        assert reading.n_errors is None


def test_the_report_is_kept_as_the_file_has_it() -> None:
    reading = only_reading(listed(CASES / "report_json" / "files", CASES))
    assert reading.report is not None
    assert reading.report.rows() == [
        (0, 0.75, 0.6, 2 / 3, 5),
        (1, 0.6, 0.75, 2 / 3, 4),
        (2, 2 / 3, 2 / 3, 2 / 3, 3),
    ]
    scores = {score.metric: score.value for score in reading.scores}
    assert scores["accuracy"] == pytest.approx(8 / 12)
    assert scores["macro_f1"] == pytest.approx(2 / 3)
    assert scores["weighted_precision"] == pytest.approx((5 * 0.75 + 4 * 0.6 + 3 * 2 / 3) / 12)


def test_a_figure_that_is_nan_is_unknown() -> None:
    reading = only_reading(listed(CASES / "report_nan" / "files", CASES))
    assert reading.report is not None
    assert reading.report["precision"].to_list() == [5 / 12, None, None]


def test_a_class_called_accuracy_stays_a_class() -> None:
    reading = only_reading(listed(CASES / "accuracy_kept" / "files", CASES))
    assert reading.labels == ["accuracy", "cat", "dog"]
    assert cells(reading)["accuracy", "accuracy"] == 2


def test_a_class_that_scikit_learn_overwrote_is_missed() -> None:
    reading = only_reading(listed(CASES / "accuracy_overwritten" / "files", CASES))
    assert reading.problems[0] == Problem(
        "inconsistent-report",
        "accuracy_overwritten/files/report.json",
        "The report contradicts itself. Its classes have 9 examples together, its averages 12: "
        "a class is missing (scikit-learn overwrites a class called 'accuracy').",
        "Write it again from one evaluation; its figures are shown as they are, without counts.",
    )


def test_rounded_figures_give_counts_only_where_one_count_fits(tmp_path: Path) -> None:
    def rounded(support: int) -> Reading:
        line = {"precision": 0.67, "recall": 0.67, "f1-score": 0.67, "support": support}
        content = {"a": line, "b": line, "c": line}
        return only_reading(folder_with(tmp_path / str(support), {"report.json": content}))

    assert cells(rounded(30)) == {("a", "a"): 20, ("b", "b"): 20, ("c", "c"): 20}
    assert rounded(397).confusion is None  # 264.005 to 267.975: four counts fit
    assert rounded(397).problems == []


def test_a_recall_that_fits_no_count_is_a_contradiction(tmp_path: Path) -> None:
    line = {"precision": 0.5, "recall": 0.123456789, "f1-score": 0.5, "support": 3}
    reading = only_reading(folder_with(tmp_path, {"report.json": REPORT | {"cat": line}}))
    assert [problem.code for problem in reading.problems] == ["inconsistent-report"]
    assert "Class 'cat' has recall 0.1235 of 3 examples" in reading.problems[0].what


def test_a_matrix_turned_beside_its_report_is_turned_back_and_says_so() -> None:
    reading = only_reading(listed(CASES / "both_turned" / "files", CASES))
    assert reading.notes == ["Turned: its columns, not its rows, add up to the report's supports."]


def test_equal_sums_on_both_sides_leave_the_orientation_open(tmp_path: Path) -> None:
    going_round = [[1, 1, 0], [0, 1, 1], [1, 0, 1]]
    folder = folder_with(tmp_path, {"report.json": REPORT, "confusion_matrix.json": going_round})
    reading = only_reading(folder)
    assert [problem.code for problem in reading.problems] == ["orientation-assumed"]
    assert cells(reading)["cat", "dog"] == 1


def test_a_run_is_named_after_its_folder_and_has_siblings_beside_it(tmp_path: Path) -> None:
    folder_with(tmp_path, {"report.json": REPORT}, "runs/a")
    reading = only_reading(listed(tmp_path / "runs" / "a", tmp_path))
    assert (reading.run, reading.path, reading.siblings) == ("a", "runs/a", "runs")


def test_a_run_in_the_root_is_named_after_the_root(tmp_path: Path) -> None:
    reading = only_reading(folder_with(tmp_path, {"report.json": REPORT}))
    assert (reading.run, reading.path, reading.siblings) == (tmp_path.name, ".", ".")


def test_several_reports_in_a_folder_are_runs_paired_with_their_matrices(tmp_path: Path) -> None:
    matrix = [[1, 1, 0], [1, 1, 0], [0, 1, 1]]
    files = {"rf_report.json": REPORT, "svm_report.json": REPORT, "cm_svm.json": matrix}
    forest, machine = readings(folder_with(tmp_path, files, "models"))
    assert (forest.run, forest.siblings) == ("rf", "models")
    assert (machine.run, machine.siblings) == ("svm", "models")
    assert not forest.confusion_is_exact
    assert machine.confusion_is_exact


def test_one_file_may_hold_the_reports_of_several_models(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, {"results.json": {"rf": REPORT, "svm": REPORT}})
    assert [reading.run for reading in readings(folder)] == ["rf", "svm"]


def test_reports_on_splits_are_one_run(tmp_path: Path) -> None:
    better = REPORT | {"accuracy": 0.75}
    files = {"report_train.json": better, "report_test.json": REPORT}
    reading = only_reading(folder_with(tmp_path, files))
    assert [(s.metric, s.split, s.value) for s in reading.scores] == [
        ("accuracy", "test", 0.5),
        ("accuracy", "train", 0.75),
    ]
    assert reading.confusion is not None
    assert set(reading.confusion["split"]) == {"test"}


def test_of_one_report_in_two_forms_the_one_with_all_digits_is_read(tmp_path: Path) -> None:
    source = CASES / "report_json" / "files" / "classification_report.json"
    text = (CASES / "report_text" / "files" / "report.txt").read_text()
    files = {"classification_report.txt": text, "classification_report.json": source.read_text()}
    reading = only_reading(folder_with(tmp_path, files))
    assert reading.report is not None
    assert reading.report["f1"][0] == 2 / 3


def test_parameters_and_scores_beside_are_kept_as_values_and_as_text(tmp_path: Path) -> None:
    files = {
        "report.json": REPORT,
        "params.yaml": "model:\n  C: 1.0e-3\n  kernel: rbf\nseed: 007\nsizes: [1, 2]\nnote: null\n",
        "metrics.json": {"train_f1": 0.9, "test": {"auc": 0.8}, "name": "x", "loss": float("nan")},
    }
    reading = only_reading(folder_with(tmp_path, files))
    assert reading.parameters == {
        "model.C": 0.001,
        "model.kernel": "rbf",
        "seed": 7,
        "note": None,
    }
    assert reading.parameters_text["seed"] == "007"
    assert reading.parameters_text["model.C"] == "1.0e-3"
    assert [(s.metric, s.split, s.value) for s in reading.scores] == [
        ("accuracy", "test", 0.5),
        ("f1", "train", 0.9),
        ("auc", "test", 0.8),
    ]


@pytest.mark.parametrize("text", ["a: [1,\n", "!!python/object:os.system x\n", "&a {b: *a}\n"])
def test_a_bad_parameter_file_does_not_take_the_run_along(tmp_path: Path, text: str) -> None:
    reading = only_reading(folder_with(tmp_path, {"report.json": REPORT, "params.yaml": text}))
    assert reading.parameters == {}
    assert {problem.code for problem in reading.problems} <= {"parameters-unreadable"}
    assert reading.report is not None


def test_figures_that_no_report_can_have_are_left_out_and_named(tmp_path: Path) -> None:
    wrong = {"precision": 0.5, "recall": 12, "f1-score": -1, "support": 6}
    reading = only_reading(folder_with(tmp_path, {"report.json": {**REPORT, "macro avg": wrong}}))
    assert {"macro_f1", "macro_recall"}.isdisjoint(score.metric for score in reading.scores)
    [problem] = [p for p in reading.problems if p.code == "impossible-figures"]
    assert "macro_recall is 12, macro_f1 is -1" in problem.what


@pytest.mark.parametrize("huge", [2**63, 1e30, 1e308])
def test_counts_that_nobody_can_count_are_no_counts(huge: float, tmp_path: Path) -> None:
    reading = only_reading(folder_with(tmp_path, {"confusion_matrix.json": [[5, 1], [2, huge]]}))
    assert reading.confusion is None
    assert reading.n_examples is None
    assert not reading.scores


def test_scalars_beside_a_wrapped_report_are_scores() -> None:
    reading = only_reading(listed(CASES / "both_wrapped" / "files", CASES))
    assert {s.metric: s.value for s in reading.scores}["seconds"] == 1.5


def test_runs_on_equally_many_examples_per_class_share_a_fingerprint() -> None:
    def fingerprint(case: str) -> str:
        return only_reading(listed(CASES / case / "files", CASES)).examples_fingerprint

    assert fingerprint("report_json") == fingerprint("matrix_crosstab") != ""
    assert fingerprint("report_json") != fingerprint("two_classes")


@pytest.mark.parametrize("label", ["ผิดหวัง", "two\nlines", "All", "macro", "1.0", " "])
def test_any_text_is_a_label(tmp_path: Path, label: str) -> None:
    content = {label: FIGURES, "b": FIGURES, "c": FIGURES}
    reading = only_reading(folder_with(tmp_path, {"report.json": content}))
    assert set(reading.labels) == {label, "b", "c"}


@pytest.mark.parametrize(
    "name", ["intent_report.json", "response_selection_report.json", "story_report.json"]
)
def test_reports_of_rasa_are_left_alone(tmp_path: Path, name: str) -> None:
    folder = folder_with(tmp_path, {name: REPORT, "DIETClassifier_report.json": REPORT})
    assert not report.matches(folder)


def test_a_report_with_rasa_errors_or_confusions_is_left_alone(tmp_path: Path) -> None:
    confused = {"cat": FIGURES | {"confused_with": {}}}
    entities = {"CRF_report.json": REPORT, "CRF_errors.json": []}
    assert not report.matches(folder_with(tmp_path, {"some.json": confused}, "a"))
    assert not report.matches(folder_with(tmp_path, entities, "b"))


def test_our_own_run_folders_are_left_alone(tmp_path: Path) -> None:
    files = {"run.json": {"format": "errata-run"}, "report.json": REPORT}
    assert not report.matches(folder_with(tmp_path, files))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("points.json", [[1, 2], [3, 4]]),
        ("metrics.json", {"precision": 0.5, "recall": 0.5, "f1": 0.5}),
        ("corr.csv", ",a,b\na,1.0,0.2\nb,0.2,1.0\n"),
        ("predictions.csv", "actual,predicted\ncat,dog\ndog,dog\n"),
        ("predictions.csv", "actual,predicted,score\ncat,dog,1\ndog,dog,2\n"),
        ("notes.txt", "precision and recall of the model\n"),
        ("noise.json", "\0" * 100),
        ("empty.json", ""),
    ],
)
def test_other_files_are_none_of_ours(tmp_path: Path, name: str, content: object) -> None:
    assert not report.matches(folder_with(tmp_path, {name: content}))


def test_a_half_written_report_is_a_problem_and_the_rest_is_read(tmp_path: Path) -> None:
    text = json.dumps(REPORT, indent=1)
    files = {"a_report.json": text[: len(text) - 30], "b_report.json": text}
    problem, reading = report.read(folder_with(tmp_path, files))
    assert isinstance(problem, Problem)
    assert problem.code == "unreadable-report"
    assert problem.path == "a_report.json"
    assert problem.what.startswith(
        "a_report.json looks like a report or a confusion matrix but is none: line "
    )
    assert isinstance(reading, Reading)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("confusion_matrix.json", "[[1, " + "[" * 100_000),
        ("confusion_matrix.json", "[[1, 2], [3"),
        ("report.txt", "   precision recall f1-score support\n\n  cat 0.5 what 0.5 2\n"),
        ("report.json", '{"cat": {"precis'),
        ("classification_report.json", ""),
        ("confusion.json", "[["),
        ("report.csv", ",precision,recall,f1-score,support\n"),
        ("report.csv", "precision,recall,f1-score,support\n1,1,1,3\n"),
        ("confusion.csv", ",a,b\na,x,1\nb,1,1\n"),
        ("confusion.json", '{"labels": ["a"], "matrix": [[1, 2], [3, 4]]}'),
    ],
)
def test_a_file_that_is_not_what_it_began_as_never_raises(
    tmp_path: Path, name: str, text: str
) -> None:
    found = list(report.read(folder_with(tmp_path, {name: text})))
    assert [item.code for item in found if isinstance(item, Problem)] == ["unreadable-report"]
    assert len(found) == 1


def test_an_empty_report_is_said_to_be_empty(tmp_path: Path) -> None:
    (problem,) = report.read(folder_with(tmp_path, {"report.json": " \n"}))
    assert isinstance(problem, Problem)
    assert problem.what.endswith("it is empty.")


def test_a_class_that_no_example_has_leaves_the_supports_whole(tmp_path: Path) -> None:
    none = {"precision": 0.0, "recall": 0.0, "f1-score": 0.0, "support": 0}
    reading = only_reading(folder_with(tmp_path, {"report.json": REPORT | {"eel": none}}))
    assert reading.n_examples == 6
    assert reading.n_errors == 3
