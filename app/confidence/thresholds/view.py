"""Where to draw the line: what a threshold on the confidence answers, withholds and gets wrong."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import streamlit as st

from app.confidence import distribution
from app.confidence.choices import short_names
from app.confidence.thresholds import cached, cards, finder, tables
from app.confidence.thresholds.choices import (
    Selection,
    choose_none_labels,
    choose_threshold,
    number,
    use,
)
from app.frame import session
from app.widgets.missing import keep_hint, missing
from app.widgets.numbers import counted, known_split
from diagnostics import Evidence, Experiment, Run
from diagnostics.charts.thresholds import LEVEL, risk_coverage_chart
from diagnostics.confidence.fallback import FallbackSettings, fallback_settings
from diagnostics.confidence.risk_coverage import operating_point
from diagnostics.confidence.selective_counts import SelectiveCounts

if TYPE_CHECKING:
    import pandas as pd

#: With fewer answers a threshold is hardly more than a guess.
FEW = 20


def show(experiment: Experiment, runs: list[Run], split: str | None, label: str | None) -> None:
    """The whole view; `runs` are the chosen run and those laid over it."""
    run = runs[0]
    if not _can_choose(run, split, label):
        return
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        st.subheader("Where to draw the line", anchor=False)
        none_labels = choose_none_labels(run)
    comparable = [run, *(other for other in runs[1:] if other.has(_NEEDED))]
    chosen = Selection(comparable, split, label, none_labels).of_probabilities()
    counts = chosen.counts()
    if not _has_answers(counts):
        return
    settings = fallback_settings(run.config)
    threshold = choose_threshold(counts, settings)
    _say_what_is_special(chosen, counts)
    cards.show(chosen, counts, operating_point(counts, threshold))
    left, right = st.columns([7, 5])
    with right.container(border=True, height="stretch"):
        target = finder.show(chosen, counts, settings)
    with left.container(border=True, height="stretch"):
        _show_curve(chosen, threshold, target, settings)
    tables.show(chosen, threshold, target, settings)


_NEEDED = Evidence.PREDICTIONS | Evidence.TRUTH | Evidence.CONFIDENCE


def _can_choose(run: Run, split: str | None, label: str | None) -> bool:
    """Whether coverage can be computed; else one sentence says why not."""
    if run.has(_NEEDED):
        return True
    if not run.has(Evidence.CONFIDENCE):
        what = "The answers of this run have no confidence, so no threshold can divide them."
        hint = "Pass probabilities= to diagnostics.record, or add a column confidence."
        missing(what, hint)
    elif not run.has(Evidence.TRUTH):
        what = "Nothing says which label is true, so right and wrong cannot be told apart."
        missing(what, "Add a column true_label to the predictions.")
    else:
        finder.show_mistakes_only(run, split, label)
        hint = "Run rasa test nlu --successes." if run.reader == "rasa" else keep_hint(run)
        what = "Right answers were not kept: what a threshold would answer cannot be computed."
        missing(what, hint)
    return False


def _has_answers(counts: SelectiveCounts) -> bool:
    """Whether anything is left to divide; confidences are probabilities here."""
    if not counts.candidates:
        hint = "Choose other answers above."
        if counts.abstained:
            hint = f"{counts.abstained:,} examples got no answer from the model itself."
        missing("No answer here has both a confidence and a true label.", hint)
        return False
    low, high = counts.confidence[-1], counts.confidence[0]
    if not counts.is_probability:
        what = f"The confidences go from {low:.3g} to {high:.3g}: scores, not probabilities."
        missing(what, "Record probabilities between 0 and 1, as predict_proba gives them.")
        return False
    return True


def _say_what_is_special(chosen: Selection, counts: SelectiveCounts) -> None:
    """What stands out of the usual, and what is not counted."""
    if not counts.errors:
        st.info("Every answer is right: on these examples no threshold is needed.")
    elif counts.errors == counts.candidates:
        st.info("Every answer is wrong: a threshold can only withhold them all.")
    elif counts.candidates < FEW:
        few = counted(counts.candidates, "answer")
        st.info(f"Only {few}: every figure here is very uncertain.")
    of_split = known_split(chosen.split or chosen.run.split)
    parts = [counted(counts.total, f"{of_split} example".strip())]
    if chosen.scored:
        parts.append(distribution.left_out(chosen.scored))
    if counts.abstained:
        parts.append(
            f"{counts.abstained:,} of them got no answer from the model itself; they count as "
            "withheld, while lists of examples go by the confidence alone"
        )
    if counts.left_out:
        parts.append(f"{counts.left_out:,} more have no true label or no confidence")
    st.caption(". ".join(parts) + ".")


def _show_curve(
    chosen: Selection, threshold: float, target: float, settings: FallbackSettings | None
) -> None:
    import pandas as pd

    st.subheader("How much is answered, how much of it is wrong", anchor=False)
    st.caption("A click on the line takes its threshold. The band is 95%, at each point by itself.")
    parts, names = [], short_names(chosen.runs)
    for run in chosen.runs:
        place = session.place(run)
        curve = cached.risk_curve(place, chosen.split, chosen.none_labels, chosen.label)
        parts.append(curve.assign(run=names[run.run]))
    chart = risk_coverage_chart(
        pd.concat(parts),
        _points(chosen, threshold, settings),
        runs=list(names.values()),
        target=target,
    )
    alt = f"Share of wrong among the answered against coverage, marked at {number(threshold)}"
    st.altair_chart(chart, key="threshold_curve", on_select=_clicked, alt=alt)


def _clicked() -> None:
    """A click on the curve."""
    levels = st.session_state["threshold_curve"]["selection"].get(LEVEL) or []
    if levels and math.isfinite(levels[0].get("threshold", math.nan)):
        use(levels[0]["threshold"])


def _points(chosen: Selection, threshold: float, settings: FallbackSettings | None) -> pd.DataFrame:
    """Where every run stands with the threshold, and the chosen one as it is configured."""
    import pandas as pd

    names = short_names(chosen.runs)
    wanted = [(run, "chosen", threshold) for run in chosen.runs]
    if settings is not None and settings.threshold != threshold:
        wanted.insert(0, (chosen.run, "configured", settings.threshold))
    rows = []
    for run, kind, at in wanted:
        point = operating_point(chosen.counts(run), at)
        if point.answered:
            rows.append((names[run.run], kind, at, point.coverage, point.risk))
    return pd.DataFrame(rows, columns=["run", "kind", "threshold", "coverage", "risk"])
