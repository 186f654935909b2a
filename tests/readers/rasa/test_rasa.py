from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostics.readers import rasa
from diagnostics.readers.rasa.answers import Answer
from diagnostics.readers.rasa.checks import counts_of_report, counts_with_right, misfit
from diagnostics.readers.rasa.label_reports import parse_report
from diagnostics.readers.walking import listed, walk
from diagnostics.workspace import NO_PREDICTION, Evidence, tables
from tests.made.rasa_folder import (
    SIX,
    cells,
    counted,
    error_rows,
    folder_with,
    found_in,
    intent_files,
    label_report,
    only_run,
    scores,
    write,
)
from tests.places import DATA

CASES = DATA / "rasa"


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.glob("*") if path.is_dir()))
def test_what_rasa_itself_wrote_is_read_and_adds_up(case: str) -> None:
    root = CASES / case
    found = [found_in(place) for place in walk(root, owns_tree=lambda _: False)]
    runs = [run for runs, _ in found for run in runs]
    problems = [problem for _, problems in found for problem in problems]
    assert runs or problems
    for run in runs:
        if run.task == "classification" and run.confusion_is_exact:
            counts = counted_cells(run.confusion, run.predictions)
            right = sum(n for (truth, answer), n in counts.items() if truth == answer)
            assert sum(counts.values()) == run.n_examples
            assert scores(run).get("accuracy", right / run.n_examples) == pytest.approx(
                right / run.n_examples
            )


def counted_cells(
    confusion: pl.DataFrame | None, predictions: pl.DataFrame | None
) -> Counter[tuple[int, int]]:
    """Counts from the matrix, or from the rows where every answer is known."""
    if confusion is None:
        assert predictions is not None
        return Counter(predictions.select("true_label", "predicted_label").rows())
    rows = confusion.select("true_label", "predicted_label", "n").rows()
    return Counter({(truth, answer): n for truth, answer, n in rows})


def test_report_and_errors_give_the_whole_confusion_matrix(tmp_path: Path) -> None:
    run = only_run(folder_with(tmp_path, intent_files(SIX)))
    assert cells(run) == counted(SIX)
    assert run.confusion_is_exact
    assert (run.n_examples, run.n_errors) == (6, 2)
    assert run.evidence == (
        Evidence.SCORES
        | Evidence.REPORT
        | Evidence.ERRORS
        | Evidence.TRUTH
        | Evidence.CONFIDENCE
        | Evidence.CONTENT
    )


def test_without_successes_only_the_mistakes_are_predictions(tmp_path: Path) -> None:
    run = only_run(folder_with(tmp_path, intent_files(SIX)))
    assert run.predictions is not None
    assert run.examples is not None
    assert run.predictions.columns == list(tables.PREDICTIONS)
    shown = run.examples.join(run.predictions, on="example").sort("text")
    assert shown["text"].to_list() == ["ciao", "hey you"]
    assert shown["confidence"].to_list() == [0.6, 0.7]
    assert [run.labels[code] for code in shown["true_label"]] == ["bye", "greet"]
    assert [run.labels[code] for code in shown["predicted_label"]] == ["greet", "bye"]


def test_with_successes_every_answer_is_a_prediction(tmp_path: Path) -> None:
    run = only_run(folder_with(tmp_path, intent_files(SIX, successes=True)))
    assert Evidence.PREDICTIONS in run.evidence
    assert run.confusion is None
    assert run.predictions is not None
    assert len(run.predictions) == run.n_examples == 6
    assert run.examples_fingerprint == ""


def test_a_model_that_never_answers_is_pointed_out(tmp_path: Path) -> None:
    silent = [(text, truth, "", 0.0) for text, truth, _, _ in SIX]
    run = only_run(folder_with(tmp_path, intent_files(silent)))
    [problem] = run.problems
    assert (problem.code, problem.path) == ("no-answers", "results")
    assert problem.what == "None of the 6 answers on intents names a label."
    assert run.confusion_is_exact


def test_runs_with_and_without_successes_share_their_supports(tmp_path: Path) -> None:
    full = only_run(folder_with(tmp_path, intent_files(SIX, successes=True), "full"))
    wrong = only_run(folder_with(tmp_path, intent_files(SIX), "wrong"))
    assert full.tags["supports_fingerprint"] == wrong.tags["supports_fingerprint"]
    assert wrong.examples_fingerprint == wrong.tags["supports_fingerprint"]


def test_an_example_has_the_same_id_in_every_run(tmp_path: Path) -> None:
    other = [(text, truth, "ask", 0.5) for text, truth, _, _ in SIX]
    first = only_run(folder_with(tmp_path, intent_files(SIX), "a"))
    second = only_run(folder_with(tmp_path, intent_files(other), "b"))
    assert first.examples is not None
    assert second.examples is not None
    shared = first.examples.join(second.examples, on="example", suffix="_other")
    assert shared["text"].to_list() == shared["text_other"].to_list()
    assert len(shared) == 2
    assert first.examples_fingerprint == second.examples_fingerprint != ""


def test_a_text_that_repeats_has_an_id_for_each_time(tmp_path: Path) -> None:
    rows = [("hi", "greet", "bye", 0.5), ("hi", "greet", "bye", 0.4), *SIX]
    run = only_run(folder_with(tmp_path, intent_files(rows)))
    assert run.predictions is not None
    ids = sorted(run.predictions["example"])
    assert len(set(ids)) == 4
    assert [name.partition("-")[2] for name in ids].count("2") == 1


def test_scores_are_the_reports_own(tmp_path: Path) -> None:
    run = only_run(folder_with(tmp_path, intent_files(SIX)))
    report = label_report(SIX)
    assert scores(run)["accuracy"] == report["accuracy"] == pytest.approx(4 / 6)
    assert scores(run)["macro_f1"] == report["macro avg"]["f1-score"]
    assert scores(run)["weighted_precision"] == report["weighted avg"]["precision"]
    assert run.report is not None
    greet = run.report.row(by_predicate=pl.col("label") == run.labels.index("greet"), named=True)
    assert (greet["support"], greet["recall"]) == (3, pytest.approx(2 / 3))


def test_responses_are_runs_of_their_own(tmp_path: Path) -> None:
    rows = [
        {
            "text": row["text"],
            "intent_response_key_target": row["intent"],
            "intent_response_key_prediction": row["intent_prediction"],
        }
        for row in error_rows(SIX)
    ]
    files = {
        "response_selection_report.json": label_report(SIX),
        "response_selection_errors.json": rows,
    }
    run = only_run(folder_with(tmp_path, intent_files(SIX) | files), "responses")
    assert cells(run) == counted(SIX)


@pytest.mark.parametrize("confused_with", [True, False], ids=["since 1.7", "before"])
def test_mistakes_of_an_earlier_test_are_not_shown(tmp_path: Path, confused_with: bool) -> None:
    perfect = [(text, truth, truth, sure) for text, truth, _, sure in SIX]
    files = {
        "intent_report.json": label_report(perfect, confused_with=confused_with),
        "intent_errors.json": error_rows(SIX),
    }
    folder = folder_with(tmp_path, files)
    run = only_run(folder)
    [problem] = found_in(folder)[1]
    assert (problem.code, problem.path) == ("stale-errors", "results/intent_errors.json")
    assert problem.what.endswith("the list has 2, the report 0 among 6 answers.")
    assert run.n_errors == 0
    assert run.predictions is not None
    assert run.predictions.is_empty()
    assert cells(run) == counted(perfect)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (("x", "other", "bye", 0.7), "it has the label 'other', which is not in the report"),
        (("x", "ask", "bye", 0.7), "by it the recall of 'ask' is 0 of 1, not 1.0"),
        (("x", "greet", "ask", 0.7), "by it the precision of 'ask' is 1 of 2, not 1.0"),
    ],
    ids=["label", "recall", "precision"],
)
def test_a_list_that_contradicts_the_report_is_stale(changed: Any, reason: str) -> None:
    wrong = [Answer(*changed), Answer(*SIX[4])]  # as many as the report has
    assert misfit(parse_report(label_report(SIX)), wrong) == reason


def test_where_confused_with_differs_the_list_is_stale() -> None:
    report = label_report(SIX)
    report["greet"]["confused_with"] = {"bye": 3}
    wrong = [Answer(*row) for row in SIX if row[1] != row[2]]
    assert (
        misfit(parse_report(report), wrong)
        == "it lists 'greet' taken for 'bye' 1 times, the report 3 times"
    )


def test_successes_of_an_earlier_test_are_not_counted(tmp_path: Path) -> None:
    files = intent_files(SIX, successes=True)
    files["intent_successes.json"] = files["intent_successes.json"][:-1]
    folder = folder_with(tmp_path, files)
    run = only_run(folder)
    assert [problem.code for problem in found_in(folder)[1]] == ["stale-successes"]
    assert Evidence.PREDICTIONS not in run.evidence
    assert cells(run) == counted(SIX)


def test_a_report_alone_gives_what_it_knows(tmp_path: Path) -> None:
    rows = [*SIX, ("hey", "greet", "ask", 0.3), ("so", "greet", "why", 0.3)]
    report = label_report(rows)
    report["greet"]["confused_with"] = {"bye": 1}
    run = only_run(folder_with(tmp_path, {"intent_report.json": report}))
    assert not run.confusion_is_exact
    assert cells(run) == {("greet", "greet"): 2, ("bye", "bye"): 1, ("ask", "ask"): 1}
    assert (run.n_examples, run.n_errors) == (8, 4)
    assert run.predictions is None
    assert run.evidence == Evidence.SCORES | Evidence.REPORT


def test_a_report_that_names_all_confusions_is_a_confusion_matrix(tmp_path: Path) -> None:
    run = only_run(folder_with(tmp_path, {"intent_report.json": label_report(SIX)}))
    assert run.confusion_is_exact
    assert cells(run) == counted(SIX)


def test_with_two_labels_the_mistakes_follow(tmp_path: Path) -> None:
    two = SIX[:5]
    report = label_report(two, confused_with=False)
    run = only_run(folder_with(tmp_path, {"intent_report.json": report}))
    assert run.confusion_is_exact
    assert cells(run) == counted(two)


def test_two_labels_and_a_third_answer_do_not_make_a_matrix(tmp_path: Path) -> None:
    rows = [*SIX[:5], ("so", "greet", "why", 0.3)]
    report = label_report(rows, confused_with=False)
    run = only_run(folder_with(tmp_path, {"intent_report.json": report}))
    assert not run.confusion_is_exact


def test_no_answer_is_an_answer_of_its_own(tmp_path: Path) -> None:
    rows = [*SIX, ("", "ask", "", 0.0)]
    run = only_run(folder_with(tmp_path, intent_files(rows)))
    assert cells(run)["ask", NO_PREDICTION] == 1
    assert run.predictions is not None
    code = run.labels.index(NO_PREDICTION)
    none = run.predictions.filter(pl.col("predicted_label") == code)
    assert none["confidence"].to_list() == [None]
    assert "accuracy" not in scores(run)  # the report has `micro avg` instead


def test_an_answer_outside_of_the_test_data_is_noted(tmp_path: Path) -> None:
    rows = [*SIX, ("so", "ask", "nlu_fallback", 0.3)]
    run = only_run(folder_with(tmp_path, intent_files(rows)))
    assert run.notes == ["Predicted, but no label of the test data: 'nlu_fallback'."]
    assert cells(run) == counted(rows)


@pytest.mark.parametrize(
    "label",
    ["accuracy", "macro avg", "สวัสดี", "two\nlines", " leading", "🙂", "a" * 300, "weighted avg"],
)
def test_labels_may_be_called_anything(tmp_path: Path, label: str) -> None:
    rows = [(text, *[label if n == "ask" else n for n in pair], c) for text, *pair, c in SIX]
    rows.append(("why", label, "bye", 0.4))
    run = only_run(folder_with(tmp_path, intent_files(rows)))  # type: ignore[arg-type]
    assert cells(run) == counted(rows)  # type: ignore[arg-type]
    assert run.confusion_is_exact


def test_a_payload_stays_text(tmp_path: Path) -> None:
    text = '/inform{"city": "$Rome$ **b** ![](http://example.org/x.png)"}'
    run = only_run(folder_with(tmp_path, intent_files([*SIX, (text, "ask", "bye", 1.0)])))
    assert run.examples is not None
    assert text in run.examples["text"].to_list()


def test_line_ends_and_a_byte_order_mark_do_not_matter(tmp_path: Path) -> None:
    files = {
        name: "\ufeff" + json.dumps(content, indent=2).replace("\n", "\r\n")
        for name, content in intent_files(SIX).items()
    }
    assert cells(only_run(folder_with(tmp_path, files))) == counted(SIX)


def test_half_a_surrogate_pair_is_a_question_mark(tmp_path: Path) -> None:
    files = intent_files([*SIX, ("broken \ud83d", "ask", "bye", 0.4)])
    files = {name: json.dumps(content) for name, content in files.items()}
    run = only_run(folder_with(tmp_path, files))
    assert run.examples is not None
    assert "broken ?" in run.examples["text"].to_list()


@pytest.mark.parametrize("content", ["", "[", '[{"text": "hi", "intent": "gre', "[[[[" * 9_000])
def test_a_broken_list_is_a_problem_and_the_report_is_read(tmp_path: Path, content: str) -> None:
    folder = folder_with(tmp_path, intent_files(SIX) | {"intent_errors.json": content})
    run = only_run(folder)
    [problem] = found_in(folder)[1]
    assert (problem.code, problem.path) == ("unreadable-file", "results/intent_errors.json")
    assert run.n_errors == 2
    assert Evidence.ERRORS not in run.evidence


def test_a_folder_of_broken_files_has_only_problems(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, {"intent_report.json": "", "intent_errors.json": "[{"})
    runs, problems = found_in(folder)
    assert runs == []
    assert [problem.code for problem in problems] == ["unreadable-file", "unreadable-file"]
    assert problems[1].what == "intent_report.json is empty."


def test_rows_without_an_answer_are_counted_and_left_out(tmp_path: Path) -> None:
    files = intent_files(SIX)
    files["intent_errors.json"] += [{"text": "x"}, 7]
    folder = folder_with(tmp_path, files)
    run = only_run(folder)
    [problem] = found_in(folder)[1]
    assert problem.what == "2 of 4 rows have no text, no true label or no answer."
    assert run.predictions is not None
    assert len(run.predictions) == 2


def test_an_empty_report_is_a_problem(tmp_path: Path) -> None:
    folder = folder_with(
        tmp_path, {"intent_report.json": {}, "intent_errors.json": error_rows(SIX)}
    )
    runs, problems = found_in(folder)
    assert runs == []
    assert [problem.code for problem in problems] == ["empty-report", "stale-errors"]


def test_mistakes_without_a_report_are_shown_without_scores(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, {"errors.json": error_rows(SIX)})
    run = only_run(folder)
    assert [problem.code for problem in found_in(folder)[1]] == ["missing-report"]
    assert run.n_examples is None
    assert run.scores == []
    assert not run.confusion_is_exact
    assert run.predictions is not None
    assert len(run.predictions) == 2


def test_similarities_are_not_shown_as_confidence(tmp_path: Path) -> None:
    rows = [(text, truth, name, 3.0 - sure) for text, truth, name, sure in SIX if sure]
    folder = folder_with(tmp_path, intent_files(rows))
    run = only_run(folder)
    [problem] = found_in(folder)[1]
    assert problem.what == ("The confidences go from 2.3 to 2.4: similarities, not probabilities.")
    assert Evidence.CONFIDENCE not in run.evidence
    assert cells(run) == counted(rows)


def test_only_copies_share_a_fingerprint_of_their_errors(tmp_path: Path) -> None:
    surer = [(text, truth, name, 0.99) for text, truth, name, _ in SIX]
    runs = [
        only_run(folder_with(tmp_path, intent_files(rows), name))
        for name, rows in {"a": SIX, "b": list(reversed(SIX)), "c": surer}.items()
    ]
    first, copy, other = [run.tags["errors_fingerprint"] for run in runs]
    assert first == copy != other


def test_a_folder_per_config_is_a_run_beside_its_siblings(tmp_path: Path) -> None:
    for name in ("light", "heavy"):
        write(tmp_path / "grid" / name, intent_files(SIX))
    root = tmp_path
    runs = [only_run(listed(root / "grid" / name, root)) for name in ("light", "heavy")]
    assert [(run.run, run.siblings, run.path) for run in runs] == [
        ("light", "grid", "grid/light"),
        ("heavy", "grid", "grid/heavy"),
    ]


def test_a_folder_opened_by_itself_is_named_after_itself(tmp_path: Path) -> None:
    write(tmp_path / "results", intent_files(SIX))
    run = only_run(listed(tmp_path / "results", tmp_path / "results"))
    assert (run.run, run.siblings, run.path) == ("results", ".", ".")


def test_intents_that_only_one_run_lacks_are_named(tmp_path: Path) -> None:
    more = [*SIX[:5], SIX[3], ("what", "ask", "ask", 0.5)]
    fewer = [row for row in more if row[1] != "ask"]
    write(tmp_path / "five_folds", intent_files(fewer))
    folder = folder_with(tmp_path, intent_files(more), "two_folds")
    [problem] = found_in(folder)[1]
    assert problem.code == "dropped-intents"
    assert problem.what == (
        "'five_folds' was tested without 'ask', which 'two_folds' has: the smallest intents, of "
        "1 examples at most."
    )


def test_other_tools_reports_are_left_alone(tmp_path: Path) -> None:
    plain = label_report(SIX, confused_with=False)
    files = {
        "classification_report.json": plain,
        "RandomForestClassifier_report.json": plain,
        "intent_report.json": [1, 2],
        "results.json": {"a": [[0.5]]},
        "train_errors.json": [{"text": "x", "label": "y"}],
        "package.json": {"name": "x"},
    }
    folder = folder_with(tmp_path, files)
    assert not rasa.matches(folder)
    assert rasa.claims(folder) == set()


def test_what_is_read_is_claimed(tmp_path: Path) -> None:
    files = intent_files(SIX, successes=True)
    folder = folder_with(tmp_path, {**files, "scores.json": {"f1": 1}})
    assert rasa.matches(folder)
    assert rasa.claims(folder) == set(files)


def test_averages_of_several_tests_are_recognised_and_not_read(tmp_path: Path) -> None:
    average = {"f1-score": 0.5, "precision": 0.5, "recall": 0.5, "support": 9}
    content = {"default": {"one": {"intent_classification": {"macro_avg": average}}}}
    runs, problems = found_in(folder_with(tmp_path, {"report.json": content}))
    assert runs == []
    assert [problem.code for problem in problems] == ["not-read-yet"]


answers = st.sampled_from(["greet", "bye", "ask", "accuracy", NO_PREDICTION])
truths = st.sampled_from(["greet", "bye", "ask", "accuracy"])


@settings(max_examples=30)
@given(st.lists(st.tuples(truths, answers), min_size=1, max_size=40))
def test_any_matrix_comes_back_from_its_report_and_errors(pairs: list[tuple[str, str]]) -> None:
    rows = [Answer(str(number), *pair, 0.5) for number, pair in enumerate(pairs)]
    wrong = [row for row in rows if row.true_label != row.predicted_label]
    report = parse_report(label_report(rows), gold=[row.true_label for row in rows])
    assert misfit(report, wrong) == ""
    assert +counts_with_right(report, wrong) == Counter(pairs)
    alone, exact = counts_of_report(report)
    assert not exact or +alone == Counter(pairs)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("\ud83d"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
lines = st.fixed_dictionaries(
    {name: json_values for name in ("precision", "recall", "f1-score", "support")},
    optional={"confused_with": json_values},
)
rows_of_any_kind = st.fixed_dictionaries(
    {"text": st.text(), "intent": json_values, "intent_prediction": json_values}
)


@settings(max_examples=30)
@given(
    report=st.dictionaries(st.sampled_from(["ask", "accuracy", "micro avg", "\ud83d"]), lines),
    rows=st.lists(json_values | rows_of_any_kind, max_size=4),
)
def test_whatever_the_files_hold_is_read_or_a_problem(
    tmp_path_factory: pytest.TempPathFactory, report: dict[str, Any], rows: list[Any]
) -> None:
    files = {
        "intent_report.json": json.dumps(label_report(SIX) | report),
        "intent_errors.json": json.dumps([*error_rows(SIX), *rows]),
    }
    runs, problems = found_in(folder_with(tmp_path_factory.mktemp("any"), files))
    assert runs or problems
    for run in runs:
        assert all(0 <= score.value <= 1 for score in run.scores)
