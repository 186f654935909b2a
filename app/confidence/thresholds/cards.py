"""What a threshold does, in figures that open the examples on either side of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import streamlit as st

from app.confidence.thresholds.choices import Selection
from app.examples import cached as examples_cached
from app.frame import session
from app.widgets.numbers import counted
from diagnostics import Filter
from diagnostics.confidence.probability_table import percent
from diagnostics.confidence.risk_coverage import OperatingPoint, dividing_decimal
from diagnostics.confidence.selective_counts import SelectiveCounts

if TYPE_CHECKING:
    from diagnostics.workspace.reducers import By


@dataclass(frozen=True)
class Card:
    """A figure, what is said below it, and what its door leads to; None for a shut one."""

    title: str
    value: str
    more: str
    door: dict[str, str] | None
    n: int


def show(chosen: Selection, counts: SelectiveCounts, point: OperatingPoint) -> None:
    """The cards in a row."""
    cards = _cards(chosen, counts, point)
    with st.grid(len(cards), min_column_width=160):
        for place, card in enumerate(cards):
            with st.container(border=True, gap="xsmall", height="stretch"):
                st.metric(card.title, card.value)
                st.caption(card.more)
                if st.button(
                    _label(chosen, counts, card),
                    icon=":material/list_alt:",
                    type="tertiary",
                    key=f"threshold_door_{place}",
                    disabled=card.door is None,
                ):
                    _open(chosen, card.door or {})


def _cards(chosen: Selection, counts: SelectiveCounts, point: OperatingPoint) -> list[Card]:
    low, high = point.risk_interval()
    interval = f"95%: {percent(low)} to {percent(high)}" if point.answered else "nothing answered"
    above, below = _sides(chosen, counts, point)
    cards = [
        Card(
            "Answered",
            percent(point.coverage),
            f"{point.answered:,} of {point.total:,}",
            _door(above, "all", point.answered),
            point.answered,
        ),
        Card(
            "Wrong among them",
            percent(point.risk) if point.answered else "–",
            f"{point.wrong:,} · {interval}",
            _door(above, "confident-mistakes", point.wrong),
            point.wrong,
        ),
        Card(
            "Withheld",
            f"{point.withheld:,}",
            f"{percent(1 - point.coverage)} of all",
            _door(below, "all", point.withheld),
            point.withheld,
        ),
        Card(
            "Withheld, though right",
            f"{point.withheld_right:,}",
            f"{_share(point.withheld_right, point.withheld)} of the withheld",
            _door(below, "confident-correct", point.withheld_right),
            point.withheld_right,
        ),
    ]
    if point.outside:
        one = chosen.none_labels[0] if len(chosen.none_labels) == 1 else None
        cards.append(
            Card(
                "Out of scope, withheld",
                f"{point.outside_withheld:,}",
                f"of {point.outside:,}, rightly",
                {"true": one, "by": "all"} if one else None,
                point.outside_withheld,
            )
        )
    return cards


def _sides(
    chosen: Selection, counts: SelectiveCounts, point: OperatingPoint
) -> tuple[dict[str, str], dict[str, str] | None]:
    """What lists the answered and the withheld examples; None where no list has just those."""
    bound = repr(dividing_decimal(counts, point.threshold))
    if point.answered < counts.candidates:
        return {"above": bound}, {"below": bound}
    # Nothing is below the threshold: what is withheld got no answer from the model itself.
    if len(chosen.none_labels) == 1 and chosen.label is None:
        return {}, {"predicted": chosen.none_labels[0]}
    return {}, None


def _door(side: dict[str, str] | None, by: str, n: int) -> dict[str, str] | None:
    return {**side, "by": by} if side is not None and n else None


def _share(part: int, whole: int) -> str:
    return percent(part / whole) if whole else "none"


def _label(chosen: Selection, counts: SelectiveCounts, card: Card) -> str:
    """What the button says: how many it lists, where that is not the number above it.

    Lists go by the confidence alone: they also have answers that are none, and those without truth.
    """
    by_truth = card.door is not None and "true" in card.door
    if card.door is None or not (counts.abstained or counts.left_out or by_truth):
        return "Examples"
    link = _link(chosen, card.door)
    above, below = (None if not link.get(name) else float(str(link[name])) for name in _BOUNDS)
    where = Filter(
        true_label=link.get("true"),
        predicted_label=link.get("predicted"),
        split=link.get("split"),
        min_confidence=above,
        max_confidence=below,
    )
    by = cast("By", link["by"])
    n = examples_cached.listed_answers(session.place(chosen.run), by, 1, where, "margin").total
    return "Examples" if n == card.n else counted(n, "example")


_BOUNDS = ("above", "below")


def _link(chosen: Selection, choices: dict[str, str]) -> dict[str, str | None]:
    return {"predicted": chosen.label, "split": chosen.split, **choices}


def _open(chosen: Selection, choices: dict[str, str]) -> None:
    session.go("examples.py", **_link(chosen, choices))
