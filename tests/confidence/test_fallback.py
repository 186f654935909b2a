from __future__ import annotations

import json

import pytest
import yaml

from diagnostics.confidence.fallback import (
    FallbackSettings,
    decimal,
    fallback_settings,
    python_line,
    rasa_config,
    threshold_json,
    usual_ambiguity,
    usual_none_labels,
    yaml_lines,
)
from diagnostics.confidence.risk_coverage import OperatingPoint

POINT = OperatingPoint(
    threshold=0.83,
    total=10,
    answered=4,
    wrong=1,
    withheld=6,
    withheld_right=3,
    outside=2,
    outside_withheld=1,
)


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ("pipeline:\n- name: DIETClassifier\n", None),
        (
            "pipeline:\n- name: DIETClassifier\n- name: FallbackClassifier\n  threshold: 0.7\n",
            FallbackSettings("FallbackClassifier", 0.7, 0.1),
        ),
        (
            "pipeline:\n- FallbackClassifier\n",
            FallbackSettings("FallbackClassifier", 0.3, 0.1, given=False),
        ),
        (
            "pipeline:\n- name: rasa.nlu.classifiers.fallback_classifier.FallbackClassifier\n"
            "  threshold: 0.4\n  ambiguity_threshold: 0.05\n",
            FallbackSettings("FallbackClassifier", 0.4, 0.05),
        ),
        (
            "pipeline: supervised_embeddings\n"
            "policies:\n- name: TwoStageFallbackPolicy\n  nlu_threshold: 0.8\n",
            FallbackSettings("TwoStageFallbackPolicy", 0.8, 0.1),
        ),
        (
            "pipeline:\n- name: FallbackClassifier\n  threshold: high\n",
            FallbackSettings("FallbackClassifier", 0.3, 0.1, given=False),
        ),
        ("", None),
        ("- a list", None),
        ("pipeline: [", None),
        ("pipeline: {FallbackClassifier: 1}", None),
    ],
)
def test_the_fallback_of_a_configuration_is_recognised(
    config: str, expected: FallbackSettings | None
) -> None:
    assert fallback_settings(config) == expected


def test_labels_that_are_no_answer_are_known_by_their_names() -> None:
    labels = ["Out of Scope", "out_of_scope", "nlu_fallback", "none", "NONE", "nonesuch", "other"]
    assert usual_none_labels(labels) == labels[:5]


@pytest.mark.parametrize(
    ("number", "text"),
    [(0.83, "0.83"), (0.0, "0.0"), (1e-5, "0.00001"), (0.9999999403953552, "0.9999999403953552")],
)
def test_a_threshold_is_written_in_full(number: float, text: str) -> None:
    assert decimal(number) == text
    assert float(text) == number


def test_the_rasa_text_is_yaml_that_is_recognised_again() -> None:
    text = rasa_config(0.83)
    assert text == (
        "pipeline:\n"
        "# ... the other components, this one last\n"
        "- name: FallbackClassifier\n"
        "  threshold: 0.83\n"
        "  ambiguity_threshold: 0.0  # 0: confidence alone decides\n"
    )
    assert fallback_settings(text) == FallbackSettings("FallbackClassifier", 0.83, 0.0)
    assert isinstance(yaml.safe_load(rasa_config(1e-5))["pipeline"][0]["threshold"], float)


def test_a_given_ambiguity_threshold_is_kept_but_not_a_policys() -> None:
    given = FallbackSettings("FallbackClassifier", 0.3, 0.2)
    assert "ambiguity_threshold: 0.2  # as it is now" in rasa_config(0.5, current=given)
    policy = FallbackSettings("FallbackPolicy", 0.3, 0.2)
    assert "ambiguity_threshold: 0.0" in rasa_config(0.5, current=policy)


def test_an_ambiguity_threshold_that_is_chosen_is_written() -> None:
    given = FallbackSettings("FallbackClassifier", 0.3, 0.2)
    text = rasa_config(0.5, ambiguity=0.05, current=given)
    assert fallback_settings(text) == FallbackSettings("FallbackClassifier", 0.5, 0.05)
    assert "as it is now" not in text
    assert usual_ambiguity(given) == 0.2
    assert usual_ambiguity(None) == 0


def test_the_yaml_of_no_program_is_read_back_whatever_the_labels() -> None:
    labels = {
        "a: b": 0.5,
        "yes": 1e-7,
        '"[x]"\n- y': 0.25,
        "null": 0.9,
        "# é 😀\u2028": 0.3,
        "x" * 3000: 0.4,
        "": 0.2,
    }
    content = yaml.safe_load(yaml_lines(0.83, by_label=labels))
    assert content == {"threshold": 0.83, "thresholds_by_label": labels}
    assert yaml.safe_load(yaml_lines(0.5)) == {"threshold": 0.5}


@pytest.mark.parametrize(("confidence", "answer"), [(0.83, "greet"), (0.82, None)])
def test_the_line_of_python_answers_from_the_threshold_on(
    confidence: float, answer: str | None
) -> None:
    names = {"label": "greet", "confidence": confidence}
    exec(python_line(0.83), names)
    assert names["answer"] == answer


def test_the_json_says_what_the_threshold_did() -> None:
    text = threshold_json(POINT, run='a "run"', split="test", none_labels=["oos"])
    content = json.loads(text)
    low, high = POINT.risk_interval()
    assert content == {
        "threshold": 0.83,
        "rule": "answer where confidence >= threshold",
        "run": 'a "run"',
        "split": "test",
        "predicted_label": None,
        "none_labels": ["oos"],
        "examples": 10,
        "answered": 4,
        "coverage": 0.4,
        "wrong_among_answered": 0.25,
        "low": round(low, 6),
        "high": round(high, 6),
    }


def test_the_json_has_null_for_what_is_unknown_and_takes_thresholds_of_labels() -> None:
    nothing = OperatingPoint(1.0, 10, 0, 0, 10, 8, 0, 0)
    content = json.loads(threshold_json(nothing, run="r", split="test", by_label={"a": 0.5}))
    assert content["wrong_among_answered"] is content["low"] is content["high"] is None
    assert content["thresholds_by_label"] == {"a": 0.5}
