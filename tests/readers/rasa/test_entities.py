from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from diagnostics import open_workspace
from diagnostics.workspace import Evidence
from tests.made.rasa_folder import (
    SIX,
    error_rows,
    folder_with,
    found_in,
    intent_files,
    label_report,
    only_run,
    scores,
    write,
)

DIET = "entities: DIETClassifier"


def span(start: int, end: int, entity: str, **more: Any) -> dict[str, Any]:
    return {"start": start, "end": end, "entity": entity, "value": f"{start}-{end}", **more}


def of_diet(start: int, end: int, entity: str, **more: Any) -> dict[str, Any]:
    return span(start, end, entity, extractor="DIETClassifier", **more)


def line(support: int, right: int, predicted: int) -> dict[str, Any]:
    return {
        "precision": right / predicted if predicted else 0.0,
        "recall": right / support,
        "f1-score": 2 * right / (support + predicted),
        "support": support,
        "confused_with": {},
    }


REPORT = {
    "city": line(4, 2, 3),
    "time.from": line(2, 1, 1),
    "micro avg": {"precision": 0.75, "recall": 0.5, "f1-score": 0.6, "support": 6},
    "accuracy": 0.97,
}
SENTENCES = [
    {
        "text": "from Rome to Oslo at 8",
        "entities": [span(5, 9, "city", role="from"), span(13, 17, "city")],
        "predicted_entities": [
            of_diet(13, 17, "city", confidence_entity=0.99),
            of_diet(5, 9, "city", confidence_entity=0.4),
            of_diet(21, 22, "city", confidence_entity=0.7, processors=["EntitySynonymMapper"]),
            span(21, 22, "time", extractor="DucklingEntityExtractor", confidence=1.0),
        ],
    },
    {"text": "at nine", "entities": [span(3, 7, "time", role="from")], "predicted_entities": []},
]
FILES = {"DIETClassifier_report.json": REPORT, "DIETClassifier_errors.json": SENTENCES}


def test_an_extractor_is_an_experiment_of_its_own(tmp_path: Path) -> None:
    run = only_run(folder_with(tmp_path, FILES), DIET)
    assert run.task == "entities"
    assert run.labels == ["city", "time.from"]
    assert run.n_errors == 2
    assert run.evidence == (
        Evidence.SCORES | Evidence.REPORT | Evidence.ERRORS | Evidence.CONFIDENCE | Evidence.CONTENT
    )


def test_spans_of_other_extractors_are_left_out(tmp_path: Path) -> None:
    run = only_run(folder_with(tmp_path, FILES), DIET)
    assert run.examples is not None
    [sentence] = run.examples.filter(text="from Rome to Oslo at 8").to_dicts()
    assert json.loads(sentence["entities"]) == [
        span(5, 9, "city", role="from"),
        span(13, 17, "city"),
    ]
    assert [spans["start"] for spans in json.loads(sentence["predicted_entities"])] == [13, 5, 21]
    assert json.loads(sentence["predicted_entities"])[0] == {
        **span(13, 17, "city"),
        "confidence": 0.99,
    }


def test_a_sentence_is_as_sure_as_its_surest_wrong_span(tmp_path: Path) -> None:
    run = only_run(folder_with(tmp_path, FILES), DIET)
    assert run.predictions is not None
    assert run.examples is not None
    rows = run.predictions.join(run.examples, on="example").sort("text")
    assert rows["confidence"].to_list() == [None, 0.7]
    assert rows["true_label"].to_list() == rows["predicted_label"].to_list() == [None, None]


def test_the_accuracy_of_tokens_is_no_score(tmp_path: Path) -> None:
    run = only_run(folder_with(tmp_path, FILES), DIET)
    assert scores(run) == {"micro_precision": 0.75, "micro_recall": 0.5, "micro_f1": 0.6}
    assert run.notes[-1].startswith("The report's accuracy (0.97) is left out")


def test_tokenizers_do_not_part_runs_on_the_same_sentences(tmp_path: Path) -> None:
    finer = {**REPORT, "city": line(7, 2, 3)}
    first = only_run(folder_with(tmp_path, FILES, "grid/a"), DIET)
    second = only_run(folder_with(tmp_path, {"DIETClassifier_report.json": finer}, "grid/b"), DIET)
    assert first.examples_fingerprint == second.examples_fingerprint


@pytest.mark.parametrize(
    ("report", "reason"),
    [
        ({"city": line(4, 4, 4), "time": line(2, 2, 2)}, "everything was right."),
        ({"city": line(4, 3, 4)}, "the entity 'time', which is not in the report."),
    ],
    ids=["perfect", "unknown"],
)
def test_sentences_of_an_earlier_test_are_not_shown(
    tmp_path: Path, report: dict[str, Any], reason: str
) -> None:
    folder = folder_with(tmp_path, FILES | {"DIETClassifier_report.json": report})
    run = only_run(folder, DIET)
    [problem] = found_in(folder)[1]
    assert problem.code == "stale-errors"
    assert problem.what.endswith(reason)
    assert run.predictions is None


def test_an_entity_that_the_test_data_lack_can_be_wrong_in_a_perfect_report(
    tmp_path: Path,
) -> None:
    sentence = {"text": "in May", "entities": [], "predicted_entities": [of_diet(3, 6, "month")]}
    files = {
        "DIETClassifier_report.json": {"city": line(4, 4, 4)},
        "DIETClassifier_errors.json": [sentence],
    }
    runs, problems = found_in(folder_with(tmp_path, files))
    assert [run.n_errors for run in runs] == [1]
    assert problems == []


def test_a_policy_without_entities_is_no_problem_but_an_extractor_is(tmp_path: Path) -> None:
    empty = {"TEDPolicy_report.json": {}, "DIETClassifier_report.json": {}}
    runs, problems = found_in(folder_with(tmp_path, intent_files(SIX) | empty))
    assert [run.group for run in runs] == ["intents"]
    assert [(problem.code, problem.path) for problem in problems] == [
        ("empty-report", "results/DIETClassifier_report.json")
    ]


def test_unknown_extractors_are_known_by_their_company(tmp_path: Path) -> None:
    report = {"city": {name: REPORT["city"][name] for name in ("precision", "recall", "support")}}
    report["city"]["f1-score"] = 0.5
    files = intent_files(SIX) | {"MyExtractor_report.json": report, "my_report.json": report}
    runs, _ = found_in(folder_with(tmp_path, files))
    assert sorted(run.group for run in runs) == ["entities: MyExtractor", "intents"]


def test_stories_are_scores_without_examples(tmp_path: Path) -> None:
    report = label_report(SIX, confused_with=False)
    report['[cat]{"entity": "animal"}'] = report["greet"]
    report["conversation_accuracy"] = {"accuracy": 0.75, "correct": 3, "total": 4}
    files = {"story_report.json": report, "failed_test_stories.yml": "stories: []"}
    run = only_run(folder_with(tmp_path, files), "stories")
    assert run.task == "stories"
    assert scores(run)["conversation_accuracy"] == 0.75
    assert (run.n_examples, run.n_errors) == (4, 1)
    assert '[cat]{"entity": "animal"}' in run.labels
    assert "results/failed_test_stories.yml" in run.notes[-1]


def server_answer(**intents: Any) -> dict[str, Any]:
    return {
        "intent_evaluation": {"report": label_report(SIX), "f1_score": None, **intents},
        "entity_evaluation": {"DIETClassifier": {"report": REPORT, "f1_score": 0.6}},
        "response_selection_evaluation": {},
    }


def test_an_answer_of_the_server_has_every_prediction(tmp_path: Path) -> None:
    predictions = [
        {"text": text, "intent": truth, "predicted": name, "confidence": sure}
        for text, truth, name, sure in SIX
    ]
    folder = folder_with(tmp_path, {"evaluation.json": server_answer(predictions=predictions)})
    run = only_run(folder)
    assert (run.run, run.siblings, run.path) == (
        "evaluation",
        "results",
        "results/evaluation.json",
    )
    assert Evidence.PREDICTIONS in run.evidence
    assert (run.n_examples, run.n_errors) == (6, 2)
    assert scores(only_run(folder, DIET))["micro_f1"] == 0.6


def test_a_cross_validated_answer_of_the_server_has_the_wrong_ones(tmp_path: Path) -> None:
    answer = server_answer(errors=error_rows(SIX))
    run = only_run(folder_with(tmp_path, {"cv.json": answer}))
    assert run.confusion_is_exact
    assert Evidence.PREDICTIONS not in run.evidence


def test_an_extractors_report_alone_is_no_classification(tmp_path: Path) -> None:
    """Rasa 1.x writes neither an accuracy nor what was confused with what."""
    figures = {"precision": 1.0, "recall": 0.9, "f1-score": 0.95, "support": 20}
    write(tmp_path, {"CRFEntityExtractor_report.json": {"city": figures, "micro avg": figures}})
    [experiment] = open_workspace(tmp_path).experiments
    assert experiment.task == "entities"


def test_what_was_answered_beyond_a_story_does_not_part_runs(tmp_path: Path) -> None:
    figures = {"precision": 1.0, "recall": 1.0, "f1-score": 1.0, "support": 5}
    report = {"greet": figures, "utter_hi": figures, "conversation_accuracy": {"total": 5}}
    for run, beyond in (("a", {}), ("b", {"None": figures | {"support": 2}})):
        write(tmp_path / run, {"story_report.json": {**report, **beyond, "accuracy": 1.0}})
    [experiment] = open_workspace(tmp_path).experiments
    assert [run.run for run in experiment.runs] == ["a", "b"]
