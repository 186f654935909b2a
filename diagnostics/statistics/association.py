"""Whether something about the examples goes with an outcome, such as a wrong answer, and how far.

What is there or not: the difference of two shares with the interval of Newcombe (1998, method 10).
A number: the probability that an example with the outcome has the larger one (the area under the
ROC curve, ties counted half) with the score interval of Newcombe (2006, method 5), and besides each
of its quantile bins against the rest, for what is not monotone. Categories: each against the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from diagnostics.statistics.intervals import area, area_interval, newcombe, wilson

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

Reading = Literal["more", "less", "negligible", "unclear"]

#: Fewer examples on one side than these tell nothing.
FEWEST = 10
#: A difference of shares up to this, or up to half of the outcome's own share if that is less, and
#: an area this near to one half, are too small to matter.
SMALL_SHARE, SMALL_PART, SMALL_AREA = 0.05, 0.5, 0.05
#: Bins of a number, and categories that are looked at one by one; the rest are put together.
BINS, MOST_CATEGORIES = 5, 12
OTHERS = "(all others)"


@dataclass(frozen=True)
class Effect:
    """One comparison: `estimate` with its interval, 0 where there is no difference.

    A difference of shares, or an area less one half. `group` is what is compared with the rest, ""
    for the whole range of a number. `small` is the size up to which it does not matter.
    """

    group: str
    estimate: float
    low: float
    high: float
    small: float
    is_area: bool = False

    @property
    def reading(self) -> Reading:
        """What the interval allows to say."""
        if np.isnan(self.low) or np.isnan(self.high):
            return "unclear"
        if -self.small < self.low and self.high < self.small:
            return "negligible"
        if self.low > 0:
            return "more"
        return "less" if self.high < 0 else "unclear"


@dataclass(frozen=True, eq=False)
class Association:
    """What goes with the outcome.

    `groups` has a row for each side, bin or category: `group`, `examples`, `hits`, `share`, `low`,
    `high` (Wilson, 95 %). `effects` are at the corrected level, the strongest first. `reason` says
    why there are none.
    """

    groups: pd.DataFrame
    effects: tuple[Effect, ...] = ()
    reason: str = ""

    @property
    def examples(self) -> int:
        """How many examples it rests on."""
        return int(self.groups["examples"].sum())

    @property
    def matters(self) -> bool | None:
        """Whether any difference is there; False if all are negligible, None if it is unclear."""
        readings = [effect.reading for effect in self.effects]
        if any(reading in ("more", "less") for reading in readings):
            return True
        is_small = bool(readings) and all(reading == "negligible" for reading in readings)
        return False if is_small else None


def associate(values: pl.Series, outcome: NDArray[np.bool_], *, alpha: float = 0.05) -> Association:
    """How far values go with an outcome.

    Parameters
    ----------
    values
        Booleans, numbers, dates, or anything else as categories; rows that are null are left out.
        Numbers and dates with two values are taken for categories.
    outcome
        For each value whether it was so.
    alpha
        The chance that any of the intervals misses, all of them together: it is divided among
        them (Bonferroni), and of a number one half is for the area, one half for the bins.

    Returns
    -------
    An `Association`; without effects, and with the reason, where fewer than `FEWEST` examples are
    on a side, or where the outcome is the same throughout.
    """
    grouped = grouping(values)
    known = grouped.place >= 0
    hits = outcome[known]
    groups = _groups(grouped.names, grouped.place[known], hits)
    reason = _too_few(groups if grouped.kind == "binary" else None, hits)
    if not reason and grouped.kind == "category" and values.drop_nulls().n_unique() == 1:
        reason = "Every example has the same value."
    if not reason and grouped.kind == "category" and len(grouped.names) == grouped.has_others:
        reason = f"No value is in {FEWEST} examples or more."
    if reason:
        return Association(groups, reason=reason)
    if grouped.kind == "binary":
        return Association(groups, _against_the_rest(groups[:1], hits, alpha))
    if grouped.kind == "category":
        return Association(groups, _against_the_rest(groups, hits, alpha))
    numbers = values.to_physical().to_numpy()[known].astype(float)
    whole = _whole(numbers, hits, alpha / 2)
    return Association(groups, (whole, *_against_the_rest(groups, hits, alpha / 2)))


@dataclass(frozen=True, eq=False)
class Grouping:
    """Values as groups: their names, and for each value the place of its own, -1 if it is unknown.

    `binary` has `with` and `without`; a `number` its bins; a `category` its values, the rest of
    them together at the end (`has_others`).
    """

    kind: Literal["binary", "number", "category"]
    names: list[str]
    place: NDArray[np.intp]
    has_others: bool = False


def grouping(values: pl.Series) -> Grouping:
    """The groups that values are looked at in."""
    import polars as pl

    known = values.is_not_null()
    if values.dtype.is_float():
        known = known & values.is_finite().fill_null(value=False)
    kept = values.filter(known)
    place = np.full(len(values), -1, np.intp)
    if kept.dtype == pl.Boolean:
        place[known.to_numpy()] = np.where(kept.to_numpy(), 0, 1)
        return Grouping("binary", ["with", "without"], place)
    if kept.dtype.is_numeric() and kept.n_unique() > 2:
        names, bins = quantile_bins(kept.to_numpy().astype(float))
        place[known.to_numpy()] = bins
        return Grouping("number", names, place)
    if kept.dtype.is_temporal() and kept.n_unique() > 2:
        _, bins = quantile_bins(kept.to_physical().to_numpy().astype(float))
        place[known.to_numpy()] = bins
        return Grouping("number", _date_names(kept, bins), place)
    texts = kept.cast(pl.String)
    names = _frequent(texts)
    places = {name: code for code, name in enumerate(names)}
    place[known.to_numpy()] = [places.get(value, len(names)) for value in texts]
    has_others = bool((place == len(names)).any())
    return Grouping("category", [*names, OTHERS] if has_others else names, place, has_others)


def _date_names(dates: pl.Series, place: NDArray[np.intp]) -> list[str]:
    """Bins of dates by their first and last day."""
    import polars as pl

    days = pl.DataFrame({"bin": place, "day": dates.cast(pl.String).str.head(10)})
    ends = days.group_by("bin").agg(low=pl.col("day").min(), high=pl.col("day").max()).sort("bin")
    names = [low if low == high else f"{low} to {high}" for _, low, high in ends.iter_rows()]
    twice = {name for name in names if names.count(name) > 1}  # of one day, told apart by number
    return [f"{name} ({at + 1})" if name in twice else name for at, name in enumerate(names)]


def small_difference(share: float) -> float:
    """The difference up to which it does not matter, of an outcome with this share."""
    return min(SMALL_SHARE, SMALL_PART * share)


def quantile_bins(
    values: NDArray[np.float64], bins: int = BINS
) -> tuple[list[str], NDArray[np.intp]]:
    """The names of quantile bins and which one each value is in.

    Bins are (lower, upper], the first one includes its lower end. Equal values are in one bin, so
    there may be fewer; up to `bins` different values have a bin each.
    """
    distinct = np.unique(values)
    if len(distinct) <= bins:
        return [f"{value:.4g}" for value in distinct], np.searchsorted(distinct, values)
    edges = np.unique(np.quantile(values, np.linspace(0, 1, bins + 1)[1:], method="lower"))
    place = np.searchsorted(edges, values, side="left")
    highest = [values[place == code].max() for code in range(len(edges))]
    lowest = [values[place == code].min() for code in range(len(edges))]
    names = [
        f"{low:.4g}" if low == high else f"{low:.4g} to {high:.4g}"
        for low, high in zip(lowest, highest, strict=True)
    ]
    return names, place


def _whole(values: NDArray[np.float64], hits: NDArray[np.bool_], alpha: float) -> Effect:
    """The whole range of a number: how far its area is from one half."""
    estimate, n = area(values, hits), int(hits.sum())
    low, high = area_interval(estimate, n, len(hits) - n, 1 - alpha)
    return Effect("", estimate - 0.5, low - 0.5, high - 0.5, SMALL_AREA, is_area=True)


def _frequent(values: pl.Series) -> list[str]:
    """The values that have examples enough with and without, the most frequent first."""
    counts = values.value_counts(sort=True).iter_rows()
    enough = [name for name, n in counts if FEWEST <= n <= len(values) - FEWEST]
    return enough[:MOST_CATEGORIES]


def _groups(names: list[str], place: NDArray[np.intp], hits: NDArray[np.bool_]) -> pd.DataFrame:
    import pandas as pd

    n = np.bincount(place, minlength=len(names))
    found = np.bincount(place[hits], minlength=len(names))
    low, high = wilson(found, n)
    with np.errstate(invalid="ignore"):
        share = found / np.where(n, n, np.nan)
    columns = {"group": names, "examples": n, "hits": found, "share": share}
    return pd.DataFrame({**columns, "low": low, "high": high})


def _too_few(groups: pd.DataFrame | None, hits: NDArray[np.bool_]) -> str:
    if len(hits) < 2 * FEWEST:
        what = {0: "No example", 1: "Only 1 example"}.get(len(hits), f"Only {len(hits)} examples")
        return f"{what} can be looked at; {2 * FEWEST} are needed."
    if groups is not None and groups["examples"].min() < FEWEST:
        side = groups.loc[groups["examples"].idxmin()]
        n = int(side["examples"])
        verb = "have" if n > 1 else "has"
        it = "it" if side["group"] == "with" else "something else"
        only = f"Only {n}" if n else "None"
        return f"{only} of {len(hits):,} examples {verb} {it}; {FEWEST} are needed."
    if hits.all() or not hits.any():
        return "It was the same for every example."
    return ""


def _against_the_rest(
    groups: pd.DataFrame, hits: NDArray[np.bool_], alpha: float
) -> tuple[Effect, ...]:
    """Each group against all others, those with examples enough on both sides; strongest first."""
    total, all_hits = len(hits), int(hits.sum())
    rest = total - groups["examples"]
    tested = groups[(groups["examples"] >= FEWEST) & (rest >= FEWEST)]
    if not len(tested):
        return ()
    n, own = tested["examples"].to_numpy(), tested["hits"].to_numpy()
    low, high = newcombe(own, n, all_hits - own, total - n, 1 - alpha / len(tested))
    difference = own / n - (all_hits - own) / (total - n)
    small = small_difference(all_hits / total)
    effects = [
        Effect(str(name), float(d), float(lower), float(upper), small)
        for name, d, lower, upper in zip(tested["group"], difference, low, high, strict=True)
    ]
    return tuple(sorted(effects, key=lambda effect: -max(effect.low, -effect.high)))


__all__ = [
    "FEWEST",
    "SMALL_AREA",
    "SMALL_PART",
    "SMALL_SHARE",
    "Association",
    "Effect",
    "Grouping",
    "associate",
    "grouping",
    "quantile_bins",
    "small_difference",
]
