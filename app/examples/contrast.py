"""What the mistakes of a list have in common: words and values, which open their examples."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from app.examples import cached, slices
from app.examples.choices import Choice
from app.frame import session, workspaces
from app.widgets.example_table import height_of
from diagnostics import DiagnosticsError, Evidence, Filter, Run
from diagnostics.assumptions.assumption import Assumption, Claim
from diagnostics.examples.attributes import Attribute
from diagnostics.examples.contrast import (
    LEAST_SUPPORT,
    Contrast,
    ItemKind,
    mistakes_in_common,
    slice_of,
)
from diagnostics.examples.slices import WITH, WITHOUT, Slice, parse_slice

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
class Attempt:
    """A contrast, or in two sentences why there is none."""

    contrast: Contrast | None = None
    message: str = ""
    hint: str = ""


@st.cache_data(max_entries=64, show_spinner="Counting words…")
def _contrast(place: workspaces.Place, where: Filter) -> Attempt:
    experiment, run = workspaces.experiment_and_run(place)
    try:
        return Attempt(mistakes_in_common(run, where, experiment, root=Path(place.root)))
    except DiagnosticsError as error:
        return Attempt(message=error.message, hint=error.hint)


def show(run: Run, choice: Choice) -> None:
    """Closed until it is asked for; where a run has no mistakes to look at, nothing at all."""
    content = cached.content_columns(choice.place)
    can_be = run.task == "classification" and run.has(Evidence.TRUTH)
    has_any = content.text or content.fields or (content.image and run.inputs)
    if not can_be or choice.by == "confident-correct" or not has_any:
        return
    what = st.expander(
        "What these have in common", key=_KEY, icon=":material/join_inner:", on_change="rerun"
    )
    if not what.open:
        return
    with what:
        found = _contrast(choice.place, choice.where)
        if found.contrast is None:
            st.text(f"{found.message} {found.hint}".strip())
        else:
            _show_contrast(found.contrast, choice.where)
        _assume(choice.where)


def _show_contrast(contrast: Contrast, where: Filter) -> None:
    st.text(_sentence(contrast))
    if not len(contrast.items):
        return
    items = contrast.items.head(LISTED)
    of = blake2b(repr((session.place(), where)).encode(), digest_size=6).hexdigest()
    _table(items, f"contrast_table_{of}")
    st.caption(_explained(contrast))


def _explained(contrast: Contrast) -> str:
    is_fed = bool((contrast.items["kind"] == "feature").any())
    what = "ranges of what the model was fed" if is_fed else "words and values"
    click = "" if is_fed else " Click one to narrow the list to it."
    by_class = "" if contrast.true_labels == 1 else ", class by class"
    return (
        f"{contrast.mistakes:,} mistakes of this list against {contrast.right:,} right answers of "
        f"the same true classes; {len(contrast.items):,} {what} that are in {LEAST_SUPPORT} "
        "examples or more were tested. The odds ratio (with its 95% interval) is above 1 where "
        f"mistakes have it more often{by_class}; p says how often "
        f"chance alone does as much: {contrast.method}, adjusted for how many were tested "
        f"(Benjamini and Hochberg).{click}"
    )


def _assume(where: Filter) -> None:
    """From what the list is narrowed to, to an assumption about it, ready to be written down."""
    try:
        had = parse_slice(where.having or "")
    except DiagnosticsError:
        return
    if st.button(
        "Write an assumption about it",
        key="contrast_assume",
        icon=":material/psychology_alt:",
        help="Opens Assumptions with it filled in, to be judged in every run.",
    ):
        session.go("assumptions.py", draft=_assumed(had, where.predicted_label).text)


def _assumed(had: Slice, predicted: str | None) -> Assumption:
    """That it pushes towards the label of the list, or, where there is no one label, matters."""
    has_values = had.group not in (WITH, WITHOUT) and not had.is_range
    about = had.attribute
    if has_values:
        about = Attribute(about.kind, f"{about.subject}={had.group}")
    has_direction = predicted and not had.is_range and about.kind != "property"
    claim: Claim = "pushes-towards" if has_direction else "matters"
    return Assumption(about, claim, predicted if has_direction else None)


def _sentence(contrast: Contrast) -> str:
    sure = contrast.items[contrast.items["p_adjusted"] <= SURE]
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
    kinds, named = st.column_config, ("kind", "column", "value")
    shown = items.assign(
        mistakes=_counts(items["mistakes"], items["mistake_share"]),
        right=_counts(items["right"], items["right_share"]),
        odds_ratio=[_ratio(*row) for row in items[["odds_ratio", "low", "high"]].to_numpy(float)],
    )
    columns: dict[str, Any] = {
        "item": kinds.TextColumn("What", width=112),
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
        on_select=partial(_picked, key, list(zip(*(items[name] for name in named), strict=True))),
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


def _picked(key: str, items: list[tuple[ItemKind, str, str]]) -> None:
    """Narrow the list to the word, value or range; to what only a model saw it cannot be."""
    cells = st.session_state[key]["selection"]["cells"]
    if not cells or cells[0][0] >= len(items):
        return
    had = slice_of(*items[cells[0][0]])
    if had is not None:
        slices.choose(had.text)
