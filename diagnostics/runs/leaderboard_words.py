"""A leaderboard in sentences: the page and the command say the same."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from diagnostics.statistics.metric_names import in_a_sentence, is_known, is_percentage, metric_text

if TYPE_CHECKING:
    from diagnostics.runs.standings import Leaderboard, Standing
    from diagnostics.runs.tests_against_best import AgainstBest
    from diagnostics.workspace import Experiment

_TESTS = {
    "mcnemar": "exact McNemar test on the {paired} examples that all answered",
    "bootstrap": "bootstrap of the differences on the {paired} examples that all answered",
    "folds": "corrected resampled t-test",
}
_CORRECTIONS = {"mcnemar": "Holm", "bootstrap": "the largest deviation", "folds": "Holm"}
_INTERVALS = {
    "wilson": "Wilson's",
    "bootstrap": "percentiles of the bootstrap over examples",
    "folds": "of the folds' mean with the corrected standard error",
}


def best_words(board: Leaderboard) -> str:
    """The best score with its interval, and how many others cannot be told from it.

    "" where no run may be called the best.
    """
    best = board.best
    if best is None:
        return ""
    interval = interval_text(board.metric, best)
    bounds = f" ({interval})" if interval else ""
    score = f"{_sentence(_metric(board))} {metric_text(board.metric, best.score)}{bounds}."
    return f"{score} {tie_words(board) or why_nothing_was_tested(board)}".strip()


def direction_words(experiment: Experiment, metric: str) -> str:
    """That nothing says which way is up; "" where the files or the metric's name do."""
    from diagnostics.workspace.scores import direction

    if metric not in _measured(experiment) or direction(experiment, metric) is not None:
        return ""
    return f"Whether more {metric} is better is not known: the highest stands first."


def _measured(experiment: Experiment) -> set[str]:
    return {score.metric for run in experiment.runs for score in run.scores}


def tie_words(board: Leaderboard) -> str:
    """How many of the others cannot be told from the best; "" where nothing was tested."""
    decides = deciding_test(board)
    if decides is None:
        return ""
    n, tested = len(_ties(decides)), decides.tested
    if tested == 1:
        who = (
            "The other run" if len(board.standings) == 2 else "The only other that may be compared"
        )
        return f"{who} can{'not' if n else ''} be told from it."
    if not n:
        return f"All {tested:,} others can be told from it."
    who = "None of the" if n == tested else f"{n:,} of the"
    return f"{who} {tested:,} others {'can' if n == tested else 'cannot'} be told from it."


def test_words(board: Leaderboard) -> str:
    """Which test says so, corrected for how many comparisons; "" where nothing was tested."""
    decides = deciding_test(board)
    if decides is None:
        return ""
    tested = decides.tested
    test = _sentence(_TESTS[decides.test].format(paired=f"{board.paired:,} {board.split}".strip()))
    counted = f", corrected for {tested:,} comparisons by {_CORRECTIONS[decides.test]}"
    words = f"{test}{counted if tested > 1 else ''}, at 5 %."
    return " ".join([words, *_second_opinion(board, decides), *_left_out(board)])


def deciding_test(board: Leaderboard) -> AgainstBest | None:
    """The test that decides: by examples where there is one, else by folds; None without any."""
    tests = (test for test in (board.by_examples, board.by_folds) if test and test.tested)
    return next(tests, None)


def _ties(test: AgainstBest) -> list[str]:
    from diagnostics.runs.standings import ALPHA

    return [run for run, p in zip(test.runs, test.corrected, strict=True) if p > ALPHA]


def _second_opinion(board: Leaderboard, decides: AgainstBest) -> list[str]:
    folds = board.folds
    if board.by_folds is None or folds is None or not board.by_folds.tested:
        return []
    if decides is board.by_folds:
        return [f"{_sentence(folds.design.said)}."]
    n, tested, k = len(_ties(board.by_folds)), board.by_folds.tested, len(folds.folds)
    return [f"By its {k:,} folds alone it would be {n:,} of {tested:,} ({_TESTS['folds']})."]


def _left_out(board: Leaderboard) -> list[str]:
    n = sum(standing.indistinguishable is None for standing in board.standings)
    if not n:
        return []
    return [f"{n:,} more {'was' if n == 1 else 'were'} not judged."]


def why_nothing_was_tested(board: Leaderboard) -> str:
    """Why no run could be held against the best; "" where one was, or there is only one run."""
    if deciding_test(board) is not None or board.best is None:
        return ""
    if board.compared < 2:
        return "No other run was given as much to learn from, with all of its folds."
    reasons = {s.why_not for s in board.standings if s.is_peer and s.why_not}
    why = f" ({reasons.pop()})" if len(reasons) == 1 else ""
    return f"Whether another run is as good cannot be said{why}."


def standing_words(board: Leaderboard, run: str) -> str:
    """One run against the best; "" for the best itself, and where there is no best."""
    standing, best = board.of(run), board.best
    if best is None or best is standing:
        return ""
    if standing.indistinguishable is None:
        return f"Not held against the best: {standing.why_not}."
    verdict = "Cannot" if standing.indistinguishable else "Can"
    return f"{verdict} be told from the best: {'; '.join(_evidence(standing))}."


def _evidence(standing: Standing) -> list[str]:
    """The p-values of the tests that were made, the deciding one first."""
    evidence = []
    for by, p, corrected in (
        ("over examples", standing.p_examples, standing.p_examples_corrected),
        ("over folds", standing.p_folds, standing.p_folds_corrected),
    ):
        if math.isfinite(p):
            evidence.append(f"p = {_p(corrected)} {by}, {_p(p)} before the correction")
    if standing.only_best is not None and standing.only_this is not None:
        evidence.append(
            f"{standing.only_best:,} examples only the best answered rightly, "
            f"{standing.only_this:,} only this one"
        )
    return evidence


def _p(value: float) -> str:
    return f"{value:.2g}" if value >= 0.0001 else "less than 0.0001"


def recommendation_words(board: Leaderboard, experiment: Experiment) -> str:
    """How much faster the recommended run is than the best; "" where that says nothing."""
    found, best = board.recommendation, board.best
    if found is None or best is None or not found.by:
        return ""
    what = "Fitting" if found.by == "fit_seconds" else "Answering"
    mine, theirs = (getattr(experiment.run(name), found.by) for name in (found.run, best.run))
    if best.run == found.run:
        return f"{what} took {_seconds(mine)}: the best is the fastest, too."
    return f"{what} took {_seconds(mine)}, that of the best {_seconds(theirs)}."


def recommendation_rule(board: Leaderboard) -> str:
    """Among which runs the recommended one is the fastest; "" where there is none."""
    recommendation = board.recommendation
    if recommendation is None:
        return ""
    rule = "the corrected standard error" if recommendation.corrected else "one standard error"
    error = _difference(board.metric, recommendation.error)
    size = f"{rule} of the best ({error}, over {recommendation.over})"
    if recommendation.candidates == 1:
        return f"No other run is within {size}."
    missing = "" if recommendation.by else "; not all say how long they took"
    return f"{recommendation.candidates:,} runs are within {size}{missing}."


def selection_words(board: Leaderboard) -> str:
    """What is to be expected of the pick, and how often it would have been another.

    "" where that cannot be said.
    """
    selection, best = board.selection, board.best
    if selection is None or best is None or not math.isfinite(selection.corrected):
        return ""
    low, high = (metric_text(board.metric, value) for value in (selection.low, selection.high))
    bounds = f" ({low} to {high})" if selection.low < selection.high else ""
    owed = _difference(board.metric, selection.optimism)
    # What rounds to nothing is not worth a number.
    is_lucky = selection.optimism > 0 and owed.strip("0. points")
    luck = (
        f": {owed} of the best score are the luck of being picked" if is_lucky else " of the pick"
    )
    return (
        f"Expect {metric_text(board.metric, selection.corrected)}{bounds}{luck} out of "
        f"{board.selected_among:,}. {_rivals(board, best)}"
    )


def selection_method(board: Leaderboard) -> str:
    """How that was found; "" where it was not."""
    selection = board.selection
    if selection is None or not math.isfinite(selection.corrected):
        return ""
    if selection.method == "bootstrap":
        return (
            f"Picked on {selection.repetitions:,} bootstrap samples, scored on what they left out "
            "(BBC); the 95 % interval is conservative."
        )
    bound = metric_text(board.metric, selection.bound)
    return (
        f"Picked without one of {selection.repetitions:,} folds and scored on that one. The "
        f"estimate of Tibshirani and Tibshirani, which tends to be pessimistic, is {bound}."
    )


def _rivals(board: Leaderboard, best: Standing) -> str:
    """How often another run would have been picked, and which one most often."""
    shares = [
        (standing.share_selected, -place, standing.run)
        for place, standing in enumerate(board.standings)
        if standing is not best and standing.share_selected > 0
    ]
    tries = "resamples" if board.selection and board.selection.method == "bootstrap" else "tries"
    if not shares:
        return f"No other is picked in any of the {tries}."
    share, _, name = max(shares)
    total, often = _share(1 - best.share_selected), _share(share)
    return f"Another is picked in {total} of {tries}, most often {name} ({often})."


def _share(value: float) -> str:
    return "fewer than 1%" if value < 0.005 else f"{value:.0%}"


def interval_text(metric: str, standing: Standing) -> str:
    """The bounds of a score as they are written; "" where there are none."""
    low, high = standing.interval.low, standing.interval.high
    if math.isnan(low) or math.isnan(high):
        return ""
    return f"{metric_text(metric, low)} to {metric_text(metric, high)}"


def run_interval_words(board: Leaderboard, run: str) -> str:
    """The interval of one run's score and what it is; "" where there is none."""
    standing = board.of(run)
    bounds = interval_text(board.metric, standing)
    if not bounds:
        return ""
    how = _INTERVALS[standing.interval.method]
    return f"95 % interval of the {_metric(board)}: {bounds} ({how})."


def interval_words(board: Leaderboard) -> str:
    """What the intervals of the scores are; "" without any."""
    methods = dict.fromkeys(s.interval.method for s in board.standings if s.interval.method)
    said = "; ".join(_INTERVALS[method] for method in methods)
    return f"95 % intervals: {said}." if said else ""


def _metric(board: Leaderboard) -> str:
    return in_a_sentence(board.metric) if is_known(board.metric) else "score"


def _difference(metric: str, value: float) -> str:
    """The size of a difference: percentage points, or the metric's own units."""
    return f"{value * 100:.1f} points" if is_percentage(metric) else f"{value:.3f}"


def _seconds(value: float) -> str:
    return f"{value:,.2f} s" if value < 10 else f"{value:,.0f} s"


def _sentence(words: str) -> str:
    return words[0].upper() + words[1:]


__all__ = [
    "best_words",
    "direction_words",
    "deciding_test",
    "interval_text",
    "interval_words",
    "recommendation_rule",
    "recommendation_words",
    "run_interval_words",
    "selection_method",
    "selection_words",
    "standing_words",
    "test_words",
    "tie_words",
    "why_nothing_was_tested",
]
