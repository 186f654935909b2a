from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import diagnostics
from diagnostics import DiagnosticsError, record
from diagnostics.confidence.histogram import (
    bins_of,
    confidence_counts,
    confidence_histogram,
    histogram_bars,
)
from diagnostics.confidence.levels import coarse, confidence_levels, run_confidence_levels

TRUE = ["a", "a", "b", "b", "b", None, "a"]
ANSWERS = ["a", "b", "b", "b", "a", "a", "a"]
CONFIDENCE = [0.95, 0.9, 0.9, 0.62, 0.6, 0.7, np.nan]


def recorded(folder: Path, **changes: object) -> diagnostics.Run:
    given = {"true_label": TRUE, "predicted_label": ANSWERS, "confidence": CONFIDENCE, **changes}
    record(folder / "run", **given)
    return diagnostics.open_workspace(folder).experiments[0].runs[0]


def test_answers_are_counted_by_confidence_right_wrong_and_neither(tmp_path: Path) -> None:
    counts = confidence_counts(recorded(tmp_path))
    assert (counts.right.sum(), counts.wrong.sum(), counts.unjudged.sum()) == (3, 2, 1)
    assert (counts.missing, counts.total, counts.judged) == (1, 6, 5)
    assert (counts.lowest, counts.highest) == (0.6, 0.95)
    assert counts.is_probability
    assert not counts.only_mistakes


def test_the_histogram_begins_at_the_first_filled_bin(tmp_path: Path) -> None:
    frame = confidence_histogram(confidence_counts(recorded(tmp_path)), bins=10)
    assert frame["lower"].tolist() == [0.5, 0.6, 0.7, 0.8, 0.9]
    assert frame["right"].tolist() == [0, 1, 0, 1, 1]
    assert frame["wrong"].tolist() == [1, 0, 0, 1, 0]
    assert frame["unjudged"].tolist() == [0, 1, 0, 0, 0]
    assert frame["right_share"].sum() == pytest.approx(1)


def test_an_edge_belongs_to_the_bin_below_it() -> None:
    for bins in (10, 20, 50, 100, 1000):
        edges = np.array([number / bins for number in range(1, bins + 1)])
        assert bins_of(edges, bins).tolist() == list(range(bins))
    assert bins_of([0.0, 0.07, 0.29, 1.0], 100).tolist() == [0, 6, 28, 99]


@pytest.mark.parametrize("bins", [1, 8, 20, 1000])
def test_the_histogram_has_every_answer_whatever_the_bins(tmp_path: Path, bins: int) -> None:
    frame = confidence_histogram(confidence_counts(recorded(tmp_path)), bins=bins)
    assert frame[["right", "wrong", "unjudged"]].to_numpy().sum() == 6


def test_bins_that_do_not_divide_the_cube_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DiagnosticsError, match=r"^bins must divide 1,000; 15 does not\.$"):
        confidence_histogram(confidence_counts(recorded(tmp_path)), bins=15)


def test_a_class_is_that_of_the_answer(tmp_path: Path) -> None:
    run = recorded(tmp_path)
    counts = confidence_counts(run, predicted_label="b")
    assert (counts.right.sum(), counts.wrong.sum()) == (2, 1)
    assert confidence_counts(run, predicted_label="of another run").total == 0
    assert run_confidence_levels(run, predicted_label="b").n.tolist() == [1, 2]


def test_scores_beyond_one_are_no_probabilities(tmp_path: Path) -> None:
    counts = confidence_counts(recorded(tmp_path, confidence=[0.5, 1.7, 0.2, 0.1, 0.3, 0.4, 0.5]))
    assert not counts.is_probability
    assert counts.highest == 1.7


def test_bars_of_several_runs_begin_where_any_begins(tmp_path: Path) -> None:
    run = recorded(tmp_path)
    found = {"all": confidence_counts(run), "b": confidence_counts(run, predicted_label="b")}
    bars = histogram_bars(found, bins=10)
    assert bars["lower"].min() == 0.5
    assert set(bars.loc[bars["run"] == "b", "outcome"]) == {"right", "wrong"}
    top = bars.query("run == 'all' and lower == 0.8")
    assert dict(zip(top["outcome"], top["of_bin"], strict=True))["wrong"] == 0.5


def test_an_unknown_split_is_named(tmp_path: Path) -> None:
    with pytest.raises(DiagnosticsError, match="has no split 'train'"):
        run_confidence_levels(recorded(tmp_path), split="train")


def test_outcomes_of_a_run_are_those_of_its_rows(tmp_path: Path) -> None:
    found = run_confidence_levels(recorded(tmp_path))
    same = confidence_levels(CONFIDENCE[:5], [True, False, True, True, False])
    for name in ("confidence", "n", "right"):
        assert getattr(found, name).tolist() == getattr(same, name).tolist()
    assert found.accuracy == 0.6
    assert found.mean_confidence == pytest.approx(np.mean(CONFIDENCE[:5]))


def test_rounding_beyond_one_is_one() -> None:
    assert confidence_levels([1.0, 1 + 1e-7], [True, True]).confidence.tolist() == [1.0]


@pytest.mark.parametrize(
    ("confidence", "correct", "message"),
    [
        ([0.5, 1.2], [True, True], "A confidence must be between 0 and 1; one is 1.2."),
        ([0.5], [True, True], "as long as each other; they have 1 and 2 values"),
    ],
    ids=["outside", "of another length"],
)
def test_what_is_no_confidence_is_refused(
    confidence: list[float], correct: list[bool], message: str
) -> None:
    with pytest.raises(DiagnosticsError, match=message):
        confidence_levels(confidence, correct)


def test_a_thousand_levels_keep_the_totals() -> None:
    random = np.random.default_rng(0)
    confidence = random.random(5000)
    found = confidence_levels(confidence, random.random(5000) < confidence)
    few = coarse(found)
    assert len(few.confidence) <= 1000 < len(found.confidence)
    assert (few.total, few.right.sum()) == (found.total, found.right.sum())
    assert few.mean_confidence == pytest.approx(found.mean_confidence)
