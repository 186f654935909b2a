"""What the ranking is worth: the best and its ties, the fast one, what the pick will score."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from app.frame import session, workspaces
from diagnostics import Experiment, Run
from diagnostics.runs.leaderboard import run_leaderboard
from diagnostics.runs.leaderboard_words import (
    best_words,
    recommendation_rule,
    recommendation_words,
    selection_method,
    selection_words,
    standing_words,
    test_words,
)

if TYPE_CHECKING:
    from diagnostics.runs.standings import Leaderboard

COMPARE = "comparison.py"


@st.cache_data(max_entries=24, show_spinner="Holding every run against the best…")
def _leaderboard(place: workspaces.Place, metric: str, _experiment: Experiment) -> Leaderboard:
    return run_leaderboard(_experiment, metric)


def board(experiment: Experiment, metric: str) -> Leaderboard:
    """The experiment's leaderboard, computed once for a state of the folder."""
    return _leaderboard(session.place(experiment.runs[0]), metric, experiment)


def show_verdict(experiment: Experiment, judged: Leaderboard) -> None:
    """The best, the fastest within one standard error, and what the pick will score: three cards.

    All runs of the experiment count, whatever the table is narrowed to, for all were tried.
    """
    best = judged.best
    if best is None or len(judged.standings) < 2:
        return
    recommended = judged.recommendation
    expected = selection_words(judged)
    cards = st.columns(1 + (recommended is not None) + bool(expected), border=True)
    with cards[0]:
        title = "Highest" if judged.rises else "Lowest"
        _card(title, best.run, best_words(judged), test_words(judged))
    if recommended is not None:
        with cards[1]:
            words = recommendation_words(judged, experiment)
            rule = recommendation_rule(judged)
            _card("Fastest within one standard error", recommended.run, words, rule)
    if expected:
        with cards[-1]:
            _card("What the pick will score", "", expected, selection_method(judged))


def _card(title: str, run: str, words: str, method: str) -> None:
    """A name is a button that picks the run for all pages; a name alone is shown as it is."""
    with st.container(gap=None):
        st.caption(title)
        if run:
            key = f"runs_pick_{title.split()[0].lower()}"
            st.button(
                _plain(run), key=key, type="tertiary", on_click=session.choose, kwargs={"run": run}
            )
        if words:
            st.text(words)
    if method:
        st.caption(method)


def _plain(name: str) -> str:
    """A name as a label that Markdown cannot take for anything else."""
    from diagnostics.runs.table_formats import markdown_text

    return markdown_text(name)


def show_against_best(run: Run, judged: Leaderboard) -> None:
    """What is known of one run against the best, and the ways to the examples that tell."""
    best = judged.best
    words = standing_words(judged, run.run)
    if best is None or not words:
        return
    st.text(words)
    if best.run == run.run:
        return
    standing = judged.of(run.run)
    with st.container(horizontal=True, gap="small"):
        is_paired = standing.only_best is not None
        if is_paired and st.button("Compare with the best", icon=":material/compare_arrows:"):
            session.go(COMPARE, run=run.run, against=best.run)
        for outcome, n, who in (
            ("fixed", standing.only_this, "only this one"),
            ("broken", standing.only_best, "only the best"),
        ):
            if n:
                label = f"{n:,} that {who} got right"
                if st.button(label, icon=":material/list_alt:", key=f"runs_{outcome}"):
                    session.go(
                        "examples.py", run=run.run, against=best.run, outcome=outcome, by="all"
                    )
