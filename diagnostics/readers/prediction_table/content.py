"""Who an example is and what it shows: its id, its text or image, its fields."""

from __future__ import annotations

from hashlib import blake2b

import polars as pl

from diagnostics.readers import Folder
from diagnostics.readers.prediction_table.columns.roles import Roles
from diagnostics.readers.prediction_table.images import image_paths
from diagnostics.readers.prediction_table.remarks import Oddity
from diagnostics.readers.prediction_table.values.labels import is_unique, texts


def example_ids(frame: pl.DataFrame, roles: Roles) -> tuple[pl.Series, str]:
    """One id for each row, and in words where it comes from.

    The id column; else an index that is no plain count; else a hash of the content and its
    position among equals; else the row's number. An id that comes twice gets its position too.
    """
    if roles.id and texts(frame[roles.id]).count():
        own, how = id_texts(frame[roles.id])
        own = own.fill_null("(no id)")
        return _told_apart(own, frame, roles), f"column {roles.id!r}{how}"
    for name in roles.index:
        own = texts(frame[name])
        if own.n_unique() == len(own) and not own.has_nulls() and not _is_count(own):
            return own, f"index column {name!r}"
    content = [roles.text] if roles.text else content_columns(frame, roles)
    content = [name for name in content if not frame[name].dtype.is_nested()]
    if content:
        written = frame.select(content)
        plain = _with_plain_space(written)
        of = roles.text or ("one column" if len(content) == 1 else f"{len(content)} columns")
        how = "" if plain is written else "; blanks at ends of lines and in a row make no other"
        return _told_apart(_hashed(plain), frame, roles), f"a hash of the content ({of}){how}"
    number = pl.int_range(1, pl.len() + 1).cast(pl.String).str.zfill(len(str(len(frame))))
    return frame.select(pl.format("row {}", number)).to_series(), "the row's number"


def id_texts(column: pl.Series) -> tuple[pl.Series, str]:
    """Ids as text, and in words what was done to them.

    A join with gaps makes `1.0` of `1`. Whole numbers are written without the `.0` if all ids are
    whole numbers and none becomes another; `007` stays. White space around an id is no part of it.
    """
    own = texts(column)
    if not own.str.ends_with(".0").any():
        return own, _about_space(column)
    known = own.drop_nulls()
    whole = own.str.replace(r"\.0+$", "")
    is_whole = known.str.contains(r"^[+-]?(?:0|[1-9]\d*)(?:\.0+)?$").all()
    if not is_whole or whole.n_unique() < own.n_unique():
        return own, _about_space(column)
    return whole, f", whose whole numbers are written without the decimals ({known[0]})"


def _about_space(column: pl.Series) -> str:
    if column.dtype != pl.String or not column.str.contains(r"^\s|\s$").any():
        return ""
    return ", without the white space around ids"


def content_columns(frame: pl.DataFrame, roles: Roles) -> list[str]:
    """The columns that show the example."""
    taken = roles.taken
    return [name for name in frame.columns if name not in taken]


def content_hash(content: pl.DataFrame) -> pl.Series:
    """Sixteen hexadecimal digits a row, equal for equal content, today and in any version.

    Polars' own hash changes between versions, and reviews and links must outlive an upgrade. A
    blank at the end, two blanks or another line end make no other text; line breaks do.
    """
    return _hashed(_with_plain_space(content))


def _hashed(content: pl.DataFrame) -> pl.Series:
    flat = [name for name, kind in content.schema.items() if not kind.is_nested()]
    cells = [pl.col(name).cast(pl.String, strict=False).fill_null("\0") for name in flat]
    if not cells:
        return pl.Series([""] * len(content))
    # A unit separator between cells: `ab`, `c` is another example than `a`, `bc`.
    joined = content.select(pl.concat_str(cells, separator="\x1f")).to_series()
    return pl.Series([blake2b(text.encode(), digest_size=8).hexdigest() for text in joined])


#: Blanks at the ends of a text or a line, several in a row, other blanks than the usual one.
ODD_SPACE = r"^\s|\s$|[^\S\n]{2}|[^\S\n ]|[^\S\n]\n|\n[^\S\n]"


def _with_plain_space(content: pl.DataFrame) -> pl.DataFrame:
    """The content itself where there is nothing odd in it."""
    odd = [
        column.name
        for column in content.get_columns()
        if column.dtype == pl.String and column.str.contains(ODD_SPACE).any()
    ]
    text = pl.col(odd).str.replace_all(r"\r\n?", "\n").str.replace_all(r"[^\S\n]+", " ")
    plain = text.str.replace_all(r" ?\n ?", "\n").str.strip_chars()
    return content.with_columns(plain) if odd else content


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
    if is_unique(ids):
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


def twice_there(frame: pl.DataFrame, roles: Roles, ids: pl.Series) -> tuple[Oddity, ...]:
    """The problem of rows that share an id with nothing that tells them apart; () without any.

    `ids` are those of `example_ids`: where none has a position among equals, none is there twice.
    """
    if roles.id is None or not ids.str.ends_with(")").any():
        return ()
    within = [frame[name] for name in (roles.fold, roles.split) if name]
    table = pl.DataFrame([id_texts(frame[roles.id])[0].alias("\0id"), *within])
    more = len(table.drop_nulls("\0id")) - table.drop_nulls("\0id").n_unique()
    if not more:
        return ()
    what = (
        f"{more:,} of {len(frame):,} rows have an id ({roles.id!r}) that another row has, too, and "
        "nothing tells them apart; each is counted as an example of its own."
    )
    hint = (
        "Take out rows that are there twice. If a column tells candidates, models or folds apart, "
        'name it in errata.toml: candidate = ["…"], model = "…", fold = "…". If the column names '
        'what several examples belong to, write group = "…".'
    )
    return (("same-example-twice", what, hint),)


def _is_count(ids: pl.Series) -> bool:
    counted = ids.to_frame("id").select(pl.int_range(pl.len()).cast(pl.String)).to_series()
    return bool((ids == counted).all())


def _told_apart(ids: pl.Series, frame: pl.DataFrame, roles: Roles) -> pl.Series:
    """Ids with their position among equals: `7`, `7 (2)`; folds and splits may share an id."""
    within = [frame[name].cast(pl.String).alias(name) for name in (roles.fold, roles.split) if name]
    table = pl.DataFrame([ids.alias("\0id"), *within])
    if table.n_unique() == len(ids) if within else is_unique(ids):
        return ids
    position = pl.int_range(1, pl.len() + 1).over(table.columns)
    numbered = pl.format("{} ({})", "\0id", position)
    return table.select(pl.when(position == 1).then("\0id").otherwise(numbered)).to_series()
