"""Below the curve: the runs at the threshold, the classes, and the threshold as config."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from app.confidence.choices import short_names
from app.confidence.thresholds import cached
from app.confidence.thresholds.choices import Selection, choose_ambiguity
from app.confidence.thresholds.finder import ambiguity_words
from app.frame import session
from app.widgets.clickable_tables import clicked_row
from app.widgets.labels import named, told_apart
from app.widgets.numbers import PERCENT, in_percent, threshold_format
from diagnostics.confidence.class_thresholds import ENOUGH
from diagnostics.confidence.fallback import (
    FallbackSettings,
    python_line,
    rasa_config,
    threshold_json,
    yaml_lines,
)
from diagnostics.confidence.probability_table import percent
from diagnostics.confidence.risk_coverage import dividing_decimal, operating_point
from diagnostics.confidence.thresholds import observed_threshold

if TYPE_CHECKING:
    import pandas as pd


_VERDICTS = {
    "guaranteed": "promised",
    "observed": "on these answers only",
    "not reached": "not reached",
    "too few": f"fewer than {ENOUGH} answers",
}
#: Pixels of a column of figures and of the labels, and characters of these: nine columns fit on a
#: narrow screen.
WIDTH, LABEL_WIDTH, LONGEST = 98, 210, 30
#: Pixels of the columns of the table of runs: shares, rankings, names.
RUN_WIDTH, RANK_WIDTH, NAME_WIDTH = 76, 66, 180
_AT_TARGET = "Answered with the lowest threshold that reaches the target on these answers"
_WRONG = "Of those that are answered"
_FORMATS = {"Rasa": "yaml", "YAML": "yaml", "Python": "python", "JSON": "json"}


def show(
    chosen: Selection, threshold: float, target: float, settings: FallbackSettings | None
) -> None:
    """The cards below the curve."""
    left, right = st.columns([7, 5])
    with left.container(border=True, height="stretch"):
        _show_runs(chosen, threshold, target)
    with right.container(border=True, height="stretch"):
        _show_export(chosen, threshold, target, settings)
    if chosen.label is None:
        with st.container(border=True):
            _show_classes(chosen, threshold, target)


def _show_runs(chosen: Selection, threshold: float, target: float) -> None:
    """What the threshold and the target do with each run, and how well its confidence ranks."""
    import pandas as pd

    st.subheader("The runs" if len(chosen.runs) > 1 else "The run", anchor=False)
    rows, names = [], short_names(chosen.runs)
    for run in chosen.runs:
        counts, place = chosen.counts(run), session.place(run)
        point, reached = operating_point(counts, threshold), observed_threshold(counts, target)
        figures = cached.figures(place, chosen.split, chosen.none_labels, chosen.label)
        rows.append(
            {
                "run": names[run.run],
                "answered": point.coverage,
                "risk": point.risk,
                "at_target": reached.coverage if reached.reached else None,
                "auroc": figures.auroc,
                "aurc": figures.aurc,
                "best_aurc": figures.best_aurc,
            }
        )
    percents: dict[str, Any] = {"format": PERCENT, "width": RUN_WIDTH}
    st.dataframe(
        in_percent(pd.DataFrame(rows), "answered", "risk", "at_target"),
        hide_index=True,
        placeholder="–",
        column_config={
            "run": st.column_config.TextColumn("Run", width=NAME_WIDTH),
            "answered": st.column_config.NumberColumn("Answered", **percents),
            "risk": st.column_config.NumberColumn("Wrong", help=_WRONG, **percents),
            "at_target": st.column_config.NumberColumn("At target", help=_AT_TARGET, **percents),
            "auroc": st.column_config.NumberColumn("AUROC", format="%.3f", width=RANK_WIDTH),
            "aurc": st.column_config.NumberColumn("AURC", format="%.4f", width=RANK_WIDTH),
            "best_aurc": st.column_config.NumberColumn("Best", format="%.4f", width=RANK_WIDTH),
        },
        alt="What the threshold does in each run",
    )
    st.caption(
        "AUROC: how often a right answer is surer than a wrong one; 0.5 is chance. AURC: the mean "
        "share of wrong ones over all coverages; best, if every right answer were surer than every "
        "wrong one. Answers of equal confidence count as in random order."
    )


def _show_classes(chosen: Selection, threshold: float, target: float) -> None:
    """One line a class; a click opens what is still answered wrongly."""
    st.subheader("Each class by itself", anchor=False)
    place = session.place(chosen.run)
    table = cached.by_class(place, chosen.split, chosen.none_labels, target, threshold)
    enough = table[table["verdict"] != "too few"]
    reached = enough[enough["answered"] > 0]
    st.caption(
        f"The lowest threshold of each predicted class with at most {100 * target:.3g}% wrong: "
        f"{_together(chosen, reached, len(table))} A click opens what the threshold above still "
        "answers wrongly."
    )
    short = told_apart(table["label"], LONGEST)
    shown = named(_for_table(table).assign(label=table["label"].map(short)), longest=LONGEST)
    row = clicked_row(
        shown,
        _columns(table),
        key="threshold_classes",
        alt="A threshold for each class",
        is_open=True,
    )
    if row is not None:
        bound = repr(dividing_decimal(chosen.counts(), threshold))
        session.go(
            "examples.py",
            predicted=str(table["label"][row]),
            above=bound,
            by="confident-mistakes",
            split=chosen.split,
        )


def _together(chosen: Selection, reached: pd.DataFrame, n_labels: int) -> str:
    """What the classes' own thresholds do together."""
    if not len(reached):
        return f"none of {n_labels:,} has one."
    answered, wrong = int(reached["answered"].sum()), int(reached["wrong_answered"].sum())
    share = answered / max(chosen.counts().total, 1)
    return (
        f"{len(reached):,} of {n_labels:,} have one; together they answer {percent(share)}, "
        f"{wrong:,} of {answered:,} wrong."
    )


def _for_table(table: pd.DataFrame) -> pd.DataFrame:
    """Shares in place of counts, verdicts in words."""
    shares = table.assign(
        answered_share=(table["answered"] / table["answers"]).where(table["answered"] > 0),
        now_share=table["answered_now"] / table["answers"],
        risk_now=table["wrong_now"] / table["answered_now"].where(table["answered_now"] > 0),
        said=table["verdict"].map(_VERDICTS),
    )
    return in_percent(shares, "risk", "answered_share", "now_share", "risk_now")


def _columns(table: pd.DataFrame) -> dict[str, Any]:
    thresholds: dict[str, Any] = {"width": WIDTH}
    own, promised = threshold_format(table["threshold"]), threshold_format(table["guaranteed"])
    number = st.column_config.NumberColumn
    percents: dict[str, Any] = {"format": PERCENT, "width": WIDTH}
    return {
        "label": st.column_config.TextColumn("Predicted class", width=LABEL_WIDTH),
        "answers": number("Answers", format="localized", width=WIDTH),
        "risk": number("Wrong", **percents),
        "now_share": number("Answered now", help="With the threshold above", **percents),
        "risk_now": number("Wrong now", help="Of those, with the threshold above", **percents),
        "threshold": number("Own threshold", format=own, **thresholds),
        "answered_share": number("Answered then", help="With its own threshold", **percents),
        "guaranteed": number("Promised", format=promised, help=_PROMISED, **thresholds),
        "said": st.column_config.TextColumn("Target"),
    }


_PROMISED = "The lowest threshold whose exact bound holds for other answers, too, with 95%"


def _show_export(
    chosen: Selection, threshold: float, target: float, settings: FallbackSettings | None
) -> None:
    """The threshold as lines of config."""
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        st.subheader("As config", anchor=False)
        form = st.segmented_control(
            "As config",
            list(_FORMATS),
            default="Rasa" if chosen.run.reader == "rasa" else "Python",
            key="threshold_format",
            bind="query-params",
            required=True,
            label_visibility="collapsed",
        )
    if form == "Rasa":
        ambiguity = choose_ambiguity(settings)
        text = rasa_config(threshold, ambiguity=ambiguity, current=settings)
        if ambiguity:
            words = ambiguity_words(chosen, threshold, ambiguity)
            st.caption(f"It also withholds what is less than {words}")
    elif form == "Python":
        text = python_line(threshold)
    elif form == "YAML":
        text = yaml_lines(threshold, by_label=_own_thresholds(chosen, threshold, target))
    else:
        text = threshold_json(
            operating_point(chosen.counts(), threshold),
            run=chosen.run.run,
            split=chosen.split or chosen.run.split,
            none_labels=chosen.none_labels,
            predicted_label=chosen.label,
            by_label=_own_thresholds(chosen, threshold, target),
        )
    # Wrapped: the comment on a line says what it means.
    st.code(
        text,
        language=_FORMATS[form],
        wrap_lines=True,
        height=230 if form in ("JSON", "YAML") else "content",
    )


def _own_thresholds(chosen: Selection, threshold: float, target: float) -> dict[str, float] | None:
    """The classes' own thresholds, of those that have one; None where one class is looked at."""
    if chosen.label is not None:
        return None
    place = session.place(chosen.run)
    table = cached.by_class(place, chosen.split, chosen.none_labels, target, threshold)
    known = table.dropna(subset=["threshold"])
    return dict(zip(known["label"], known["threshold"].astype(float), strict=True))
