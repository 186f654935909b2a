"""What is said of assumptions: each piece of evidence in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from diagnostics.assumptions.ablation import Ablation
    from diagnostics.assumptions.assumption import Assumption
    from diagnostics.statistics.association import Association, Effect

#: What a chart and a sentence call the two sides of something that is there or not.
SIDES = {"with": "with it", "without": "without it"}


def association_sentence(assumed: Assumption, association: Association, effect: Effect) -> str:
    """How often the outcome was there, and what the difference is."""
    what = "wrong" if assumed.label is None else assumed.label
    if effect.is_area:
        return _of_number(association, effect, what)
    groups = association.groups.set_index("group")
    row = groups.loc[effect.group]
    rest = groups.drop(index=effect.group)
    n, hits = int(rest["examples"].sum()), int(rest["hits"].sum())
    where, other = f"Where it is {effect.group}", "elsewhere"
    if effect.group == "with":
        where, other = "With it", "without it"
    return (
        f"{where}, {_percent(row['share'])} of {int(row['examples']):,} answers are {what}; "
        f"{other}, {_percent(hits / n)} of {n:,}. That is {_points(effect)}."
    )


def _of_number(association: Association, effect: Effect, what: str) -> str:
    shares = association.groups.dropna(subset=["share"])
    low, high = shares.loc[shares["share"].idxmin()], shares.loc[shares["share"].idxmax()]
    area, lower, upper = (
        _percent(0.5 + value) for value in (effect.estimate, effect.low, effect.high)
    )
    return (
        f"Of two answers, one that is {what} and one that is not, the first has the larger number "
        f"in {area} of all pairs ({lower} to {upper}; 50% is no difference). "
        f"{_percent(low['share'])} are {what} where it is {low['group']}, "
        f"{_percent(high['share'])} where it is {high['group']}."
    )


def _points(effect: Effect) -> str:
    return _signed(effect, "more", "fewer")


def _signed(effect: Effect, more: str, fewer: str) -> str:
    """Points in words, `2.3 points fewer (13.7 fewer to 9.1 more)`: signs would be misread."""

    def side(value: float) -> str:
        return more if value >= 0 else fewer

    low, high = effect.low, effect.high
    ends = f"{100 * -low:.1f} {fewer} to {100 * high:.1f} {more}"
    if side(low) == side(high):
        near, far = sorted((abs(low), abs(high)))
        ends = f"{100 * near:.1f} to {100 * far:.1f}"
    return f"{100 * abs(effect.estimate):.1f} points {side(effect.estimate)} ({ends})"


def changed_sentence(assumed: Assumption, again: Ablation, low: float, high: float) -> str:
    """How many answers changed when the models were asked again."""
    share = f"{_percent(again.changed / again.asked)}, {_percent(low)} to {_percent(high)}"
    sampled = f", a sample of {again.total:,}" if again.total > again.asked else ""
    if assumed.kind == "word":
        where = f"of the {again.asked:,} texts that have it{sampled}"
        changed = f"the model answers otherwise in {again.changed:,}"
        return f"Asked again without it, {changed} {where} ({share})."
    return (
        f"Asked again with its values shuffled among {again.asked:,} examples{sampled}, the model "
        f"answers otherwise in {again.changed:,} ({share})."
    )


def push_sentence(assumed: Assumption, again: Ablation, effect: Effect) -> str:
    """By how much the label is more probable with the word than without."""
    return (
        f"In the {len(again.push):,} texts that have it, the model's probability of "
        f"{assumed.label} is {_signed(effect, 'higher', 'lower')} than when it is asked without it."
    )


def too_few_pushed(assumed: Assumption, asked: int, needed: int) -> str:
    """Why nothing was made of asking again."""
    if asked >= needed:
        return f"The model gives no probability of {assumed.label} that could move."
    few = (
        f"Only {asked:,} text{'s have' if asked > 1 else ' has'} it" if asked else "No text has it"
    )
    return f"{few}; to ask the model without it, {needed} are needed."


def weight_sentence(assumed: Assumption, weights: Sequence[float]) -> str:
    """The exact weights of linear models."""
    mean, n = sum(weights) / len(weights), len(weights)
    if not any(weights):
        return "The model does not know it: its exact weight is 0."
    towards = f"towards {assumed.label}"
    if n == 1:
        return f"Its exact weight {towards} is {mean:+.2f}, against the mean of all labels."
    above = sum(weight > 0 for weight in weights)
    return (
        f"Its exact weight {towards} is {mean:+.2f} on average, against the mean of all labels, "
        f"and above 0 in {above} of {n} models."
    )


def importance_sentence(
    method: str | None, mean: float, rank: int, of: int, low: float, high: float
) -> str:
    """What the kept importances say."""
    bounds = "" if low != low else f" ({low:.3g} to {high:.3g})"
    by = f" by {method}" if method else ""
    return f"Kept with the run: importance{by} {mean:.3g}{bounds}, number {rank:,} of {of:,}."


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%"
