"""Writing an assumption down, and taking the list in and out as a file."""

from __future__ import annotations

from functools import partial

import streamlit as st

from app.assumptions import cached, choices
from app.frame import session
from app.widgets.labels import shown_label
from app.widgets.missing import missing
from diagnostics import DiagnosticsError
from diagnostics.assumptions.assumption import Claim, assumption, parse_assumption
from diagnostics.assumptions.store import exported, imported
from diagnostics.examples.attributes import Kind
from diagnostics.examples.export import file_name
from diagnostics.examples.text_properties import PROPERTIES

KINDS: dict[Kind, str] = {
    "word": "A word",
    "property": "How the text is written",
    "column": "A column or feature",
}
CLAIMS: dict[Claim, str] = {
    "matters": "matters",
    "must-not-matter": "must not matter",
    "pushes-towards": "pushes towards",
}
#: The name in the link of one that another page proposes to write down.
DRAFT = "draft"
_KIND, _CLAIM, _LABEL, _WHO = "assume_kind", "assume_claim", "assume_label", "assume_who"
_SUBJECT = {"word": "assume_word", "property": "assume_property", "column": "assume_column"}


def show() -> None:
    """The form: what, which, what is believed of it, and for a push the label."""
    has_text, columns = cached.offered(session.place())
    kinds: list[Kind] = ["word", "property", "column"] if has_text else ["column"]
    _take_draft(kinds)
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            kind: Kind = st.selectbox(
                "We believe that", kinds, key=_KIND, format_func=KINDS.__getitem__, width=195
            )
            _subject(kind, columns)
            claim: Claim = st.selectbox(
                "does what",
                list(CLAIMS),
                key=_CLAIM,
                format_func=CLAIMS.__getitem__,
                help="It matters where answers are wrong more or less often, or the model answers "
                "otherwise without it. It pushes towards a label where that label becomes more "
                "likely.",
                width=150,
            )
            if claim == "pushes-towards":
                labels = [label for label in session.experiment().labels if label]
                st.selectbox("label", labels, key=_LABEL, format_func=shown_label, width=165)
            st.text_input("Your name", key=_WHO, placeholder="optional", width=105)
            st.button(
                "Write it down",
                key="assume_add",
                type="primary",
                icon=":material/add:",
                on_click=partial(_add, kind, claim),
            )
        if kind == "property":
            name = st.session_state.get(_SUBJECT["property"]) or next(iter(PROPERTIES))
            st.caption(f"{name.capitalize()}: {PROPERTIES[name].definition}.")
    refused = choices.refusal()
    if refused is not None:
        missing(*refused)


def _take_draft(kinds: list[Kind]) -> None:
    """Fill the form in with what another page proposes, once."""
    text = st.query_params.get(DRAFT)
    if text is None:
        return
    del st.query_params[DRAFT]
    try:
        entered = parse_assumption(text)
    except DiagnosticsError:
        return
    if entered.kind not in kinds:
        return
    st.session_state[_KIND] = entered.kind
    st.session_state[_SUBJECT[entered.kind]] = entered.subject
    st.session_state[_CLAIM] = entered.claim
    if entered.label in session.experiment().labels:
        st.session_state[_LABEL] = entered.label


def _subject(kind: Kind, columns: list[str]) -> None:
    if kind == "word":
        st.text_input(
            "which word or phrase", key=_SUBJECT[kind], placeholder="such as refund", width=195
        )
    elif kind == "property":
        st.selectbox("which property", list(PROPERTIES), key=_SUBJECT[kind], width=195)
    else:
        st.selectbox(
            "which column or feature",
            columns,
            key=_SUBJECT[kind],
            index=None,
            accept_new_options=True,
            placeholder="such as customer_id, or country=fr",
            width=225,
        )


def _add(kind: Kind, claim: Claim) -> None:
    subject = st.session_state.get(_SUBJECT[kind]) or ""
    label = st.session_state.get(_LABEL) if claim == "pushes-towards" else None
    try:
        given = assumption(kind, subject, claim, label)
    except DiagnosticsError as error:
        choices.refuse(error)
        return
    choices.keep(given, st.session_state.get(_WHO) or "")
    if kind != "property":  # deleted, the browser would keep it
        st.session_state[_SUBJECT[kind]] = "" if kind == "word" else None


def show_files(entries: list[choices.Listed]) -> None:
    """The list as a file, and a file into the list."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if entries:
            st.download_button(
                "Export",
                exported(entry.kept for entry in entries),
                file_name(session.experiment().name, "assumptions", suffix=".json"),
                "application/json",
                key="assume_export",
                icon=":material/download:",
                on_click="ignore",
                help="All assumptions of this experiment, as JSON.",
            )
        with st.popover("Import", icon=":material/upload:"):
            _import()
    own = choices.store()
    if not own.is_beside:
        st.caption("The folder of results may not be written, so what you write is kept here:")
        st.text(str(own.path))
    if own.left_out:
        st.caption("Nothing is read or kept beside the results:")
        st.text(own.left_out)
    broken = own.broken()
    if broken:
        st.caption(f"{broken:,} lines of {own.path.name} cannot be read and were left as they are.")


def _import() -> None:
    file = st.file_uploader("A file that Export wrote", type="json", key="assume_file")
    if file is None:
        return
    try:
        entries = imported(file.getvalue().decode("utf-8-sig"))
    except DiagnosticsError as error:
        st.text(f"{error.message} {error.hint}")
        return
    except UnicodeDecodeError:
        st.text("The file is no JSON.")
        return
    st.button(
        f"Add {len(entries):,}",
        key="assume_import",
        on_click=partial(choices.keep_all, entries),
        disabled=not entries,
    )
