"""What people see of an example: which of its columns is the text, which the image."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from diagnostics.examples.telling_fields import telling_fields
from diagnostics.predictions.completeness import kept_only_mistakes
from diagnostics.workspace import Evidence

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

    from diagnostics.workspace import Experiment, Run

Kind = Literal["text", "image", "fields", "none"]

#: Columns that are the text, whatever is in them; the first that is there.
TEXT_NAMES = ("text", "sentence", "utterance", "query", "question", "message", "review", "content")
IMAGE_NAMES = ("image", "picture", "photo", "img")
IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff")
#: A column is prose when its values have this many characters on average.
PROSE = 20
SAMPLE = 200
#: Fields that a list has room for.
LISTED_FIELDS = 2
#: What a list shows of every answer, before the content's own columns. The last three are there
#: where the answers are held against those of another run.
COLUMNS = (
    "example",
    "split",
    "fold",
    "true_label",
    "predicted_label",
    "confidence",
    "true_confidence",
    "margin",
    "entropy",
    "true_rank",
    "against_label",
    "against_confidence",
    "moved",
)
#: Columns that lists of neighbours have besides those of an answer.
EXTRAS = ("similarity", "correct")


@dataclass(frozen=True)
class ContentColumns:
    """The columns of the content by what they are; `fields` are all others, in their order.

    `is_searchable` says whether there are words to look for in any of them, and `listed` which of
    the fields a list shows where there is no text and no image: the first, until it is asked
    `with_telling_fields`.
    """

    text: str | None = None
    image: str | None = None
    fields: tuple[str, ...] = ()
    is_searchable: bool = False
    listed: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        """What an example is first of all."""
        if self.image:
            return "image"
        if self.text:
            return "text"
        return "fields" if self.fields else "none"

    @property
    def names(self) -> list[str]:
        """All of them, the main one first."""
        return [name for name in (self.image, self.text, *self.fields) if name]


def content_columns(run: Run) -> ContentColumns:
    """Which column is what, by name and by what is in the first rows."""
    import polars as pl

    from diagnostics.workspace import stored_tables

    sample = stored_tables.scan_examples(run).head(SAMPLE).collect().drop("example")
    image = next((name for name in _by_name(sample, IMAGE_NAMES) if _is_image(sample[name])), None)
    text = _text_column(sample, image)
    fields = tuple(name for name in sample.columns if name not in (image, text))
    return ContentColumns(text, image, fields, pl.String in sample.dtypes, fields[:LISTED_FIELDS])


def with_telling_fields(run: Run, columns: ContentColumns) -> ContentColumns:
    """The columns, those for lists chosen by what they say of the run's answers."""
    if columns.kind != "fields":
        return columns
    return replace(columns, listed=telling_fields(run, columns.fields, LISTED_FIELDS))


def with_shared_content(experiment: Experiment, run: Run) -> Run:
    """The run; if it kept no content, with that of another run of the experiment.

    Runs of one experiment were evaluated on the same examples, so what one of them kept holds
    for all.
    """
    if run.has(Evidence.CONTENT):
        return run
    for other in experiment.runs:
        if other.has(Evidence.CONTENT) and other.table("examples").is_file():
            folder = os.path.relpath(other.tables, run.tables)
            stem = f"{folder}/{other.examples_stem}"
            return replace(run, examples_stem=stem, examples_file=other.examples_file)
    return run


def with_content(
    run: Run, rows: pd.DataFrame, experiment: Experiment | None = None
) -> pd.DataFrame:
    """Rows of the predictions table with labels for codes and their content joined on, in order.

    Columns of the content that are called like one of `COLUMNS` get ` (content)` behind. What the
    run did not keep, because it was right, has the content that other runs of `experiment` kept.
    """
    import pandas as pd

    shown = rows[[name for name in COLUMNS if name in rows]].copy()
    for name in ("true_label", "predicted_label"):
        shown[name] = [run.labels[int(code)] if pd.notna(code) else None for code in shown[name]]
    for name in ("fold", "true_rank"):
        shown[name] = shown[name].astype("Int64")
    content = _content(run, list(shown["example"].unique()), experiment)
    clashing = {name: f"{name} (content)" for name in content.columns if name in COLUMNS[1:]}
    return shown.merge(content.rename(clashing).to_pandas(), on="example", how="left")


def _content(run: Run, wanted: list[str], experiment: Experiment | None) -> pl.DataFrame:
    """The content of the examples, a row each; of those that are in any table."""
    import polars as pl

    from diagnostics.workspace import stored_tables

    parts: list[pl.DataFrame] = []
    for one in [run, *(experiment.runs if experiment and kept_only_mistakes(run) else ())]:
        missing = pl.Series(wanted, dtype=pl.String).implode()
        rows = stored_tables.scan_examples(one).filter(pl.col("example").is_in(missing)).collect()
        parts.append(rows.unique("example", maintain_order=True))
        known = set(rows["example"])
        wanted = [example for example in wanted if example not in known]
        if not wanted:
            break
    return pl.concat(parts, how="diagonal_relaxed")


def content_of(run: Run, example: str, experiment: Experiment | None = None) -> dict[str, Any]:
    """One example's content by column; empty if none was kept.

    Of a run that kept only its mistakes it may be the content that another of `experiment` kept.
    """
    rows = _content(run, [example], experiment)
    row = rows.to_dicts()[0] if len(rows) else {}
    return {name: value for name, value in row.items() if name != "example"}


def _by_name(sample: pl.DataFrame, names: tuple[str, ...]) -> list[str]:
    """The columns, those with a telling name first."""
    rank = {name: index for index, name in enumerate(names)}
    return sorted(sample.columns, key=lambda name: rank.get(name.lower(), len(rank)))


def _is_image(values: pl.Series) -> bool:
    import polars as pl

    if values.dtype == pl.Binary:
        return True
    if values.dtype != pl.String:
        return False
    known = values.drop_nulls().str.to_lowercase()
    return len(known) > 0 and all(value.endswith(IMAGE_SUFFIXES) for value in known)


def _text_column(sample: pl.DataFrame, image: str | None) -> str | None:
    import polars as pl

    texts = [name for name in sample.columns if sample[name].dtype == pl.String and name != image]
    for name in TEXT_NAMES:
        named = [column for column in texts if column.lower() == name]
        if named:
            return named[0]
    if len(sample.columns) == 1 and texts:
        return texts[0]
    longest = max(((_length(sample[name]), name) for name in texts), default=(0.0, ""))
    return longest[1] if longest[0] >= PROSE else None


def _length(values: pl.Series) -> float:
    """The characters of a text on average."""
    return float(values.str.len_chars().mean() or 0)  # type: ignore[arg-type]


def preview(
    frame: pd.DataFrame, columns: ContentColumns, root: Path, *, characters: int
) -> pd.DataFrame:
    """The rows with what a list shows of their content, and nothing larger.

    Images become thumbnails in `data:` addresses, texts are cut after `characters`, of fields those
    that say most of the answers are kept. The columns of the answers stay.
    """
    shown = frame[[name for name in frame if name in COLUMNS or name in EXTRAS]].copy()
    for name in listed_columns(columns):
        values = frame[name] if name not in COLUMNS else frame[f"{name} (content)"]
        shown[heading(name)] = [
            _thumbnail(value, root) if name == columns.image else _beginning(value, characters)
            for value in values
        ]
    return shown


def listed_columns(columns: ContentColumns) -> list[str]:
    """The columns of the content that a list has room for."""
    if columns.kind == "fields":
        return list(columns.listed)
    return [name for name in (columns.image or columns.text,) if name]


def heading(name: str) -> str:
    """A column of the content as a list calls it, apart from the answers' own columns."""
    return f"content: {name}"


def _thumbnail(value: Any, root: Path) -> str | None:
    from diagnostics.examples.images import image_bytes, thumbnail

    data = image_bytes(value, root)
    return thumbnail(data) if data else None


def _beginning(value: Any, characters: int) -> Any:
    if isinstance(value, str) and len(value) > characters:
        return f"{value[:characters].rstrip()}…"
    return value
