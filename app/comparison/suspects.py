"""All runs of the Compare page: the true labels that they suspect."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from app.comparison import cached
from app.comparison.choices import split_in_link
from app.examples import cached as examples_cached
from app.frame import session
from app.widgets.clickable_tables import clicked_example
from app.widgets.downloads import csv_button
from diagnostics import Run
from diagnostics.examples.export import file_name, to_csv

if TYPE_CHECKING:
    from app.frame.workspaces import Place

#: Of many runs these numbers of the best may be asked to agree: of more than `ALL_UP_TO` they are,
#: unless told otherwise.
BEST, ALL_UP_TO = (3, 5, 10), 40


def show_suspects(runs: list[Run], split: str, place: Place) -> None:
    """Examples to which all runs, or the best, gave the same wrong label; a click opens one."""
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        st.subheader("Suspected label errors", anchor=False)
        with st.container(horizontal=True, width="content", vertical_alignment="center"):
            best = _choose_best(len(runs))
            suspects = cached.suspected(place, best)
            csv_button(
                "Suspects",
                lambda: to_csv(suspects),
                file_name(place.experiment, "suspects", suffix=".csv"),
                key="compare_download_suspects",
                hint="All of them, as csv",
                is_off=suspects.empty,
            )
    st.caption(suspicion(len(suspects), best, is_all=best == len(runs), split=split))
    if suspects.empty:
        return
    rows = cached.listed_suspects(place, best)
    if len(rows) < len(suspects):
        st.caption(f"The first {len(rows):,} are listed; the download has them all.")
    example = clicked_example(
        rows,
        examples_cached.content_columns(place),
        {"true_label": "True", "predicted_label": "All said", "confidence": "Mean confidence"},
        key="compare_suspects",
        alt=f"{len(rows)} examples to which {best} runs gave the same wrong label",
    )
    if example is None:
        return
    if best == len(runs):
        leader, ranking = session.run(), {"across": "never-right", "by": "all"}
    else:
        name = str(cached.lonely(place)["run"].iloc[0])
        leader, ranking = session.experiment().run(name), {"by": "confident-mistakes"}
    chosen = split_in_link(leader, split)
    session.go("examples.py", run=leader.run, split=chosen, example=example, **ranking)


def _choose_best(runs: int) -> int:
    """How many runs must agree: one weak run among many would clear every suspect."""
    options = {f"The best {n}": n for n in BEST if n < runs} | {f"All {runs:,}": runs}
    if len(options) < 2:
        return runs
    chosen: str = st.selectbox(
        "Runs that must agree",
        list(options),
        index=len(options) - 1 if runs <= ALL_UP_TO else len(options) - 2,
        key="compare_suspicious",
        bind="query-params",
        label_visibility="collapsed",
        help="How many runs must give the same wrong label",
        width=140,
    )
    return options[chosen]


def suspicion(n: int, best: int, *, is_all: bool, split: str) -> str:
    """What the list of suspects is, and what it is not."""
    whom = f"all {best:,} runs" if is_all else f"each of the best {best:,} runs"
    if not n:
        return f"There is no example to which {whom} gave the same wrong label."
    noun = "1 example has" if n == 1 else f"{n:,} examples have"
    words = (
        f"{noun} the same wrong label from {whom}. The true label may be the mistake: suspects, to "
        "be read and decided one by one, for runs of one kind share their weaknesses. The highest "
        "mean confidence first."
    )
    if split == "train":
        words += " These are training examples: a model may have learnt a wrong label by heart."
    return words
