"""What was assumed is doubted where the figures are odd, and hardly ever where they are not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from diagnostics.readers import Reading
from diagnostics.readers.prediction_table.columns.steps import EXACT, VALUES, Step
from diagnostics.readers.prediction_table.doubts import doubts
from diagnostics.readers.prediction_table.values.positive import positive_of
from diagnostics.workspace import Problem
from tests.readers.prediction_table.tables import (
    accuracy,
    codes,
    pairs,
    read_all,
    read_one,
    roles,
    written,
)

EXPLICIT = Step("true_label", "y_true", EXACT, "'y_true' is called like a truth")
ASSUMED = Step("true_label", "what", VALUES, "'what' holds the labels of 'pred'", is_assumed=True)
OK, FRAUD = (0.02, 0.05, 0.1, 0.03, 0.2, 0.08, 0.04, 0.12, 0.3, 0.62), (0.95, 0.8, 0.45)


def scored(labels: tuple[str, str]) -> list[tuple[int, str, float]]:
    """Low scores for the first label, high ones for the second."""
    pairs = [*((labels[0], score) for score in OK), *((labels[1], score) for score in FRAUD)]
    return [(at, label, score) for at, (label, score) in enumerate(pairs)]


@pytest.mark.parametrize("labels", [("ok", "fraud"), ("paid", "default"), ("stay", "churn")])
@pytest.mark.parametrize("header", ["id,true_label,probability", "id,y_true,score"])
def test_the_positive_label_is_the_one_with_the_higher_scores(
    labels: tuple[str, str], header: str, tmp_path: Path
) -> None:
    reading = read_one(written(tmp_path, header, scored(labels)))
    assert roles(reading)["positive_label"] == labels[1]
    assert accuracy(reading) == pytest.approx(11 / 13)
    [problem] = reading.problems
    name = header.split(",")[2]
    assert problem == Problem(
        "positive-label-assumed",
        "predictions.csv",
        f"No name says whose probability {name!r} is. It was read as P({labels[1]}), whose rows "
        f"have the higher scores: 85% right. As P({labels[0]}): 15%. Which?",
        f'Say it in errata.toml: positive_label = "{labels[1]}", or "{labels[0]}".',
    )
    (tmp_path / "errata.toml").write_text(f'[[predictions]]\npositive_label = "{labels[1]}"\n')
    assert codes(read_one(tmp_path)) == []


def test_names_say_which_label_is_positive(tmp_path: Path) -> None:
    for header, file in (
        ("id,true_label,p_ok", "scores.csv"),
        ("id,is_ok,score", "ok.csv"),
        ("id,y_true,score", "ok_predictions.csv"),
    ):
        table = tmp_path / file
        reading = read_one(_own_folder(tmp_path, header, file))
        assert roles(reading)["positive_label"] == "ok", table
        assert codes(reading) in ([], ["truth-guessed"])


def _own_folder(root: Path, header: str, file: str) -> Path:
    folder = root / file.removesuffix(".csv")
    folder.mkdir()
    truth = header.replace("is_ok", "true_ok")
    return written(folder, truth, scored(("fraud", "ok")), file=file)


def test_a_usual_positive_label_is_kept_and_doubted_where_scores_say_the_opposite(
    tmp_path: Path,
) -> None:
    rows = [(at, at % 2, round(0.9 - 0.8 * (at % 2) + at / 1000, 3)) for at in range(20)]
    reading = read_one(written(tmp_path, "id,y_true,y_score", rows))
    assert (roles(reading)["positive_label"], accuracy(reading)) == ("1", 0.0)
    [problem] = reading.problems
    assert (problem.code, problem.what, problem.hint) == (
        "reading-doubted",
        "'y_score' was read as P(1): 0% right. As P(0): 100%. Which?",
        'Say it in errata.toml: positive_label = "0".',
    )
    for label in "01":
        (tmp_path / "errata.toml").write_text(f'[[predictions]]\npositive_label = "{label}"\n')
        assert codes(read_one(tmp_path)) == []


def test_an_assumed_truth_far_below_chance_is_doubted_with_what_would_be_right(
    tmp_path: Path,
) -> None:
    rows = [(at, "abc"[at % 3], "abc"[(at + 1) % 3]) for at in range(30)]
    reading = read_one(written(tmp_path, "id,what,pred", rows))
    assert codes(reading) == ["truth-guessed", "reading-doubted"]
    assert reading.problems[1].what == (
        "0% of 30 answers are right, far fewer than by chance (33%), and this was assumed: 'what' "
        "holds the labels of 'pred'. If the answers said 'a' for 'c', 'b' for 'a', 'c' for 'b', "
        "100% were right. Which?"
    )
    (tmp_path / "errata.toml").write_text('[[predictions]]\ntrue_label = "what"\n')
    assert codes(read_one(tmp_path)) == []


def test_an_assumed_truth_of_which_all_is_right_is_doubted(tmp_path: Path) -> None:
    rows = [(at, "abc"[at % 3], "abc"[at % 3]) for at in range(30)]
    assert codes(read_one(written(tmp_path, "id,what,pred", rows))) == [
        "truth-guessed",
        "reading-doubted",
    ]
    assert codes(read_one(written(tmp_path, "id,label,pred", rows))) == []


def test_a_truth_joined_by_row_order_is_doubted_far_below_chance(tmp_path: Path) -> None:
    rows = [("abc"[(at + 1) % 3],) for at in range(30)]
    truth = "\n".join("abc"[at % 3] for at in range(30))
    (tmp_path / "y_test.csv").write_text(f"y\n{truth}\n")
    reading = read_one(written(tmp_path, "prediction", rows))
    assert codes(reading) == ["reading-doubted", "truth-by-row-order"]


def test_labels_that_never_come_back_are_doubted_where_they_were_assumed(tmp_path: Path) -> None:
    rows = [(at, f"t{at}", f"t{at + 1}") for at in range(30)]
    assert "reading-doubted" in codes(read_one(written(tmp_path, "id,what,pred", rows)))


def test_answers_that_contradict_their_scores_are_asked_about(tmp_path: Path) -> None:
    rows = [(at, "ab"[at % 2], "ab"[at % 2], [0.2, 0.8][at % 2], [0.8, 0.2][at % 2], at % 5)
            for at in range(12)]  # fmt: skip
    header = "id,label,pred,prob_a,prob_b,other"
    reading = read_one(written(tmp_path, header, [(*row[:3], row[3], row[4], 0) for row in rows]))
    # One threshold parts a from b, and still every answer is the less probable label.
    assert codes(reading) == ["answer-contradicts-scores"]
    assert "in 12 of 12 rows: 100% right. With the most probable label: 0%" in (
        reading.problems[0].what
    )
    (tmp_path / "errata.toml").write_text('[[predictions]]\npredicted_label = "pred"\n')
    assert codes(read_one(tmp_path)) == []


def test_runs_of_one_example_and_two_codings_of_one_model_are_asked_about(tmp_path: Path) -> None:
    rows = [(f"m{at}", "ab"[at % 2], "a", 1) for at in range(4)]
    single = read_all(written(tmp_path, "model,label,pred,id", rows))
    problems = [entry for entry in single if isinstance(entry, Problem)]
    assert [problem.what for problem in problems] == ["model makes 4 runs of one example each."]
    coded = [(at, "ab"[at % 3 % 2], "xy"[at % 3 % 2], at) for at in range(20)]
    found = read_all(written(tmp_path, "id,rf_pred,svm_pred,what", coded))
    assert [entry.what for entry in found if isinstance(entry, Problem)] == [
        "'rf_pred' and 'svm_pred' were read as two models, but say the same in other labels in "
        "all 20 rows. Are they one?"
    ]
    assert len([entry for entry in found if isinstance(entry, Reading)]) == 2


def test_labels_that_partly_overlap_without_sense_are_said(tmp_path: Path) -> None:
    rows = [(at, "abc"[at % 3], "bcd"[at % 3]) for at in range(12)]
    assert codes(read_one(written(tmp_path, "id,label,pred", rows))) == ["label-spaces-differ"]
    rows = [(at, "abc"[at % 3], "abcd"[at % 3 if at else 3]) for at in range(30)]
    assert codes(read_one(written(tmp_path, "id,label,pred", rows))) == []


def _model(
    rng: np.random.Generator, n: int, k: int, right: float, skew: float
) -> tuple[pl.Series, pl.Series]:
    """Truth and answers of a model of some accuracy; its mistakes are spread over all labels."""
    shares = rng.dirichlet(np.full(k, skew))
    truth = rng.choice(k, n, p=shares)
    other = (truth + rng.integers(1, k, n)) % k
    answers = np.where(rng.random(n) < right, truth, other)
    return pl.Series(truth).cast(pl.String), pl.Series(answers).cast(pl.String)


def test_honest_models_are_hardly_ever_doubted() -> None:
    """The figures in docs/formats/prediction-tables.md."""
    rng = np.random.default_rng(12)
    explicit, guessing, honest, trials = 0, 0, 0, 400
    for _ in range(trials):
        n, k = int(rng.integers(10, 400)), int(rng.integers(2, 11))
        right = float(rng.uniform(0.2, 1.0))
        truth, answers = _model(rng, n, k, right, 2.0)
        explicit += bool(doubts(truth, answers, [EXPLICIT]))
        better, given = _model(rng, n, k, float(rng.uniform(1.2 / k, 0.97)), 2.0)
        is_perfect = bool((better == given).all())
        honest += bool(doubts(better, given, [ASSUMED])) and not is_perfect
        random = pl.Series(rng.permutation(truth.to_numpy()))
        guessing += bool(doubts(truth, random, [ASSUMED]))
    assert explicit == 0
    assert honest <= 2
    assert guessing <= 2


def test_a_score_of_chance_is_hardly_ever_called_reversed() -> None:
    rng, reversed_ = np.random.default_rng(4), 0
    for _ in range(400):
        n = int(rng.integers(10, 400))
        truth = pl.Series((rng.random(n) < 0.3).astype(int)).cast(pl.String)
        reversed_ += positive_of(["0", "1"], rng.random(n), truth, hints=["score"]).is_reversed
    assert reversed_ <= 1


def test_equal_scores_contradict_no_answer(tmp_path: Path) -> None:
    rows = [(at, "dog" if at % 3 else "cat", "dog", 0.5, 0.5) for at in range(30)]
    reading = read_one(written(tmp_path, "id,true_label,predicted_label,p_cat,p_dog", rows))
    assert codes(reading) == []
    assert "not the most probable" not in " ".join(reading.notes)
    assert {answer for _, answer in pairs(reading)} == {"dog"}
