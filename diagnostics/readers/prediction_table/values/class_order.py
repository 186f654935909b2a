"""Which label each place of a score vector belongs to."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import numpy as np
import polars as pl

from diagnostics.readers.prediction_table.values.labels import canonical

#: The share of rows whose largest score must be the predicted label's.
AGREEMENT = 0.9


def class_labels(
    stems: Sequence[str] | None,
    values: np.ndarray,
    known: Sequence[str],
    predicted: pl.Series | None,
    *,
    told: Sequence[str] = (),
) -> tuple[list[str] | None, str]:
    """The label of every score column.

    Parameters
    ----------
    stems
        What the columns are called, None for the places of a list.
    values
        Probabilities, shape (rows, places).
    known
        The labels of truth and prediction, sorted; may be empty.
    predicted
        The predicted labels, which tell the order where the names do not.
    told
        The labels in order, as the user listed them.

    Returns
    -------
    One label a place, and in words how they were found, "" where the columns are called so.
    None where nothing tells.
    """
    places = values.shape[1]
    if places == 0:
        return None, ""
    if told and len(told) == places:
        return list(told), "The order of the labels is the one in errata.toml."
    names = list(stems) if stems is not None else [str(place) for place in range(places)]
    spelling = {canonical(label): label for label in known}
    matched = [spelling.get(canonical(name), name) for name in names]
    if not known or _are_names(matched, known, is_list=stems is None):
        return matched, "" if stems else "The labels of the score lists are counted from 0."
    counted = [str(place + 1) for place in range(places)]
    if stems is None and set(known) <= set(counted):
        return counted, "The labels of the score lists are counted from 1."
    return _by_agreement(values, sorted(known), predicted)


def names_of_codes(
    stems: Sequence[str], values: np.ndarray, known: Collection[str], predicted: pl.Series | None
) -> dict[str, str]:
    """Labels that are numbers under the names of the score columns; {} where that is not clear.

    The predicted numbers tell which is whose. Without them, or where a label is never predicted,
    columns are counted from 0, or from 1 where as many numbers say so.
    """
    if not known or not all(label.isdecimal() for label in known):
        return {}
    if any(stem.isdecimal() or canonical(stem) in known for stem in stems):
        return {}
    if any(re.fullmatch(r"(?i)(?:label|class|c)[_ ]?\d+", stem) for stem in stems):
        return {}
    numbers = {int(label) for label in known}
    starts = [s for s in (0, 1) if min(numbers) >= s and max(numbers) < len(stems) + s]
    usable = ~np.isnan(values).any(axis=1)
    if predicted is None or not (usable & predicted.is_not_null().to_numpy()).any():
        starts = starts if 0 in numbers or max(numbers) == len(stems) else []
        return {label: stems[int(label) - starts[0]] for label in known} if starts else {}
    usable = usable & predicted.is_not_null().to_numpy()
    places = values[usable].argmax(axis=1)
    answers = predicted.filter(usable).cast(pl.Int64).to_numpy()
    for start in starts:
        if (answers - start == places).mean() >= AGREEMENT:
            return {label: stems[int(label) - start] for label in known}
    return {}


def _are_names(matched: Sequence[str], known: Sequence[str], *, is_list: bool) -> bool:
    """Whether the columns are called like labels; places of a list must cover all labels."""
    if len(set(matched)) < len(matched) or not set(matched) & set(known):
        return False
    return not is_list or set(known) <= set(matched)


def _by_agreement(
    values: np.ndarray, known: Sequence[str], predicted: pl.Series | None
) -> tuple[list[str] | None, str]:
    """Sorted order, as libraries keep it, unless the predicted labels say another one."""
    places = values.shape[1]
    note = "The scores carry no labels; they were taken in sorted order of the labels"
    if predicted is None:
        return (list(known), f"{note}.") if len(known) == places else (None, "")
    usable = ~np.isnan(values).any(axis=1) & predicted.is_not_null().to_numpy()
    best = pl.DataFrame({"place": values[usable].argmax(axis=1), "label": predicted.filter(usable)})
    if len(known) == places and len(best):
        in_order = pl.Series(list(known)).gather(best["place"])
        if (in_order == best["label"]).mean() >= AGREEMENT:  # type: ignore[operator]
            return list(known), f"{note}, which agrees with the predictions."
    counts = best.group_by("place", "label").len().sort("len", "label", descending=[True, False])
    winners = counts.unique("place", keep="first", maintain_order=True)
    agreeing = winners["len"].sum() / max(len(best), 1)
    if agreeing < AGREEMENT or winners["label"].is_duplicated().any():
        return None, ""
    order = dict(zip(winners["place"], winners["label"], strict=True))
    left = [label for label in known if label not in order.values()]
    is_whole = len(left) + len(order) == places
    spare = iter(left if is_whole else [f"class {place}" for place in range(places)])
    return [order[place] if place in order else next(spare) for place in range(places)], (
        "The scores carry no labels; each got the label that is predicted where it is largest."
    )
