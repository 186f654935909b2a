"""How a run's answers stand up to typos and other small changes of all its inputs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from app.frame import jobs, session
from app.frame.workspaces import trusts_pickles
from app.whatif import cached, choices
from app.whatif.input import as_json, set_changed, start_at
from app.widgets.example_table import ROW_HEIGHTS, height_of
from app.widgets.labels import LETTER, PADDING, told_apart
from diagnostics import DiagnosticsError, Experiment, Run
from diagnostics.charts.whatif import CLICK, robustness_chart
from diagnostics.confidence.probability_table import percent
from diagnostics.models.evaluated_inputs import MOST_ROWS, evaluated_inputs
from diagnostics.models.input_digest import input_digest
from diagnostics.models.whatif.edited_input import kind_of
from diagnostics.models.whatif.perturbations import changes_for
from diagnostics.models.whatif.robustness import Robustness, robustness
from diagnostics.models.whatif.stored_robustness import store_robustness, stored_robustness

if TYPE_CHECKING:
    import pandas as pd

    from diagnostics.models.jobs import Progress
    from diagnostics.models.whatif.keyboards import Keyboard

#: The change whose classes and examples are listed; in the link.
CHANGE = "change"
CHART, FLIPS = "robustness_chart", "robustness_flips"
#: Rows of a table that are drawn, and that are seen at a time.
MOST_LISTED, AT_ONCE = 1000, 10
#: Characters of a label in a table that has others beside it.
LONGEST_LABEL = 18


def show(experiment: Experiment, run: Run) -> None:
    """The report on a whole run: on request, kept, then figures, classes and examples."""
    is_text = kind_of(run) == "text"
    has_text = is_text or bool(cached.text_column(session.place(run)))
    rate, keyboard, seed = choices.typing(with_rate=has_text)
    root = Path(session.workspace().root)
    settings: dict[str, Any] = {"rate": rate, "keyboard": keyboard, "seed": seed}
    key = input_digest(experiment, run, root, **settings)
    measured = stored_robustness(root, key)
    if measured is None:
        measured = jobs.result_on_request(
            key,
            _task(experiment, run, root, key, rate, keyboard, seed),
            button="Ask about every example",
            words="Asking about changed inputs…",
        )
    if measured is None:
        st.caption(_what_it_does(run, is_text=is_text, has_text=has_text))
        return
    _report(run, measured, is_text=is_text)


def _task(
    experiment: Experiment, run: Run, root: Path, key: str, rate: float, keyboard: Keyboard,
    seed: int,
) -> jobs.Task:  # fmt: skip
    trusted = trusts_pickles()  # asked here: the work has no session

    def task(progress: Progress) -> Robustness:
        evaluated = evaluated_inputs(experiment, run, root, trust_pickles=trusted)
        changes = changes_for(evaluated, rate=rate, keyboard=keyboard)
        if not changes:
            raise DiagnosticsError(
                "There is nothing in such inputs that could be changed a little."
            )
        found = robustness(evaluated, changes, seed=seed, progress=progress)
        store_robustness(root, key, found)
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


def _report(run: Run, measured: Robustness, *, is_text: bool) -> None:
    by, first = ("difference", True) if measured.known else ("flipped", False)
    worst = measured.changes.sort_values(by, ascending=first, kind="stable").iloc[0]
    st.text(_headline(measured, worst))
    chosen = _chosen(measured, str(worst["change"]))
    if measured.known:
        clicked = st.altair_chart(
            robustness_chart(measured.changes, measured.accuracy),
            key=CHART,
            on_select=_clicked,
            alt=f"Accuracy under each change; before it was {percent(measured.accuracy)}",
        )
        del clicked
    _figures(measured)
    st.selectbox(
        "Look at", measured.changes["change"].tolist(), key=CHANGE, bind="query-params", width=260
    )
    chosen = str(st.session_state[CHANGE])
    if not measured.known:
        _flips(run, measured, chosen, is_text=is_text)
    else:
        left, right = st.columns([5, 7], gap="medium")
        with left:
            _classes(measured, chosen)
        with right:
            _flips(run, measured, chosen, is_text=is_text)
    _method(measured)


def _headline(measured: Robustness, worst: Any) -> str:
    if not measured.known:
        return (
            "No true labels are known: only whether answers changed can be said. "
            f"Most changed with {worst['change']}: {worst['flipped']:,} of {worst['n']:,}."
        )
    of = f"{measured.known:,} {measured.split} answers"
    before = f"{percent(measured.accuracy)} of {of} are right"
    if worst["difference"] >= 0 or not worst["broken"]:
        return f"{before}, and none of the changes makes that fewer."
    return (
        f"{before}. Most is lost to {worst['change']}: {percent(worst['accuracy'])} are right then "
        f"({worst['broken']:,} broken, {worst['fixed']:,} fixed)."
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


def _figures(measured: Robustness) -> None:
    column = st.column_config
    names = ("accuracy", "difference", "confidence_moved")
    table = measured.changes
    shown = table.assign(
        **{name: table[name] * 100 for name in names},
        interval=[
            "" if low != low else f"{100 * low:+.1f} to {100 * high:+.1f}"
            for low, high in zip(table["difference_low"], table["difference_high"], strict=True)
        ],
    )
    kept = ["change", "words", "changed", "flipped", "accuracy", "difference", "interval",
            "broken", "fixed", "p_adjusted", "confidence_moved"]  # fmt: skip
    unknown = () if measured.known else ("interval", "broken", "fixed")
    kept = [name for name in kept if shown[name].notna().any() and name not in unknown]
    with st.expander("All figures", expanded=not measured.known):
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
    short = told_apart(broken["label"], LONGEST_LABEL)
    shown = broken.assign(
        label=broken["label"].map(short),
        recall_before=broken["recall_before"] * 100,
        recall=broken["recall"] * 100,
    )
    st.dataframe(
        shown[["label", "broken", "fixed", "support", "recall_before", "recall"]],
        hide_index=True,
        row_height=ROW_HEIGHTS["none"],
        placeholder="",
        height=height_of(len(shown), most=AT_ONCE),
        column_config={
            "label": column.TextColumn("True label", width=_width(shown["label"])),
            "broken": column.NumberColumn("Broken", format="%d", width=58),
            "fixed": column.NumberColumn("Fixed", format="%d", width=52),
            "support": column.NumberColumn("Of", format="%d", width=46),
            "recall_before": column.NumberColumn("Recall was", format="%.0f%%", width=84),
            "recall": column.NumberColumn("Recall is", format="%.0f%%", width=72),
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
    labels = [name for name in ("true_label", "before", "after") if name in names]
    said = [label for name in labels for label in shown[name].dropna()]
    short = told_apart(said, LONGEST_LABEL)
    cut = shown.assign(**{name: shown[name].map(short) for name in labels})
    column = st.column_config
    picked = st.dataframe(
        cut[names],
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
            **{
                name: column.TextColumn(words, width=_width(cut[name]))
                for name, words in (
                    ("true_label", "True"),
                    ("before", "Before"),
                    ("after", "After"),
                )
            },
        },
        alt=f"{len(own):,} answers that changed",
    )
    more = f" The first {MOST_LISTED:,} are listed." if len(own) > MOST_LISTED else ""
    st.caption(f"{len(own):,} answers changed.{more} Pick a row to open it.")
    rows = [row for row in picked["selection"]["rows"] if row < len(shown)]
    if rows:
        _open(run, shown.iloc[rows[0]])


def _width(labels: pd.Series[Any]) -> int:
    """Pixels for the longest of some labels."""
    longest = max((len(str(label)) for label in labels.dropna()), default=0)
    return max(round(LETTER * longest) + PADDING, 70)


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
    column = cached.text_column(place)
    start_at(place, example, None if column else text)
    if column:
        set_changed(as_json({column: text}))
    st.session_state["try_view"] = choices.ASK


def _method(measured: Robustness) -> None:
    is_all = measured.rows == measured.total
    sample = "" if is_all else f" (a sample of {measured.total:,}, seed 0)"
    asked = f"{measured.rows:,} {measured.split} examples{sample} were asked about"
    sentences = [f"{asked}, each change made once with seed {measured.seed}."]
    if measured.known:
        sentences.append(
            "Accuracy has Wilson's 95 % interval, the difference to the unchanged inputs that of "
            "Bonett and Price for paired answers; coloured where it leaves out zero. p: McNemar's "
            "mid-p test, adjusted for the number of changes (Holm)."
        )
    if measured.not_as_recorded:
        sentences.append(
            f"{measured.not_as_recorded:,} answers to unchanged inputs differ from the recorded "
            "ones: the model, or a library, is not quite what it was."
        )
    st.caption(" ".join(sentences))
