"""Why on the example card: the words in place, the strongest contributions, how they are known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st

from app.explanation import cached, estimates
from app.explanation.figure import explained
from app.explanation.words import run_with_model, usual_against, usual_label
from app.frame import session
from app.widgets.labels import shown_label
from diagnostics.models.explanation.explain import OWN_SCORE

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from diagnostics import Run

#: The choices' keys, and so their names in the link.
LABEL, AGAINST = "why", "against_label"
#: The choice of no other label.
ALONE = "nothing: its own score"


def draw(
    run: Run, example: str, answer: Mapping[str, Any] | None, shown: DeltaGenerator | None
) -> bool:
    """The section; where the text is `shown` above it is drawn with its words shaded, if it can be.

    Whether it was.
    """
    place = session.place()
    ask = cached.explanation
    if not run.models and ask(place, example, None, None, "auto").lacks_model:
        _without_model(run, example)
        return False
    label, against = _choices(run, answer)
    why = ask(place, example, label, against, "auto")
    if why.explanation is not None:
        explained(why.explanation, example, shown)
    else:
        st.text(f"{why.message} {why.hint}".strip())
    if run.models:
        # What takes seconds, on request: SHAP where nothing else is right, LIME beside anything.
        estimates.show(place, example, label, against)
    return shown is not None and why.explanation is not None and bool(why.explanation.spans)


def _without_model(run: Run, example: str) -> None:
    """One sentence on what would bring an explanation, and the way to a run that has one."""
    other = run_with_model(session.experiment(), run)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("**Why**", width="content")
        if other is None and run.reader == "rasa":
            st.caption("`rasa test` keeps no model that could be asked.", width="stretch")
            return
        if other is None:
            st.caption(
                "This run kept no model to ask. `diagnostics.record(..., keep_model=True)` keeps "
                "it, and for a search `Recorder(models=True)`.",
                width="stretch",
            )
            return
        st.text(f"This run kept no model to ask; {shown_label(other.run, 60)} did.")
        st.button(
            "Ask it there",
            key="explanation_other_run",
            icon=":material/psychology:",
            on_click=session.choose,
            kwargs={session.RUN: other.run, "example": example},
        )


def _choices(run: Run, answer: Mapping[str, Any] | None) -> tuple[str | None, str | None]:
    """Which label, and against which; None for the usual ones."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        label: str = st.selectbox(
            "**Why**",
            ["", *run.labels],
            key=LABEL,
            bind="query-params",
            format_func=lambda name: shown_label(name) if name else usual_label(answer),
            width="stretch",
        )
        alone = [ALONE] if len(run.labels) > 2 else []
        said = label or (answer or {}).get("predicted_label")
        against: str = st.selectbox(
            "**and not**",
            ["", *(name for name in run.labels if name != said), *alone],
            key=AGAINST,
            bind="query-params",
            format_func=lambda name: (
                shown_label(name) if name else usual_against(run, answer, label)
            ),
            width="stretch",
        )
    return label or None, OWN_SCORE if against == ALONE else against or None
