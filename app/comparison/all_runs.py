"""The Compare page's second view: all runs that can be laid side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from app.comparison import cached
from app.comparison.agreement import show_agreement
from app.comparison.choices import split_in_link
from app.comparison.suspects import show_suspects
from app.comparison.verdict import opens
from app.frame import session
from app.widgets.clickable_tables import clicked_cell
from app.widgets.numbers import known_split
from diagnostics import Experiment, Run
from diagnostics.charts.agreement import runs_right_chart, votes_chart
from diagnostics.predictions.aligned_runs import alignable_runs
from diagnostics.predictions.completeness import lists_only_mistakes

if TYPE_CHECKING:
    import pandas as pd

    from app.frame.workspaces import Place

#: Runs that are left out and listed with their reasons.
LISTED = 40


def show_all(experiment: Experiment, run: Run) -> None:
    """Everything about the runs that can be laid side by side with this one."""
    runs, reasons = alignable_runs(experiment, run)
    # One place for all of them, so that picking another run aligns nothing anew.
    place = session.place(next(other for other in runs if other.split == run.split))
    _say_which(runs, reasons, run.split, place)
    if cached.consensus_of(place).judged:
        _show_counts(runs, run.split, place)
        left, right = st.columns(2)
        with left.container(border=True, height="stretch"):
            _show_votes(place)
        with right.container(border=True, height="stretch"):
            _show_consensus(place)
    with st.container(border=True):
        show_agreement(place)
    if cached.consensus_of(place).judged:
        with st.container(border=True):
            show_suspects(runs, run.split, place)
        with st.container(border=True):
            _show_lonely(run.split, place)


def _say_which(runs: list[Run], reasons: dict[str, str], split: str, place: Place) -> None:
    common, seen, conflicting = cached.shared_examples(place)
    noun = f"{known_split(split)} example{'s' * (common != 1)}"
    words = [f"{len(runs):,} runs on the {common:,} {noun} that all of them answered"]
    words.append(f", of {seen:,} that any of them has." if common < seen else ".")
    if not cached.consensus_of(place).judged:
        words.append(" Without true labels nothing is right or wrong: only how alike they answer.")
    if conflicting:
        words.append(f" {conflicting:,} are left out because the runs' true labels differ.")
    st.caption("".join(words))
    if reasons:
        noun = "1 other run is" if len(reasons) == 1 else f"{len(reasons):,} other runs are"
        with st.expander(f"{noun} not among them"):
            for name, why in list(reasons.items())[:LISTED]:
                st.text(f"{name}: {why}.")


def _show_counts(runs: list[Run], split: str, place: Place) -> None:
    """How the examples fall between the runs; each number opens its examples."""
    consensus, alone = cached.consensus_of(place), cached.lonely(place)
    own = alone[alone["run"] == session.run().run].iloc[0]
    # What no file lists cannot be opened: right answers of runs that kept only their mistakes.
    is_listed = not all(map(lists_only_mistakes, runs))
    right, wrong = int(own["only_this_right"]), int(own["only_this_wrong"])
    counts = (
        ("never-right", consensus.never_right, consensus.never_right, "Read them"),
        ("always-right", consensus.always_right, consensus.always_right, "Read them"),
        ("only-this-wrong", alone["only_this_wrong"].sum(), wrong, f"{wrong:,} by this run"),
        ("only-this-right", alone["only_this_right"].sum(), right, f"{right:,} by this run"),
        ("any-right", consensus.any_right, 0, ""),
    )
    with st.grid(len(counts), min_column_width=165):
        for across, n, listed, label in counts:
            title, meaning = _COUNTS[across]
            with st.container(border=True, gap="small", height="stretch"):
                share = f"{n / consensus.judged:.1%}"
                st.metric(title, f"{n:,}", help=meaning, delta_description=share)
                unlisted = across == "always-right" and not is_listed
                if label and opens(label, across, listed, in_no_file=unlisted):
                    _open_across(across, split)


_COUNTS = {
    "never-right": ("Never right", "Every run is wrong."),
    "always-right": ("Always right", "Every run is right."),
    "only-this-wrong": ("Right in all but one", "One run alone is wrong; the last table has them."),
    "only-this-right": ("Right in one only", "One run alone is right; the last table has them."),
    "any-right": (
        "Ceiling",
        "At least one run is right: what the best choice among their answers could reach.",
    ),
}


def _open_across(across: str, split: str, **more: str) -> None:
    # All of them are right, or all are wrong; none is left out for the lack of a confidence.
    of = session.experiment().run(more.get("run", session.run().run))
    session.go("examples.py", across=across, by="all", split=split_in_link(of, split), **more)


def _show_votes(place: Place) -> None:
    st.subheader("What a vote would gain", anchor=False)
    votes = cached.votes(place)
    st.caption(vote_reading(votes))
    st.altair_chart(votes_chart(votes), alt="Accuracy of votes of the best runs, and its ceiling")
    st.caption(
        "The label that most runs gave wins. A tie goes to the higher sum of confidence, or to the "
        "better run where confidence is unknown or equal. The order of the runs, and the best "
        "number of them, are known from these same examples: the gain is optimistic."
    )


def vote_reading(votes: pd.DataFrame) -> str:
    """What the vote of all and the best vote gain over the best run alone."""
    from app.comparison.words import p_text
    from diagnostics.statistics.mcnemar import mcnemar_exact

    alone, every = votes.iloc[0], votes.iloc[-1]
    best = votes.iloc[int(votes["right"].to_numpy().argmax())]
    gain = 100 * (every["accuracy"] - alone["accuracy"])
    p = float(mcnemar_exact(every["fixed"], every["broken"]))
    words = [
        f"All {len(votes):,} runs together reach {every['accuracy']:.1%}, {gain:+.1f} points "
        f"against the best run alone ({every['fixed']:,} fixed, {every['broken']:,} broken, "
        f"{p_text(p)})."
    ]
    if best["k"] not in (1, every["k"]) and best["right"] == every["right"]:
        words.append(f"The best {best['k']:,} are enough for that.")
    elif best["k"] not in (1, every["k"]):
        words.append(
            f"The best {best['k']:,} reach {best['accuracy']:.1%}, the most of any number."
        )
    words.append(f"No choice among their answers can exceed {every['ceiling']:.1%}.")
    return " ".join(words)


def _show_consensus(place: Place) -> None:
    st.subheader("How many runs were right", anchor=False)
    consensus = cached.consensus_of(place)
    last = len(consensus.by_runs_right) - 1
    st.caption(
        f"Examples by how many of the {last:,} runs answered them rightly: on the left those that "
        "no run gets, on the right those that every run gets."
    )
    st.altair_chart(
        runs_right_chart(consensus), alt=f"Examples by how many of {last} runs were right"
    )


def _show_lonely(split: str, place: Place) -> None:
    """What each run alone gets right or wrong; a click opens it."""
    alone = cached.lonely(place)
    st.subheader("What each run alone gets right or wrong", anchor=False)
    st.caption("The best run first. A click on a number opens its examples in that run.")
    kinds = st.column_config
    columns: dict[str, Any] = {
        "run": kinds.TextColumn("Run", width="medium"),
        "accuracy": kinds.NumberColumn("Accuracy", format="%.1f%%"),
        "only_this_right": kinds.NumberColumn("Only this is right", format="%,d"),
        "only_this_wrong": kinds.NumberColumn("Only this is wrong", format="%,d"),
    }
    clicked = clicked_cell(
        alone.assign(accuracy=100 * alone["accuracy"]),
        columns,
        key="compare_lonely",
        alt=f"What each of {len(alone)} runs alone gets right or wrong",
    )
    if clicked is not None and clicked[1].startswith("only"):
        across = clicked[1].replace("_", "-")
        _open_across(across, split, run=str(alone["run"].iloc[clicked[0]]))
