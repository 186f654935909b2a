"""The views of the page that asks again, and the choices that several of them share."""

from __future__ import annotations

from typing import get_args

import streamlit as st

from diagnostics.models.whatif.keyboards import Keyboard

#: The views, as they stand in the link; only the open one is computed.
ASK, CHANGE, TYPOS = "Ask", "What would change it", "Typed badly"
ROBUSTNESS, BATCH = "Robustness", "Many at once"
VIEWS = (ASK, CHANGE, TYPOS, ROBUSTNESS, BATCH)
#: Percent of letters that are mistyped.
RATES = (0, 1, 2, 5, 10, 15, 20, 30)
USUAL_RATE = 5
LARGEST_SEED = 9999


def view() -> str:
    """The open view."""
    return st.segmented_control(
        "View", VIEWS, default=ASK, key="try_view", bind="query-params", required=True
    )


def typing(*, with_rate: bool = True) -> tuple[float, Keyboard, int]:
    """How badly is typed: the share of letters, the keyboard, and the seed of chance."""
    rate: int = USUAL_RATE
    keyboard: Keyboard = "QWERTY"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if with_rate:
            rate = st.select_slider(
                "Mistyped letters",
                RATES,
                value=USUAL_RATE,
                key="typo_rate",
                bind="query-params",
                format_func=lambda share: f"{share}%",
                width=320,
                help="Each letter or digit is mistyped with this chance: the key beside it, two "
                "swapped, one left out, one twice, each as often as the others.",
            )
            keyboard = st.segmented_control(
                "Keyboard",
                list(get_args(Keyboard)),
                default="QWERTY",
                key="keyboard",
                bind="query-params",
                required=True,
            )
        seed = st.number_input(
            "Seed",
            0,
            LARGEST_SEED,
            value=0,
            key="seed",
            bind="query-params",
            help="Of chance: the same seed makes the same typos.",
            width=110,
        )
    return rate / 100, keyboard, int(seed)
