"""Assumptions judged: planted effects are found, others are not, every verdict has its reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import diagnostics
from diagnostics.assumptions import judge
from diagnostics.assumptions.assumption import Assumption, assumption
from diagnostics.assumptions.evidence import Judgement, combined_verdict
from diagnostics.assumptions.examples_of_group import examples_of_group
from diagnostics.assumptions.judge import judge_assumptions

WORDS = ["refund", "invoice", "parcel", "hello", "please", "today"]


def recorded(folder: Path, **given: Any) -> tuple[Any, Any]:
    """One run with what was given, as the only one of its experiment."""
    diagnostics.record(folder / "results" / "one", experiment="all", **given)
    (experiment,) = diagnostics.open_workspace(folder / "results").experiments
    return experiment, experiment.runs[0]


def judged(folder: Path, *given: Assumption, root: Path | None = None, **run: Any) -> Any:
    """What became of the assumptions in a run with the given answers, one for each."""
    experiment, one = recorded(folder, **run)
    found = judge_assumptions(experiment, one, given, root=root)
    return found if len(found) > 1 else found[0]


def texts_with(rng: np.random.Generator, n: int) -> list[str]:
    return [" ".join(rng.choice(WORDS, rng.integers(2, 6), replace=False)) for _ in range(n)]


def answers(wrong: np.ndarray) -> dict[str, Any]:
    return {"true_label": ["a"] * len(wrong), "predicted_label": np.where(wrong, "b", "a")}


def readings(found: Judgement) -> list[str]:
    return [piece.reading for piece in found.evidence]


def test_a_word_that_goes_with_mistakes_matters(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    texts = texts_with(rng, 800)
    wrong = np.array([rng.random() < (0.5 if "refund" in text else 0.1) for text in texts])
    matters, must_not, other = judged(
        tmp_path,
        assumption("word", "refund", "matters"),
        assumption("word", "refund", "must-not-matter"),
        assumption("word", "please", "matters"),
        content=texts,
        **answers(wrong),
    )
    assert (matters.verdict, must_not.verdict, other.verdict) == (
        "holds",
        "violated",
        "cannot be told",
    )
    has = np.array(["refund" in text for text in texts])
    assert f"of {has.sum()} answers are wrong; without it, " in matters.sentence
    assert matters.examples == 800


def test_with_examples_enough_what_does_not_matter_is_known_not_to(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    texts = texts_with(rng, 8_000)
    found, other = judged(
        tmp_path,
        assumption("word", "please", "must-not-matter"),
        assumption("property", "words", "matters"),
        content=texts,
        **answers(rng.random(8_000) < 0.3),
    )
    assert found.verdict == "holds"
    assert other.verdict == "violated"


def test_numbers_and_categories_of_columns_are_judged(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    content = pd.DataFrame(
        {
            "age": rng.normal(40, 10, 900),
            "country": rng.choice(["fr", "de", "it"], 900),
            "customer_id": [f"c{number:04}" for number in range(900)],
        }
    )
    wrong = rng.random(900) < np.where(content["age"] > 45, 0.5, 0.1)
    wrong |= (content["country"] == "it").to_numpy() & (rng.random(900) < 0.3)
    age, country, one, unknown, many = judged(
        tmp_path,
        assumption("column", "Age", "matters"),
        assumption("column", "country", "matters"),
        assumption("column", "country=it", "matters"),
        assumption("column", "colour", "matters"),
        assumption("column", "customer_id", "must-not-matter"),
        content=content,
        **answers(wrong),
    )
    assert (age.verdict, country.verdict, one.verdict) == ("holds",) * 3
    assert "larger number" in age.sentence
    assert "Where it is it, " in country.sentence
    assert one.association.groups["group"].tolist() == ["with", "without"]
    assert unknown.verdict == many.verdict == "cannot be told"
    assert unknown.missing[0].startswith("No column of the examples is called “colour”.")
    assert many.missing[0] == "No value is in 10 examples or more."


def test_a_word_pushes_towards_the_label_that_it_is_answered_with(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    texts = texts_with(rng, 600)
    has = np.array(["refund" in text for text in texts])
    billing = rng.random(600) < np.where(has, 0.8, 0.2)
    said = np.where(billing, "billing", "other")
    towards, away, none = judged(
        tmp_path,
        assumption("word", "refund", "pushes-towards", "billing"),
        assumption("word", "refund", "pushes-towards", "other"),
        assumption("word", "refund", "pushes-towards", "nothing"),
        content=texts,
        true_label=said,
        predicted_label=said,
    )
    assert (towards.verdict, away.verdict, none.verdict) == (
        "holds",
        "violated",
        "cannot be told",
    )
    assert none.missing == ("The run knows no label “nothing”.",)


def test_false_alarms_are_rare_however_many_assumptions_are_judged(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    given = [assumption("word", word, "must-not-matter") for word in WORDS]
    given += [assumption("property", name, "must-not-matter") for name in ("words", "characters")]
    alarms = 0
    texts = texts_with(rng, 300)
    for number in range(40):
        wrong = rng.random(300) < 0.2
        found = judged(tmp_path / str(number), *given, content=texts, **answers(wrong))
        alarms += any(one.verdict == "violated" for one in found)
    assert alarms <= 7  # 2 of 40 are expected at most; more than 7 have a chance of 0.1 %


@pytest.mark.parametrize(
    ("claim", "seen", "verdict"),
    [
        ("matters", ["yes", "no"], "holds"),
        ("matters", ["no", "no"], "violated"),
        ("matters", ["no", "unclear"], "cannot be told"),
        ("matters", ["note"], "cannot be told"),
        ("matters", [], "cannot be told"),
        ("must-not-matter", ["unclear", "yes"], "violated"),
        ("must-not-matter", ["no", "note"], "holds"),
        ("must-not-matter", ["unclear"], "cannot be told"),
        ("pushes-towards", ["yes", "unclear"], "holds"),
        ("pushes-towards", ["yes", "reverse"], "cannot be told"),
        ("pushes-towards", ["reverse", "no"], "violated"),
        ("pushes-towards", ["no", "no"], "violated"),
        ("pushes-towards", ["no", "unclear"], "cannot be told"),
    ],
)
def test_evidence_makes_a_verdict(claim: Any, seen: Any, verdict: str) -> None:
    assert combined_verdict(claim, seen) == verdict


@pytest.fixture(scope="module")
def texts_and_model() -> tuple[list[str], list[str], Any]:
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    rng = np.random.default_rng(5)
    texts = texts_with(rng, 300)
    labels = ["billing" if "refund" in text else "other" for text in texts]
    model = make_pipeline(CountVectorizer(), LogisticRegression(C=100)).fit(texts, labels)
    return texts, labels, model


def test_a_model_is_asked_again_without_the_word(
    tmp_path: Path, texts_and_model: tuple[list[str], list[str], Any]
) -> None:
    texts, labels, model = texts_and_model
    refund, please, push = judged(
        tmp_path,
        assumption("word", "refund", "must-not-matter"),
        assumption("word", "please", "must-not-matter"),
        assumption("word", "refund", "pushes-towards", "billing"),
        root=tmp_path / "results",
        model=model,
        X=texts,
        content=texts,
        true_label=labels,
        keep_model=True,
    )
    n = labels.count("billing")
    (asked,) = [piece for piece in refund.evidence if piece.source == "asked again"]
    without = model.predict([" ".join(text.replace("refund", "").split()) for text in texts])
    changed = int((without != model.predict(texts)).sum())
    assert changed == n
    assert asked.estimate == 1.0
    assert asked.sentence.startswith(
        f"Asked again without it, the model answers otherwise in {n} of the {n} texts"
    )
    assert (refund.verdict, push.verdict) == ("violated", "holds")
    assert [piece.source for piece in push.evidence] == ["answers", "asked again", "weight"]
    coefficient = model[-1].coef_[0][model[0].vocabulary_["refund"]]
    sign = 1 if model.classes_[1] == "billing" else -1
    assert push.evidence[-1].estimate == pytest.approx(sign * coefficient / 2)
    assert readings(please) == ["no"]  # every answer was right: errors cannot say anything
    assert please.verdict == "holds"


def test_a_word_that_the_model_does_not_know_pushes_nowhere(
    tmp_path: Path, texts_and_model: tuple[list[str], list[str], Any]
) -> None:
    texts, labels, model = texts_and_model
    found = judged(
        tmp_path,
        assumption("word", "unheard", "pushes-towards", "billing"),
        root=tmp_path / "results",
        model=model,
        X=texts,
        content=texts,
        true_label=labels,
        keep_model=True,
    )
    assert "No example has it." in found.missing
    assert found.verdict == "violated"
    assert found.sentence.endswith("The model does not know it: its exact weight is 0.")


def test_a_column_that_the_model_ignores_does_not_matter_to_it(tmp_path: Path) -> None:
    from sklearn.tree import DecisionTreeClassifier

    rng = np.random.default_rng(6)
    frame = pd.DataFrame({"used": rng.normal(size=400), "unused": rng.normal(size=400)})
    labels = np.where(frame["used"] > 0, "a", "b")
    model = DecisionTreeClassifier(max_depth=1).fit(frame, labels)
    used, unused = judged(
        tmp_path,
        assumption("column", "used", "matters"),
        assumption("column", "unused", "must-not-matter"),
        root=tmp_path / "results",
        model=model,
        X=frame,
        content=frame,
        true_label=labels,
        keep_model=True,
    )
    assert used.verdict == "holds"
    assert "shuffled among 400 examples" in used.sentence
    assert unused.verdict == "holds"
    assert unused.evidence[-1].estimate == 0.0


def test_without_a_model_the_reason_is_said_and_the_rest_is_judged(tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    texts = texts_with(rng, 100)
    found = judged(
        tmp_path,
        assumption("word", "refund", "matters"),
        root=tmp_path / "results",
        content=texts,
        **answers(rng.random(100) < 0.3),
    )
    assert [piece.source for piece in found.evidence] == ["errors"]
    assert found.missing[-1].startswith("The run has no model to be asked.")


def test_without_content_or_truth_nothing_can_be_told(tmp_path: Path) -> None:
    word = assumption("word", "refund", "matters")
    bare = judged(tmp_path / "a", word, **answers(np.arange(40) < 9))
    assert bare.verdict == "cannot be told"
    assert "Record the run with its content" in bare.missing[0]
    blind = judged(tmp_path / "b", word, content=["a"] * 40, predicted_label=["x"] * 40)
    assert "no answers whose truth is known" in blind.missing[0]


def test_what_pushes_towards_a_label_needs_no_truth(tmp_path: Path) -> None:
    found = judged(
        tmp_path,
        assumption("word", "refund", "pushes-towards", "x"),
        content=["refund"] * 40 + ["hello"] * 40,
        predicted_label=["x"] * 40 + ["y"] * 40,
    )
    assert found.verdict == "holds"


def test_an_example_of_repeated_folds_counts_once(tmp_path: Path) -> None:
    ids = [f"e{number}" for number in range(60)] * 2
    texts = (["refund"] * 20 + ["hello"] * 40) * 2
    wrong = np.r_[np.arange(60) < 20, np.arange(60) < 10]
    found = judged(
        tmp_path,
        assumption("word", "refund", "matters"),
        example=ids,
        fold=[0] * 60 + [1] * 60,
        content=texts,
        **answers(wrong),
    )
    groups = found.association.groups
    assert groups[["examples", "hits"]].to_numpy().tolist() == [[20, 20], [40, 0]]


def test_both_sides_have_their_examples_mistakes_first(tmp_path: Path) -> None:
    rng = np.random.default_rng(8)
    texts = ["refund now"] * 30 + ["hello you"] * 30
    wrong = np.arange(60) % 6 == 0
    experiment, run = recorded(
        tmp_path, content=texts, confidence=rng.random(60) / 2 + 0.5, **answers(wrong)
    )
    given = assumption("word", "refund", "matters")
    frame, total, having = examples_of_group(experiment, run, given, "with", k=7)
    assert (total, having) == (30, "word:refund")
    assert frame["text"].unique().tolist() == ["refund now"]
    assert (frame["predicted_label"] == "b").tolist() == [True] * 5 + [False] * 2
    assert frame["confidence"][:5].is_monotonic_decreasing
    with pytest.raises(diagnostics.DiagnosticsError, match="no group 'elsewhere'"):
        examples_of_group(experiment, run, given, "elsewhere")


def test_permuted_importances_that_were_kept_are_judged_by_and_others_noted(
    tmp_path: Path,
) -> None:
    content = pd.DataFrame({"age": np.arange(80.0)})
    folder = diagnostics.record(
        tmp_path / "results" / "one", content=content, **answers(np.arange(80) % 4 == 0)
    )
    (folder / "importances.csv").write_text(
        "feature,method,mean,std\nage,permutation,0.2,0.01\nage,impurity,0.9,\nsize,permutation,0.3,0.01\n"
    )
    (experiment,) = diagnostics.open_workspace(tmp_path / "results").experiments
    run = experiment.runs[0]
    age, size = judge_assumptions(
        experiment,
        run,
        [assumption("column", "age", "matters"), assumption("column", "size", "matters")],
    )
    (kept,) = [piece for piece in age.evidence if piece.source == "importance"]
    assert kept.reading == "yes"
    assert kept.sentence.endswith("number 2 of 2.")
    assert (age.verdict, size.verdict) == ("holds", "holds")


@pytest.mark.parametrize("has_importances", [False, True])
def test_two_judges_share_what_may_go_wrong(
    has_importances: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Association and kept importances together raise no more false alarms than one of them."""
    content = pd.DataFrame({"age": np.arange(80.0)})
    folder = diagnostics.record(
        tmp_path / "results" / "one", content=content, **answers(np.arange(80) % 4 == 0)
    )
    if has_importances:
        (folder / "importances.csv").write_text(
            "feature,method,mean,std\nage,permutation,0.2,0.01\n"
        )
    spent: list[float] = []
    associate, importance = judge.associate, judge.importance_evidence

    def associated(*args: Any, alpha: float) -> Any:
        spent.append(alpha)
        return associate(*args, alpha=alpha)

    def important(run: Any, attribute: Any, alpha: float) -> Any:
        spent.append(alpha)
        return importance(run, attribute, alpha)

    monkeypatch.setattr(judge, "associate", associated)
    monkeypatch.setattr(judge, "importance_evidence", important)
    (experiment,) = diagnostics.open_workspace(tmp_path / "results").experiments
    matters = assumption("column", "age", "matters")
    judge_assumptions(experiment, experiment.runs[0], [matters], judged=2)
    assert len(spent) == 1 + has_importances
    assert sum(spent) == pytest.approx(judge.ALPHA / 2)


@pytest.mark.parametrize("error", [KeyError("refund"), ValueError("no"), TypeError("no")])
def test_a_model_that_fails_when_it_is_asked_is_a_sentence(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any, **__: Any) -> Any:
        raise error

    monkeypatch.setattr(judge, "ask_without", fails)
    texts = ["refund now", "hello there"] * 10
    found = judged(
        tmp_path,
        assumption("word", "refund", "matters"),
        root=tmp_path / "results",
        content=texts,
        **answers(np.arange(20) % 2 == 0),
    )
    assert any(line.startswith("The model could not be asked") for line in found.missing)
    assert found.association is not None


def test_points_are_said_without_signs() -> None:
    from diagnostics.assumptions.words import _points
    from diagnostics.statistics.association import Effect

    assert _points(Effect("with", 0.2, 0.13, 0.27, 0.05)) == "20.0 points more (13.0 to 27.0)"
    assert _points(Effect("with", -0.2, -0.27, -0.13, 0.05)) == "20.0 points fewer (13.0 to 27.0)"
    mixed = _points(Effect("with", -0.023, -0.137, 0.091, 0.05))
    assert mixed == "2.3 points fewer (13.7 fewer to 9.1 more)"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (np.zeros(60, bool), "No answer is wrong, so nothing can go with that."),
        (np.ones(60, bool), "Every answer is wrong, so nothing can go with that."),
    ],
    ids=["all right", "all wrong"],
)
def test_where_nothing_differs_it_says_what_was_the_same(
    tmp_path: Path, wrong: np.ndarray, said: str
) -> None:
    given = assumption("property", "characters", "matters")
    texts = [f"text {'x' * (number % 7)}" for number in range(60)]
    found = judged(tmp_path, given, content=texts, **answers(wrong))
    assert found.missing == (said,)


def test_dates_are_said_by_their_days(tmp_path: Path) -> None:
    content = pd.DataFrame({"when": pd.date_range("2020-01-01", periods=300)})
    found = judged(
        tmp_path,
        assumption("column", "when", "matters"),
        content=content,
        **answers(np.random.default_rng(0).random(300) < np.arange(300) / 300),
    )
    assert found.verdict == "holds"
    assert found.association is not None
    assert found.association.groups["group"].iloc[0] == "2020-01-01 to 2020-02-29"


def test_of_a_share_that_is_always_the_same_that_is_said(tmp_path: Path) -> None:
    found = judged(
        tmp_path,
        assumption("property", "capitals", "matters"),
        content=["all small"] * 60,
        **answers(np.arange(60) % 2 == 0),
    )
    assert found.missing == ("Every example has the same value.",)
