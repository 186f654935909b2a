"""Cached calls behind the Compare page; keys are as in `app.frame.workspaces`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

import diagnostics
from app.examples.cached import LISTED_CHARACTERS, content_columns, run_with_content
from app.frame.workspaces import (
    Place,
    experiment_and_run,
    experiment_at,
    run_at,
)
from diagnostics import ConfusionMatrix
from diagnostics.comparison.agreement import (
    Consensus,
    RunAgreement,
    agreement_order,
    consensus,
    lonely_answers,
    run_agreement,
    suspects,
)
from diagnostics.comparison.changed_answers import changed_answers, examples_that_changed
from diagnostics.comparison.voting import vote_gains
from diagnostics.examples import content
from diagnostics.predictions.aligned_runs import AlignedAnswers, alignable_runs, aligned_answers
from diagnostics.workspace.scores import ranked_runs

if TYPE_CHECKING:
    import pandas as pd

    from diagnostics import Comparison, Filter


#: Examples that are listed on the page itself.
LISTED = 100


# A resource, for what a comparison has computed once it keeps: a copy would compute it again.
@st.cache_resource(max_entries=16, show_spinner="Comparing the runs…")
def comparison(place: Place, against: str, split: str | None, where: Filter) -> Comparison:
    """The run against an older one, on the examples that fit the filter."""
    experiment, run = experiment_and_run(place)
    return diagnostics.compare_runs(experiment, against, run.run, split=split, where=where)


@st.cache_data(max_entries=16, show_spinner=False)
def changes(place: Place, against: str, split: str | None, where: Filter) -> pd.DataFrame:
    """Which label became which."""
    return changed_answers(comparison(place, against, split, where))


@st.cache_data(max_entries=32, show_spinner=False)
def flow_labels(
    place: Place, against: str, split: str | None, where: Filter, limit: int
) -> list[str]:
    """The labels that the matrix of both runs' answers shows, in its order."""
    from diagnostics.confusion.seriation import most_confused_labels

    found = comparison(place, against, split, where)
    return most_confused_labels(ConfusionMatrix(found.labels, found.flow_table), limit)


@st.cache_data(max_entries=64, show_spinner="Looking up the examples…")
def changed_examples(
    place: Place,
    against: str,
    split: str | None,
    where: Filter,
    labels: tuple[str | None, str | None],
) -> tuple[pd.DataFrame, int]:
    """The first examples whose label went from the one to the other, as a list shows them."""
    experiment, run = experiment_and_run(place)
    rows, total = examples_that_changed(
        experiment,
        run,
        against,
        old_label=labels[0],
        new_label=labels[1],
        where=replace(where, split=split),
        k=LISTED,
    )
    return _listed(place, rows), total


def _listed(place: Place, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with what a list shows of their content."""
    found = content.with_content(run_with_content(place), rows, experiment_at(place))
    return content.preview(
        found, content_columns(place), Path(place.root), characters=LISTED_CHARACTERS
    )


@st.cache_resource(max_entries=2, show_spinner="Laying the answers of all runs side by side…")
def aligned(place: Place) -> AlignedAnswers:
    """The answers of all runs that can be laid beside this one's."""
    return aligned_answers(alignable_runs(*experiment_and_run(place))[0])


@st.cache_data(max_entries=8, show_spinner=False)
def shared_examples(place: Place) -> tuple[int, int, int]:
    """How many examples all runs have, how many any has, and how many have contradicting truths."""
    found = aligned(place)
    return found.common, found.seen, found.conflicting


@st.cache_data(max_entries=8, show_spinner=False)
def consensus_of(place: Place) -> Consensus:
    """How many runs answered how many examples rightly."""
    return consensus(aligned(place))


@st.cache_data(max_entries=8, show_spinner=False)
def lonely(place: Place) -> pd.DataFrame:
    """What each run alone got right or wrong, the best run first."""
    ranked = {name: rank for rank, name in enumerate(ranked_runs(experiment_at(place)))}
    return lonely_answers(aligned(place)).sort_values(
        "run", key=lambda names: names.map(ranked), ignore_index=True
    )


@st.cache_data(max_entries=8, show_spinner="Comparing each two runs…")
def agreement(place: Place) -> RunAgreement:
    """How alike each two runs answer."""
    return run_agreement(aligned(place))


@st.cache_data(max_entries=16, show_spinner=False)
def drawn_runs(place: Place, limit: int, selected: tuple[str, ...]) -> list[int]:
    """The selected runs, else the best ones, in an order that puts those alike side by side."""
    alike = agreement(place)
    row = {name: at for at, name in enumerate(alike.runs)}
    best = _ranked(place, aligned(place))[:limit]
    chosen = sorted(row[name] for name in (selected or best))
    some = RunAgreement(
        tuple(alike.runs[at] for at in chosen),
        alike.examples,
        alike.same[chosen][:, chosen],
        alike.kappa[chosen][:, chosen],
    )
    return [chosen[at] for at in agreement_order(some)]


@st.cache_data(max_entries=8, show_spinner="Counting votes…")
def votes(place: Place) -> pd.DataFrame:
    """What a vote of the best runs gains."""
    found = aligned(place)
    return vote_gains(found, _ranked(place, found))


@st.cache_data(max_entries=16, show_spinner=False)
def suspected(place: Place, best: int) -> pd.DataFrame:
    """Examples that each of the best runs answered wrongly, all with the same label."""
    found = aligned(place)
    return suspects(found.of(_ranked(place, found)[:best]))


@st.cache_data(max_entries=16, show_spinner=False)
def listed_suspects(place: Place, best: int) -> pd.DataFrame:
    """The first of them as a list shows them: what the runs said is the predicted label."""
    run = run_at(place)
    code = {label: at for at, label in enumerate(run.labels)}
    rows = suspected(place, best).head(LISTED)
    coded = rows.assign(
        true_label=rows["true_label"].map(code),
        predicted_label=rows["suggested_label"].map(code),
        confidence=rows["mean_confidence"],
        fold=None,
        true_rank=None,
    )
    return _listed(place, coded.drop(columns=["suggested_label", "mean_confidence"]))


def _ranked(place: Place, found: AlignedAnswers) -> list[str]:
    """The runs that are laid side by side, the best first."""
    known = set(found.runs)
    return [name for name in ranked_runs(experiment_at(place)) if name in known]
