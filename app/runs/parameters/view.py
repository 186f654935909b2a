"""What the parameters did to the score: sentences, importance, values, pairs, lines, time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from app.frame import session, workspaces
from app.runs.parameters.cached import Analysis, analysis
from app.runs.parameters.importance import show_importance
from app.runs.parameters.parallel_axes import follow_door, show_lines
from app.runs.parameters.time import show_time
from app.runs.parameters.values import show_values
from app.runs.parameters.words import edge_sentence, importance_sentences, noise_sentence
from app.widgets.missing import missing
from diagnostics import Experiment
from diagnostics.runs.parameters.effects import FEWEST, joined
from diagnostics.runs.parameters.trials import Family, families, given_amounts, trials
from diagnostics.statistics.metric_names import in_a_sentence, is_known
from diagnostics.workspace.parameters import parameter_names, short_names

if TYPE_CHECKING:
    from app.runs.listing import Listing

#: Parameters that are shown unless told otherwise.
SHOWN = 6
#: A family of runs with the same parameters is looked at by itself first, if it has so many runs.
FAMILY = 8
_NOTHING_IN_COMMON = (
    f"No parameter that can be judged differs between {FEWEST} or more of these runs."
)


def show(experiment: Experiment, listing: Listing) -> None:
    """The listed runs that may be compared, and what their parameters did."""
    follow_door()
    wanted = _choose_runs(experiment, listing)
    if wanted is None:
        return
    amount, names = wanted
    place = session.place(experiment.runs[0])
    known = analysis(place, listing.metric, amount, tuple(names), experiment)
    if not parameter_names(experiment):
        missing(
            "The files name no parameters of these runs.",
            "diagnostics.record takes parameters; configurations of Rasa are read where they lie "
            "beside the results.",
        )
    elif len(known.trials.runs) < FEWEST or not known.order:
        reason = known.weights.reason if len(known.trials.runs) < FEWEST else _NOTHING_IN_COMMON
        missing(reason, "Record several runs for each value, as a search does.")
    else:
        _show_sentences(known)
        shown = _choose_parameters(known)
        show_importance(known)
        show_values(known, shown)
        show_lines(known.trials, shown)
    show_time(experiment, listing, amount)


def _choose_runs(
    experiment: Experiment, listing: Listing
) -> tuple[float | None, Sequence[str]] | None:
    """Which of the listed runs are compared: given the same amount, of one family or of all."""
    place = session.place(experiment.runs[0])
    listed = (place, listing.metric, tuple(listing.runs))
    amounts = _amounts(*listed, experiment)
    if not amounts:
        score = in_a_sentence(listing.metric) if is_known(listing.metric) else "this score"
        missing(
            f"None of the listed runs has {score} with all of its folds.",
            "Rank by another metric, or clear what is in Find or in Only where.",
        )
        return None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        amount = _choose_amount(amounts)
        every, groups = _families(*listed, amount, experiment)
        names = _choose_family(groups, len(every))
    left_out = len(listing.runs) - len(every)
    if left_out:
        st.caption(
            f"{left_out:,} of the {len(listing.runs):,} listed runs are left out: they lack the "
            "score or some folds, or were given another amount to learn from."
        )
    return amount, names or every


@st.cache_data(max_entries=16, show_spinner=False)
def _amounts(
    place: workspaces.Place, metric: str, names: tuple[str, ...], _experiment: Experiment
) -> dict[float | None, int]:
    return given_amounts(_experiment, metric, names)


@st.cache_data(max_entries=16, show_spinner=False)
def _families(
    place: workspaces.Place,
    metric: str,
    names: tuple[str, ...],
    amount: float | None,
    _experiment: Experiment,
) -> tuple[tuple[str, ...], list[Family]]:
    """The runs that were given the amount, and the families among them."""
    every = trials(_experiment, metric, names=names, amount=amount)
    return every.runs, families(every)


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


def _choose_family(families: Sequence[Family], n: int) -> Sequence[str]:
    """All runs, or those that name the same parameters; [] for all."""
    if len(families) < 2:
        return []
    by_key = {"all": ("All", n), **{_family_key(one): (one, len(one.runs)) for one in families}}
    shorter = short_names([name for one in families for name in one.own])

    def label(key: str) -> str:
        if key == "all":
            return f"All {n:,} runs"
        one = next(one for one in families if _family_key(one) == key)
        own = joined([shorter[name] for name in one.own]) if one.own else "none of these"
        return f"{len(one.runs):,} with {own}"

    large = len(families[0].runs) >= max(FAMILY, n / 2)
    first = _family_key(families[0]) if large else "all"
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
    return next((one.runs for one in families if _family_key(one) == picked), [])


def _family_key(family: Family) -> str:
    return ",".join(family.own) or "-"


def _show_sentences(known: Analysis) -> None:
    shorter = short_names([factor.name for factor in known.trials.factors])
    metric = known.trials.metric
    sentences = [
        *importance_sentences(known.weights, metric, len(known.trials.runs)),
        *(edge_sentence(edge, metric, shorter[edge.name]) for edge in known.edges),
        noise_sentence(known.noise),
    ]
    with st.container(border=True, gap="xsmall", key="effects_said"):
        for sentence in filter(None, sentences):
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
