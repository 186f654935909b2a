"""Who an example is and what it shows: its id, its text or image, its fields."""

from __future__ import annotations

from hashlib import blake2b

import polars as pl

from diagnostics.readers import Folder
from diagnostics.readers.prediction_table.columns.roles import Roles
from diagnostics.readers.prediction_table.images import image_paths
from diagnostics.readers.prediction_table.values.labels import texts


def example_ids(frame: pl.DataFrame, roles: Roles) -> tuple[pl.Series, str]:
    """One id for each row, and in words where it comes from.

    The id column; else an index that is no plain count; else a hash of the content and its
    position among equals; else the row's number. An id that comes twice gets its position too.
    """
    if roles.id and texts(frame[roles.id]).count():
        own = texts(frame[roles.id]).fill_null("(no id)")
        return _told_apart(own, frame, roles), f"column {roles.id!r}"
    for name in roles.index:
        own = texts(frame[name])
        if own.n_unique() == len(own) and not own.has_nulls() and not _is_count(own):
            return own, f"index column {name!r}"
    content = [roles.text] if roles.text else content_columns(frame, roles)
    if content:
        hashed = content_hash(frame.select(content))
        of = roles.text or ("one column" if len(content) == 1 else f"{len(content)} columns")
        return _told_apart(hashed, frame, roles), f"a hash of the content ({of})"
    number = pl.int_range(1, pl.len() + 1).cast(pl.String).str.zfill(len(str(len(frame))))
    return frame.select(pl.format("row {}", number)).to_series(), "the row's number"


def content_columns(frame: pl.DataFrame, roles: Roles) -> list[str]:
    """The columns that show the example."""
    return [name for name in frame.columns if name not in roles.taken]


def content_hash(content: pl.DataFrame) -> pl.Series:
    """Sixteen hexadecimal digits a row, equal for equal content, today and in any version.

    Polars' own hash changes between versions, and reviews and links must outlive an upgrade.
    """
    flat = [name for name, kind in content.schema.items() if not kind.is_nested()]
    cells = [pl.col(name).cast(pl.String, strict=False).fill_null("\0") for name in flat]
    if not cells:
        return pl.Series([""] * len(content))
    # A unit separator between cells: `ab`, `c` is another example than `a`, `bc`.
    joined = content.select(pl.concat_str(cells, separator="\x1f")).to_series()
    return pl.Series([blake2b(text.encode(), digest_size=8).hexdigest() for text in joined])


def examples_table(
    frame: pl.DataFrame, roles: Roles, ids: pl.Series, folder: Folder
) -> pl.DataFrame | None:
    """What the examples show: `example`, `text`, `image`, the other columns; None for nothing."""
    names = content_columns(frame, roles)
    images = image_paths(frame[roles.image], folder) if roles.image else None
    if not names and images is None:
        return None
    columns = {"example": ids}
    for name in names:
        if images is not None and name == roles.image:
            continue
        shown = "text" if name == roles.text else name
        is_reserved = shown == "image" or (shown == "text" and name != roles.text)
        columns[f"{name} column" if is_reserved or shown in columns else shown] = typed(frame[name])
    if images is not None:
        columns["image"] = images
    table = pl.DataFrame([column.alias(name) for name, column in columns.items()])
    if ids.n_unique() == len(ids):
        return table
    return table.unique("example", keep="first", maintain_order=True)


def typed(column: pl.Series) -> pl.Series:
    """A text column of numbers as numbers, unless that would lose a leading zero."""
    if column.dtype != pl.String:
        return column
    head = column.drop_nulls().head(200)
    number = r"^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$"
    if not len(head) or not head.str.contains(number).all():
        return column
    for kind in (pl.Int64, pl.Float64):
        read = column.cast(kind, strict=False)
        if read.null_count() == column.null_count():
            return read
    return column


def _is_count(ids: pl.Series) -> bool:
    counted = ids.to_frame("id").select(pl.int_range(pl.len()).cast(pl.String)).to_series()
    return bool((ids == counted).all())


def _told_apart(ids: pl.Series, frame: pl.DataFrame, roles: Roles) -> pl.Series:
    """Ids with their position among equals: `7`, `7 (2)`; folds and splits may share an id."""
    within = [frame[name].cast(pl.String).alias(name) for name in (roles.fold, roles.split) if name]
    table = pl.DataFrame([ids.alias("\0id"), *within])
    if (table.n_unique() if within else ids.n_unique()) == len(ids):
        return ids
    position = pl.int_range(1, pl.len() + 1).over(table.columns)
    numbered = pl.format("{} ({})", "\0id", position)
    return table.select(pl.when(position == 1).then("\0id").otherwise(numbered)).to_series()
