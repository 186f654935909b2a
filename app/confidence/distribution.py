"""The Confidence page's first view: how sure right and wrong answers were."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from app.confidence import cached
from app.confidence.choices import Choice, short_names
from app.frame import session
from app.widgets.missing import missing
from app.widgets.numbers import counted, known_split
from diagnostics import Run
from diagnostics.charts.confidence import (
    BAR,
    Value,
    confidence_histogram_chart,
    overlaid_histogram_chart,
)
from diagnostics.confidence.histogram import ConfidenceCounts, histogram_bars
from diagnostics.confidence.probability_table import percent

if TYPE_CHECKING:
    import altair as alt

_HEIGHTS: dict[str, Value] = {"Counts": "n", "Shares": "share"}
#: Numbers of bins that divide the 1,000 of the calibration cube.
_BINS = ("10", "20", "50", "100")
#: What a bar opens, by its outcome.
_RANKINGS = {"right": "confident-correct", "wrong": "confident-mistakes", "unjudged": "all"}


def counts_of(choice: Choice) -> dict[str, ConfidenceCounts]:
    """The counts of every run, by its name; the page ends where they are no probabilities."""
    counts_by_run = {
        run.run: cached.counts(session.place(run), choice.split, choice.label)
        for run in choice.runs
    }
    counts = counts_by_run[choice.runs[0].run]
    if not counts.is_probability:
        what = f"The confidences go from {counts.lowest:.3g} to {counts.highest:.3g}:"
        hint = "Record probabilities between 0 and 1, as predict_proba gives them."
        missing(f"{what} scores, not probabilities.", hint)
        st.stop()
    if not counts.total:
        missing("No answer here has a confidence.", "Choose other answers above.")
        st.stop()
    return {
        name: counts_by_run[name] for name in counts_by_run if counts_by_run[name].is_probability
    }


def show_distribution(choice: Choice) -> None:
    """The confidence of right and wrong answers; a bar opens its examples."""
    counts_by_run = counts_of(choice)
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        st.subheader(f"{_what(list(counts_by_run.values()))} by confidence", anchor=False)
        with st.container(horizontal=True, width="content", vertical_alignment="center"):
            value, bins = _choose_bars(overlaid=len(counts_by_run) > 1)
    _say_what_is_counted(choice, counts_by_run)
    names = short_names(choice.runs)
    bars = histogram_bars({names[run]: counts for run, counts in counts_by_run.items()}, bins=bins)
    if len(counts_by_run) > 1:
        runs = [names[run] for run in counts_by_run]
        chart: alt.Chart | alt.LayerChart = overlaid_histogram_chart(bars, runs)
        description = f"Confidence of right and wrong answers of {len(counts_by_run)} runs"
    else:
        chart = confidence_histogram_chart(bars, value=value)
        description = "Right answers upwards and wrong ones downwards, by confidence"
    # Another set of bars has another key: what was clicked in one means nothing in the other.
    key = f"confidence_bars_{bins}_{len(counts_by_run)}"
    event = st.altair_chart(chart, key=key, on_select="rerun", alt=description)
    clicked = event["selection"].get(BAR)
    if clicked:
        open_bar(choice, clicked[0])


def _what(found: list[ConfidenceCounts]) -> str:
    """What there is to see."""
    if all(counts.only_mistakes for counts in found):
        return "Mistakes"
    return "Right and wrong answers" if any(counts.judged for counts in found) else "Answers"


def _choose_bars(*, overlaid: bool) -> tuple[Value, int]:
    """Counts or shares, and how many bins; runs of different sizes are compared in shares."""
    value = "Shares"
    if not overlaid:
        value = st.segmented_control(
            "Heights",
            list(_HEIGHTS),
            default="Counts",
            key="confidence_heights",
            bind="query-params",
            required=True,
            label_visibility="collapsed",
        )
    bins = st.selectbox(
        "Bins",
        _BINS,
        index=1,
        key="confidence_bins",
        bind="query-params",
        format_func=lambda bins: f"{bins} bins",
        label_visibility="collapsed",
        width=110,
    )
    return _HEIGHTS[value or "Counts"], int(bins)  # an empty value in a link is none


def _say_what_is_counted(choice: Choice, counts_by_run: dict[str, ConfidenceCounts]) -> None:
    """How many answers of which split, what is left out, and what the files do not have."""
    run = choice.runs[0]
    counts = counts_by_run[run.run]
    said = counted(counts.total, f"{of_split(run, choice)} answer")
    if counts.only_mistakes:
        said = f"Only mistakes are in this run's files: {counts.wrong.sum():,} of them"
    elif counts.judged:
        said += f": {counts.right.sum():,} right, {counts.wrong.sum():,} wrong"
    parts = [said, *_mean_confidence(counts)]
    if not counts.judged:
        parts.append("No true label is known, so right and wrong cannot be told apart")
    elif counts.unjudged.any():
        parts.append(f"{counts.unjudged.sum():,} have no true label")
    if counts.missing:
        parts.append(f"{counts.missing:,} have no confidence and are left out")
    if len(counts_by_run) < len(choice.runs):
        parts.append(left_out(len(choice.runs) - len(counts_by_run)))
    if len(counts_by_run) > 1:
        parts.append(
            "Each run's mistakes add up to 100%"
            if counts.only_mistakes
            else "Each run's right answers add up to 100%, and so do its wrong ones"
        )
    parts.append(f"A click on a {'point' if len(counts_by_run) > 1 else 'bar'} opens its examples")
    st.caption(". ".join(parts) + ".")


def left_out(n: int) -> str:
    """Of runs that are laid over, but whose confidence is none."""
    runs = counted(n, "run") + " laid over"
    return f"{runs} {'has' if n == 1 else 'have'} scores instead of probabilities: left out"


def _mean_confidence(counts: ConfidenceCounts) -> list[str]:
    """How sure right and wrong answers were on average."""
    right, wrong = percent(counts.sure_right), percent(counts.sure_wrong)
    if counts.right.any() and counts.wrong.any():
        return [f"On average the right ones were {right} sure and the wrong ones {wrong}"]
    if counts.judged:
        return [f"On average they were {right if counts.right.any() else wrong} sure"]
    return []


def of_split(run: Run, choice: Choice) -> str:
    """The split that is shown, as a word before "answers"."""
    return known_split(choice.split or run.split) or "evaluated"


def open_bar(choice: Choice, bar: dict[str, Any]) -> None:
    """Go to the examples of one bin of confidence; without `outcome` to all of them.

    Its `run`, if it has one, is as `short_names` calls it.
    """
    names = {short: run for run, short in short_names(choice.runs).items()}
    session.go(
        "examples.py",
        run=names.get(bar.get("run", ""), choice.runs[0].run),
        above=bound(bar["lower"]) if bar["lower"] > 0 else None,
        below=bound(bar["upper"]) if bar["upper"] < 1 else None,
        by=_RANKINGS.get(str(bar.get("outcome", "unjudged")), "all"),
        predicted=choice.label,
        split=choice.split,
    )


def bound(confidence: float) -> str:
    """A bound of the confidence as the link has it: the shortest decimal for the same float."""
    return repr(float(confidence))
