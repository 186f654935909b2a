"""What the parameters did to the score: sentences, importance, values, pairs, lines, time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from app import cached, session, widgets
from app.effects_words import edge_sentence, importance_sentences, noise_sentence
from app.parallel_view import follow_door, list_values, show_lines
from app.time_view import show_time
from diagnostics import Experiment
from diagnostics.charts.effects import PICK, importance_bars, marginal_chart, pair_heatmap
from diagnostics.charts.scores import score_domain
from diagnostics.metric_words import in_a_sentence, is_known
from diagnostics.parameter_edges import Edge, edges
from diagnostics.parameter_effects import (
    FEWEST,
    Importance,
    importance,
    joined,
    marginal_means,
    noise_share,
    pair_means,
    parameter_shares,
    run_values,
)
from diagnostics.parameters import short_names
from diagnostics.ranking import fold_values
from diagnostics.trials import Family, Trials, coarse, families, given_amounts, trials

if TYPE_CHECKING:
    from app.runs_view import Listing

#: Parameters that are shown unless told otherwise, and dots that all of their charts may have.
SHOWN, DOTS = 6, 2400
#: A family of runs with the same parameters is looked at by itself first, if it has so many runs.
FAMILY = 8
_NOTHING_IN_COMMON = (
    f"No parameter has different values in {FEWEST} or more of these runs, so none can be judged."
)


@dataclass(frozen=True, eq=False)
class Analysis:
    """What is known of the comparable runs: computed once for a choice of them."""

    found: Trials
    weights: Importance
    edges: list[Edge]
    noise: float
    order: list[str]


def show(experiment: Experiment, listing: Listing) -> None:
    """The listed runs that may be compared, and what their parameters did."""
    follow_door()
    wanted = _choose_runs(experiment, listing)
    if wanted is None:
        return
    given, names = wanted
    place = session.place(experiment.runs[0])
    known = _analysis(place, listing.metric, given, tuple(names), experiment)
    if len(known.found.runs) < FEWEST or not known.order:
        reason = known.weights.reason if len(known.found.runs) < FEWEST else _NOTHING_IN_COMMON
        widgets.missing(reason, "A search records runs that differ in one thing at a time.")
    else:
        _show_sentences(known)
        shown = _choose_parameters(known)
        _show_importance(known)
        _show_values(known, shown)
        show_lines(known.found, shown)
    show_time(experiment, listing, given)


def _choose_runs(
    experiment: Experiment, listing: Listing
) -> tuple[float | None, Sequence[str]] | None:
    """Which of the listed runs are compared: given the same amount, of one family or of all."""
    amounts = given_amounts(experiment, listing.metric, listing.runs)
    if not amounts:
        score = in_a_sentence(listing.metric) if is_known(listing.metric) else "this score"
        widgets.missing(
            f"None of the listed runs has {score} with all of its folds.",
            "Rank by another metric, or clear what is in Find or in Only where.",
        )
        return None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        given = _choose_amount(amounts)
        every = trials(experiment, listing.metric, names=listing.runs, given=given)
        names = _choose_family(families(every), len(every.runs))
    left_out = len(listing.runs) - len(every.runs)
    if left_out:
        st.caption(
            f"{left_out:,} of the {len(listing.runs):,} listed runs are left out: they lack the "
            "score or some folds, or were given another amount to learn from."
        )
    return given, names or every.runs


def _choose_amount(amounts: Mapping[float | None, int]) -> float | None:
    """One of the amounts that the search gave; only runs with the same are compared."""
    if len(amounts) < 2:
        return next(iter(amounts))
    texts = {_amount_text(amount): amount for amount in amounts}
    picked = st.selectbox(
        "Given to learn from",
        list(texts),
        format_func=lambda text: f"{text} ({amounts[texts[text]]:,} runs)",
        key="effects_given",
        bind="query-params",
        width=220,
    )
    return texts[picked]


def _amount_text(amount: float | None) -> str:
    return "unknown" if amount is None else f"{amount:,.10g}"


def _choose_family(found: Sequence[Family], n: int) -> Sequence[str]:
    """All runs, or those that name the same parameters; [] for all."""
    if len(found) < 2:
        return []
    by_key = {"all": ("All", n), **{_family_key(one): (one, len(one.runs)) for one in found}}
    shorter = short_names([name for one in found for name in one.own])

    def label(key: str) -> str:
        if key == "all":
            return f"All {n:,} runs"
        one = next(one for one in found if _family_key(one) == key)
        own = joined([shorter[name] for name in one.own]) if one.own else "none of these"
        return f"{len(one.runs):,} with {own}"

    large = len(found[0].runs) >= max(FAMILY, n / 2)
    first = _family_key(found[0]) if large else "all"
    keys = [first, *(key for key in by_key if key != first)]
    picked = st.selectbox(
        "Among",
        keys,
        format_func=label,
        key="effects_among",
        bind="query-params",
        help="Runs of different estimators have different parameters. Only runs that name the "
        "same ones form a grid.",
        width=300,
    )
    return next((one.runs for one in found if _family_key(one) == picked), [])


def _family_key(family: Family) -> str:
    return ",".join(family.own) or "-"


@st.cache_data(max_entries=16, show_spinner="Weighing the parameters…")
def _analysis(
    place: cached.Place,
    metric: str,
    given: float | None,
    names: tuple[str, ...],
    _experiment: Experiment,
) -> Analysis:
    found = trials(_experiment, metric, names=names, given=given)
    weights = importance(found)
    return Analysis(found, weights, edges(found, weights), _noise(_experiment, found),
                    _by_weight(found, weights))  # fmt: skip


def _noise(experiment: Experiment, found: Trials) -> float:
    import numpy as np

    wanted = set(found.runs)
    folds = [fold_values(run, found.metric) for run in experiment.runs if run.run in wanted]
    if not folds or len({tuple(each) for each in folds}) > 1 or len(folds[0]) < 2:
        return float("nan")
    return noise_share(np.array([list(each.values()) for each in folds]))


def _by_weight(found: Trials, weights: Importance) -> list[str]:
    """The parameters, the weightiest first: by share, else by how far their means lie apart.

    Those with different values in `FEWEST` runs or more; estimators of other kinds have others.
    """
    known = parameter_shares(weights)
    spans = {}
    for factor in found.factors:
        means = marginal_means(found, factor.name)["mean"]
        if len(means) > 1 and factor.is_set.sum() >= FEWEST:
            spans[factor.name] = float(means.max() - means.min())
    return sorted(spans, key=lambda name: (-known.get(name, 0.0), -spans[name]))


def _show_sentences(known: Analysis) -> None:
    shorter = short_names([factor.name for factor in known.found.factors])
    metric = known.found.metric
    said = [
        *importance_sentences(known.weights, metric, len(known.found.runs)),
        *(edge_sentence(edge, metric, shorter[edge.name]) for edge in known.edges),
        noise_sentence(known.noise),
    ]
    with st.container(border=True, gap="xsmall", key="effects_said"):
        for sentence in filter(None, said):
            st.text(sentence)


def _choose_parameters(known: Analysis) -> list[str]:
    shorter = short_names(known.order)
    if len(known.order) <= SHOWN:
        return known.order
    return (
        st.multiselect(
            "Parameters",
            known.order,
            default=known.order[:SHOWN],
            format_func=lambda name: shorter.get(name, name),
            key="effects_parameters",
            bind="query-params",
            help="The weightiest first.",
        )
        or known.order[:SHOWN]
    )


def _show_importance(known: Analysis) -> None:
    """The bars on the left, the means of a pair on the right."""
    names = known.order
    has_bars = known.weights.method != "none"
    if not has_bars and len(names) < 2:
        return
    left, right = st.columns(2, gap="large") if has_bars else (None, st.container())
    if left is not None:
        with left:
            _show_bars(known)
    if len(names) > 1:
        with right:
            _show_pair(known)


def _show_bars(known: Analysis) -> None:
    st.subheader("Importance", anchor=False)
    exact = known.weights.method == "grid"
    said = (
        "Shares of the variance between the runs, exact on a full grid (functional analysis of "
        "variance); blue is a parameter alone, grey a pair beyond that. They hold for the values "
        "that were tried."
        if exact
        else "What mixing up a parameter costs a random forest on runs it has not seen, as a share "
        "of what all cost."
    )
    st.altair_chart(
        importance_bars(known.weights), key="effects_bars",
        on_select=partial(_pick_bar, known), selection_mode=PICK, alt=said,
    )  # fmt: skip
    st.caption(said)


def _pick_bar(known: Analysis) -> None:
    """A click on a bar chooses the pair of the heat map."""
    picked = st.session_state["effects_bars"]["selection"].get(PICK) or []
    blocks = dict(
        zip(known.weights.shares["name"], known.weights.shares["parameters"], strict=True)
    )
    parts = str(picked[0].get("name", "")).split(" × ") if picked else []
    chosen = [blocks[part][-1] for part in parts if part in blocks]
    if len(chosen) == 2:
        session.choose(effects_first=chosen[0], effects_second=chosen[1])


def _show_pair(known: Analysis) -> None:
    shorter = short_names(known.order)
    st.subheader("A pair of parameters", anchor=False)
    with st.container(horizontal=True):
        first = _choose_one("Across", known.order, _usual_pair(known)[0], "effects_first", shorter)
        others = [name for name in known.order if name != first]
        usual = next((name for name in _usual_pair(known) if name != first), others[0])
        second = _choose_one("Down", others, usual, "effects_second", shorter)
    cells = pair_means(known.found, first, second)
    said = (
        f"Mean score of the runs at each combination of {len(cells):,} that were tried. A click "
        "picks the best run of one."
    )
    st.altair_chart(
        pair_heatmap(cells, known.found.metric, shorter[first], shorter[second]),
        key="effects_pair",
        on_select=partial(_pick, "effects_pair"),
        selection_mode=PICK,
        alt=said,
    )
    st.caption(said)


def _choose_one(
    label: str, names: Sequence[str], usual: str, key: str, shorter: Mapping[str, str]
) -> str:
    return st.selectbox(
        label,
        names,
        index=list(names).index(usual),
        format_func=lambda name: shorter.get(name, name),
        key=key,
        bind="query-params",
        width=200,
    )


def _blocks(weights: Importance) -> dict[str, tuple[str, ...]]:
    """The parameters behind each name: those that cannot be told apart share one."""
    return dict(zip(weights.shares["name"], weights.shares["parameters"], strict=True))


def _usual_pair(known: Analysis) -> tuple[str, str]:
    """The pair that interacts most, else the two weightiest parameters."""
    blocks = dict(
        zip(known.weights.shares["name"], known.weights.shares["parameters"], strict=True)
    )
    if len(known.weights.pairs):
        top = known.weights.pairs.iloc[0]
        # The last of a block says most: it determines the others, or is as good as they are.
        return blocks[top["first"]][-1], blocks[top["second"]][-1]
    return known.order[0], known.order[1]


def _show_values(known: Analysis, shown: Sequence[str]) -> None:
    """A chart for each parameter, on one scale."""
    found = known.found
    shorter = short_names(known.order)
    st.subheader("Values", anchor=False)
    dots = len(found.runs) * len(shown) <= DOTS
    means = {name: marginal_means(found, name) for name in shown}
    import pandas as pd

    domain = score_domain(pd.concat(means.values()), "lowest", "highest")
    columns = st.columns(4 if len(shown) in (4, 7, 8) else min(3, len(shown)))
    for number, name in enumerate(shown):
        runs = run_values(found, name)
        with columns[number % len(columns)]:
            key = f"effects_value_{number}"
            total = len(found.runs)
            part = f", set in {len(runs):,} of {total:,} runs" if len(runs) < total else ""
            st.altair_chart(
                marginal_chart(
                    means[name], runs if dots else runs.head(0), found.metric,
                    title=f"{shorter[name]}{part}", chosen=session.run().run, domain=domain,
                ),
                key=key,
                on_select=partial(_pick_value, key, found, name),
                selection_mode=PICK,
                alt=f"Mean score at each value of {shorter[name]}",
            )  # fmt: skip
    behind = "dots are runs" if dots else "thin lines reach from the lowest run to the highest"
    st.caption(
        "Diamonds are the mean over all runs with a value, whatever their other parameters were; "
        f"thick lines its 95 % interval (Student's t over runs), {behind}. A click on a diamond "
        "lists the runs with that value, one on a dot picks the run."
    )


def _pick_value(key: str, found: Trials, name: str) -> None:
    """A click on a run picks it; one on a value goes to the table of the runs that have it."""
    picked = st.session_state[key]["selection"].get(PICK) or []
    if not picked:
        return
    if picked[0].get("run"):
        session.choose(run=str(picked[0]["run"]))
        return
    factor = coarse(found.factor(name))
    if picked[0].get("value") in factor.values:
        written = factor.written[factor.values.index(picked[0]["value"])]
        list_values(name, sorted(written))


def _pick(key: str) -> None:
    picked: list[dict[str, Any]] = st.session_state[key]["selection"].get(PICK) or []
    if picked and picked[0].get("run"):
        session.choose(run=str(picked[0]["run"]))
