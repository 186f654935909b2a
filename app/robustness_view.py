"""How answers stand up to typos and other small changes: of one sentence, and of a whole run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from app import session, try_cached, try_choice, try_work, verbatim
from app.cached import trusts_pickles
from app.shortened import shown_label
from app.tables import ROW_HEIGHTS, height_of
from app.try_input import as_json, set_changed, start_at
from diagnostics import DiagnosticsError, Experiment, Run
from diagnostics.charts import colours
from diagnostics.charts.robustness import CLICK, draws_chart, robustness_chart
from diagnostics.edited_input import kind_of, text_of, texts_in
from diagnostics.evaluated_inputs import MOST_ROWS, evaluated_inputs
from diagnostics.perturbed_answers import DRAWS, perturbed_answers, summary_of_draws
from diagnostics.probabilities import percent
from diagnostics.robustness import Robustness, robustness
from diagnostics.robustness_kept import keep_robustness, kept_robustness, robustness_key
from diagnostics.row_changes import changes_for
from diagnostics.typos import perturbations

if TYPE_CHECKING:
    import pandas as pd

    from diagnostics.background_work import Progress
    from diagnostics.edited_input import EditedInput, Start
    from diagnostics.keyboards import Keyboard

#: The change whose classes and examples are listed; in the link.
CHANGE = "change"
CHART, FLIPS = "robustness_chart", "robustness_flips"
#: Rows of a table that are drawn, and that are seen at a time.
MOST_LISTED, AT_ONCE = 1000, 10


def show_sentence(
    experiment: Experiment, run: Run, edited: EditedInput, start: Start | None
) -> None:
    """How a run's answer to one sentence moves when it is typed badly."""
    column = start.column if start is not None else ""
    if edited.kind != "text" and not column:
        st.text("Only texts are typed. Robustness changes numbers and pictures, too.")
        return
    rate, keyboard, seed = try_choice.typing()
    text, root = text_of(edited, start), Path(session.workspace().root)
    try:
        asker, row = try_cached.asked_of(session.place(run), edited, start)
    except DiagnosticsError as error:
        st.text(str(error))
        return

    def task(progress: Progress) -> pd.DataFrame:
        return perturbed_answers(
            asker, text, perturbations(rate, keyboard),
            seed=seed, make_rows=texts_in(row, column), progress=progress,
        )  # fmt: skip

    settings = {"edited": repr(edited), "rate": rate, "keyboard": keyboard, "seed": seed}
    key = robustness_key(experiment, run, root, what="typed", **settings)
    found = try_work.result_at_once(key, task, "Asking about badly typed variants…")
    if found is not None:
        _sentence(run, found, seed)


def _sentence(run: Run, found: pd.DataFrame, seed: int) -> None:
    first, rest = found.iloc[0], found.iloc[1:]
    share = "" if first["confidence"] != first["confidence"] else percent(first["confidence"])
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.text(shown_label(run.run, 60))
        verbatim.chip("says", f"{shown_label(str(first['label']))} {share}", colours.CHOSEN)
    _sentence_figures(found)
    if rest["remaining"].notna().any():
        st.altair_chart(
            draws_chart(rest[["change", "text", "label", "remaining", "same"]]),
            alt="What is left of the answer's probability in each variant",
        )
    _variants(rest)
    st.caption(
        f"Random changes are made {DRAWS} times with seed {seed}, the others once. Shares have "
        "Wilson's 95 % interval, for the chance of the draws."
    )


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
    shown = other.assign(confidence=other["confidence"] * 100)
    column = st.column_config
    st.dataframe(
        shown[["change", "text", "label", "confidence"]].head(MOST_LISTED),
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


def show(experiment: Experiment, run: Run) -> None:
    """The report on a whole run: on request, kept, then figures, classes and examples."""
    is_text = kind_of(run) == "text"
    has_text = is_text or bool(try_cached.text_column(session.place(run)))
    rate, keyboard, seed = try_choice.typing(with_rate=has_text)
    root = Path(session.workspace().root)
    settings: dict[str, Any] = {"rate": rate, "keyboard": keyboard, "seed": seed}
    key = robustness_key(experiment, run, root, **settings)
    found = kept_robustness(root, key)
    if found is None:
        found = try_work.result_on_request(
            key,
            _task(experiment, run, root, key, rate, keyboard, seed),
            button="Ask about every example",
            words="Asking about changed inputs…",
        )
    if found is None:
        st.caption(_what_it_does(run, is_text=is_text, has_text=has_text))
        return
    _report(run, found, is_text=is_text)


def _task(
    experiment: Experiment, run: Run, root: Path, key: str, rate: float, keyboard: Keyboard,
    seed: int,
) -> try_work.Task:  # fmt: skip
    trusted = trusts_pickles()  # asked here: the work has no session

    def task(progress: Progress) -> Robustness:
        evaluated = evaluated_inputs(experiment, run, root, trust_pickles=trusted)
        changes = changes_for(evaluated, rate=rate, keyboard=keyboard)
        if not changes:
            raise DiagnosticsError(
                "There is nothing in such inputs that could be changed a little."
            )
        found = robustness(evaluated, changes, seed=seed, progress=progress)
        keep_robustness(root, key, found)
        return found

    return task


def _what_it_does(run: Run, *, is_text: bool, has_text: bool) -> str:
    typing = "typos, other casing, punctuation and blanks"
    numbers = "noise on every number"
    what = typing if is_text else f"{numbers}, and for pictures a move by a pixel"
    if has_text and not is_text:
        what = f"{typing} in their text, and {numbers}"
    total = run.examples or 0
    rows = f"all {total:,}" if total <= MOST_ROWS else f"{MOST_ROWS:,} of {total:,}"
    return (
        f"The model is asked about {rows} evaluated examples, as they are and with {what}. Of a "
        "cross-validated run each fold's model is asked about the rows that it was not fitted on. "
        "It takes seconds to minutes, runs once, and is kept with the results."
    )


def _report(run: Run, found: Robustness, *, is_text: bool) -> None:
    worst = found.changes.sort_values("difference", kind="stable").iloc[0]
    st.text(_headline(found, worst))
    chosen = _chosen(found, str(worst["change"]))
    if found.known:
        clicked = st.altair_chart(
            robustness_chart(found.changes, found.accuracy),
            key=CHART,
            on_select=_clicked,
            alt=f"Accuracy under each change; before it was {percent(found.accuracy)}",
        )
        del clicked
    _figures(found)
    st.selectbox(
        "Look at", found.changes["change"].tolist(), key=CHANGE, bind="query-params", width=260
    )
    chosen = str(st.session_state[CHANGE])
    left, right = st.columns([4, 7], gap="medium")
    with left:
        _classes(found, chosen)
    with right:
        _flips(run, found, chosen, is_text=is_text)
    _method(found)


def _headline(found: Robustness, worst: Any) -> str:
    if not found.known:
        return "No true labels are known: only whether answers changed can be said."
    before = f"{percent(found.accuracy)} of {found.known:,} {found.split} answers are right"
    if worst["difference"] >= 0 or not worst["broken"]:
        return f"{before}, and none of the changes makes that fewer."
    return (
        f"{before}. {str(worst['change']).capitalize()} costs most: {percent(worst['accuracy'])} "
        f"are right then ({worst['broken']:,} broken, {worst['fixed']:,} fixed)."
    )


def _chosen(found: Robustness, worst: str) -> str:
    """The worst change is looked at unless another one was picked."""
    known = found.changes["change"].tolist()
    now = st.session_state.get(CHANGE) or st.query_params.get(CHANGE)
    if now not in known:
        st.session_state[CHANGE] = worst
        return worst
    return str(now)


def _clicked() -> None:
    picked = st.session_state[CHART]["selection"].get(CLICK) or []
    if picked:
        st.session_state[CHANGE] = picked[0]["change"]


def _figures(found: Robustness) -> None:
    column = st.column_config
    names = ("accuracy", "difference", "confidence_moved")
    table = found.changes
    shown = table.assign(
        **{name: table[name] * 100 for name in names},
        interval=[
            "" if low != low else f"{100 * low:+.1f} to {100 * high:+.1f}"
            for low, high in zip(table["difference_low"], table["difference_high"], strict=True)
        ],
    )
    kept = ["change", "words", "changed", "flipped", "accuracy", "difference", "interval",
            "broken", "fixed", "p_adjusted", "confidence_moved"]  # fmt: skip
    kept = [name for name in kept if shown[name].notna().any()]
    with st.expander("All figures"):
        st.dataframe(
            shown[kept],
            hide_index=True,
            row_height=ROW_HEIGHTS["none"],
            placeholder="",
            height=height_of(len(shown), most=12),
            column_config={
                "change": column.TextColumn("Change"),
                "words": column.TextColumn("What is done", width="medium"),
                "changed": column.NumberColumn("Inputs changed", format="%d"),
                "flipped": column.NumberColumn("Other answers", format="%d"),
                "accuracy": column.NumberColumn("Accuracy", format="%.2f%%"),
                "difference": column.NumberColumn("Points", format="%+.2f"),
                "interval": column.TextColumn("95 % interval"),
                "broken": column.NumberColumn("Broken", format="%d"),
                "fixed": column.NumberColumn("Fixed", format="%d"),
                "p_adjusted": column.NumberColumn("p, adjusted", format="%.2g"),
                "confidence_moved": column.NumberColumn(
                    "Confidence moved (points)",
                    format="%+.1f",
                    help="By how much the probability of the label that was answered before moved "
                    "on average",
                ),
            },
            alt="Every change with its figures",
        )


def _classes(found: Robustness, change: str) -> None:
    own = found.classes[found.classes["change"] == change]
    broken = own[(own["broken"] > 0) | (own["fixed"] > 0)]
    st.markdown("**Classes that break most**")
    if broken.empty:
        st.text("No right answer was broken.")
        return
    column = st.column_config
    shown = broken.assign(
        recall_before=broken["recall_before"] * 100, recall=broken["recall"] * 100
    )
    st.dataframe(
        shown[["label", "broken", "fixed", "support", "recall_before", "recall"]],
        hide_index=True,
        row_height=ROW_HEIGHTS["none"],
        placeholder="",
        height=height_of(len(shown), most=AT_ONCE),
        column_config={
            "label": column.TextColumn("True label"),
            "broken": column.NumberColumn("Broken", format="%d"),
            "fixed": column.NumberColumn("Fixed", format="%d"),
            "support": column.NumberColumn("Of", format="%d"),
            "recall_before": column.NumberColumn("Recall before", format="%.0f%%"),
            "recall": column.NumberColumn("Recall", format="%.0f%%"),
        },
        alt="Classes by how many of their right answers were broken",
    )


def _flips(run: Run, found: Robustness, change: str, *, is_text: bool) -> None:
    """Every answer that changed; a click opens its example, or asks about the changed text."""
    own = found.flips[found.flips["change"] == change].reset_index(drop=True)
    st.markdown("**Answers that changed**")
    if own.empty:
        st.text("No answer changed.")
        return
    shown = own.head(MOST_LISTED)
    names = [name for name in ("input", "example", "true_label", "before", "after")
             if not (name == "example" and is_text) and shown[name].notna().any()]  # fmt: skip
    column = st.column_config
    picked = st.dataframe(
        shown[names],
        key=FLIPS,
        hide_index=True,
        row_height=ROW_HEIGHTS["none"],
        placeholder="",
        height=height_of(len(shown), most=AT_ONCE),
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "input": column.TextColumn("As it was changed", width="medium"),
            "example": column.TextColumn("Example"),
            "true_label": column.TextColumn("True"),
            "before": column.TextColumn("Before"),
            "after": column.TextColumn("After"),
        },
        alt=f"{len(own):,} answers that changed",
    )
    more = f" The first {MOST_LISTED:,} are listed." if len(own) > MOST_LISTED else ""
    st.caption(f"{len(own):,} answers changed.{more} Pick a row to open it.")
    rows = [row for row in picked["selection"]["rows"] if row < len(shown)]
    if rows:
        _open(run, shown.iloc[rows[0]])


def _open(run: Run, row: Any) -> None:
    example = str(row["example"])
    with st.container(horizontal=True):
        if st.button("Open the example", key="flip_open", icon=":material/list_alt:"):
            session.go("examples.py", **{session.RUN: run.run, "example": example})
        if row["input"] is not None:
            st.button(
                "Ask about the changed text",
                key="flip_ask",
                icon=":material/keyboard:",
                on_click=_ask,
                args=(run, example, str(row["input"])),
            )


def _ask(run: Run, example: str, text: str) -> None:
    place = session.place(run)
    column = try_cached.text_column(place)
    start_at(place, example, None if column else text)
    if column:
        set_changed(as_json({column: text}))
    st.session_state["try_view"] = try_choice.ASK


def _method(found: Robustness) -> None:
    sample = "" if found.rows == found.total else f" (a sample of {found.total:,}, seed 0)"
    asked = f"{found.rows:,} {found.split} examples{sample} were asked about"
    said = [
        f"{asked}, each change made once with seed {found.seed}. Accuracy has Wilson's 95 % "
        "interval, the difference to the unchanged inputs that of Bonett and Price for paired "
        "answers; coloured where it leaves out zero. p: McNemar's mid-p test, adjusted for the "
        "number of changes (Holm)."
    ]
    if found.not_as_recorded:
        said.append(
            f"{found.not_as_recorded:,} answers to unchanged inputs differ from the recorded ones: "
            "the model, or a library, is not quite what it was."
        )
    st.caption(" ".join(said))
