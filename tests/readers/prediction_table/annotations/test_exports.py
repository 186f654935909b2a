"""Annotation tools' exports: people are the truth, what a model suggested is its answer."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from diagnostics.readers import Reading
from diagnostics.readers.prediction_table.annotations.judged import Said, ruled
from diagnostics.workspace import Problem
from tests.readers.prediction_table.tables import codes, confidences, pairs, read_all, read_one


def result(*labels: Any, question: str = "mood", kind: str = "choices") -> dict[str, Any]:
    return {"from_name": question, "to_name": "text", "type": kind, "value": {kind: list(labels)}}


def task(
    own: int,
    people: Sequence[Any],
    models: Sequence[Any] = (("m1", "yes", 0.9),),
    **more: Any,
) -> dict[str, Any]:
    """A task of Label Studio: a label, or a whole annotation, of each person."""
    annotations = [
        said if isinstance(said, dict) else {"completed_by": 1, "result": [result(said)]}
        for said in people
    ]
    predictions = [
        {"model_version": model, "score": score, "result": [result(label)]}
        for model, label, score in models
    ]
    data = {"text": f"text {own}"}
    return {"id": own, "data": data, "annotations": annotations, "predictions": predictions, **more}


def written(folder: Path, content: Any, name: str = "project-1.json") -> Path:
    (folder / name).write_text(json.dumps(content), encoding="utf-8")
    return folder


def only_problem(folder: Path) -> Problem:
    [problem] = read_all(folder)
    assert isinstance(problem, Problem)
    return problem


def test_tasks_have_the_truth_of_people_and_the_answers_of_each_model(tmp_path: Path) -> None:
    models = (("m1", "yes", 0.9), ("m2", "no", 0.6))
    written(tmp_path, [task(1, ["yes"], models), task(2, ["no"], models), task(3, ["no"])])
    first, second = (entry for entry in read_all(tmp_path) if isinstance(entry, Reading))
    assert (first.run, pairs(first)) == ("m1", [("yes", "yes"), ("no", "yes"), ("no", "yes")])
    assert confidences(first) == [0.9, 0.9, 0.9]
    assert (second.run, pairs(second)) == ("m2", [("yes", "no"), ("no", "no")])
    assert first.examples is not None
    assert first.examples["text"].to_list() == ["text 1", "text 2", "text 3"]
    assert "1 example without" not in " ".join(first.notes)


@pytest.mark.parametrize(
    ("people", "label"),
    [
        (["no", "no"], "no"),
        (["no", "no", "yes"], "no"),
        (["no", "yes"], None),
        (["no", "yes", "so"], None),
        (["no", {"was_cancelled": True, "result": [result("yes")]}], "no"),
        (["no", "no", {"ground_truth": True, "result": [result("yes")]}], "yes"),
        (["no", {"result": []}], "no"),
        ([], None),
    ],
)
def test_a_true_label_is_what_most_people_said(
    people: Sequence[Any], label: str | None, tmp_path: Path
) -> None:
    written(tmp_path, [task(1, ["yes"]), task(2, people)])
    reading = read_one(tmp_path)
    assert pairs(reading) == [("yes", "yes"), (label, "yes")]
    is_open = len(people) > 1 and label is None
    assert codes(reading) == (["annotators-disagree"] if is_open else [])


def test_the_newest_answer_of_a_model_counts_and_missing_ones_are_left_out(tmp_path: Path) -> None:
    again = (("m1", "yes", 0.9), ("m1", "no", 0.7))
    written(tmp_path, [task(1, ["no"], again), task(2, ["no"], ())])
    reading = read_one(tmp_path)
    assert pairs(reading) == [("no", "no")]
    notes = " ".join(reading.notes)
    assert "1 older answer of the same model left out." in notes
    assert "1 example without a model's answer left out." in notes


def test_predictions_named_by_id_are_taken_from_the_annotations(tmp_path: Path) -> None:
    shown = {"id": 7, "model_version": "m", "score": None, "result": [result("yes")]}
    said = {"result": [result("no")], "prediction": shown}
    written(tmp_path, [{**task(1, [said]), "predictions": [7]}])
    reading = read_one(tmp_path)
    assert (reading.run, pairs(reading)) == ("m", [("no", "yes")])
    assert "confidence" not in reading.mapping


def test_ids_of_the_data_win_so_that_other_runs_can_be_compared(tmp_path: Path) -> None:
    tasks = [task(n, ["yes"], data={"text": "t", "example_id": f"e{n}"}) for n in (1, 2)]
    written(tmp_path, tasks)
    assert read_one(tmp_path).predictions is not None
    assert read_one(tmp_path).predictions["example"].to_list() == ["e1", "e2"]  # type: ignore[index]


def test_other_objects_with_data_and_predictions_are_tables_as_before(tmp_path: Path) -> None:
    ranked = [{"label": "yes", "score": 0.9}, {"label": "no", "score": 0.1}]
    rows = [
        {"id": n, "data": {"text": "t"}, "predictions": ranked, "label": "no"} for n in range(4)
    ]
    assert pairs(read_one(written(tmp_path, rows))) == [("no", "yes")] * 4


def test_columns_of_the_data_never_take_a_role_of_the_export(tmp_path: Path) -> None:
    data = {"text": "t", "label": "so", "predicted": "so", "mood": "so", "confidence": "0.1"}
    written(tmp_path, [task(1, ["yes"], data=data), task(2, ["no"], data=data)])
    reading = read_one(tmp_path)
    assert pairs(reading) == [("yes", "yes"), ("no", "yes")]
    assert confidences(reading) == [0.9, 0.9]


def test_branches_of_a_tree_are_labels(tmp_path: Path) -> None:
    said = {"result": [result(["a", "b"], kind="taxonomy")]}
    guess = {"model_version": "m", "result": [result(["a", "c"], kind="taxonomy")]}
    written(tmp_path, [{**task(1, [said]), "predictions": [guess]}])
    assert pairs(read_one(tmp_path)) == [("a / b", "a / c")]


def test_several_labels_an_example_are_refused(tmp_path: Path) -> None:
    written(tmp_path, [task(1, [{"result": [result("yes", "no")]}])])
    assert only_problem(tmp_path).code == "multilabel-not-read"


def test_marked_parts_are_no_labels(tmp_path: Path) -> None:
    span = {"from_name": "ner", "type": "labels", "value": {"start": 0, "end": 2, "labels": ["x"]}}
    guess = {"model_version": "m", "result": [span]}
    written(tmp_path, [{**task(1, [{"result": [span]}]), "predictions": [guess]}])
    assert only_problem(tmp_path).code == "annotations-alone"


def test_the_question_that_models_answered_is_read_and_others_are_named(tmp_path: Path) -> None:
    people = [{"result": [result("yes"), result("x", question="topic")]}]
    alone = written(tmp_path, [task(1, people)])
    assert pairs(read_one(alone)) == [("yes", "yes")]
    guess = {"model_version": "m", "result": [result("y", question="topic")]}
    both = task(1, people)
    written(tmp_path, [{**both, "predictions": [*both["predictions"], guess]}])
    runs = [entry for entry in read_all(tmp_path) if isinstance(entry, Reading)]
    assert [codes(run) for run in runs] == [["questions-not-read"]]


def test_annotations_without_any_answer_are_said_to_be_that(tmp_path: Path) -> None:
    problem = only_problem(written(tmp_path, [task(1, ["yes"], ()), task(2, [], ())]))
    assert problem.code == "annotations-alone"
    assert "2 examples, 1 of them with a label that people gave" in problem.what


OF_THE_TOOL = {"annotator": 1, "lead_time": 2.5, "created_at": "x", "updated_at": "x"}


@pytest.mark.parametrize("form", ["json", "csv"])
def test_rows_of_annotations_are_judged_where_the_data_had_answers(
    form: str, tmp_path: Path
) -> None:
    rows = [
        {"id": own, "text": "t", "predicted": guess, "confidence": 0.8, "mood": said,
         "annotation_id": place, **OF_THE_TOOL}
        for place, (own, guess, said) in enumerate(
            [(1, "yes", "yes"), *[(2, "yes", "no")] * 2, (3, "no", "yes"), (3, "no", "no")]
        )
    ]  # fmt: skip
    if form == "json":
        written(tmp_path, rows)
    else:
        with (tmp_path / "project.csv").open("w", newline="", encoding="utf-8") as file:
            names = sorted(rows[0])
            writer = csv.DictWriter(file, names)
            writer.writeheader()
            writer.writerows(rows)
    reading = read_one(tmp_path)
    assert pairs(reading) == [("yes", "yes"), ("no", "yes"), (None, "no")]
    assert codes(reading) == ["annotators-disagree"]
    bare = [{k: v for k, v in row.items() if k not in ("predicted", "confidence")} for row in rows]
    for file in tmp_path.iterdir():
        file.unlink()
    assert only_problem(written(tmp_path, bare)).code == "annotations-alone"


def argilla(own: str, said: Sequence[Any], guess: Any, *, is_flat: bool) -> dict[str, Any]:
    states = ["discarded" if label == "never" else "submitted" for label in said]
    if is_flat:
        return {
            "id": own, "status": "completed", "text": "t", "mood.responses": list(said),
            "mood.responses.status": states, "mood.suggestion": guess,
            "mood.suggestion.score": 0.9, "mood.suggestion.agent": "m",
        }  # fmt: skip
    responses = [{"value": v, "status": s} for v, s in zip(said, states, strict=True)]
    return {
        "id": own, "fields": {"text": "t"}, "metadata": {}, "responses": {"mood": responses},
        "suggestions": {"mood": {"value": guess, "score": 0.9, "agent": "m"}},
    }  # fmt: skip


@pytest.mark.parametrize("is_flat", [False, True])
@pytest.mark.parametrize("is_list", [False, True])
def test_records_of_argilla_are_read_whole_and_flat(
    *, is_flat: bool, is_list: bool, tmp_path: Path
) -> None:
    rows = [
        argilla("a", ["yes"], "yes", is_flat=is_flat),
        argilla("b", ["no", "never"], "yes", is_flat=is_flat),
        argilla("c", ["no", "yes"], "yes", is_flat=is_flat),
    ]
    if is_list:
        written(tmp_path, rows)
    else:
        (tmp_path / "records.jsonl").write_text("\n".join(map(json.dumps, rows)))
    reading = read_one(tmp_path)
    assert (reading.run, confidences(reading)) == ("m", [0.9, 0.9, 0.9])
    assert pairs(reading) == [("yes", "yes"), ("no", "yes"), (None, "yes")]


@pytest.mark.parametrize("is_paired", [False, True])
def test_ranked_labels_of_old_records_are_probabilities(*, is_paired: bool, tmp_path: Path) -> None:
    scores = {"yes": 0.8, "no": 0.2}
    ranked: list[Any] = [{"label": label, "score": p} for label, p in scores.items()]
    record = {
        "text": "t",
        "prediction": [list(pair) for pair in scores.items()] if is_paired else ranked,
        "prediction_agent": "m",
        "annotation_agent": "somebody",
        "status": "Validated",
    }
    said = ["yes", "no", "no"]
    written(tmp_path, [{"id": str(n), **record, "annotation": a} for n, a in enumerate(said)])
    reading = read_one(tmp_path)
    assert (reading.run, confidences(reading)) == ("m", [0.8] * 3)
    assert pairs(reading) == [("yes", "yes"), ("no", "yes"), ("no", "yes")]
    written(tmp_path, [{"id": "1", **record, "annotation": "no", "status": "Discarded"}])
    assert pairs(read_one(tmp_path)) == [(None, "yes")]
    written(tmp_path, [{"id": "1", **record, "annotation": ["no"], "multi_label": True}])
    assert only_problem(tmp_path).code == "multilabel-not-read"


def test_documents_of_doccano_have_no_answers_unless_their_data_had(tmp_path: Path) -> None:
    rows = [{"id": n, "text": "t", "label": ["yes"], "Comments": []} for n in (1, 2)]
    assert only_problem(written(tmp_path, rows)).code == "annotations-alone"
    written(tmp_path, [{**row, "predicted": "no"} for row in rows])
    assert pairs(read_one(tmp_path)) == [("yes", "no"), ("yes", "no")]


def test_a_cut_line_is_left_out_and_said(tmp_path: Path) -> None:
    row = json.dumps(argilla("a", ["yes"], "yes", is_flat=False))
    (tmp_path / "records.jsonl").write_text(f"{row}\n{row[:40]}")
    reading = read_one(tmp_path)
    assert (len(pairs(reading)), codes(reading)) == (1, ["broken-lines"])


def test_nobody_who_gave_no_label_has_a_voice() -> None:
    assert ruled([]) == (None, "")
    assert ruled([Said(()), Said(("a",))]) == ("a", "one")
    assert ruled([Said(("a",)), Said(("b",), is_ground_truth=True)]) == ("b", "one")
