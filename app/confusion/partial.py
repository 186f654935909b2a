"""What the confusion page shows of a run whose matrix is not known."""

from __future__ import annotations

import streamlit as st

from app.confusion.tables import classes_table, worst_first
from app.frame.links import open_examples
from app.widgets.missing import keep_hint, missing
from diagnostics import Evidence, Run
from diagnostics.charts.class_figures import CLASS, answers_chart, class_figures_chart
from diagnostics.confusion.matrix import answer_counts, reported_classes
from diagnostics.statistics.metric_names import metric_text, metric_words

#: Labels that a chart shows; the table below it has them all.
CHARTED = 40

_KINDS = {"classification": "class", "entities": "entity", "stories": "action"}
_HEADLINES = ("accuracy", "macro_f1", "micro_f1", "weighted_f1")


def show_report(run: Run) -> None:
    """The figures of each label as the run's own report has them."""
    report = worst_first(reported_classes(run), "support")
    if report.empty:
        show_nothing(run)
        return
    _show_given_metrics(run)
    if run.task == "classification":
        st.info(
            "The report says how often each class was right, not which class was taken for which. "
            "Keep the predictions beside it, or the whole confusion matrix, and the page is whole.",
            icon=":material/grid_off:",
        )
    st.subheader(f"Figures per {_KINDS[run.task]}", anchor=False)
    if run.task == "entities":
        st.caption("These figures count tokens, not entities.")
    st.altair_chart(
        class_figures_chart(report.head(CHARTED)),
        alt=f"Precision, recall and F1 of {min(len(report), CHARTED)} labels, the lowest F1 first",
    )
    if len(report) > CHARTED:
        st.caption(f"The {CHARTED} with the lowest F1; all {len(report):,} are in the table.")
    classes_table(report, is_open=False, title=_KINDS[run.task].capitalize())


def _show_given_metrics(run: Run) -> None:
    """The figures of the whole that the files give, as cards."""
    given = {name: run.metrics[name] for name in _HEADLINES if name in run.metrics}
    if not given:
        return
    with st.grid(max(len(given), 4), min_column_width=150):
        for name, value in given.items():
            st.metric(metric_words(name), metric_text(name, value), border=True)


def show_answers(run: Run, split: str | None) -> None:
    """How often each label was answered, where no truth says what was right."""
    counts = answer_counts(run, split=split)
    st.info(
        "Without true labels nothing can be right or wrong. Add a column with the truth, and this "
        "page shows which class is taken for which.",
        icon=":material/label_off:",
    )
    st.subheader("What was answered", anchor=False)
    total = int(counts["n"].sum())
    st.caption(f"{total:,} answers, {len(counts):,} different ones.")
    event = st.altair_chart(
        answers_chart(counts.head(CHARTED)),
        key="confusion_answers",
        on_select="rerun",
        alt=f"How often each of {min(len(counts), CHARTED)} labels was answered",
    )
    if len(counts) > CHARTED:
        st.caption(f"The {CHARTED} most frequent ones.")
    clicked = event["selection"].get(CLASS) or []
    if clicked:
        open_examples(None, clicked[0]["label"], split, by="uncertain")


def show_nothing(run: Run) -> None:
    """One sentence for a run that says nothing of its classes."""
    if run.task == "classification":
        missing(
            "This run has scores only: nothing says which class was taken for which.",
            keep_hint(run),
        )
    elif run.has(Evidence.ERRORS):
        missing(
            "This run has its mistakes, but no figures for each label.",
            "Let `rasa test` write its report into the same folder.",
        )
    else:
        missing("This run has no figures for each label.", "")
