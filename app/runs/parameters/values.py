"""The mean score at each value of the parameters, with the runs behind it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from app.frame import session
from app.runs.parameters.cached import Analysis
from app.runs.parameters.parallel_axes import list_values
from diagnostics.charts.parameters import PICK, marginal_chart
from diagnostics.charts.score_axes import score_domain
from diagnostics.runs.parameters.effects import marginal_means, run_values
from diagnostics.runs.parameters.trials import Trials, coarse
from diagnostics.workspace.parameters import short_names

#: Dots that the charts of all parameters may have together.
DOTS = 2400


def show_values(known: Analysis, shown: Sequence[str]) -> None:
    """A chart for each parameter, on one scale."""
    trials = known.trials
    shorter = short_names(known.order)
    st.subheader("Values", anchor=False)
    dots = len(trials.runs) * len(shown) <= DOTS
    means = {name: marginal_means(trials, name) for name in shown}
    import pandas as pd

    domain = score_domain(pd.concat(means.values()), "lowest", "highest")
    columns = st.columns(4 if len(shown) in (4, 7, 8) else min(3, len(shown)))
    for number, name in enumerate(shown):
        runs = run_values(trials, name)
        with columns[number % len(columns)]:
            key = f"effects_value_{number}"
            total = len(trials.runs)
            part = f", set in {len(runs):,} of {total:,} runs" if len(runs) < total else ""
            st.altair_chart(
                marginal_chart(
                    means[name], runs if dots else runs.head(0), trials.metric,
                    title=f"{shorter[name]}{part}", chosen=session.run().run, domain=domain,
                ),
                key=key,
                on_select=partial(_pick_value, key, trials, name),
                selection_mode=PICK,
                alt=f"Mean score at each value of {shorter[name]}",
            )  # fmt: skip
    behind = "dots are runs" if dots else "thin lines reach from the lowest run to the highest"
    pick = ", one on a dot picks the run" if dots else ""
    st.caption(
        "Diamonds are the mean over all runs with a value, whatever their other parameters were; "
        f"thick lines its 95 % interval (Student's t over runs), {behind}. A click on a diamond "
        f"lists the runs with that value{pick}."
    )


def _pick_value(key: str, trials: Trials, name: str) -> None:
    """A click on a run picks it; one on a value goes to the table of the runs that have it."""
    picked = st.session_state[key]["selection"].get(PICK) or []
    if not picked:
        return
    if picked[0].get("run"):
        session.choose(run=str(picked[0]["run"]))
        return
    factor = coarse(trials.factor(name))
    if picked[0].get("value") in factor.values:
        written = factor.written[factor.values.index(picked[0]["value"])]
        list_values(name, sorted(written))
