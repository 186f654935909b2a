"""The runs inside one table: a column that names the model, the folds and the splits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

import polars as pl

from diagnostics.readers.prediction_table.columns.names import MODEL, is_named, key
from diagnostics.readers.prediction_table.columns.roles import Roles
from diagnostics.readers.prediction_table.content import content_columns, content_hash, typed
from diagnostics.readers.prediction_table.parameter_names import NUMBERS_OF_SETTINGS, PARAMETER
from diagnostics.readers.splits import SPLIT_WORDS

#: More values than this, and a column is no list of models.
MOST_RUNS = 1000
#: Letters of a setting's value in the name of a run; a pipeline's repr has hundreds.
LONGEST = 60
SPLIT_NAMES = {
    **SPLIT_WORDS,
    **dict.fromkeys(("eval", "evaluation", "holdout", "oof"), "test"),
    "development": "validation",
    "fit": "train",
}


#: The tag of a part that was thinned out: how many rows it had.
OF_ROWS = "of_rows"


@dataclass(frozen=True)
class Part:
    """The rows of one run: its name ("" for the only one), and where they stand in the file."""

    frame: pl.DataFrame
    rows: pl.Series
    name: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def spread(self, most: int) -> Part:
        """The part with no more than so many of its rows, evenly spread: files may be sorted."""
        every = -(-len(self.frame) // most)
        if every < 2:
            return self
        return replace(
            self,
            frame=self.frame.gather_every(every),
            rows=self.rows.gather_every(every),
            tags={**self.tags, OF_ROWS: str(len(self.frame))},
        )


def parts(frame: pl.DataFrame, roles: Roles, *, is_told: bool) -> tuple[list[Part], Roles]:
    """The table cut into runs, and the roles without model columns that turned out to be content.

    A column called `model` names runs if the same examples come back for each of its values, or
    if it has a single one; in a table about cars it is a property of the car.
    """
    models = list(roles.model) if is_told or roles.candidate else _run_columns(frame, roles)
    roles = replace(roles, model=tuple(models))
    keys = [*models, *roles.candidate]
    everything = pl.Series(range(len(frame)), dtype=pl.UInt32)
    if not keys:
        return [Part(frame, everything)], roles
    settings = [name for name in keys if name in roles.candidate or is_named(name, PARAMETER)]
    values_of = {name: typed(frame[name]) for name in settings}
    # The zero character keeps our column apart from all that a file may call its own.
    numbered = frame.with_columns(everything.alias("\0row"))
    groups = numbered.partition_by(keys, maintain_order=True, as_dict=True)
    runs = []
    for values, group in groups.items():
        written = dict(zip(keys, map(str, values), strict=True))
        parameters = {name: column[group["\0row"][0]] for name, column in values_of.items()}
        name = " ".join(_word(name, written[name], roles) for name in keys)
        tags = {name: written[name] for name in models}
        runs.append(Part(group.drop("\0row"), group["\0row"], name, tags, parameters))
    return runs, roles


def _word(name: str, value: str, roles: Roles) -> str:
    """What a column adds to the run's name: a model's name stands alone, a setting has its own."""
    is_alone = name in roles.model or is_named(name, NUMBERS_OF_SETTINGS)
    text = " ".join(value.split())
    short = text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
    return short if is_alone else f"{name}={short}"


def _run_columns(frame: pl.DataFrame, roles: Roles) -> list[str]:
    """The model columns that cut the table into runs over the same examples."""
    sizes = {name: frame[name].n_unique() for name in roles.model}
    varying = [name for name in roles.model if 1 < sizes[name] <= MOST_RUNS]
    for keys in chain([varying], ([name] for name in varying)):
        if keys and _examples_come_back(frame, roles, keys):
            return keys
    return [name for name in roles.model if sizes[name] == 1 and is_named(name, MODEL[0])][:1]


def _examples_come_back(frame: pl.DataFrame, roles: Roles, keys: list[str]) -> bool:
    within = [name for name in (*keys, roles.fold, roles.split) if name]
    if roles.id:
        example = frame[roles.id].cast(pl.String)
    elif content := content_columns(frame, roles):
        example = content_hash(frame.select(content))
    else:
        sizes = frame.group_by(keys).len()["len"]
        return sizes.n_unique() == 1 and len(sizes) < len(frame)
    table = frame.select(within).with_columns(example.alias("\0example"))
    distinct = example.n_unique()
    # Some examples may lack a model, and one row in a hundred may be there twice.
    return distinct * 1.5 <= len(frame) and table.n_unique() >= 0.99 * len(frame)


def fold_numbers(column: pl.Series) -> pl.Series:
    """Folds as numbers: `3`, `3.0`, `fold_3`; other names are counted in their order."""
    text = column.cast(pl.String)
    number = text.str.extract(r"(\d+)(?:\.0+)?\s*$").cast(pl.Int32, strict=False)
    if number.null_count() == text.null_count():
        return number
    return (text.rank("dense").cast(pl.Int32) - 1).alias(column.name)


def split_names(column: pl.Series) -> pl.Series | None:
    """Splits by our names, None if one of them is no split."""
    plain = column.cast(pl.String).str.strip_chars().str.to_lowercase()
    named = plain.replace_strict(SPLIT_NAMES, default=None, return_dtype=pl.String)
    return None if named.null_count() > 0 else named


def split_of_file(stem: str) -> str:
    """The split that a file's name speaks of: `val_predictions` is `validation`; else `test`."""
    words = [SPLIT_NAMES[word] for word in key(stem).split("_") if word in SPLIT_NAMES]
    return words[0] if words else "test"
