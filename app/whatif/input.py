"""What is asked about: a text that is typed, a form that is filled in, a picture that is moved."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st

from app.examples import cached as examples_cached
from app.explanation.words import run_with_model
from app.frame import session
from app.frame.workspaces import Place
from app.whatif import cached
from app.widgets.example_table import examples_table, height_of
from app.widgets.labels import shown_label
from app.widgets.missing import missing
from diagnostics import Experiment, Run
from diagnostics.models.whatif.batch_inputs import MOST_CHARACTERS
from diagnostics.models.whatif.edited_input import EditedInput, Start, kind_of
from diagnostics.models.whatif.perturbations import SHIFTS

#: The choices' keys, and so their names in the link.
EXAMPLE, TEXT, CHANGED, SHIFT, NOISE = "example", "text", "changed", "shift", "noise"
_EDITS = (TEXT, CHANGED, SHIFT, NOISE)
#: Rows of the list of examples to begin with.
OFFERED = 8


def asked_run(experiment: Experiment, run: Run) -> Run:
    """The chosen run; where it has no model, one that has. The page ends if there is none."""
    if run.models:
        return run
    other = run_with_model(experiment, run)
    if other is None:
        _without_models()
        st.stop()
    st.text(
        f"{shown_label(run.run, 60)} kept no model to ask. The form is that of "
        f"{shown_label(other.run, 60)}, which did."
    )
    return other


def _without_models() -> None:
    missing(
        "No run of this experiment kept its model, so there is nothing to ask.",
        "diagnostics.record(..., keep_model=True) keeps it, and for a search "
        "Recorder(models=True).",
    )
    found = session.workspace()
    others = [entry for entry in found.experiments if any(run.models for run in entry.runs)]
    for number, entry in enumerate(others[:5]):
        named = ", ".join(shown_label(run.run, 40) for run in entry.runs if run.models)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.text(f"{entry.name} has models: {named}")
            st.button(
                "Go there",
                key=f"try_experiment_{number}",
                icon=":material/keyboard:",
                on_click=_go_to,
                args=(entry,),
            )


def _go_to(entry: Experiment) -> None:
    run = next(run for run in entry.runs if run.models)
    session.choose(**{session.EXPERIMENT: entry.name, session.RUN: run.run})
    _set("", "")


def chosen(place: Place, run: Run) -> tuple[EditedInput, Start | None] | None:
    """What is asked about, and the form that it is written in; None while there is nothing."""
    example = _example(place, run)
    if kind_of(run) == "text":
        return _text(place, example)
    if not example:
        offered = cached.starts(place)
        if offered.empty:
            st.text("There is no example to start from.")
            return None
        example = str(offered["example"].iloc[0])
    started = cached.started(place, example)
    if started.start is None:
        st.text(f"{started.message} {started.hint}".strip())
        return None
    if started.start.kind == "picture":
        return _picture(example, started.start), started.start
    if started.start.kind == "fields":
        return _fields(example, started.start), started.start
    st.text("What this model takes is no text, table or picture that could be edited here.")
    return EditedInput("example", example), started.start


def _example(place: Place, run: Run) -> str:
    """Which example to start from; in the link."""
    offered = [str(one) for one in cached.starts(place)["example"]]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        example = st.text_input(
            "Start from the example",
            key=EXAMPLE,
            bind="query-params",
            placeholder="none" if kind_of(run) == "text" else (offered[0] if offered else ""),
            icon=":material/tag:",
            on_change=_forget_edits,
            args=(place,),
            width=220,
        )
        at = offered.index(example) + 1 if example in offered else int(kind_of(run) != "text")
        onward = offered[at % len(offered)] if offered else ""
        st.button(
            "Another example",
            key="try_next",
            icon=":material/shuffle:",
            on_click=start_at,
            args=(place, onward),
            disabled=not onward,
            help="The most confident mistakes of this run, one after the other",
        )
        st.button(
            "Undo the edits",
            key="try_undo",
            icon=":material/undo:",
            on_click=_forget_edits,
            args=(place,),
            disabled=not any(st.session_state.get(name) for name in (EXAMPLE, *_EDITS)),
        )
        if kind_of(run) == "text":
            st.button(
                "Empty",
                key="try_empty",
                icon=":material/ink_eraser:",
                on_click=start_at,
                args=(place, ""),
            )
    return example.strip()


def start_at(place: Place, example: str, text: str | None = None) -> None:
    """Begin again with an example, or with nothing; `text` in place of the example's own."""
    _set(example, _own_text(place, example) if text is None else text)


def _forget_edits(place: Place) -> None:
    example = str(st.session_state.get(EXAMPLE, "")).strip()
    _set(example, _own_text(place, example))


def _set(example: str, text: str) -> None:
    """Each to a value: a widget that is bound to the link and has none takes the link's again."""
    values = {EXAMPLE: example, TEXT: text, CHANGED: "", SHIFT: None, NOISE: 0}
    for name, value in values.items():
        st.session_state[name] = value


def set_changed(values: str) -> None:
    """Put other values, as JSON, in place of the example's."""
    st.session_state[CHANGED] = values


def _own_text(place: Place, example: str) -> str:
    found = cached.started(place, example).start if example else None
    return found.text if found is not None and not found.column else ""


def _text(place: Place, example: str) -> tuple[EditedInput, Start | None] | None:
    if example:
        found = cached.started(place, example)
        if found.start is None:
            st.text(f"{found.message} {found.hint}".strip())
            example = ""
        elif TEXT not in st.session_state and TEXT not in st.query_params:
            st.session_state[TEXT] = found.start.text
    text = st.text_area(
        "Text",
        key=TEXT,
        bind="query-params",
        max_chars=MOST_CHARACTERS,
        placeholder="Type a sentence, then press Ctrl+Enter.",
        height=100,
    )
    if not text.strip():
        _offer(place)
        return None
    return EditedInput("text", example, text=text), None


def _offer(place: Place) -> None:
    """Examples to begin with, while nothing is typed."""
    offered = cached.starts(place)
    if offered.empty:
        return
    st.caption("Or begin with one of the answers this run was surest of and wrong with:")
    shown = offered.head(OFFERED)
    ids = shown["example"].tolist()
    examples_table(
        _columns(shown),
        examples_cached.content_columns(place),
        key="try_offered",
        on_select=lambda row: start_at(place, str(ids[row])),
        alt="Examples to begin with",
    )


def _columns(shown: Any) -> Any:
    content = [name for name in shown if str(name).startswith("content: ")]
    labels = [
        name
        for name in ("true_label", "predicted_label", "confidence")
        if shown[name].notna().any()
    ]
    return shown[["example", *content, *labels]]


def _fields(example: str, start: Start) -> EditedInput:
    """A row for each column, a text in its own box; what was changed is below, and in the link."""
    given = _changed(st.session_state.get(CHANGED) or st.query_params.get(CHANGED, ""))
    if start.column:
        _text_of_the_row(example, start, given)
    _table(example, start, given)
    written = st.text_input(
        "What is other than in the example",
        key=CHANGED,
        bind="query-params",
        placeholder='nothing yet; or write {"column": "value"}',
        help="As JSON; it stands in the link too.",
    )
    values = _changed(written)
    if written.strip() and not values:
        st.text('That is not of the form {"column": "value"}.')
    _remarks(start, values)
    return EditedInput("fields", example, values=tuple(values.items()))


def _remarks(start: Start, values: dict[str, str]) -> None:
    """What was written that the model does not know: it is asked all the same."""
    foreign = [name for name in values if name not in start.names]
    if foreign:
        st.text(f"This run has no column {', '.join(map(repr, foreign[:5]))}.")
    for name, value, known in start.unseen(values.items()):
        more = f" and {len(known) - 8} more" if len(known) > 8 else ""
        st.text(f"No row has {value!r} as {name}, only {', '.join(known[:8])}{more}.")


def _text_of_the_row(example: str, start: Start, changed: dict[str, str]) -> None:
    now = changed.get(start.column, start.text)
    key = f"try_column_{abs(hash((example, now)))}"
    st.text_area(
        "Text",
        now,
        key=key,
        max_chars=MOST_CHARACTERS,
        placeholder="Type a sentence, then press Ctrl+Enter.",
        height=100,
        on_change=_text_edited,
        args=(key, start, dict(changed)),
    )


def _text_edited(key: str, start: Start, given: dict[str, str]) -> None:
    given[start.column] = st.session_state[key]
    if given[start.column] == start.text:
        given.pop(start.column)
    set_changed(as_json(given))


def _table(example: str, start: Start, changed: dict[str, str]) -> None:
    import pandas as pd

    pairs = zip(start.names, start.values, strict=True)
    own = {name: _shown(value) for name, value in pairs if name != start.column}
    if not own:
        return
    now = [changed.get(name, value) for name, value in own.items()]
    frame = pd.DataFrame({"Column": list(own), "Example": list(own.values()), "Now": now})
    key = f"try_form_{abs(hash((example, tuple(sorted(changed.items())))))}"
    st.data_editor(
        frame,
        key=key,
        hide_index=True,
        disabled=["Column", "Example"],
        height=height_of(len(frame), most=6),
        on_change=_edited,
        args=(key, own, dict(changed)),
        alt="The columns of the example; the last one can be edited",
    )


def _shown(value: Any) -> str:
    if value is None or value != value:
        return ""
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _changed(written: str) -> dict[str, str]:
    """What stands in the link; nothing where that is broken."""
    try:
        entered = json.loads(written) if written.strip() else {}
    except ValueError:
        return {}
    if not isinstance(entered, dict):
        return {}
    plain = (str, int, float, bool)
    return {
        str(name): "" if value is None else str(value)
        for name, value in entered.items()
        if value is None or isinstance(value, plain)
    }


def _edited(key: str, own: dict[str, str], changed: dict[str, str]) -> None:
    names = list(own)
    for row, cells in st.session_state[key].get("edited_rows", {}).items():
        if "Now" in cells:
            name, value = names[int(row)], "" if cells["Now"] is None else str(cells["Now"])
            changed[name] = value
            if value == own[name]:
                changed.pop(name)
    set_changed(as_json(changed))


def as_json(given: Mapping[str, str]) -> str:
    """Other values as they stand in the link."""
    return json.dumps(given, ensure_ascii=False) if given else ""


def _picture(example: str, start: Start) -> EditedInput:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        shift = st.segmented_control(
            "Move by a pixel", list(SHIFTS), key=SHIFT, bind="query-params"
        )
        noise = st.select_slider(
            "Noise",
            [0, 5, 10, 20, 30, 50],
            key=NOISE,
            bind="query-params",
            format_func=lambda share: f"{share}%",
            width=260,
        )
    return EditedInput("picture", example, shift=shift or "", noise=noise / 100)
