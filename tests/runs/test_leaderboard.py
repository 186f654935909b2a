"""Who cannot be told from the best: by hand, against statsmodels, and by properties."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from app.widgets.numbers import wrong_of
from diagnostics import Evidence, Experiment, Run, Score, open_workspace, record
from diagnostics.runs.leaderboard import run_leaderboard
from diagnostics.runs.shared_folds import fold_design, shared_folds
from diagnostics.runs.standings import Leaderboard
from tests.examples.test_selection import MISTAKES, stored
from tests.examples.test_selection import rows as answered
from tests.places import DATA

LABELS = np.array(["a", "b", "c"])
FIRST = (0.80, 0.76, 0.84, 0.79, 0.81)
SECOND = (0.82, 0.70, 0.83, 0.81, 0.77)


def answers(truth: np.ndarray, wrong: Any) -> list[str]:
    """The truth, and the next label where the answer is to be wrong."""
    shift = np.isin(np.arange(len(truth)), list(wrong)).astype(int)
    return list(LABELS[(truth + shift) % 3])


def recorded(folder: Path, wrong: dict[str, Any], rows: int = 60, **details: Any) -> Experiment:
    """Runs that answer the same rows, each with mistakes of its own."""
    truth = np.arange(rows) % 3
    for number, (name, places) in enumerate(wrong.items()):
        record(
            folder / name,
            true_label=list(LABELS[truth]),
            predicted_label=answers(truth, places),
            fit_seconds=10.0 - number,
            **details,
        )
    (experiment,) = open_workspace(folder).experiments
    return experiment


def a_run(name: str, *folds: float, metric: str = "score", **details: Any) -> Run:
    scores = tuple(Score(metric, value, "test", fold) for fold, value in enumerate(folds))
    values = {"reader": "x", "path": name, "task": "classification", "splits": ("test",)}
    return Run(run=name, evidence=Evidence.SCORES, scores=scores, **{**values, **details})


def of(*runs: Run) -> Experiment:
    return Experiment("search", "classification", runs)


def mistakes(seed: int, share: float, rows: int) -> set[int]:
    return set(np.flatnonzero(np.random.default_rng(seed).random(rows) < share).tolist())


@pytest.fixture(scope="module")
def five(tmp_path_factory: pytest.TempPathFactory) -> tuple[Experiment, dict[str, set[int]]]:
    wrong = {f"run-{n}": mistakes(n, 0.05 * s, 400) for n, s in enumerate((2, 4, 3, 5, 8))}
    return recorded(tmp_path_factory.mktemp("five"), wrong, 400), wrong


def test_p_values_are_those_of_mcnemar_corrected_by_holm(five: Any) -> None:
    experiment, wrong = five
    board = run_leaderboard(experiment)
    best = board.standings[0]
    assert best.run == min(wrong, key=lambda name: len(wrong[name]))
    expected = {}
    for standing in board.standings[1:]:
        only_best = len(wrong[standing.run] - wrong[best.run])
        only_this = len(wrong[best.run] - wrong[standing.run])
        assert (standing.only_best, standing.only_this) == (only_best, only_this)
        table = [[0, only_best], [only_this, 0]]
        expected[standing.run] = mcnemar(table, exact=True).pvalue
        assert standing.p_examples == pytest.approx(expected[standing.run], rel=1e-9)
    corrected = multipletests(list(expected.values()), method="holm")[1]
    assert [s.p_examples_corrected for s in board.standings[1:]] == pytest.approx(corrected)
    assert board.ties == [n for n, p in zip(expected, corrected, strict=True) if p > 0.05]
    assert (best.indistinguishable, math.isnan(best.p_examples), board.paired) == (True, True, 400)


def test_scores_have_wilson_s_interval(five: Any) -> None:
    experiment, wrong = five
    for standing in run_leaderboard(experiment).standings:
        n = 400 - len(wrong[standing.run])
        expected = proportion_confint(n, 400, method="wilson")
        assert (standing.interval.low, standing.interval.high) == pytest.approx(expected)
        assert standing.interval.method == "wilson"


def test_examples_without_a_true_label_are_none_that_a_score_is_of(tmp_path: Path) -> None:
    truth = [*LABELS[np.arange(40) % 3], *[None] * 20]
    for name, wrong in (("good", range(4)), ("bad", range(9))):
        predicted = answers(np.arange(60) % 3, wrong)
        record(tmp_path / name, true_label=truth, predicted_label=predicted)
    (experiment,) = open_workspace(tmp_path).experiments
    board = run_leaderboard(experiment, "accuracy")
    first = board.table.iloc[0]
    assert (first["low"], first["high"]) == pytest.approx(
        proportion_confint(36, 40, method="wilson")
    )
    assert board.recommendation is not None
    assert board.recommendation.error == pytest.approx(math.sqrt(0.9 * 0.1 / 40))
    assert wrong_of(experiment.run("good")) == "Wrong of 40 test examples"


def test_the_best_of_many_owes_something_to_having_been_picked(five: Any) -> None:
    board = run_leaderboard(five[0])
    assert board.selection is not None
    assert board.selection.method == "bootstrap"
    assert board.selection.naive == board.standings[0].score
    assert board.selection.low < board.selection.corrected < board.selection.high
    assert sum(s.share_selected for s in board.standings) == pytest.approx(1)
    assert run_leaderboard(five[0], selection=False).selection is None


def test_other_figures_are_held_against_the_largest_deviation(five: Any) -> None:
    board = run_leaderboard(five[0], "macro_f1")
    assert board.by_examples is not None
    assert board.by_examples.test == "bootstrap"
    for standing in board.standings:
        assert standing.interval.method == "bootstrap"
        assert standing.interval.low < standing.score < standing.interval.high
    others = board.standings[1:]
    assert all(s.p_examples <= s.p_examples_corrected for s in others)
    # All labels are alike here, so macro F1 tells the runs apart as accuracy does.
    assert board.ties == run_leaderboard(five[0]).ties


def test_the_table_has_a_row_for_every_run_the_best_first(five: Any) -> None:
    board = run_leaderboard(five[0])
    table = board.table
    assert table["run"].tolist() == [s.run for s in board.standings]
    assert table["score"].is_monotonic_decreasing
    assert table["only_best"].isna().tolist() == [True, False, False, False, False]
    assert str(table["indistinguishable_from_best"].dtype) == "boolean"


def test_every_row_twice_halves_no_difference_and_sharpens_the_test(tmp_path: Path) -> None:
    wrong = {"a": range(10), "b": range(2, 16)}
    once = run_leaderboard(recorded(tmp_path / "once", wrong, 60))
    doubled = {n: [*places, *(60 + p for p in places)] for n, places in wrong.items()}
    twice = run_leaderboard(recorded(tmp_path / "twice", doubled, 120))
    assert once.of("b").score == twice.of("b").score
    assert (twice.of("b").only_best, twice.of("b").only_this) == (12, 4)
    assert twice.of("b").p_examples < once.of("b").p_examples


def test_names_and_their_order_change_nothing(tmp_path: Path) -> None:
    wrong = {"a": range(5), "b": range(3, 20), "c": range(9)}
    one = run_leaderboard(recorded(tmp_path / "one", wrong))
    other = run_leaderboard(
        recorded(tmp_path / "other", {f"z-{n}": wrong[n] for n in reversed(sorted(wrong))})
    )
    for name in wrong:
        mine, theirs = one.of(name), other.of(f"z-{name}")
        np.testing.assert_equal(
            (mine.p_examples_corrected, mine.indistinguishable, mine.interval),
            (theirs.p_examples_corrected, theirs.indistinguishable, theirs.interval),
        )


def test_runs_without_any_difference_are_the_same(tmp_path: Path) -> None:
    experiment = recorded(tmp_path, {"a": range(5), "b": range(5)})
    board = run_leaderboard(experiment)
    assert board.of("b").p_examples_corrected == 1
    assert board.of("b").indistinguishable is True
    assert board.selection is not None
    assert board.of("a").share_selected == 1
    assert run_leaderboard(experiment, "macro_f1").of("b").p_examples_corrected == 1


def test_a_run_with_fewer_answers_is_not_judged_and_costs_the_others_nothing(
    tmp_path: Path,
) -> None:
    recorded(tmp_path / "s", {"a": range(5), "b": range(20)}, 60)
    truth = np.arange(40) % 3
    record(tmp_path / "s" / "c", true_label=list(LABELS[truth]),
           predicted_label=answers(truth, range(8)))  # fmt: skip
    (experiment,) = open_workspace(tmp_path).experiments
    board = run_leaderboard(experiment)
    assert board.paired == 60
    assert board.of("c").indistinguishable is None
    assert board.of("c").why_not == "it answered 40 of 60 examples"


def test_lists_of_mistakes_are_judged_as_all_answers_would_be() -> None:
    (experiment,) = (
        e for e in open_workspace(DATA / "rasa" / "grid").experiments if e.name == "intents"
    )
    board = run_leaderboard(experiment)
    ids = {
        run.run: set(experiment.predictions(run.run).collect()["example"])
        for run in experiment.runs
    }
    best = board.standings[0].run
    assert board.paired == 30
    for standing in board.standings[1:]:
        assert standing.only_best == len(ids[standing.run] - ids[best])
        assert standing.only_this == len(ids[best] - ids[standing.run])
    assert run_leaderboard(experiment, "macro_f1").best is not None


def test_folds_alone_are_held_against_the_corrected_t_test() -> None:
    board = run_leaderboard(of(a_run("a", *FIRST), a_run("b", *SECOND)))
    assert board.best is not None
    assert board.best.run == "a"
    assert board.of("b").p_folds == pytest.approx(0.590976, abs=5e-7)
    assert board.of("b").judged_by == "folds"
    assert board.ties == ["b"]
    assert board.of("a").interval.method == "folds"
    assert board.selection is not None
    assert board.selection.method == "held-out folds"


def test_losses_fall() -> None:
    runs = [a_run("a", *FIRST, metric="log_loss"), a_run("b", *SECOND, metric="log_loss")]
    board = run_leaderboard(of(*runs))
    assert board.standings[0].run == "b"
    assert board.of("a").p_folds == pytest.approx(0.590976, abs=5e-7)
    assert board.selection is not None
    assert board.selection.naive == pytest.approx(np.mean(SECOND))
    assert board.selection.bound >= board.selection.naive
    assert board.selection.optimism >= 0


def test_folds_that_are_others_are_not_compared() -> None:
    marked = [
        a_run(name, *FIRST, tags={"splits_fingerprint": mark})
        for name, mark in (("a", "1"), ("b", "2"))
    ]
    board = run_leaderboard(of(*marked, a_run("c", *FIRST[:3]), a_run("d")))
    assert [board.of(name).indistinguishable for name in "abcd"] == [None] * 4
    assert board.of("b").why_not.endswith("its folds are not those of the best")
    assert board.of("c").why_not.endswith("its folds are not those of the best")
    assert board.of("d").why_not == "it has no such score"


def test_only_equals_are_compared() -> None:
    halving = [
        a_run("a", *FIRST, resource=100.0), a_run("b", *SECOND, resource=100.0),
        a_run("c", *(0.9, 0.9, 1, 0.9, 0.9), resource=50.0),
    ]  # fmt: skip
    board = run_leaderboard(of(*halving))
    assert board.compared == 2
    assert [s.run for s in board.standings] == ["a", "b", "c"]
    assert board.of("c").indistinguishable is None
    assert board.of("c").why_not == "it was given another amount to learn from"


def test_scores_without_folds_or_answers_are_not_judged() -> None:
    runs = [a_run(name, metrics={"accuracy": 0.5}) for name in "ab"]
    board = run_leaderboard(of(*runs))
    assert board.of("b").indistinguishable is None
    assert board.of("b").why_not == "its answers were not kept"
    assert math.isnan(board.of("b").interval.low)
    assert board.recommendation is None


def test_a_single_run_is_not_judged_but_has_the_interval_of_its_folds() -> None:
    board = run_leaderboard(of(a_run("a", *FIRST)))
    (standing,) = board.standings
    assert (standing.indistinguishable, board.best) == (None, None)
    reach = 2.7764451052 * np.std(FIRST, ddof=1) * math.sqrt(1 / 5 + 1 / 4)
    assert standing.interval.method == "folds"
    assert standing.interval.low == pytest.approx(np.mean(FIRST) - reach)
    assert standing.interval.high == pytest.approx(np.mean(FIRST) + reach)
    (alone,) = run_leaderboard(of(a_run("a", 0.8))).standings
    assert alone.interval.method == ""


@pytest.mark.parametrize("wrong", [0, 1, 7, 59, 60])
def test_a_single_run_has_the_interval_that_it_has_among_others(tmp_path: Path, wrong: int) -> None:
    alone = recorded(tmp_path / "alone", {"a": range(wrong)})
    both = recorded(tmp_path / "both", {"a": range(wrong), "b": range(30)})
    for metric in ("accuracy", "macro_f1", "matthews_correlation"):
        (found,) = run_leaderboard(alone, metric).standings
        among = run_leaderboard(both, metric).of("a").interval
        assert found.interval.method == among.method
        bounds = (found.interval.low, found.interval.high)
        if metric == "accuracy":
            assert bounds == pytest.approx(proportion_confint(60 - wrong, 60, method="wilson"))
            assert bounds == pytest.approx((among.low, among.high))
        else:  # other draws of the same bootstrap
            assert bounds == pytest.approx((among.low, among.high), abs=0.03)


def test_a_single_run_that_answered_examples_several_times_counts_them_once(
    tmp_path: Path,
) -> None:
    both = repeated(tmp_path, 3)
    alone = Experiment("alone", "classification", both.runs[:1])
    (found,), among = run_leaderboard(alone).standings, run_leaderboard(both).of("a").interval
    assert (found.interval.low, found.interval.high) == (among.low, among.high)
    assert found.interval.method == "bootstrap"


def test_a_run_without_scores_is_no_obstacle() -> None:
    assert isinstance(run_leaderboard(of(a_run("a"), a_run("b"))), Leaderboard)


def test_the_fastest_within_one_standard_error_is_named(tmp_path: Path) -> None:
    board = run_leaderboard(recorded(tmp_path, {"a": range(10), "b": range(9, 21), "c": range(40)}))
    found = board.recommendation
    assert found is not None
    # The best is right in 50 of 60: one standard error is 0.048, and b is right in 48.
    assert found.error == pytest.approx(math.sqrt(50 / 60 * 10 / 60 / 60))
    assert (found.run, found.by, found.candidates, found.over) == (
        "b",
        "fit_seconds",
        2,
        "examples",
    )
    assert [board.of(n).within_one_error for n in "abc"] == [True, True, False]


def test_without_all_times_no_run_is_called_the_fastest() -> None:
    runs = [a_run("a", *FIRST, fit_seconds=2.0), a_run("b", *FIRST)]
    found = run_leaderboard(of(*runs)).recommendation
    assert found is not None
    assert (found.run, found.by, found.candidates, found.over) == ("", "", 2, "folds")


def repeated(folder: Path, times: int) -> Experiment:
    """Two runs that answered 30 examples `times` times, in three folds each time."""
    truth = np.tile(np.arange(30) % 3, times)
    fold = [(row % 30) % 3 + 3 * (row // 30) for row in range(30 * times)]
    for name, wrong in (("a", range(4)), ("b", range(9))):
        record(
            folder / name, true_label=list(LABELS[truth]),
            predicted_label=answers(truth, [w + 30 * t for w in wrong for t in range(times)]),
            example=[str(row % 30) for row in range(30 * times)], fold=fold,
        )  # fmt: skip
    (experiment,) = open_workspace(folder).experiments
    return experiment


def test_examples_that_come_in_several_folds_count_once(tmp_path: Path) -> None:
    once, thrice = repeated(tmp_path / "1", 1), repeated(tmp_path / "3", 3)
    few, many = run_leaderboard(once), run_leaderboard(thrice)
    assert few.paired == many.paired == 30
    assert few.by_examples is not None
    assert many.by_examples is not None
    assert (few.by_examples.test, many.by_examples.test) == ("mcnemar", "bootstrap")
    assert few.selection is not None
    assert many.selection is not None
    assert few.selection.corrected == pytest.approx(many.selection.corrected)
    wide, narrow = few.standings[0].interval, many.standings[0].interval
    assert narrow.method == "bootstrap"
    assert narrow.high - narrow.low == pytest.approx(wide.high - wide.low, rel=0.2)


def test_the_size_of_folds_is_counted_or_the_assumption_said(tmp_path: Path) -> None:
    once, thrice = repeated(tmp_path / "1", 1).runs[0], repeated(tmp_path / "3", 3).runs[0]
    for run, folds, repeats in ((once, 3, False), (thrice, 9, True)):
        design = fold_design(run, range(folds))
        assert (design.ratio, design.repeats) == (1 / 2, repeats)
        assert design.said == f"each of {folds} folds holds out 10 of 30 examples"


@pytest.mark.parametrize(
    ("folds", "ratio", "said"),
    [
        (5, 1 / 4, "assuming one cross-validation of 5 folds"),
        (100, 1 / 9, "assuming 10 repetitions of 10 folds"),
        (15, 1 / 4, "assuming 3 repetitions of 5 folds"),
        (13, 1 / 12, "assuming one cross-validation of 13 folds"),
    ],
)
def test_where_nothing_tells_the_folds_are_assumed(folds: int, ratio: float, said: str) -> None:
    design = fold_design(a_run("a"), range(folds))
    assert (design.ratio, design.said) == (pytest.approx(ratio), said)


def test_folds_of_the_same_examples_say_nothing_of_others(tmp_path: Path) -> None:
    truth = list(LABELS[np.arange(6) % 3])
    for name in "ab":
        record(tmp_path / name, true_label=truth * 2, predicted_label=truth * 2,
               example=[*"123456"] * 2, fold=[0] * 6 + [1] * 6)  # fmt: skip
    (experiment,) = open_workspace(tmp_path).experiments
    assert math.isnan(fold_design(experiment.runs[0], [0, 1]).ratio)
    folds = shared_folds(experiment, ["a", "b"], "accuracy")
    assert folds is None or math.isnan(folds.design.ratio)


def test_a_list_of_mistakes_is_not_judged_through_a_run_that_is_left_out(tmp_path: Path) -> None:
    """What it answered of the best one's first examples is in no file: it never saw them."""
    report: dict[str, Any] = {"tags": {"supports_fingerprint": "later"}, "examples": 5}
    best = stored(tmp_path, "best", answered("xxyyz"), metrics={"accuracy": 1.0}, examples=5,
                  tags={"supports_fingerprint": "earlier"})  # fmt: skip
    later = answered("xzzxx", "yyzxx").assign(example=[f"e{place}" for place in range(2, 7)])
    unscored = stored(tmp_path, "unscored", later, **report)
    listed = stored(tmp_path, "listed", later[:1], MISTAKES, ("x", "y", "z"), **report,
                    metrics={"accuracy": 0.8})  # fmt: skip
    board = run_leaderboard(of(best, unscored, listed), "accuracy")
    assert board.by_examples is None
    assert board.of("listed").indistinguishable is None
    assert board.of("listed").why_not == (
        "one of the two lists mistakes only, and nothing says that both had the same examples"
    )


def test_a_summary_of_one_run_needs_no_statistics(tmp_path: Path) -> None:
    truth = list(LABELS[np.arange(6) % 3])
    record(tmp_path / "only", true_label=truth, predicted_label=truth)
    open_workspace(tmp_path)
    code = (
        "import sys; from diagnostics.command.main import app; "
        f"app(['summary', {str(tmp_path)!r}, '--json'], standalone_mode=False); "
        "print(*sys.modules, file=sys.stderr)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True
    )
    loaded = answer.stderr.split()
    assert "diagnostics.workspace" in loaded
    assert "scipy" not in loaded
