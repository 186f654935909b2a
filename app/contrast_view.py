"""What the mistakes of a list have in common: words and values, which open their examples."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import streamlit as st

from app import cached, session
from app.examples_choice import Choice
from app.tables import height_of
from diagnostics import DiagnosticsError, Evidence, Filter, Run
from diagnostics.contrast import LEAST_SUPPORT, Contrast, mistakes_in_common

if TYPE_CHECKING:
    import pandas as pd

_KEY = "contrast_open"
#: Items that are listed, the surest first, and rows that are seen at once.
LISTED, ROWS = 200, 8
#: Adjusted p-values up to this are sure enough to be said.
SURE = 0.05
#: Items that the sentence names.
NAMED = 4


@dataclass(frozen=True)
class Found:
    """A contrast, or in two sentences why there is none."""

    contrast: Contrast | None = None
    message: str = ""
    hint: str = ""


@st.cache_data(max_entries=64, show_spinner="Counting words…")
def _contrast(place: cached.Place, where: Filter) -> Found:
    experiment, run = cached._found(place)
    try:
        return Found(mistakes_in_common(run, where, experiment))
    except DiagnosticsError as error:
        return Found(message=error.message, hint=error.hint)


def show(run: Run, choice: Choice) -> None:
    """Closed until it is asked for; where a run has no mistakes to look at, nothing at all."""
    content = cached.content_columns(session.place())
    can_be = run.task == "classification" and run.has(Evidence.TRUTH)
    if not can_be or choice.by == "confident-correct" or not (content.text or content.fields):
        return
    what = st.expander(
        "What these have in common", key=_KEY, icon=":material/join_inner:", on_change="rerun"
    )
    if not what.open:
        return
    with what:
        found = _contrast(session.place(), choice.where)
        if found.contrast is None:
            st.text(f"{found.message} {found.hint}".strip())
        else:
            _show_contrast(found.contrast, choice.where)


def _show_contrast(found: Contrast, where: Filter) -> None:
    st.text(_sentence(found))
    if not len(found.items):
        return
    items = found.items.head(LISTED)
    of = blake2b(repr((session.place(), where)).encode(), digest_size=6).hexdigest()
    _table(items, f"contrast_table_{of}")
    st.caption(
        f"{found.mistakes:,} mistakes of this list against {found.right:,} right answers of the "
        f"same true classes; {len(found.items):,} words and values were tested that are in "
        f"{LEAST_SUPPORT} examples or more. Odds ratio with its 95% interval, within each class; "
        f"p by {found.method}, adjusted for how many were tested (Benjamini and Hochberg). "
        "Click a word to narrow the list to it; the search finds it within longer words, too."
    )


def _sentence(found: Contrast) -> str:
    sure = found.items[found.items["p_adjusted"] <= SURE]
    more = sure.loc[sure["odds_ratio"] > 1, "item"].tolist()
    fewer = sure.loc[sure["odds_ratio"] < 1, "item"].tolist()
    parts = [
        f"{words}: {_listed(items)}."
        for words, items in (
            ("More frequent among these mistakes", more),
            ("Less frequent", fewer),
        )
        if items
    ]
    if parts:
        return " ".join(parts)
    return "No word or value is more or less frequent here than chance may have made it."


def _listed(items: list[str]) -> str:
    more = f" and {len(items) - NAMED:,} more" if len(items) > NAMED else ""
    return ", ".join(items[:NAMED]) + more


def _table(items: pd.DataFrame, key: str) -> None:
    kinds = st.column_config
    shown = items.assign(
        mistakes=_counts(items["mistakes"], items["mistake_share"]),
        right=_counts(items["right"], items["right_share"]),
        odds_ratio=[_ratio(*row) for row in items[["odds_ratio", "low", "high"]].to_numpy(float)],
    )
    columns: dict[str, Any] = {
        "item": kinds.TextColumn("Word or value", width=112),
        "mistakes": kinds.TextColumn("Mistakes", width=86),
        "right": kinds.TextColumn("Right answers", width=94),
        "odds_ratio": kinds.TextColumn("Odds ratio", width=124),
        "p_adjusted": kinds.NumberColumn("p, adj.", format="%.2g", width=64),
    }
    st.dataframe(
        shown,
        key=key,
        hide_index=True,
        height=height_of(len(shown), most=ROWS),
        column_order=list(columns),
        column_config=columns,
        on_select=partial(_picked, key, list(zip(items["kind"], items["value"], strict=True))),
        selection_mode="single-cell",
        alt="Words and values, the surest differences first",
    )


def _counts(counts: pd.Series, shares: pd.Series) -> list[str]:
    return [f"{n:,} · {share:.1%}" for n, share in zip(counts, shares, strict=True)]


def _ratio(ratio: float, low: float, high: float) -> str:
    """With its interval; a dash where everybody has it, so that nothing can be told."""
    return "–" if ratio != ratio else f"{_figure(ratio)} ({_figure(low)} to {_figure(high)})"


def _figure(value: float) -> str:
    if value == float("inf"):
        return "∞"
    return f"{value:,.0f}" if value >= 100 else f"{value:.2g}"


def _picked(key: str, items: list[tuple[str, str]]) -> None:
    """Narrow the list to the word, or the value; a range of numbers has no words to look for."""
    cells = st.session_state[key]["selection"]["cells"]
    if not cells or cells[0][0] >= len(items):
        return
    kind, value = items[cells[0][0]]
    if kind != "range":
        session.choose(q=value, example="")
