"""Which assumptions are looked at: those kept with the results, and those that the link brought."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from app.frame import session
from diagnostics import DiagnosticsError
from diagnostics.assumptions.assumption import Assumption, link_text, parse_link
from diagnostics.assumptions.store import AssumptionStore, Kept

#: The names in the link: of all assumptions, and of the one that is looked at.
ALL, SHOWN = "assume", "assumption"
#: Characters that a link has for them.
LONGEST_LINK = 3_000
#: Which experiment the link's assumptions are of, and what could not be done.
_EXPERIMENT, _REFUSED = "assumptions_experiment", "assumptions_refused"


@dataclass(frozen=True)
class Listed:
    """An assumption of the experiment; `is_kept` says that it is with the results."""

    kept: Kept
    is_kept: bool = True

    @property
    def assumption(self) -> Assumption:
        """What is assumed."""
        return self.kept.assumption


def store() -> AssumptionStore:
    """The assumptions of the workspace."""
    return AssumptionStore.of(session.folder())


def listed() -> tuple[list[Listed], int]:
    """The experiment's assumptions, kept ones first; how many of the link's cannot be read."""
    here = session.experiment().name
    entries = [Listed(kept) for kept in store().kept(here)]
    known = {entry.assumption for entry in entries}
    foreign = st.session_state.get(_EXPERIMENT) not in (None, here)
    st.session_state[_EXPERIMENT] = here
    brought, broken = ([], 0) if foreign else parse_link(st.query_params.get(ALL, ""))
    new = [Listed(Kept(given, here), is_kept=False) for given in brought if given not in known]
    return [*entries, *new], broken


def put_in_link(entries: list[Listed]) -> bool:
    """Write the assumptions into the link; False if not all of them have room."""
    texts = [entry.assumption for entry in entries]
    while len(link_text(texts)) > LONGEST_LINK:
        texts.pop()
    _set(ALL, link_text(texts))
    return len(texts) == len(entries)


def chosen(entries: list[Listed]) -> Listed:
    """The one that is looked at, the first unless told otherwise."""
    asked = st.query_params.get(SHOWN) or st.session_state.get(SHOWN)
    found = next((entry for entry in entries if entry.assumption.text == asked), entries[0])
    st.session_state[SHOWN] = found.assumption.text
    _set(SHOWN, "" if found is entries[0] else found.assumption.text)
    return found


def choose(given: Assumption) -> None:
    """Look at one, from a callback."""
    st.session_state[SHOWN] = given.text
    st.query_params[SHOWN] = given.text


def keep(given: Assumption, who: str = "") -> None:
    """Keep one with the results, from a callback."""
    try:
        store().add(given, experiment=session.experiment().name, who=who.strip())
        choose(given)
    except DiagnosticsError as error:
        refuse(error)


def withdraw(entry: Listed) -> None:
    """Take one back, from a callback; it leaves the link, too."""
    try:
        if entry.is_kept:
            store().withdraw(entry.assumption, experiment=entry.kept.experiment)
        given, _ = parse_link(st.query_params.get(ALL, ""))
        _set(ALL, link_text(other for other in given if other != entry.assumption))
        _set(SHOWN, "")
        st.session_state.pop(SHOWN, None)
    except DiagnosticsError as error:
        refuse(error)


def keep_all(entries: list[Kept]) -> None:
    """Keep what an export brought; of unknown experiments they become this one's."""
    known = {"", *(entry.name for entry in session.workspace().experiments)}
    here = session.experiment().name
    own = [e if e.experiment in known else replace(e, experiment=here) for e in entries]
    try:
        n = store().add_all(own)
        st.toast(f"{n:,} added, {len(own) - n:,} were there already.")
    except DiagnosticsError as error:
        refuse(error)


def refuse(error: DiagnosticsError) -> None:
    """Remember what could not be done, for the page to say."""
    st.session_state[_REFUSED] = (error.message, error.hint)


def refusal() -> tuple[str, str] | None:
    """What could not be done since the page was drawn last."""
    found: tuple[str, str] | None = st.session_state.pop(_REFUSED, None)
    return found


def _set(name: str, value: str) -> None:
    if value and st.query_params.get(name) != value:
        st.query_params[name] = value
    elif not value and name in st.query_params:
        del st.query_params[name]
