from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostics import DiagnosticsError
from diagnostics.comparison.agreement import (
    agreement_cells,
    agreement_order,
    agreement_pairs,
    consensus,
    lonely_answers,
    run_agreement,
    suspects,
)
from diagnostics.comparison.voting import vote_gains
from diagnostics.predictions.aligned_runs import AlignedAnswers, aligned_frame

LABELS = "abcd"


@st.composite
def frames(draw: Callable[..., Any]) -> pd.DataFrame:
    """Two to four runs on one to eight examples, with truth, and confidence here and there."""
    runs, examples = draw(st.integers(2, 4)), draw(st.integers(1, 8))
    truth = draw(st.lists(st.sampled_from([*LABELS, None]), min_size=examples, max_size=examples))
    n = runs * examples
    known = st.one_of(st.none(), st.sampled_from([0.25, 0.5, 0.75]))
    return pd.DataFrame(
        {
            "run": np.repeat([f"run {number}" for number in range(runs)], examples),
            "example": [f"e{number}" for number in range(examples)] * runs,
            "true_label": pd.Series(truth * runs, dtype="str"),
            "predicted_label": draw(st.lists(st.sampled_from(LABELS), min_size=n, max_size=n)),
            "confidence": pd.Series(draw(st.lists(known, min_size=n, max_size=n)), dtype="float64"),
        }
    )


def answers(truth: str, *runs: str, confidence: Any = None) -> AlignedAnswers:
    """Runs as words of one letter an answer."""
    frame = pd.DataFrame(
        {
            "run": [f"r{number}" for number, word in enumerate(runs) for _ in word],
            "example": [f"e{number}" for word in runs for number in range(len(word))],
            "true_label": list(truth) * len(runs),
            "predicted_label": list("".join(runs)),
            "confidence": np.nan if confidence is None else np.ravel(confidence),
        }
    )
    return aligned_frame(frame)


def wide(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series]:
    """Answers with a column a run, and the truth, of the examples that have one."""
    judged = frame.dropna(subset=["true_label"])
    table = judged.pivot_table(
        index="example", columns="run", values="predicted_label", aggfunc="first"
    )
    return table, judged.drop_duplicates("example").set_index("example")["true_label"].sort_index()


def test_examples_are_counted_by_how_many_runs_were_right() -> None:
    found = consensus(answers("aabb", "aaba", "aaab", "abaa"))
    assert found.by_runs_right == (0, 2, 1, 1)
    assert (found.never_right, found.always_right, found.any_right) == (0, 1, 4)


def test_what_one_run_alone_got_right_or_wrong_is_its_own() -> None:
    alone = lonely_answers(answers("aabb", "aaba", "aaab", "abaa")).set_index("run")
    assert alone["only_this_right"].to_dict() == {"r0": 1, "r1": 1, "r2": 0}
    assert alone["only_this_wrong"].to_dict() == {"r0": 0, "r1": 0, "r2": 1}
    assert alone["accuracy"].to_dict() == {"r0": 0.75, "r1": 0.75, "r2": 0.25}


@settings(max_examples=25)
@given(frames())
def test_counts_are_those_of_pandas(frame: pd.DataFrame) -> None:
    table, truth = wide(frame)
    right = table.eq(truth, axis=0)
    aligned = aligned_frame(frame)
    found, alone = consensus(aligned), lonely_answers(aligned).set_index("run")
    times = right.sum(axis=1)
    assert found.judged == len(truth)
    assert found.never_right == (times == 0).sum()
    assert found.always_right == (times == len(aligned.runs)).sum()
    for run in right:
        others = right.drop(columns=run)
        assert alone.loc[run, "only_this_right"] == (right[run] & ~others.any(axis=1)).sum()
        assert alone.loc[run, "only_this_wrong"] == (~right[run] & others.all(axis=1)).sum()


@settings(max_examples=15)
@given(frames())
def test_kappa_is_that_of_scikit_learn(frame: pd.DataFrame) -> None:
    from sklearn.metrics import cohen_kappa_score

    found = run_agreement(aligned_frame(frame))
    by_run = [part["predicted_label"].to_numpy() for _, part in frame.groupby("run")]
    for first, one in enumerate(by_run):
        for second, other in enumerate(by_run[: first + 1]):
            assert found.share[first, second] == pytest.approx((one == other).mean())
            if len({*one, *other}) > 1:
                expected = cohen_kappa_score(one, other, labels=list(LABELS))
                assert found.kappa[first, second] == pytest.approx(expected)
            else:
                assert np.isnan(found.kappa[first, second])


def test_agreement_does_not_depend_on_how_examples_are_cut_into_blocks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    random = np.random.default_rng(0)
    words = ["".join(random.choice(list("abc"), 50)) for _ in range(4)]
    whole = run_agreement(answers("a" * 50, *words)).same
    monkeypatch.setattr("diagnostics.comparison.agreement._BLOCK", 12)
    assert (run_agreement(answers("a" * 50, *words)).same == whole).all()


def test_runs_that_answer_alike_stand_side_by_side() -> None:
    found = run_agreement(answers("aaaaaa", "aaabbb", "bbbaaa", "aaabba", "bbbaab"))
    order = agreement_order(found)
    assert sorted(order) == [0, 1, 2, 3]
    assert abs(order.index(0) - order.index(2)) == abs(order.index(1) - order.index(3)) == 1


def test_cells_hold_each_two_runs_both_ways_in_the_order_that_is_asked_for() -> None:
    cells = agreement_cells(run_agreement(answers("aab", "aab", "abb")), [1, 0])
    assert cells[["run", "other", "same", "different"]].to_numpy().tolist() == [
        ["r1", "r1", 3, 0],
        ["r1", "r0", 2, 1],
        ["r0", "r1", 2, 1],
        ["r0", "r0", 3, 0],
    ]


def test_pairs_hold_each_two_runs_once_the_least_alike_first() -> None:
    pairs = agreement_pairs(run_agreement(answers("aab", "aab", "abb", "bba")))
    assert pairs[["run", "other", "same"]].to_numpy().tolist() == [
        ["r0", "r2", 0],
        ["r1", "r2", 1],
        ["r0", "r1", 2],
    ]


def test_suspects_are_wrong_everywhere_with_the_same_label() -> None:
    sure = [[0.9, 0.8, 0.7, 0.1], [0.5, np.nan, 0.7, 0.3]]
    found = suspects(answers("aaab", "bbba", "bbaa", confidence=sure))
    assert found["example"].tolist() == ["e1", "e0", "e3"]
    assert found["suggested_label"].tolist() == ["b", "b", "a"]
    assert found["mean_confidence"].tolist() == pytest.approx([0.8, 0.7, 0.2])


def test_no_answer_is_no_suggestion() -> None:
    frame = pd.DataFrame(
        {
            "run": ["r", "s"],
            "example": "x",
            "true_label": "a",
            "predicted_label": "(no prediction)",
        }
    )
    assert suspects(aligned_frame(frame)).empty


def test_one_run_alone_suspects_nothing() -> None:
    assert suspects(answers("ab", "ba")).empty


def test_a_plurality_wins_and_is_held_against_the_best_run() -> None:
    votes = vote_gains(answers("aabb", "abba", "aaba", "aabb"), ["r0", "r1", "r2"])
    last = votes.iloc[-1]
    assert (last["right"], last["fixed"], last["broken"]) == (3, 1, 0)
    assert (last["any_right"], last["ceiling"]) == (4, 1.0)
    assert votes["right"].tolist() == [2, 2, 3]


def test_a_tie_goes_to_the_higher_sum_of_confidence() -> None:
    sure = [[0.3], [0.9]]
    votes = vote_gains(answers("b", "a", "b", confidence=sure), ["r0", "r1"])
    assert votes[["right", "ties", "ties_by_run"]].to_numpy().tolist() == [[0, 0, 0], [1, 1, 0]]


@pytest.mark.parametrize("sure", [[[0.3], [np.nan]], [[0.5], [0.5]]], ids=["unknown", "equal"])
def test_a_tie_that_confidence_does_not_decide_goes_to_the_better_run(sure: Any) -> None:
    aligned = answers("b", "a", "b", confidence=sure)
    assert vote_gains(aligned, ["r0", "r1"])["right"].tolist() == [0, 0]
    assert vote_gains(aligned, ["r1", "r0"])["right"].tolist() == [1, 1]
    assert vote_gains(aligned, ["r1", "r0"])["ties_by_run"].tolist() == [0, 1]


def test_a_run_without_an_answer_does_not_vote() -> None:
    frame = pd.DataFrame(
        {
            "run": ["r", "s", "t"],
            "example": "x",
            "true_label": "a",
            "predicted_label": ["(no prediction)", "(no prediction)", "a"],
        }
    )
    votes = vote_gains(aligned_frame(frame), ["r", "s", "t"])
    assert votes["right"].tolist() == [0, 0, 1]


def test_a_vote_without_truth_is_empty() -> None:
    frame = pd.DataFrame({"run": ["r", "s"], "example": "x", "predicted_label": "a"})
    votes = vote_gains(aligned_frame(frame), ["r", "s"])
    assert votes.empty
    assert {"k", "run", "accuracy", "ceiling", "ties_by_run"} <= set(votes)


def test_an_order_that_lacks_a_run_is_refused() -> None:
    with pytest.raises(DiagnosticsError, match="The order must name each of the runs once"):
        vote_gains(answers("ab", "ab", "ab"), ["r0"])


@settings(max_examples=25)
@given(frames(), st.randoms())
def test_votes_are_those_counted_one_by_one(frame: pd.DataFrame, random: Any) -> None:
    order = sorted(frame["run"].unique())
    random.shuffle(order)
    votes = vote_gains(aligned_frame(frame), order)
    judged = frame.dropna(subset=["true_label"])
    for k in range(1, len(order) + 1) if len(judged) else ():
        right = [_elected(rows, order[:k]) == truth for truth, rows in _ballots(judged)]
        assert votes["right"].iloc[k - 1] == sum(right)


def _ballots(frame: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    return [(rows["true_label"].iloc[0], rows) for _, rows in frame.groupby("example")]


def _elected(rows: pd.DataFrame, order: list[str]) -> str:
    """The label of most votes; ties by confidence where all is known, else by the better run."""
    given = rows.set_index("run").loc[order]
    counts = given["predicted_label"].value_counts()
    tied = given[given["predicted_label"].isin(counts.index[counts == counts.max()])]
    sums = tied.groupby("predicted_label")["confidence"].agg(lambda c: c.sum(skipna=False))
    if sums.notna().all() and (sums == sums.max()).sum() == 1:
        return str(sums.idxmax())
    return str(tied["predicted_label"].iloc[0])
