"""From a target or from costs to a threshold, each with a button that takes it."""

from __future__ import annotations

import math

import streamlit as st

from app.confidence.thresholds import cached
from app.confidence.thresholds.choices import Selection, choose_cost, choose_target, number, use
from app.frame import session
from diagnostics import Run
from diagnostics.confidence.fallback import FallbackSettings
from diagnostics.confidence.probability_table import percent
from diagnostics.confidence.risk_coverage import dividing_decimal
from diagnostics.confidence.selective_counts import SelectiveCounts
from diagnostics.confidence.thresholds import (
    DELTA,
    TargetThreshold,
    guaranteed_threshold,
    needed_without_mistake,
    observed_threshold,
)

#: Where mistakes alone are known, what thresholds are looked at.
LEVELS = (0.3, 0.5, 0.7, 0.8, 0.9, 0.95)


def show(chosen: Selection, counts: SelectiveCounts, settings: FallbackSettings | None) -> float:
    """The card; returns the target."""
    st.subheader("Find a threshold", anchor=False)
    target = choose_target(counts)
    _show_observed(observed_threshold(counts, target))
    _show_guaranteed(guaranteed_threshold(counts, target))
    st.divider()
    _show_cheapest(chosen)
    if settings is not None:
        st.divider()
        _show_configured(chosen, settings)
    return target


def _line(title: str, threshold: float, words: str, *, key: str) -> None:
    """A threshold with its button, and what it is worth."""
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        st.markdown(f"{title}: **{number(threshold)}**", width="stretch")
        if math.isfinite(threshold):
            st.button("Use", key=key, on_click=use, args=(threshold,), width="content")
    st.caption(words)


def _show_observed(proposal: TargetThreshold) -> None:
    title = "On these answers"
    if not proposal.reached:
        words = f"No threshold reaches this: the lowest share of wrong ones is {_share(proposal)}."
        _line(title, proposal.threshold, words, key="use_observed")
        return
    words = (
        f"Answers {percent(proposal.coverage)}, {percent(proposal.risk)} of them wrong "
        f"(95%: {percent(proposal.low)} to {percent(proposal.high)}). Chosen by these very "
        "answers, so expect a little more on others."
    )
    _line(title, proposal.threshold, words, key="use_observed")


def _show_guaranteed(proposal: TargetThreshold) -> None:
    title = "Promised for others like them"
    if proposal.reached:
        words = (
            f"Answers {percent(proposal.coverage)}; at most {percent(proposal.high)} wrong, "
            f"promised with {1 - DELTA:.0%} (exact bound, shared by {proposal.tried} thresholds "
            "tried; Geifman and El-Yaniv 2017)."
        )
    elif proposal.target <= 0:
        words = "No number of examples can promise that nothing is wrong."
    else:
        words = (
            f"Too few answers, or too many wrong, to promise this: {_share(proposal)} is the "
            "lowest that can be promised here. It takes at least "
            f"{needed_without_mistake(proposal.target):,} answers, all of them right."
        )
    _line(title, proposal.threshold, words, key="use_guaranteed")


def _share(proposal: TargetThreshold) -> str:
    return percent(proposal.nearest) if math.isfinite(proposal.nearest) else "unknown"


def _show_cheapest(chosen: Selection) -> None:
    cost = choose_cost()
    place = session.place(chosen.run)
    proposal = cached.cheapest(place, chosen.split, chosen.none_labels, chosen.label, cost)
    if math.isinf(proposal.threshold):
        words = "To withhold every answer would cost least."
    else:
        everything, nothing = _times(proposal.cost_of_all), _times(proposal.cost_of_none)
        words = (
            f"{_times(proposal.cost)} for 100 examples, against {everything} with everything "
            f"answered and {nothing} with nothing. In 95% of 1,000 resamples the best lay between "
            f"{number(proposal.low)} and {_or_nothing(proposal.high)}. If a confidence of 80% "
            f"meant right in 80 of 100, it would be {number(proposal.calibrated)} (Chow 1970)."
        )
    _line("Costs least", proposal.threshold, words, key="use_cheapest")


def _times(cost: float) -> str:
    return f"{cost * 100:,.1f}"


def _or_nothing(threshold: float) -> str:
    return "no answer at all" if math.isinf(threshold) else number(threshold)


def _show_configured(chosen: Selection, settings: FallbackSettings) -> None:
    default = "" if settings.given else " (Rasa's default)"
    words = f"{settings.component} in this run's configuration. It also withholds what is less "
    words += "than "
    words += ambiguity_words(chosen, settings.threshold, settings.ambiguity_threshold)
    _line(f"Configured{default}", settings.threshold, words, key="use_configured")


def ambiguity_words(chosen: Selection, threshold: float, ambiguity: float) -> str:
    """What an ambiguity threshold withholds besides, after "less than", where it is known."""
    place = session.place(chosen.run)
    counts = cached.ambiguous(
        place, chosen.split, chosen.none_labels, chosen.label, threshold, ambiguity
    )
    ahead = f"{number(ambiguity)} ahead of the runner-up"
    if not counts.is_known:
        return (
            f"{ahead}; that is not counted here: of {counts.unknown:,} of the {counts.answered:,} "
            "answers these files do not say how probable the runner-up was."
        )
    kept = f", {percent(counts.risk)} of them wrong" if counts.kept else ""
    return (
        f"{ahead}: {counts.ambiguous:,} of the {counts.answered:,} answers from "
        f"{number(threshold)} on, {counts.ambiguous_wrong:,} of them wrong. "
        f"That leaves {counts.kept:,}{kept}."
    )


def show_mistakes_only(run: Run, split: str | None, label: str | None) -> None:
    """How many of the listed mistakes a threshold would stop: all that mistakes alone can say."""
    counts = cached.selective(session.place(run), split, (), label)
    if not counts.candidates:
        return
    st.subheader("Mistakes that a threshold would stop", anchor=False)
    with st.grid(len(LEVELS), min_column_width=110):
        for level in LEVELS:
            stopped = int(counts.wrong[counts.confidence < level].sum())
            with st.container(border=True, gap="xsmall"):
                st.metric(f"Below {level:g}", percent(stopped / counts.errors))
                st.caption(f"{stopped:,} of {counts.errors:,}")
                if st.button(
                    "Examples",
                    icon=":material/list_alt:",
                    type="tertiary",
                    key=f"threshold_stopped_{level:g}",
                    disabled=not stopped,
                ):
                    bound = repr(dividing_decimal(counts, level))
                    _open_stopped(bound, split, label)


def _open_stopped(bound: str, split: str | None, label: str | None) -> None:
    chosen = {"predicted": label, "split": split}
    session.go("examples.py", below=bound, by="confident-mistakes", **chosen)
