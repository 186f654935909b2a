"""The best runs as lines over their parameters; a brush picks those that pass through it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from app.frame import session
from diagnostics.charts.parallel_axes import BRUSH, PICK, parallel_chart
from diagnostics.runs.parameters.parallel_axes import (
    SCORE,
    ParallelAxes,
    brushed_runs,
    parallel_axes,
)
from diagnostics.runs.parameters.trials import Trials
from diagnostics.statistics.metric_names import metric_text

#: How many of the best runs have a line; with eight axes a thousand are 9,000 marks.
BEST = (50, 200, 500, 1000)
AXES = 8
KEY = "effects_lines"
_DOOR = "effects_door"
#: Set where more of the page changes than the fragment.
_WHOLE = "effects_whole_page"


@st.fragment
def show_lines(trials: Trials, parameters: Sequence[str]) -> None:
    """Parallel axes of the best runs, and what can be done with those under the brush.

    A fragment, so that a brush draws these lines anew and not the whole page.
    """
    if st.session_state.pop(_WHOLE, False):
        st.rerun()
    if len(trials.runs) < 3 or len(parameters) < 2:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("Lines of runs", anchor=False, width="content")
        best = _choose_best(len(trials.runs))
    axes = parallel_axes(trials, parameters[:AXES], best=best)
    kept = _brushed(axes)
    n = min(best, len(trials.runs))
    chosen = session.run().run
    thick = "; the thick line is the chosen run" if chosen in set(axes.points["run"]) else ""
    which = f"The best {n:,} of" if n < len(trials.runs) else "All"
    description = (
        f"{which} {len(trials.runs):,} runs, the stronger the colour the better{thick}. "
        "Runs with the same value are spread around it, the best "
        "uppermost. Drag over an axis to pick the runs that pass there; a click on a line picks "
        "its run."
    )
    st.altair_chart(
        parallel_chart(axes, trials.metric, chosen=chosen, kept=kept),
        key=KEY,
        on_select=_pick_line,
        selection_mode=[PICK, BRUSH],
        alt=description,
    )
    st.caption(description)
    if kept is not None:
        _show_kept(trials, axes, kept)


def list_values(parameter: str, values: Sequence[str]) -> None:
    """From a callback: go to the table of the runs with these values of a parameter."""
    st.session_state[_DOOR] = (parameter, sorted(values))
    st.session_state[_WHOLE] = True


def follow_door() -> None:
    """Go where `list_values` said: not from the callback, for only a page can be switched to."""
    st.session_state.pop(_WHOLE, None)
    door = st.session_state.pop(_DOOR, None)
    if door is not None:
        parameter, values = door
        session.go(
            "runs.py",
            experiment=session.experiment().name,
            run=session.run().run,
            runs_where=parameter,
            runs_values=values,
            runs_view="Leaderboard",
        )


def _choose_best(n: int) -> int:
    options = [best for best in BEST if best < n] or [BEST[0]]
    if n > options[-1] and n <= BEST[-1]:
        options.append(n)
    if len(options) < 2:
        return options[0] if n > options[0] else n
    return st.selectbox(
        "Best runs",
        options,
        index=min(1, len(options) - 1),
        format_func=lambda best: f"The best {best:,}" if best < n else f"All {n:,}",
        key="effects_best",
        bind="query-params",
        label_visibility="collapsed",
        width=160,
    )


def _selection(name: str) -> Any:
    state = st.session_state.get(KEY)
    return (state or {}).get("selection", {}).get(name)


def _brushed(axes: ParallelAxes) -> list[str] | None:
    brush = _selection(BRUSH)
    return brushed_runs(axes, brush) if brush and brush.get("axis") else None


def _pick_line() -> None:
    picked = _selection(PICK) or []
    if picked and picked[0].get("run"):
        _choose(run=str(picked[0]["run"]))


def _choose(**choices: str | list[str]) -> None:
    session.choose(**choices)
    st.session_state[_WHOLE] = True


def _show_kept(trials: Trials, axes: ParallelAxes, kept: Sequence[str]) -> None:
    """How many pass, the best of them, and doors to them."""
    if not kept:
        st.text("No line passes there.")
        return
    scores = dict(zip(trials.runs, trials.scores, strict=True))
    best = metric_text(trials.metric, float(scores[kept[0]]))
    some = f"{len(kept):,} runs pass" if len(kept) > 1 else "1 run passes"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(f"{some} there; the best is {kept[0]} ({best}).")
        most = session.MOST_SELECTED
        label = "Select it" if len(kept) == 1 else f"Select the best {min(len(kept), most)}"
        st.button(
            label,
            icon=":material/checklist:",
            key="effects_select",
            on_click=_choose,
            kwargs={session.SELECTED: list(kept[:most])},
        )
        covered = [axis for axis in (_selection(BRUSH) or {}).get("axis", []) if axis != SCORE]
        if len(covered) == 1:
            name = axes.names[axes.axes.index(covered[0])]
            st.button(
                "List these values",
                icon=":material/table_rows:",
                key="effects_list",
                on_click=list_values,
                args=(name, _written(trials, name, set(kept))),
                help="The table of the runs that have one of the values under the brush.",
            )


def _written(found: Trials, name: str, kept: set[str]) -> list[str]:
    """The values of a parameter that these runs have, as the filter of the table takes them."""
    factor = found.factor(name)
    codes = {int(c) for run, c in zip(found.runs, factor.codes, strict=True) if run in kept}
    return sorted(text for code in codes for text in factor.written[code])
