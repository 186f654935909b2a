"""What is known of the parameters of comparable runs, computed once for a choice of them."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from app.frame import workspaces
from diagnostics import Experiment
from diagnostics.runs.parameters.effects import (
    FEWEST,
    Importance,
    importance,
    marginal_means,
    noise_share,
    parameter_shares,
)
from diagnostics.runs.parameters.search_edges import Edge, edges
from diagnostics.runs.parameters.trials import Trials, trials
from diagnostics.workspace.scores import fold_values


@dataclass(frozen=True, eq=False)
class Analysis:
    """What is known of the comparable runs: computed once for a choice of them."""

    trials: Trials
    weights: Importance
    edges: list[Edge]
    noise: float
    order: list[str]


@st.cache_data(max_entries=16, show_spinner="Weighing the parameters…")
def analysis(
    place: workspaces.Place,
    metric: str,
    amount: float | None,
    names: tuple[str, ...],
    _experiment: Experiment,
) -> Analysis:
    """The named runs, of those that were given the amount, with what their parameters did."""
    compared = trials(_experiment, metric, names=names, amount=amount)
    weights = importance(compared)
    return Analysis(compared, weights, edges(compared, weights), _noise(_experiment, compared),
                    _by_weight(compared, weights))  # fmt: skip


def _noise(experiment: Experiment, trials: Trials) -> float:
    import numpy as np

    wanted = set(trials.runs)
    folds = [fold_values(run, trials.metric) for run in experiment.runs if run.run in wanted]
    if not folds or len({tuple(each) for each in folds}) > 1 or len(folds[0]) < 2:
        return float("nan")
    return noise_share(np.array([list(each.values()) for each in folds]))


def _by_weight(trials: Trials, weights: Importance) -> list[str]:
    """The parameters, the weightiest first: by share, else by how far their means lie apart.

    Those with different values in `FEWEST` runs or more, for estimators of other kinds have others.
    Where each run has a text of its own, the runs might as well be compared themselves.
    """
    known = parameter_shares(weights)
    spans = {}
    for factor in trials.factors:
        means = marginal_means(trials, factor.name)["mean"]
        named = factor.codes[factor.is_set]
        are_own = not factor.is_numeric and len(set(named.tolist())) == len(named)
        if len(means) > 1 and factor.is_set.sum() >= FEWEST and not are_own:
            spans[factor.name] = float(means.max() - means.min())
    return sorted(spans, key=lambda name: (-known.get(name, 0.0), -spans[name]))
