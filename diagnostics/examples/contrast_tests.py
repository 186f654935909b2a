"""How much more often one group has an item than another, within classes: counts and tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from diagnostics.examples.attributes import Attribute
from diagnostics.examples.slices import Slice
from diagnostics.statistics.multiple_testing import benjamini_hochberg

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

Figures = NDArray[np.float64]
LEVEL = 0.95
#: A count that varies by so much (its variance) has nearly a normal distribution.
ENOUGH = 25.0
#: What two probabilities of tables may differ by and still be the same to a computer.
_SAME = 1 + 1e-7


def contrast_table(
    content: pl.DataFrame, items: pl.DataFrame, *, least: int, most: int
) -> pd.DataFrame:
    """Each item's counts in the two groups, the odds ratio with its interval, and the test.

    Parameters
    ----------
    content
        A row for each example: `row`, `true_label`, `is_mistake`.
    items
        Which row has which item, each once: `row`, `kind`, `column`, `value`.
    least
        Items in fewer rows are left out.
    most
        Items beyond the `most` frequent are left out.

    Returns
    -------
    The columns of `diagnostics.examples.contrast.Contrast.items`, the smallest p-value first.
    """
    import pandas as pd
    import polars as pl

    keys = ["kind", "column", "value"]
    sides = content.select(pl.col("row").cast(pl.Int64), "true_label", "is_mistake")
    rows = items.join(sides, on="row")
    counts = rows.group_by(keys).agg(
        mistakes=pl.col("is_mistake").sum(), right=(~pl.col("is_mistake")).sum()
    )
    kept = (
        counts.filter((pl.col("mistakes") + pl.col("right")) >= least)
        .sort(pl.col("mistakes") + pl.col("right"), *keys, descending=[True, False, False, False])
        .head(most)
        .with_row_index("item")
    )
    strata = _strata(rows.join(kept.select("item", *keys), on=keys), sides)
    figures = _figures(strata, len(kept), n_classes=sides["true_label"].n_unique())
    n = sides.group_by("is_mistake").len()
    sizes = {bool(side): int(count) for side, count in n.iter_rows()}
    mistakes, right = kept["mistakes"].to_numpy(), kept["right"].to_numpy()
    frame = pd.DataFrame(
        {
            **{name: kept[name].to_list() for name in keys},
            "mistakes": mistakes.astype(int),
            "right": right.astype(int),
            "mistake_share": mistakes / sizes.get(True, 1),
            "right_share": right / sizes.get(False, 1),
            **figures,
            "p_adjusted": benjamini_hochberg(figures["p"]),
        }
    )
    frame.insert(0, "item", [_shown(*entry) for entry in kept.select(keys).iter_rows()])
    # Of equally sure items those first that mistakes have more often.
    frame = frame.assign(sure=frame["p"].round(12), more=frame["right"] - frame["mistakes"])
    frame = frame.sort_values(["sure", "more", "item"], kind="stable").reset_index(drop=True)
    return frame.drop(columns=["sure", "more"])


def _strata(rows: pl.DataFrame, sides: pl.DataFrame) -> pl.DataFrame:
    """The fourfold table of each item in each class in which anybody has it: a, b, n1, n0."""
    import polars as pl

    def count(column: pl.Expr) -> pl.Expr:
        return column.sum().cast(pl.Float64)

    has = rows.group_by("item", "true_label").agg(
        a=count(pl.col("is_mistake")), b=count(~pl.col("is_mistake"))
    )
    sizes = sides.group_by("true_label").agg(
        n1=count(pl.col("is_mistake")), n0=count(~pl.col("is_mistake"))
    )
    return has.join(sizes, on="true_label").sort("item", "true_label")


def _figures(strata: pl.DataFrame, n_items: int, *, n_classes: int) -> dict[str, Figures]:
    item = strata["item"].to_numpy()
    a, b, n1, n0 = (strata[name].to_numpy() for name in ("a", "b", "n1", "n0"))
    if n_classes == 1:
        ratio, low, high = haldane_ratio(a, b, n1, n0)
    else:
        ratio, low, high = mantel_haenszel(item, a, b, n1, n0, n_items)
    p = stratified_p(item, a, b, n1, n0, n_items)
    return {"odds_ratio": ratio, "low": low, "high": high, "p": p}


def haldane_ratio(
    a: Figures, b: Figures, n1: Figures, n0: Figures
) -> tuple[Figures, Figures, Figures]:
    """Odds ratio with one half added to every cell (Haldane 1956), and its interval.

    The interval is that of the log ratio by its standard error (Woolf 1955), on the same cells.
    """
    from scipy.special import ndtri

    cells = np.stack([a, b, n1 - a, n0 - b]) + 0.5
    log_ratio = np.log(cells[0] * cells[3] / (cells[1] * cells[2]))
    reach = float(ndtri((1 + LEVEL) / 2)) * np.sqrt((1 / cells).sum(axis=0))
    return np.exp(log_ratio), np.exp(log_ratio - reach), np.exp(log_ratio + reach)


def stratified_p(
    item: NDArray[np.integer], a: Figures, b: Figures, n1: Figures, n0: Figures, n_items: int
) -> Figures:
    """Whether items go with the mistakes within the classes: a two-sided p-value for each.

    The exact conditional test (Cox 1970; of one class it is Fisher's): given how many of each class
    have an item, all outcomes as improbable as this one, or more so. Where it varies enough for the
    normal distribution (`ENOUGH`), Cochran, Mantel and Haenszel's test with continuity correction.
    `item` says which fourfold tables belong together; tables in which nobody has it may be missing.
    """
    from scipy.special import chdtrc

    has, total = a + b, n1 + n0
    spread = n1 * n0 * has * (total - has) / (total**2 * np.maximum(total - 1, 1))
    variance = np.bincount(item, weights=spread, minlength=n_items)
    apart = np.bincount(item, weights=a - n1 * has / total, minlength=n_items)
    away = np.maximum(np.abs(apart) - 0.5, 0)
    p: Figures = chdtrc(1, away**2 / np.maximum(variance, ENOUGH))
    first = np.searchsorted(item, np.arange(n_items + 1))
    for at in np.flatnonzero(variance < ENOUGH):
        rows = slice(first[at], first[at + 1])
        p[at] = _exact_p(a[rows], b[rows], n1[rows], n0[rows])
    return p


def _exact_p(a: Figures, b: Figures, n1: Figures, n0: Figures) -> float:
    """Of one item: the distribution of its number of mistakes, added up over the classes."""
    outcomes, least = np.ones(1), 0.0
    for has, own, rest in zip(a + b, n1, n0, strict=True):
        lowest, probabilities = _hypergeometric(has, own, rest)
        outcomes, least = np.convolve(outcomes, probabilities), least + lowest
    observed = outcomes[round(float(a.sum()) - least)]
    return float(min(1.0, outcomes[outcomes <= observed * _SAME].sum()))


def _hypergeometric(has: float, own: float, rest: float) -> tuple[float, Figures]:
    """The least number of mistakes that may have it, and the probability of each from there on."""
    from scipy.special import gammaln

    lowest = max(0.0, has - rest)
    k = np.arange(lowest, min(own, has) + 1)
    ways = -(gammaln(k + 1) + gammaln(own - k + 1) + gammaln(has - k + 1)
             + gammaln(rest - has + k + 1))  # fmt: skip
    weights = np.exp(ways - ways.max())
    return lowest, weights / weights.sum()


def mantel_haenszel(
    item: NDArray[np.integer], a: Figures, b: Figures, n1: Figures, n0: Figures, n_items: int
) -> tuple[Figures, Figures, Figures]:
    """The common odds ratio of fourfold tables, one for each class, with its interval.

    Mantel and Haenszel's estimate (1959) with the interval of Robins, Breslow and Greenland (1986).
    Where it is 0 or infinite, the end of the interval is the exact conditional one (Gart 1970); it
    is NaN where no class tells. `item` says which tables belong together, in its order; nothing is
    added to their cells: with many classes of few mistakes each, that alone would make a ratio
    of 1 look like 6.
    """
    from scipy.special import ndtri

    def added(values: Figures) -> Figures:
        return np.bincount(item, weights=values, minlength=n_items).astype(float)

    c, d, n = n1 - a, n0 - b, n1 + n0
    ad, bc = a * d / n, b * c / n
    like, unlike = (a + d) / n, (b + c) / n
    up, down = added(ad), added(bc)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt(
            added(like * ad) / (2 * up**2)
            + added(like * bc + unlike * ad) / (2 * up * down)
            + added(unlike * bc) / (2 * down**2)
        )
        ratio, reach = up / down, float(ndtri((1 + LEVEL) / 2)) * error
        low, high = ratio * np.exp(-reach), ratio * np.exp(reach)
    first = np.searchsorted(item, np.arange(n_items + 1))
    for at in np.flatnonzero((up == 0) != (down == 0)):
        rows = slice(first[at], first[at + 1])
        if up[at] == 0:
            low[at], high[at] = 0.0, _largest_ratio(a[rows], b[rows], n1[rows], n0[rows])
        else:
            low[at], high[at] = 1 / _largest_ratio(b[rows], a[rows], n0[rows], n1[rows]), np.inf
    return ratio, low, high


def _largest_ratio(a: Figures, b: Figures, n1: Figures, n0: Figures) -> float:
    """The common ratio with which so few mistakes, the fewest there can be, are still likely."""
    tables = [
        np.log(np.maximum(_hypergeometric(has, own, rest)[1], np.finfo(float).tiny))
        for has, own, rest in zip(a + b, n1, n0, strict=True)
    ]

    def chance(log_ratio: float) -> float:
        """Of the fewest in every class: the logarithm of its probability."""
        tilted = (table - table[0] + log_ratio * np.arange(len(table)) for table in tables)
        return -float(sum(np.logaddexp.reduce(table) for table in tilted))

    low, high, wanted = -50.0, 50.0, np.log((1 - LEVEL) / 2)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if chance(middle) > wanted else (low, middle)
    return float(np.exp((low + high) / 2))


def _shown(kind: str, column: str, value: str) -> str:
    if kind == "word":
        return value
    if kind == "value":
        return f"{column} = {value}"
    return f"{column}: {Slice(Attribute('column', column), value).words[1]}"


__all__ = ["ENOUGH", "contrast_table", "haldane_ratio", "mantel_haenszel", "stratified_p"]
