"""What the overview shows: a card for each experiment, the problems, how tables were read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from app.frame import session
from app.frame.links import page_links
from app.overview import column_editor
from app.widgets import verbatim
from app.widgets.missing import WORDS, missing_sentence
from app.widgets.numbers import wrong_of
from app.widgets.problems import grouped, list_problems
from diagnostics import Evidence, Experiment, Run, Workspace
from diagnostics.charts.runs import PICK, fold_strip, score_lines, score_strip
from diagnostics.statistics.metric_names import is_known, metric_text, metric_words
from diagnostics.workspace.scores import (
    fold_points,
    headline,
    peers,
    ranked_runs,
    rises,
    run_metrics,
    score_points,
)

if TYPE_CHECKING:
    import pandas as pd

#: Experiments that get a card; the others are rows of a table.
CARDS = 6
#: Runs that get a line each in a wide card; more are ticks on one line.
LINES = 8
#: Problems up to this many are all unfolded.
UNFOLDED = 6

_TASKS = {
    "classification": ("Classification", "class", "classes"),
    "entities": ("Entities", "kind of entity", "kinds of entities"),
    "stories": ("Stories", "action or intent", "actions and intents"),
}


def show_experiments(experiments: Sequence[Experiment]) -> None:
    """Cards for the first experiments, one of them wide if their number is odd, then a table."""
    cards = list(enumerate(experiments[:CARDS]))
    if len(cards) % 2:
        _card(cards[0][1], 0, is_wide=True)
        cards = cards[1:]
    if cards:
        with st.grid(2, min_column_width=400):
            for index, experiment in cards:
                _card(experiment, index, is_wide=False)
    if len(experiments) > CARDS:
        _table(experiments[CARDS:])


def facts(experiment: Experiment) -> str:
    """The task and the sizes in a line."""
    task, one, many = _TASKS[experiment.task]
    n, labels, runs = experiment.examples, len(experiment.labels), len(experiment.runs)
    unit = "story" if experiment.task == "stories" else "example"
    parts = [
        task,
        _counted(n, unit, "stories" if unit == "story" else "examples") if n else "",
        _counted(labels, one, many) if labels else "",
        _counted(runs, "run", "runs"),
    ]
    return " · ".join(part for part in parts if part)


def _counted(n: int, one: str, many: str) -> str:
    return f"{n:,} {one if n == 1 else many}"


def _card(experiment: Experiment, index: int, *, is_wide: bool) -> None:
    best = experiment.run(ranked_runs(experiment)[0])
    with st.container(border=True, height="stretch", key=f"overview_card_{index}"):
        _heading(experiment)
        if is_wide:
            left, right = st.columns([5, 6], gap="large")
            with left:
                _figures(experiment, best, is_wide=True)
                page_links(experiment, best, key=f"overview_{index}", leads=True, with_runs=True)
            with right:
                is_drawn = _spread(experiment, best, index, is_wide=True)
            with left if is_drawn else right:
                _evidence(experiment, best)
                _correct(experiment, index)
        else:
            _figures(experiment, best, is_wide=False)
            _spread(experiment, best, index, is_wide=False)
            page_links(experiment, best, key=f"overview_{index}", leads=False, with_runs=True)
            _evidence(experiment, best)
            _correct(experiment, index)


def _correct(experiment: Experiment, index: int) -> None:
    """The way to the editor, where the columns of a table were told apart by us."""
    files = tables_of(experiment.runs)
    column_editor.offer(files, key=f"card_{index}", words="Read wrongly? Correct it")


def _heading(experiment: Experiment) -> None:
    """The experiment's name, its sizes, and whether something is wrong with it."""
    wrong = {*experiment.problems, *(p for run in experiment.runs for p in run.problems)}
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        with st.container(gap=None, width="stretch"):
            verbatim.text_block(experiment.name)
            st.caption(facts(experiment))
        if wrong:
            label = _counted(len(wrong), "problem", "problems")
            st.badge(label, icon=":material/warning:", color="orange", help="Listed below.")


def _figures(experiment: Experiment, best: Run, *, is_wide: bool) -> None:
    """The best run's name, its headline and its errors."""
    metric = headline(experiment)
    values = run_metrics(best)
    if not values:
        st.text("No scores: nothing says which answers are right.")
        return
    others = [f"sample_weighted_{metric}", *(["macro_f1"] if metric != "macro_f1" else [])]
    shown = [metric, *(name for name in others if name in values)]
    with st.container(horizontal=True, gap="large" if is_wide else "medium"):
        for name in shown:
            label = metric_words(name) if is_known(name) else "Score"
            st.metric(label, metric_text(name, values.get(name)), width="content")
        if best.errors is not None:
            st.metric(wrong_of(best), f"{best.errors:,}", width="content")
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if len(experiment.runs) > 1:
            # Not every run may be compared with it: some lack folds, or saw less data.
            are_equals = len(peers(experiment, best)) == len(experiment.runs)
            end = ("highest" if rises(experiment, metric) else "lowest") if are_equals else "first"
            st.badge(f"{end} of {len(experiment.runs):,}", color="blue")
        st.text(best.run)


def _spread(experiment: Experiment, best: Run, index: int, *, is_wide: bool) -> bool:
    """The scores of all runs if there are several, else those of the folds; whether there are."""
    metric = headline(experiment)
    points = score_points(experiment, metric)
    folds = fold_points([best], metric)
    if len(points) < 2 and (len(folds) < 2 or not is_wide):
        return False
    values = points["value"] if len(points) > 1 else folds["value"]
    low, high = metric_text(metric, values.min()), metric_text(metric, values.max())
    what = _counted(len(values), *(("run", "runs") if len(points) > 1 else ("fold", "folds")))
    key, alt = f"overview_spread_{index}", f"Scores of {what}, from {low} to {high}"
    with st.container(gap=None):
        st.caption(f"{what} from {low} to {high}")
        if len(points) < 2:
            st.altair_chart(fold_strip(folds, metric), key=key, alt=alt)
        elif is_wide and len(points) <= LINES:
            _lines(experiment, points, best, key=key, alt=alt)
        else:
            st.altair_chart(score_strip(points, metric), key=key, alt=alt)
    return True


def _lines(experiment: Experiment, points: pd.DataFrame, best: Run, *, key: str, alt: str) -> None:
    """A line for each run; a click on its dot opens the run."""
    metric = headline(experiment)
    folds = fold_points(experiment.runs, metric)
    chart: Any = score_lines(points, folds, metric, chosen=best.run)
    event: Any = st.altair_chart(chart, key=key, alt=alt, on_select="rerun", selection_mode=PICK)
    picked = event["selection"].get(PICK)
    if picked:
        session.go("runs.py", experiment=experiment.name, run=str(picked[0]["run"]))


def _evidence(experiment: Experiment, best: Run) -> None:
    """Badges for what is there, one sentence for what is not."""
    runs = experiment.runs
    with st.container(horizontal=True, gap="xsmall"):
        for flag, (words, meaning) in WORDS.items():
            having = sum(run.has(flag) for run in runs)
            if having and not (flag == Evidence.ERRORS and best.has(Evidence.PREDICTIONS)):
                some = f" ({having:,} of {len(runs):,} runs)" if having < len(runs) else ""
                st.badge(words + some, color="gray", help=meaning)
    sentence = missing_sentence(best)
    if sentence:
        st.caption(sentence)
    if best.notes and not best.mapping:  # else they stand beside the mapping
        with st.expander(_counted(len(best.notes), "note on the figures", "notes on the figures")):
            for note in best.notes:
                st.text(note)


def _table(experiments: Sequence[Experiment]) -> None:
    """The experiments that have no card; a click on a row opens its runs."""
    import pandas as pd

    rows = []
    for experiment in experiments:
        best = experiment.run(ranked_runs(experiment)[0])
        metric = headline(experiment)
        value = run_metrics(best).get(metric)
        rows.append(
            {
                "Experiment": experiment.name,
                "Task": _TASKS[experiment.task][0],
                "Examples": experiment.examples,
                "Classes": len(experiment.labels) or None,
                "Runs": len(experiment.runs),
                "Best run": best.run if value is not None else None,
                "Score": metric_text(metric, value),
                "Metric": metric_words(metric),
                "Wrong": best.errors,
            }
        )
    frame = pd.DataFrame(rows).astype(dict.fromkeys(("Examples", "Classes", "Wrong"), "Int64"))
    st.caption(f"{len(rows):,} more experiments. A click on one opens its runs.")
    event = st.dataframe(
        frame,
        hide_index=True,
        key="overview_experiments",
        on_select="rerun",
        selection_mode=["single-row", "single-cell"],
        placeholder="–",
        column_config={
            "Experiment": st.column_config.TextColumn(width="medium"),
            "Examples": st.column_config.NumberColumn(format="%,d"),
            "Wrong": st.column_config.NumberColumn(format="%,d"),
        },
        alt=f"{len(rows)} more experiments with their best runs",
    )
    selection = event["selection"]
    clicked = [*selection["rows"], *(row for row, _ in selection["cells"])]
    for place in clicked[:1]:
        session.go("runs.py", experiment=experiments[place].name, run=None)


def show_problems(workspace: Workspace) -> None:
    """All problems in kinds, the worst first, each kind with its count."""
    problems = [problem for problem in workspace.all_problems if problem.code != "nothing-found"]
    if not problems:
        return
    st.subheader(_counted(len(problems), "problem", "problems").capitalize(), anchor=False)
    for number, (kind, members) in enumerate(grouped(problems)):
        label = f"{kind.title} · {len(members):,}"
        is_open = number == 0 or len(problems) <= UNFOLDED
        with st.expander(label, icon=kind.icon, expanded=is_open):
            list_problems(members)


def tables_of(runs: Iterable[Run]) -> list[str]:
    """The prediction tables that runs come from, as paths below the folder."""
    own = [run for run in runs if run.reader == "predictions" and run.mapping]
    return list(dict.fromkeys(run.path for run in own))


def show_mappings(workspace: Workspace) -> None:
    """How the columns of prediction tables were understood, and how to say it otherwise."""
    everything = [run for experiment in workspace.experiments for run in experiment.runs]
    runs = [run for run in everything if run.mapping and run.has(Evidence.PREDICTIONS)]
    if not runs:
        return
    from diagnostics.readers.prediction_table import mapping_as_toml

    st.subheader("How the prediction tables were read", anchor=False)
    left, right = st.columns([6, 5], gap="large")
    with left:
        st.dataframe(_roles(runs), hide_index=True, alt="Which column was taken for what")
        for note in dict.fromkeys(note for run in runs for note in run.notes):
            st.text(note)
        files = tables_of(runs)
        column_editor.offer(files, key="mappings", words="Correct it by clicking")
    with right:
        st.caption("Or save this as `errata.toml` beside the table and change it.")
        # Without a language: Streamlit's colours for toml are too pale to read on a light ground.
        st.code(mapping_as_toml(*(run.mapping for run in runs)), language=None, wrap_lines=True)


def _roles(runs: Sequence[Run]) -> object:
    import pandas as pd

    rows = [
        {
            "File": run.mapping.get("file", run.path),
            "Role": role.replace("_", " "),
            "Column": column,
        }
        for run in runs
        for role, column in run.mapping.items()
        if role != "file"
    ]
    return pd.DataFrame(rows).drop_duplicates()
