"""What the Compare page says of two runs, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from diagnostics import Comparison
from diagnostics.statistics.metric_names import metric_text

#: A p-value below it is called evidence.
ALPHA = 0.05
#: Below this many fixed and broken examples not even all in one direction are evidence.
FEWEST = 6


@dataclass(frozen=True)
class Verdict:
    """A headline of our own words, and two lines that may hold names of runs."""

    side: Literal["better", "worse", "open"]
    headline: str
    sentence: str
    figures: str = ""


def verdict(comparison: Comparison) -> Verdict:
    """Which run is better, by how much, and whether that is evidence."""
    if not comparison.has_truth:
        return _agreement(comparison)
    moved = comparison.fixed + comparison.broken
    sentence = _net(comparison)
    if not moved:
        return Verdict("open", "No difference", sentence)
    figures = _figures(comparison)
    if comparison.mcnemar_p < ALPHA:
        better = comparison.net > 0
        headline = f"Evidence that the new run is {'better' if better else 'worse'}"
        return Verdict("better" if better else "worse", headline, sentence, figures)
    if moved < FEWEST:
        tell = "1 example tells" if moved == 1 else f"{moved} examples tell"
        sentence += (
            f" Only {tell} the runs apart: "
            f"fewer than {FEWEST} cannot be evidence, even if all speak for one run."
        )
    return Verdict("open", "No evidence that either run is better", sentence, figures)


def _agreement(comparison: Comparison) -> Verdict:
    both = comparison.agreement
    sentence = (
        f"{comparison.b} and {comparison.a} give different answers to {both.disagree:,} of "
        f"{_counted(both.examples, 'example')} ({both.disagreement:.1%}, 95 % interval "
        f"{both.low:.1%} to {both.high:.1%}, Wilson). Without true labels nothing says which of "
        "them is right: those examples are the ones to label."
    )
    return Verdict("open", "No true labels: how far the runs agree", sentence)


def _net(comparison: Comparison) -> str:
    moved = f"{comparison.fixed:,} fixed, {comparison.broken:,} broken"
    if not comparison.net:
        return f"{comparison.b} and {comparison.a} answer equally many examples rightly: {moved}."
    more = "more" if comparison.net > 0 else "fewer"
    return (
        f"{comparison.b} answers {abs(comparison.net):,} {more} of "
        f"{_counted(comparison.paired, 'example')} rightly than {comparison.a}: {moved}."
    )


def _figures(comparison: Comparison) -> str:
    row = comparison.metrics.set_index("metric").loc["accuracy"]
    old, new = (metric_text("accuracy", float(row[side])) for side in ("a", "b"))
    points = [_points(float(row[name])) for name in ("difference", "low", "high")]
    return (
        f"Accuracy {old} → {new}: {points[0]} points, 95 % interval {points[1]} to {points[2]}. "
        f"McNemar's exact test: {p_text(comparison.mcnemar_p)}; "
        f"mid-p: {p_text(comparison.mcnemar_midp)}."
    )


def _points(difference: float) -> str:
    """A difference of shares in percentage points; no -0.00."""
    return f"{round(100 * difference, 2) + 0.0:+.2f}"


def p_text(p: float) -> str:
    """A p-value in a sentence: two digits, four decimals at most."""
    if p < 0.0001:
        return "p < 0.0001"
    return f"p = {p:.4f}" if p < 0.001 else f"p = {p:.3f}" if p < 0.1 else f"p = {p:.2f}"


def mcnemar_help() -> str:
    """What the test and the interval are."""
    return (
        "McNemar's test asks whether fixed and broken could be equally likely: only examples that "
        "one run got right and the other wrong tell them apart. p is how often chance alone makes "
        f"a surplus at least as large; below {ALPHA} it is called evidence here. The exact test "
        "is cautious; mid-p counts what was seen by half, keeps its level in practice and finds "
        "more (Fagerland, Lydersen and Laake 2013).\n\n"
        "The interval is the middle 95 % of the difference over 1,000 resamples of the examples, "
        "both runs on the same ones (paired bootstrap)."
    )


def permutation_help() -> str:
    """What the p-value of a metric is."""
    return (
        "Two-sided permutation test: the answers of the two runs to an example are exchanged with "
        "probability ½, for all examples, 1,000 times. p is the share of these times in which the "
        "difference is at least as large, the one that was seen counted in, so never below 0.001. "
        "That of accuracy is McNemar's exact p. Nine metrics are nine looks at the same answers: "
        "decide beforehand which one counts."
    )


def left_out(comparison: Comparison) -> list[str]:
    """What could not be paired and why, and what else a reader must know, a line each."""
    lines = list(comparison.notes)
    if comparison.unpaired.total:
        reasons = " ".join(comparison.unpaired.reasons(comparison.a, comparison.b))
        lines.append(f"Not compared: {_counted(comparison.unpaired.total, 'example')}. {reasons}")
    return lines


def _counted(n: int, noun: str) -> str:
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"
