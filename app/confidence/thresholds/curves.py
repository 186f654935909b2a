"""ROC and precision-recall: every class against all others, or how well confidence tells right."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from app.confidence.choices import NAME
from app.confidence.thresholds import cached
from app.confidence.thresholds.choices import THRESHOLD, choose_none_labels, number
from app.frame import session
from app.widgets.clickable_tables import table_height
from app.widgets.labels import named, shown_label, told_apart
from app.widgets.missing import keep_hint, missing
from app.widgets.numbers import PERCENT, counted, in_percent
from diagnostics import Evidence, Experiment, Run
from diagnostics.charts.thresholds import Kind, rate_curve_chart
from diagnostics.confidence.curves import (
    average_precision,
    correctness_counts,
    macro_points,
    precision_recall_points,
    roc_auc,
    roc_points,
)
from diagnostics.confidence.one_vs_rest import OneVsRest, ScoreCounts

if TYPE_CHECKING:
    import pandas as pd

#: The class's name in the link, and what stands there for all classes.
CLASS = "curve_class"
#: The page's own choice of a class.
LABEL = "confidence_label"
_TABLE = "curve_classes"
#: Characters of a class in the table, beside four columns of figures on a narrow screen.
LONGEST = 70
MICRO, MACRO = "(all classes, micro)", "(all classes, macro)"
_NEEDED = Evidence.PREDICTIONS | Evidence.TRUTH | Evidence.CONFIDENCE
_TITLES: dict[Kind, str] = {"roc": "ROC", "pr": "Precision and recall"}
#: What the axes are where the positives are right answers.
_OF_RIGHT: dict[Kind, tuple[str, str]] = {
    "roc": ("Share of wrong answers that are kept", "Share of right answers that are kept"),
    "pr": ("Share of right answers that are kept", "Share of right among those kept"),
}


@dataclass(frozen=True)
class Curve:
    """One run's curves: its name, points by kind, figures, and the answers' own points."""

    run: str
    points: dict[Kind, pd.DataFrame]
    auc: float
    precision: float
    auc_error: float
    share: float
    marks: list[tuple[Kind, str, float, float]]


def show(experiment: Experiment, runs: list[Run], split: str | None, label: str | None) -> None:
    """The whole view; `runs` are the chosen run and those laid over it."""
    run = runs[0]
    if not run.has(_NEEDED):
        _say_what_is_missing(run)
        return
    comparable = [other for other in runs if other.has(_NEEDED)]
    scores = cached.scores(session.place(run), split)
    if scores is None or not scores.examples:
        _show_correctness(comparable, split, label)
        return
    _show_classes(comparable, scores, split, label)


def _say_what_is_missing(run: Run) -> None:
    if not run.has(Evidence.CONFIDENCE):
        what = "The answers of this run have no confidence, so there is nothing to draw by."
        hint = "Pass probabilities= to diagnostics.record, or add a column per class."
    elif not run.has(Evidence.TRUTH):
        what = "Nothing says which label is true, so right and wrong cannot be told apart."
        hint = "Add a column true_label to the predictions."
    else:
        what = "Right answers were not kept: a curve needs them as well as the mistakes."
        hint = "Run rasa test nlu --successes." if run.reader == "rasa" else keep_hint(run)
    missing(what, hint)


def _show_classes(runs: list[Run], scores: OneVsRest, split: str | None, label: str | None) -> None:
    """Curves of one class, or of their average, and the table of all."""
    areas, averages = cached.areas(session.place(runs[0]), split)
    chosen, threshold = _choose(areas, label)
    curves = [
        curve for run in runs if (curve := _class_curve(run, split, chosen, threshold)) is not None
    ]
    left_out = [run.run for run in runs if run.run not in {curve.run for curve in curves}]
    if not curves or curves[0].run != runs[0].run:
        hint = "Choose another class."
        missing("This class has no examples here, or nothing but its examples.", hint)
    else:
        _say_figures(curves, scores, left_out, chosen)
        _draw(curves)
    with st.container(border=True):
        # The class of the page, where there is one, is the class that is drawn.
        _show_table(areas, averages, scores, chooser=CLASS if label is None else LABEL)


def _choose(areas: pd.DataFrame, label: str | None) -> tuple[str, float | None]:
    """The class, the worst first, and the threshold of the operating point."""
    known = areas.dropna(subset=["auc"])
    options = [*known["label"], MICRO, MACRO]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if label is None:
            if st.session_state.get(CLASS) not in (None, *options):
                del st.session_state[CLASS]
            chosen = st.selectbox(
                "Class, the lowest area first",
                options,
                index=_first(areas, options),
                key=CLASS,
                bind="query-params",
                format_func=shown_label,
                width=420,
            )
        else:
            chosen = label
        threshold = _choose_threshold()
    return chosen, threshold


def _first(areas: pd.DataFrame, options: list[str]) -> int:
    """The worst class; of two, whose areas are equal, the rarer one is the one to be found."""
    if len(areas) == 2 and len(options) == 4:
        return options.index(str(areas.sort_values("support", kind="stable")["label"].iloc[0]))
    return 0


def _choose_threshold() -> float | None:
    """The threshold whose point is marked; empty for none."""
    threshold = st.number_input(
        "Threshold to mark",
        0.0,
        1.0,
        None,
        step=0.01,
        format="%g",
        key=THRESHOLD,
        bind="query-params",
        placeholder="none",
        help="Marks what is left when answers of less confidence are withheld.",
        width=160,
    )
    return None if threshold is None else float(threshold)


def _class_curve(run: Run, split: str | None, chosen: str, threshold: float | None) -> Curve | None:
    """None where the run has no scores, or the class is not among its examples."""
    place = session.place(run)
    scores = cached.scores(place, split)
    if scores is None or not scores.examples:
        return None
    if chosen == MACRO:
        return _macro_curve(run, split, scores)
    if chosen != MICRO and chosen not in scores.labels:
        return None
    counts = scores.micro if chosen == MICRO else scores.of(chosen)
    marks: list[tuple[Kind, str, float, float]] = []
    for what, at in (("the answers themselves", None), (_marked(threshold), threshold)):
        if what:
            point = cached.points(place, split, at)["" if chosen == MICRO else chosen]
            marks.append(("roc", what, point.false_positive_rate, point.recall))
            marks.append(("pr", what, point.recall, point.precision))
    return _curve_of(run, counts, is_exact=scores.is_exact, marks=marks)


def _marked(threshold: float | None) -> str:
    return "" if threshold is None else f"those from {number(threshold)} on"


def _curve_of(
    run: Run,
    counts: ScoreCounts,
    *,
    is_exact: bool = True,
    marks: list[tuple[Kind, str, float, float]],
) -> Curve | None:
    if not counts.n_positives or not counts.n_negatives:
        return None
    area = roc_auc(counts, is_exact=is_exact)
    points: dict[Kind, pd.DataFrame] = {
        "roc": roc_points(counts),
        "pr": precision_recall_points(counts),
    }
    return Curve(
        run=run.run,
        points=points,
        auc=area.value,
        precision=average_precision(counts, is_exact=is_exact).value,
        auc_error=area.error,
        share=counts.n_positives / (counts.n_positives + counts.n_negatives),
        marks=marks,
    )


def _macro_curve(run: Run, split: str | None, scores: OneVsRest) -> Curve:
    areas, averages = cached.areas(session.place(run), split)
    points: dict[Kind, pd.DataFrame] = {
        "roc": macro_points(scores.counts, "roc"),
        "pr": macro_points(scores.counts, "pr"),
    }
    occurring = int((areas["support"] > 0).sum())
    return Curve(
        run=run.run,
        points=points,
        auc=averages["macro"]["auc"],
        precision=averages["macro"]["average_precision"],
        auc_error=float(areas["auc_error"].mean()),
        share=1 / max(occurring, 1),
        marks=[],
    )


def _say_figures(curves: list[Curve], scores: OneVsRest, left_out: list[str], chosen: str) -> None:
    """The areas of the chosen run as cards, and how they came about."""
    first = curves[0]
    with st.grid(4, min_column_width=160):
        st.metric("Area under ROC", f"{first.auc:.4f}", border=True)
        st.metric("Average precision", f"{first.precision:.4f}", border=True)
        st.metric("Share of positives", f"{first.share:.1%}", border=True)
        st.metric("Examples", f"{scores.examples:,}", border=True)
    parts = []
    if chosen == MICRO:
        parts.append("Micro: every score of every class in one pool")
    elif chosen == MACRO:
        parts.append("Macro: the mean of the classes' curves, each class counting the same")
    if not scores.is_exact:
        parts.append(f"Scores were binned; the area is within {first.auc_error:.1g} of the exact")
    if scores.left_out:
        parts.append(f"{scores.left_out:,} examples have no true label or no probabilities")
    if left_out:
        parts.append(f"{len(left_out)} of the runs laid over have no such curve")
    if parts:
        st.caption(". ".join(parts) + ".")


def _draw(curves: list[Curve], axes: dict[Kind, tuple[str, str]] | None = None) -> None:
    """Both charts beside each other, every run in its colour."""
    import pandas as pd

    names = told_apart([curve.run for curve in curves], NAME)
    runs = list(names.values())
    marks = pd.DataFrame(
        [(names[curve.run], *mark) for curve in curves for mark in curve.marks],
        columns=["run", "kind", "what", "x", "y"],
    ).dropna()
    for column, kind in zip(st.columns(2), _TITLES, strict=True):
        with column.container(border=True):
            st.subheader(_TITLES[kind], anchor=False)
            if len(curves) > 1:
                st.caption(_beside(curves, kind))
            points = pd.concat(
                [
                    c.points[kind].assign(run=names[c.run], step=range(len(c.points[kind])))
                    for c in curves
                ]
            )
            chart = rate_curve_chart(
                points.replace([float("inf")], float("nan")),
                marks[marks["kind"] == kind],
                kind=kind,
                runs=runs,
                chance=curves[0].share,
                axes=axes[kind] if axes else None,
            )
            st.altair_chart(chart, alt=f"{_TITLES[kind]} of {len(runs)} runs")


def _beside(curves: list[Curve], kind: Kind) -> str:
    """The areas of the runs in the order of the legend."""
    values = [curve.auc if kind == "roc" else curve.precision for curve in curves]
    name = "Areas" if kind == "roc" else "Average precisions"
    return f"{name}: " + " · ".join(f"{value:.4f}" for value in values)


def _show_table(
    areas: pd.DataFrame,
    averages: dict[str, dict[str, float]],
    scores: OneVsRest,
    *,
    chooser: str,
) -> None:
    """Every class's areas; a click draws its curves, by setting the widget `chooser`."""
    st.subheader("Every class against all others", anchor=False)
    shown = " · ".join(
        f"{name} {figures['auc']:.4f} and {figures['average_precision']:.4f}"
        for name, figures in averages.items()
    )
    undefined = int(areas["auc"].isna().sum())
    words = f"Area under ROC and average precision over the classes: {shown}."
    if undefined:
        said = counted(undefined, "class", "classes")
        be = "is" if undefined == 1 else "are"
        words += f" {said} without examples {be} left out of the averages."
    st.caption(f"{words} A click draws a class.")
    share = areas["support"] / max(scores.examples, 1)
    short = areas["label"].map(told_apart(areas["label"], LONGEST))
    table = in_percent(areas.assign(share=share, label=short), "share")
    columns = _columns()
    st.dataframe(
        named(table),
        height=table_height(table),
        hide_index=True,
        placeholder="–",
        column_order=list(columns),
        column_config=columns,
        alt="Areas of every class",
        key=_TABLE,
        on_select=partial(_row_clicked, list(areas["label"]), chooser),
        selection_mode="single-cell",
    )


def _row_clicked(labels: list[str], chooser: str) -> None:
    """A click on a class draws it."""
    cells = st.session_state[_TABLE]["selection"]["cells"]
    if cells and cells[0][0] < len(labels):
        session.choose(**{chooser: labels[cells[0][0]]})


def _columns() -> dict[str, Any]:
    number_column = st.column_config.NumberColumn
    return {
        "label": st.column_config.TextColumn("Class"),
        "support": number_column("Examples", format="localized", width="small"),
        "share": number_column("Share", format=PERCENT, width="small"),
        "auc": number_column("Area under ROC", format="%.4f", width="small"),
        "average_precision": number_column("Average precision", format="%.4f", width="small"),
    }


def _show_correctness(runs: list[Run], split: str | None, label: str | None) -> None:
    """How well the confidence alone tells right answers from wrong ones."""
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        st.subheader("How well confidence tells right answers from wrong ones", anchor=False)
        none_labels = choose_none_labels(runs[0])
    st.caption(
        "Only the answer's own confidence is known, not the probability of every class: positives "
        "are right answers, by their confidence. Curves of single classes need all probabilities."
    )
    threshold = _choose_threshold()
    curves = []
    for run in runs:
        counts = cached.selective(session.place(run), split, none_labels, label)
        marks: list[tuple[Kind, str, float, float]] = []
        right = counts.candidates - counts.errors
        if threshold is not None and right and counts.errors:
            kept = counts.confidence >= threshold
            answered, wrong = int(counts.n[kept].sum()), int(counts.wrong[kept].sum())
            found = (answered - wrong) / right
            marks.append(("roc", _marked(threshold), wrong / counts.errors, found))
            if answered:
                marks.append(("pr", _marked(threshold), found, 1 - wrong / answered))
        curve = _curve_of(run, correctness_counts(counts), marks=marks)
        if curve is not None:
            curves.append(curve)
    if not curves or curves[0].run != runs[0].run:
        what = "All answers here are right, or all wrong: there is nothing to tell apart."
        missing(what, "Choose other answers above.")
        return
    first = curves[0]
    with st.grid(3, min_column_width=160):
        st.metric("Area under ROC", f"{first.auc:.4f}", border=True)
        st.metric("Average precision", f"{first.precision:.4f}", border=True)
        st.metric("Share of right answers", f"{first.share:.1%}", border=True)
    _draw(curves, _OF_RIGHT)
