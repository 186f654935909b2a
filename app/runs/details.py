"""One run in full: its figures, folds, parameters, configuration, notes and problems."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import streamlit as st

from app.frame.links import page_links
from app.runs.leaderboard import board, show_against_best
from app.widgets import verbatim
from app.widgets.missing import missing_sentence
from app.widgets.numbers import wrong_of
from app.widgets.problems import list_problems
from diagnostics import Experiment, Run
from diagnostics.charts.runs import fold_strip
from diagnostics.runs.leaderboard_words import run_interval_words
from diagnostics.statistics.metric_names import in_a_sentence, is_known, metric_text, metric_words
from diagnostics.workspace.parameters import constant_parameters, parameter_text
from diagnostics.workspace.scores import (
    fold_points,
    given,
    metric_names,
    peers,
    ranked_runs,
    rises,
    run_metrics,
)

#: Metrics that are large; the others are in the table of scores.
LARGE = ("accuracy", "micro_f1", "macro_f1", "weighted_f1")


def show_run(experiment: Experiment, run: Run, metric: str) -> None:
    """The chosen run in a card."""
    with st.container(border=True, key="runs_details"):
        with st.container(gap=None):
            verbatim.text_block(run.run)
            st.caption(rank_words(experiment, run, metric))
        if len(experiment.runs) > 1:
            show_against_best(run, board(experiment, metric))
        left, right = st.columns([5, 6], gap="large")
        with left:
            _figures(run, metric)
            _interval(experiment, run, metric)
            page_links(experiment, run, key="runs_door", leads=True, with_runs=False)
            sentence = missing_sentence(run)
            if sentence:
                st.caption(sentence)
            _folds(run, metric)
            _facts(run)
        with right:
            _tables(experiment, run)
        for note in run.notes:
            st.text(note)
        if run.problems:
            list_problems(run.problems)


def rank_words(experiment: Experiment, run: Run, metric: str) -> str:
    """Where the run stands among all of the experiment, without a judgement."""
    if not run.is_complete:
        return "Not ranked: its figures are of fewer folds than those of the others"
    alike = {name for name in peers(experiment, run) if _has(experiment.run(name), metric)}
    scored = [name for name in ranked_runs(experiment, metric) if name in alike]
    if len(scored) < 2 or run.run not in scored:
        return ""
    end = "highest" if rises(experiment, metric) else "lowest"
    rank = scored.index(run.run) + 1
    words = in_a_sentence(metric) if is_known(metric) else "this score"
    which = end.capitalize() if rank == 1 else f"Number {rank:,} from the {end}"
    return f"{which} of {len(scored):,} runs{_given(run)} by {words}"


def _given(run: Run) -> str:
    """What the runs were given to learn from that this one is ranked among; "" if nothing says."""
    amount = given(run)
    if amount is None:
        return ""
    if run.resource is None:
        return f" that learnt from {amount:.0f} % of the data"
    return f" that were given {amount:,.0f}"


def _has(run: Run, metric: str) -> bool:
    return not math.isnan(run_metrics(run).get(metric, math.nan))


def _figures(run: Run, metric: str) -> None:
    """The metric that ranks the runs, the usual ones, and the mistakes."""
    values = run_metrics(run)
    shown = [name for name in dict.fromkeys((metric, *LARGE)) if name in values and is_known(name)]
    with st.container(horizontal=True, gap="medium"):
        for name in shown[:3]:
            st.metric(metric_words(name), metric_text(name, values[name]), width="content")
        if run.errors is not None:
            st.metric(wrong_of(run), f"{run.errors:,}", width="content")


def _interval(experiment: Experiment, run: Run, metric: str) -> None:
    words = run_interval_words(board(experiment, metric), run.run)
    if words:
        st.caption(words)


def _folds(run: Run, metric: str) -> None:
    folds = fold_points([run], metric)
    if len(folds) > 1:
        low, high = (metric_text(metric, v) for v in (folds["value"].min(), folds["value"].max()))
        words = metric_words(metric) if is_known(metric) else "The score"
        said = f"{words} of {len(folds):,} folds, from {low} to {high}; the line is their mean."
        with st.container(gap=None):
            st.caption(said)
            st.altair_chart(fold_strip(folds, metric), key="runs_folds", alt=said)


def _facts(run: Run) -> None:
    """Where it lies, when it was made, how long it took, and its tags."""
    facts = {
        "File": run.path,
        "Made": _moment(run.created),
        "Fitting": f"{run.fit_seconds:,.2f} s" if run.fit_seconds is not None else None,
        "Answering": f"{run.score_seconds:,.2f} s" if run.score_seconds is not None else None,
        # Fingerprints tell readers which runs are alike, and people nothing.
        **{name: text for name, text in run.tags.items() if not name.endswith("fingerprint")},
    }
    _pairs({name: text for name, text in facts.items() if text}, "About", "the run")


def _moment(created: str | None) -> str | None:
    """A time as people write it, to the minute; as it is if it is none."""
    try:
        moment = datetime.fromisoformat(created or "")
    except ValueError:
        return created
    return f"{moment:%Y-%m-%d %H:%M} {moment.tzname() or ''}".strip()


def _tables(experiment: Experiment, run: Run) -> None:
    """Tabs of what there is: every parameter, every score, the configuration as it was found."""
    parameters, scores = _parameters(experiment, run), _scores(experiment, run)
    names = [("Parameters", parameters), ("Scores", scores), ("Configuration", run.config)]
    there = [name for name, content in names if content]
    if not there:
        return
    for name, tab in zip(there, st.tabs(there), strict=True):
        with tab:
            if name == "Parameters":
                _pairs(parameters, "Parameter", "the parameters")
            elif name == "Scores":
                _pairs(scores, "Score", "the scores")
            else:
                is_short = run.config.count("\n") < 18
                st.code(run.config, language="yaml", height="content" if is_short else 400)


def _parameters(experiment: Experiment, run: Run) -> dict[str, str]:
    """All parameters of the run, those that differ between the runs first."""
    names = list(dict.fromkeys([*run.parameters, *run.parameters_text]))
    same = constant_parameters(experiment)
    order = sorted(names, key=lambda name: name in same)
    return {name: parameter_text(run, name) or "" for name in order}


def _scores(experiment: Experiment, run: Run) -> dict[str, str]:
    """The metrics of the split that speaks for the run, then those of the others."""
    values = run_metrics(run)
    known = [metric for metric in metric_names(experiment) if metric in values]
    written = {metric_words(metric): metric_text(metric, values[metric]) for metric in known}
    for score in run.scores:
        if score.fold is not None:
            continue
        is_main = score.split == run.split
        name = metric_words(score.metric) + ("" if is_main else f", {score.split}")
        if not is_main:
            written[name] = metric_text(score.metric, score.value)
        for kind, value in score.spread:
            written[f"{name}, {kind.replace('_', ' ')}"] = metric_text(score.metric, value)
    return written


def _pairs(pairs: Mapping[str, str], head: str, what: str) -> None:
    """Names and values as they are, in a table that scrolls from the tenth row on."""
    if not pairs:
        return
    import pandas as pd

    frame = pd.DataFrame({head: list(pairs), "Value": list(pairs.values())})
    height: Literal["content"] | int = "content" if len(frame) <= 10 else 388
    st.dataframe(frame, hide_index=True, height=height, alt=f"A table of {what}")
