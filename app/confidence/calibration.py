"""The Confidence page's second view: how far the confidence can be taken at its word."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from app.confidence import cached, recalibration
from app.confidence.calibration_words import figure_rows
from app.confidence.choices import Choice, short_names
from app.confidence.distribution import counts_of, left_out, of_split, open_bar
from app.frame import session
from app.widgets.example_table import HEAD
from app.widgets.labels import letters_in
from app.widgets.missing import keep_hint, missing
from app.widgets.numbers import counted
from diagnostics import Run
from diagnostics.charts.reliability import POINT, overlaid_reliability_chart, reliability_chart
from diagnostics.confidence.corp import corp_line
from diagnostics.confidence.levels import ConfidenceLevels
from diagnostics.confidence.probability_table import percent
from diagnostics.confidence.reliability import ECE_BINS, ENOUGH, Binning, reliability_bins, verdict

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

#: Pixels of a row of figures, three lines high, and how many are shown before the table scrolls.
FIGURE_HEIGHT, FIGURES = 66, 7
#: Pixels of a column of values beside the diagram; and where the table has the page to itself, of
#: such columns together, and of one at most.
VALUE_WIDTH, VALUES_WIDTH, WIDEST = 115, 560, 190
#: How far the probabilities of an answer may be from adding up to 1 without a word.
_OFF = 0.005
_BINNINGS: dict[str, Binning] = {"Equal width": "width", "Equal mass": "mass"}
_KINDS = {
    "overconfident": "overconfident",
    "underconfident": "not as sure as they could be",
    "as said": "as often as they say, as far as so many answers can tell",
}


def show_calibration(choice: Choice) -> None:
    """The reliability diagram, its figures in words, and what would mend the confidence."""
    runs = _judged(choice)
    levels = {
        run.run: cached.levels(session.place(run), choice.split, choice.label) for run in runs
    }
    with st.container(gap="xsmall"):
        for run in runs:
            _say_verdict(run, levels[run.run], is_one=len(runs) == 1)
    diagram, figures = _cards(len(runs))
    with diagram:
        _show_diagram(choice, runs, levels)
    with figures:
        _show_figures(choice, runs, levels)
    with st.container(border=True):
        recalibration.show(choice, runs)


def _cards(runs: int) -> tuple[DeltaGenerator, DeltaGenerator]:
    """The cards of the diagram and of its figures: side by side, unless each run has a column."""
    if runs > 1:
        return st.container(border=True), st.container(border=True)
    left, right = st.columns([5, 8], gap="medium")
    return left.container(border=True, height="stretch"), right.container(
        border=True, height="stretch"
    )


def _judged(choice: Choice) -> list[Run]:
    """The runs with answers known to be right or wrong; the page ends if the chosen has none."""
    counts = counts_of(choice)
    chosen = counts[choice.runs[0].run]
    if not chosen.judged:
        what = "No true label is known here: whether the confidence holds cannot be told."
        missing(what, "Add a column true_label to the predictions.")
        st.stop()
    if chosen.only_mistakes:
        what = "Only mistakes are in this run's files: how often answers are right is not known."
        of_rasa = "Run rasa test nlu --successes to keep the right answers, too."
        missing(what, of_rasa if choice.runs[0].reader == "rasa" else keep_hint(choice.runs[0]))
        st.stop()
    kept = [run for run in choice.runs if run.run in counts]
    return [run for run in kept if counts[run.run].judged and not counts[run.run].only_mistakes]


def _say_verdict(run: Run, levels: ConfidenceLevels, *, is_one: bool) -> None:
    judgement = verdict(levels)
    if judgement is None:
        return
    which = f"answers above {judgement.above:.0%}" if judgement.above else "answers"
    if len(levels.confidence) == 1:
        which = "all answers are equally sure, which tells none from another; they"
    sure, right = percent(judgement.mean_confidence), percent(judgement.accuracy)
    low, high = percent(judgement.low), percent(judgement.high)
    interval = f"{judgement.n:,} answers, 95% interval {low} to {high}"
    sentence = f"{which} are right {right} of the time and {sure} sure: {_KINDS[judgement.kind]}."
    if judgement.n < ENOUGH:
        noun = "answer is" if judgement.n == 1 else "answers are"
        sentence = f"{judgement.n:,} {noun} too few to say whether the confidence holds."
    sentence = sentence[0].upper() + sentence[1:] if is_one else f"{run.run}: {sentence}"
    st.text(f"{sentence} ({interval}.)" if judgement.n >= ENOUGH else sentence)


def _show_diagram(choice: Choice, runs: list[Run], levels: dict[str, ConfidenceLevels]) -> None:
    import pandas as pd

    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        st.subheader("Reliability", anchor=False)
        asked = st.segmented_control(
            "Bins",
            list(_BINNINGS),
            default="Equal width",
            key="confidence_binning",
            bind="query-params",
            required=True,
            label_visibility="collapsed",
        )
    binning = _BINNINGS[asked or "Equal width"]  # an empty value in a link is none
    names = short_names(choice.runs)
    tables = [
        reliability_bins(levels[run.run], binning=binning).assign(run=names[run.run])
        for run in runs
    ]
    bins = pd.concat(tables, ignore_index=True)
    st.caption(_about_the_diagram(choice, runs, levels, binning))
    if len(runs) > 1:
        chart = overlaid_reliability_chart(bins, [names[run.run] for run in runs])
    else:
        chance = cached.chance(session.place(runs[0]), choice.split, choice.label)
        chart = reliability_chart(bins, corp_line(levels[runs[0].run]), chance.band)
    event = st.altair_chart(
        chart,
        key=f"confidence_reliability_{binning}",
        on_select="rerun",
        alt=f"Share of right answers against confidence, {len(runs)} runs",
    )
    clicked = event["selection"].get(POINT)
    if clicked:
        open_bar(choice, clicked[0])


def _about_the_diagram(
    choice: Choice, runs: list[Run], levels: dict[str, ConfidenceLevels], binning: Binning
) -> str:
    n = levels[runs[0].run].total
    width = "equally wide" if binning == "width" else "equally filled"
    parts = [
        f"{counted(n, of_split(runs[0], choice) + ' answer')} in {ECE_BINS} {width} bins, "
        "with Wilson intervals of 95%; a click on a point opens its answers."
    ]
    scored = len(choice.runs) - len(counts_of(choice))
    if scored:
        parts.append(f"{left_out(scored)}.")
    unjudged = sum(int(counts_of(choice)[run.run].unjudged.sum()) for run in runs)
    if unjudged:
        noun = "answer has" if unjudged == 1 else "answers have"
        parts.append(f"{unjudged:,} {noun} no true label: not counted here, but listed there.")
    if len(runs) == 1:
        parts.append(
            "The line is the best fit that never falls (CORP); if the confidence were true, it "
            "would lie in the grey band in 90% of 1,000 draws. Bars: how many answers."
        )
    return " ".join(parts)


def _show_figures(choice: Choice, runs: list[Run], levels: dict[str, ConfidenceLevels]) -> None:
    import pandas as pd

    st.subheader("Figures", anchor=False)
    tables, off = [], 0.0
    for run in runs:
        place = session.place(run)
        scores = None if choice.label else cached.scores(place, choice.split)
        chance = cached.chance(place, choice.split, choice.label)
        tables.append(list(figure_rows(levels[run.run], chance, scores)))
        off = max(off, scores.off_sum if scores else 0.0)
    if off > _OFF:
        st.caption(
            f"The probabilities of an answer should add up to 1; some are {off:.2f} off that. All "
            "figures take them as they are."
        )
    meanings = {name: meaning for table in tables for name, _, meaning in table}
    shown = pd.DataFrame({"figure": list(meanings)})
    for place_of_run, table in enumerate(tables):
        values = {name: value for name, value, _ in table}
        shown[place_of_run] = [values.get(name) for name in meanings]
    shown["meaning"] = list(meanings.values())
    text = st.column_config.TextColumn
    width = VALUE_WIDTH if len(runs) == 1 else min(VALUES_WIDTH // len(runs), WIDEST)
    names = short_names(runs, letters_in(width))
    called = ["Value"] if len(runs) == 1 else [names[run.run] for run in runs]
    st.dataframe(
        shown.rename(columns=str),
        hide_index=True,
        row_height=FIGURE_HEIGHT,
        height=HEAD + FIGURE_HEIGHT * min(len(shown), FIGURES),
        placeholder="–",
        column_config={
            "figure": text("Figure", width=150),
            "meaning": text("What it says", width=365),
            **{str(number): text(name, width=width) for number, name in enumerate(called)},
        },
        alt="Figures of calibration with what they say",
    )
