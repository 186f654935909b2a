"""What the pages share: the workspace, and the choices that travel in the link.

The folder comes from the command line and from nowhere else: a box or a link that names a folder
would let any visitor read the disk.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import streamlit as st

from app.frame import workspaces
from app.frame.navigation import PAGES
from diagnostics import DiagnosticsError, Experiment, Run, Workspace
from diagnostics.workspace.scores import ranked_runs

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

#: The experiment and run pickers' keys, and so their names in the link.
EXPERIMENT = "experiment"
RUN = "run"
#: Runs that were picked to be looked at together, by name; the same on every page.
SELECTED = "selected"
MOST_SELECTED = 8
#: What stays in the link from page to page.
SHARED = (EXPERIMENT, RUN, SELECTED)
#: Pixels of a picker at the head of a page.
PICKER = 250
#: What the list of examples may be narrowed to: a number that opens its examples sets them anew.
NARROWING = (
    *("true", "predicted", "split", "q", "example", "by"),
    *("above", "below", "against", "outcome", "across", "having"),
    *("why", "against_label"),
)
_PENDING = "pending_choices"


@st.cache_resource
def settle() -> bool:
    """Freeze what the imports made: Streamlit collects garbage after every run, over all of it."""
    import altair  # noqa: F401 - part of what is frozen
    import pandas  # noqa: F401
    import polars  # noqa: F401

    gc.collect()
    gc.freeze()
    return True


def folder() -> Path:
    """The workspace's folder; the page ends with a sentence if none was given."""
    if len(sys.argv) < 2 or not Path(sys.argv[1]).is_dir():
        st.info("Start with a folder of results: `errata FOLDER`.", icon=":material/folder_open:")
        st.stop()
    return Path(sys.argv[1]).resolve()


def workspace(reading: DeltaGenerator | None = None) -> Workspace:
    """The workspace, read again when a file in it has changed; `reading` is where that is said."""
    root = str(folder())
    try:
        return workspaces.opened_once(root, lambda: _open(root, reading or st.empty()))
    except DiagnosticsError as error:
        st.error(str(error), icon=":material/error:")
        st.stop()


def _open(root: str, place: DeltaGenerator) -> Workspace:
    """Read the folder, naming what is being read while it takes."""
    seen = [0]

    def progress(name: str) -> None:
        seen[0] += 1
        with place.container():
            st.caption("Reading the results. What was read before is not read again.")
            st.text(f"{seen[0]:,}  {name}")

    opened = workspaces.open_workspace(root, progress)
    place.empty()
    return opened


def frame(title: str) -> None:
    """The head of every page: its title on the left, the experiment and run on the right.

    The place above it is there also when nothing is read: a picker that moves is taken for a new
    one, and as the old one goes, the browser no longer knows that it is bound to the link.
    """
    opened = workspace(st.empty())
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"
    ):
        with st.container(width="content", gap=None):
            st.title(title, anchor=False)
            st.text(_about(opened))
        if opened.experiments:
            with st.container(horizontal=True, width="content", vertical_alignment="bottom"):
                _pickers(opened)


def _about(opened: Workspace) -> str:
    runs = sum(len(experiment.runs) for experiment in opened.experiments)
    return f"{opened.root.name} · {_counted(runs, 'run')}"


def _counted(n: int, noun: str) -> str:
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def _pickers(opened: Workspace) -> None:
    names = [experiment.name for experiment in opened.experiments]
    st.selectbox(
        "Experiment",
        names,
        key=EXPERIMENT,
        bind="query-params",
        on_change=_experiment_chosen,
        width=PICKER,
    )
    chosen = opened.experiment(st.session_state[EXPERIMENT])
    st.selectbox("Run", ranked_runs(chosen), key=RUN, bind="query-params", width=PICKER)
    if len(chosen.runs) > 1:
        _select_runs(chosen)


def _select_runs(chosen: Experiment) -> None:
    """The runs that stay selected from page to page.

    Not in a popover: what is not drawn, the browser does not know to be bound to the link, and
    drops from it on the way to the next page.
    """
    st.multiselect(
        "Selected runs",
        ranked_runs(chosen),
        key=SELECTED,
        bind="query-params",
        max_selections=MOST_SELECTED,
        placeholder="none",
        wrap=False,
        width=PICKER,
    )


def _experiment_chosen() -> None:
    """Another experiment has its own runs, labels and examples: nothing chosen among them stays."""
    chosen = workspace().experiment(st.session_state[EXPERIMENT])
    narrowed = [name for name in NARROWING if name in st.session_state and name != "by"]
    if "having" in st.query_params:  # no widget takes it out of the link
        del st.query_params["having"]
    nothing: dict[str, str | list[str] | None] = {**dict.fromkeys(narrowed, ""), SELECTED: []}
    choose(**nothing, **{RUN: ranked_runs(chosen)[0]})


def experiment() -> Experiment:
    """The chosen experiment; the page ends with a sentence if there is none at all."""
    opened = workspace()
    if not opened.experiments:
        st.info("Nothing to show yet.", icon=":material/folder_off:")
        st.page_link(PAGES / "overview.py", label="See what was looked for", icon=":material/home:")
        st.stop()
    name = st.session_state.get(EXPERIMENT)
    names = [entry.name for entry in opened.experiments]
    return opened.experiment(name if name in names else names[0])


def run() -> Run:
    """The chosen run, the experiment's best one unless told otherwise."""
    chosen = experiment()
    name = st.session_state.get(RUN)
    is_known = any(entry.run == name for entry in chosen.runs)
    return chosen.run(str(name) if is_known else ranked_runs(chosen)[0])


def selected_runs() -> list[str]:
    """The runs of the chosen experiment that are selected, `MOST_SELECTED` at most, as picked."""
    # Asked before the widget is drawn for the first time, only the link knows.
    picked = st.session_state.get(SELECTED, st.query_params.get_all(SELECTED))
    known = {entry.run for entry in experiment().runs}
    return [name for name in dict.fromkeys(picked) if name in known][:MOST_SELECTED]


def place(of: Run | None = None) -> workspaces.Place:
    """Where the chosen run, or another of the same experiment, is: the key of cached calls."""
    opened = workspace()
    chosen = of or run()
    return workspaces.Place(str(opened.root), opened.fingerprint, experiment().name, chosen.run)


def go(page: str, **choices: str | None) -> NoReturn:
    """Switch to another page with choices made: every number opens its examples through this.

    `choices` are values of that page's widgets by key, None for the widget's default. The
    experiment and the run stay unless they are among them; what the examples were narrowed to
    before does not. The link names all of them at once, which makes it one step back; widgets that
    were drawn before go by the session, and so wait for the next run to be set there, too.
    """
    wanted = {**dict.fromkeys(NARROWING), **choices} if page == "examples.py" else choices
    known = {EXPERIMENT, RUN, *(name for name in wanted if name in st.session_state)}
    waiting = {name: wanted.get(name) for name in wanted if name in known}
    st.session_state[_PENDING] = {**dict.fromkeys(wanted), **waiting}
    link: dict[str, str | list[str]] = {
        n: value for n, value in wanted.items() if value is not None
    }
    stays = {name: st.query_params.get_all(name) for name in SHARED if name not in wanted}
    link |= {name: values for name, values in stays.items() if values}
    if link.get(RUN) == _usual_run(link.get(EXPERIMENT)):
        del link[RUN]  # as the browser would, by another step
    if not _let_go(link):
        link = {name: value for name, value in link.items() if name not in {*known, *SHARED}}
    st.switch_page(PAGES / page, query_params=link)


def _usual_run(of: str | list[str] | None) -> str:
    """The run that is looked at in an experiment unless told otherwise."""
    opened = workspace()
    names = [entry.name for entry in opened.experiments]
    name = of[-1] if isinstance(of, list) else of
    return ranked_runs(opened.experiment(name if name in names else names[0]))[0]


def _let_go(names: Iterable[str]) -> bool:
    """Let a link name what widgets are bound to, until these are drawn again; whether it may now.

    Otherwise the browser adds each of them to the address by itself, one step of its history after
    the other, and Back has to be pressed as often.
    """
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    try:
        context = get_script_run_ctx()
        assert context is not None
        with context.session_state.query_params() as link:
            for name in names:
                binding = link.get_binding_for_param(name)
                if binding is not None:
                    link.unbind_widget(binding.widget_id)
    except (AssertionError, AttributeError, TypeError):  # not promised by Streamlit
        return False
    return True


def apply_pending() -> None:
    """Make the choices that `go` left, before any widget is drawn."""
    for name, value in st.session_state.pop(_PENDING, {}).items():
        if value is None:
            st.session_state.pop(name, None)
        else:
            st.session_state[name] = value


def choose(**choices: str | list[str] | None) -> None:
    """Set widgets of this page, from a callback; None for the widget's default."""
    st.session_state[_PENDING] = choices
    apply_pending()
