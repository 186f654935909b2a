"""How a run's answer to one text moves when it is typed badly."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from app.frame import jobs, session
from app.whatif import cached, choices
from app.widgets import verbatim
from app.widgets.example_table import ROW_HEIGHTS, height_of
from app.widgets.labels import shown_label
from diagnostics import DiagnosticsError, Experiment, Run
from diagnostics.charts import colours
from diagnostics.charts.whatif import draws_chart
from diagnostics.confidence.probability_table import percent
from diagnostics.models.input_digest import input_digest
from diagnostics.models.whatif.edited_input import text_of, texts_in
from diagnostics.models.whatif.typed_variants import draws_for, perturbed_answers, summary_of_draws
from diagnostics.models.whatif.typos import perturbations

if TYPE_CHECKING:
    import pandas as pd

    from diagnostics.models.jobs import Progress
    from diagnostics.models.whatif.edited_input import EditedInput, Start

#: Rows of a table that are drawn, and that are seen at a time.
MOST_LISTED, AT_ONCE = 1000, 10
#: Characters of a variant that are shown.
LONGEST = 400


def show(experiment: Experiment, run: Run, edited: EditedInput, start: Start | None) -> None:
    """How a run's answer to one sentence moves when it is typed badly."""
    column = start.column if start is not None else ""
    if edited.kind != "text" and not column:
        st.text("Only texts are typed. Robustness changes numbers and pictures, too.")
        return
    rate, keyboard, seed = choices.typing()
    text, root = text_of(edited, start), Path(session.workspace().root)
    try:
        asker, row = cached.asked_of(session.place(run), edited, start)
    except DiagnosticsError as error:
        st.text(str(error))
        return

    def task(progress: Progress) -> pd.DataFrame:
        return perturbed_answers(
            asker, text, perturbations(rate, keyboard),
            draws=draws_for(text), seed=seed, make_rows=texts_in(row, column), progress=progress,
        )  # fmt: skip

    settings = {"edited": repr(edited), "rate": rate, "keyboard": keyboard, "seed": seed}
    key = input_digest(experiment, run, root, what="typed", **settings)
    found = jobs.result_at_once(key, task, "Asking about badly typed variants…")
    if found is not None:
        _sentence(run, found, seed)


def _sentence(run: Run, perturbed: pd.DataFrame, seed: int) -> None:
    first, rest = perturbed.iloc[0], perturbed.iloc[1:]
    share = "" if first["confidence"] != first["confidence"] else percent(first["confidence"])
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.text(shown_label(run.run, 60))
        verbatim.chip("says", f"{shown_label(str(first['label']))} {share}", colours.CHOSEN)
    _sentence_figures(perturbed)
    if rest["remaining"].notna().any():
        st.altair_chart(
            draws_chart(_cut(rest)[["change", "text", "label", "remaining", "same"]]),
            alt="What is left of the answer's probability in each variant",
        )
    _variants(rest)
    st.caption(
        f"Random changes are made {perturbed['draw'].max() + 1} times with seed {seed}, the others "
        "once. Shares have Wilson's 95 % interval, for the chance of the draws."
    )


def _cut(variants: pd.DataFrame) -> pd.DataFrame:
    """Without the middle of long texts, which a browser would choke on."""
    return variants.assign(text=[shown_label(text, LONGEST) for text in variants["text"]])


def _sentence_figures(found: pd.DataFrame) -> None:
    summary = summary_of_draws(found)
    shown = summary.assign(share=summary["share"] * 100, remaining=summary["remaining"] * 100)
    shown["interval"] = [
        "" if low != low else f"{percent(low)} to {percent(high)}"
        for low, high in zip(summary["low"], summary["high"], strict=True)
    ]
    column = st.column_config
    st.dataframe(
        shown[["change", "draws", "share", "interval", "remaining", "other"]],
        hide_index=True,
        row_height=ROW_HEIGHTS["none"],
        placeholder="",
        height=height_of(len(shown), most=12),
        column_config={
            "change": column.TextColumn("Change"),
            "draws": column.NumberColumn("Variants", format="%d"),
            "share": column.NumberColumn("Same answer", format="%.0f%%"),
            "interval": column.TextColumn("95 % interval"),
            "remaining": column.NumberColumn(
                "Median probability left", format="%.1f%%", help="Of the first answer's label"
            ),
            "other": column.TextColumn("Most often instead"),
        },
        alt="How often each change left the answer as it was",
    )


def _variants(rest: pd.DataFrame) -> None:
    """The variants that are answered otherwise, as they were typed."""
    other = rest[~rest["same"]].drop_duplicates(["change", "text"])
    if other.empty:
        st.text("Every variant got the same answer.")
        return
    st.text(f"{len(other):,} different variants got another answer:")
    shown = _cut(other.head(MOST_LISTED))
    shown = shown.assign(confidence=shown["confidence"] * 100)
    column = st.column_config
    st.dataframe(
        shown[["change", "text", "label", "confidence"]],
        hide_index=True,
        row_height=ROW_HEIGHTS["none"],
        placeholder="",
        height=height_of(len(shown), most=AT_ONCE),
        column_config={
            "change": column.TextColumn("Change", width="small"),
            "text": column.TextColumn("As typed", width="large"),
            "label": column.TextColumn("Answer"),
            "confidence": column.NumberColumn("Confidence", format="%.1f%%"),
        },
        alt="Variants that were answered otherwise",
    )
