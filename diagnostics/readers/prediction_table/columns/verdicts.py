"""A reviewer's verdict on a suggested label: `accept`, `reject` or `ignore`."""

from __future__ import annotations

import polars as pl

from diagnostics.readers.prediction_table.columns.names import (
    ACCEPTED,
    ANSWER,
    EITHER,
    PREDICTION,
    REJECTED,
    SKIPPED,
    TRUTH,
    VERDICT,
    best,
    is_named,
)
from diagnostics.readers.prediction_table.columns.roles import Search

#: The truth of an answer that was rejected: some other label, nobody said which.
ANOTHER = "(another label)"


def verdict_column(search: Search) -> str | None:
    """The column with verdicts on the labels of another one, None if there is none.

    Where a column holds the truth, a verdict says nothing new; where the labels themselves are
    words such as `accept`, it is an answer.
    """
    if (told := search.told_column("verdict")) is not None:
        return told
    spoken = {*ACCEPTED, *REJECTED, *SKIPPED}
    for name in best(search.scalars(), VERDICT):
        values = {value.casefold() for value in search.values(name)}
        if not values or not values <= spoken or values <= set(SKIPPED):
            continue
        others = [other for other in search.scalars() if other != name]
        suggested = [n for n in others if is_named(n, EITHER, *PREDICTION, *ANSWER)]
        truths = [n for n in best(others, TRUTH) if not is_named(n, EITHER)]
        shares = any(search.values(other) & search.values(name) for other in others)
        if suggested and not truths and not shares:
            return name
    return None


def judged_truth(verdicts: pl.Series, suggested: pl.Series) -> pl.Series:
    """The suggested label where it was accepted, another one where it was rejected, else null."""
    said = verdicts.cast(pl.String).str.strip_chars().str.to_lowercase()
    table = pl.DataFrame({"said": said, "label": suggested.cast(pl.String)})
    accepted = pl.when(pl.col("said").is_in(ACCEPTED)).then("label")
    judged = accepted.when(pl.col("said").is_in(REJECTED)).then(pl.lit(ANOTHER))
    return table.select(judged.alias(verdicts.name)).to_series()
