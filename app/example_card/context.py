"""What stands beside an example: the other runs' answers to it, and examples like it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from app.examples import cached as examples_cached
from app.frame import session
from app.widgets import example_table
from app.widgets.labels import named
from diagnostics import Evidence
from diagnostics.charts import colours
from diagnostics.examples.neighbours import METHODS

if TYPE_CHECKING:
    import pandas as pd

#: From so many runs on, the answers are counted first.
MANY = 12
MARKS = {True: "✓", False: "✗", None: ""}


def other_runs(example: str) -> None:
    """What every run of the experiment said about the example; a click switches to that run."""
    chosen = session.experiment()
    if len(chosen.runs) < 2:
        return
    if chosen.task == "entities":
        found = examples_cached.entities_of_all_runs(session.place(), example)
        listed = int(found["is_listed"].sum())
        _heading(f"Wrong in {listed:,} of {len(found):,} runs.")
        _runs_table(_entities_shown(found), example)
        return
    answers = examples_cached.answers_of_all_runs(session.place(), example)
    if answers.empty:
        return
    _heading(_verdict(answers))
    if len(answers) > MANY and answers["predicted_label"].nunique() > 1:
        _answers_counted(answers)
    _runs_table(_answers_shown(_ordered(answers)), example)


def _heading(verdict: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("**All runs**", width="content")
        st.text(verdict)


def _verdict(answers: pd.DataFrame) -> str:
    judged = answers[answers["correct"].notna()]
    if judged.empty:
        return f"{len(answers):,} runs answered it."
    wrong = int((~judged["correct"].astype(bool)).sum())
    if wrong == len(judged):
        return f"Wrong in all {wrong:,} runs."
    if wrong == 0:
        return f"Right in all {len(judged):,} runs."
    return f"Wrong in {wrong:,} of {len(judged):,} runs."


def _answers_counted(answers: pd.DataFrame) -> None:
    counts = answers.groupby("predicted_label", as_index=False).agg(
        runs=("run", "size"), correct=("correct", "first")
    )
    counts = counts.sort_values(["runs", "predicted_label"], ascending=[False, True])
    counts["mark"] = [MARKS.get(value, "") for value in counts["correct"]]
    st.dataframe(
        named(counts[["mark", "predicted_label", "runs"]]),
        hide_index=True,
        height=example_table.height_of(len(counts), most=5),
        row_height=example_table.ROW_HEIGHTS["none"],
        column_config={
            "mark": st.column_config.TextColumn("", width=example_table.MARK),
            "predicted_label": st.column_config.TextColumn("Answer", width="large"),
            "runs": st.column_config.ProgressColumn(
                "Runs", format="%d", min_value=0, max_value=len(answers), color=colours.OTHER
            ),
        },
        alt="How many runs gave which answer",
    )


def _ordered(answers: pd.DataFrame) -> pd.DataFrame:
    """The chosen run first; of many, then those with the most frequent answers."""
    order = answers.assign(
        chosen=answers["run"] == session.run().run,
        frequency=answers.groupby("predicted_label")["run"].transform("size"),
    )
    if len(answers) <= MANY:
        return answers
    keys = ["chosen", "frequency", "predicted_label", "confidence"]
    return order.sort_values(
        keys, ascending=[False, False, True, False], kind="stable", ignore_index=True
    )


def _answers_shown(answers: pd.DataFrame) -> pd.DataFrame:
    labels = named(answers)["predicted_label"]
    said = [
        "right (not listed among its mistakes)" if derived else label
        for label, derived in zip(labels, answers["derived"], strict=True)
    ]
    marks = [MARKS.get(value, "") for value in answers["correct"]]
    shown = answers.assign(mark=marks, said=said, confidence=answers["confidence"] * 100)
    return shown[["mark", "run", "said", "confidence"]].dropna(axis="columns", how="all")


def _entities_shown(found: pd.DataFrame) -> pd.DataFrame:
    marks = [MARKS[not listed] for listed in found["is_listed"]]
    said = found["found"].fillna("right (not listed among its mistakes)")
    return found.assign(mark=marks, said=said)[["mark", "run", "said"]]


def _runs_table(shown: pd.DataFrame, example: str) -> None:
    """`mark`, `run`, `said` and maybe `confidence` of every run."""
    names, here = shown["run"].tolist(), session.run().run
    marked = names.index(here) if here in names else None
    key = f"card_runs_{hash((example, here))}"

    def clicked() -> None:
        row = example_table.clicked_row(key, marked)
        if row is not None:
            session.choose(run=names[row], example=example)

    example_table.mark_row(key, marked)
    st.dataframe(
        shown,
        key=key,
        hide_index=True,
        height=example_table.height_of(len(shown), most=6),
        row_height=example_table.ROW_HEIGHTS["none"],
        on_select=clicked,
        selection_mode=["single-row", "single-cell"],
        placeholder="",
        column_config={
            "mark": st.column_config.TextColumn("", width=example_table.MARK),
            "run": st.column_config.TextColumn("Run", width="medium"),
            "said": st.column_config.TextColumn("Predicted", width=150),
            "confidence": st.column_config.ProgressColumn(
                "Confidence",
                format="%.1f%%",
                min_value=0,
                max_value=100,
                color=colours.OTHER,
                width=105,
            ),
        },
        alt="What every run said about this example",
    )


def neighbours(example: str, split: str) -> None:
    """The examples most like this one; a click opens one of them."""
    run, place = session.run(), session.place()
    columns = examples_cached.content_columns(place)
    if columns.kind == "none":
        return
    nearest, compared, total = examples_cached.nearest_examples(place, example, split)
    if nearest.empty:
        return
    st.markdown("**Nearest examples**")
    ids = nearest["example"].tolist()
    content = [name for name in nearest if str(name).startswith("content: ")]
    marked = nearest.assign(mark=[MARKS.get(value, "") for value in nearest["correct"]])
    marks = ["mark"] if nearest["correct"].notna().any() else []
    labels = [name for name in ("true_label", "predicted_label") if nearest[name].notna().any()]
    example_table.examples_table(
        marked[[*marks, *content, *labels, "similarity"]],
        columns,
        key=f"card_neighbours_{hash((place, example))}",
        on_select=lambda row: session.choose(example=ids[row]),
        alt="The examples most like this one",
    )
    parts = [METHODS[columns.kind]]
    if compared < total:
        parts.append(f"Compared with {compared:,} of {total:,}.")
    if not run.has(Evidence.PREDICTIONS):
        parts.append("Only this run's mistakes are known, so these are among them.")
    st.caption(" ".join(parts))
