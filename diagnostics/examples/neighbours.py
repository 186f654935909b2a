"""The evaluated examples that are most like a given one, with their labels."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from diagnostics.errors import DiagnosticsError
from diagnostics.examples.content import ContentColumns, Kind, content_columns
from diagnostics.examples.vectors import (
    SIDE,
    TEXT_START,
    Encoder,
    field_encoder,
    image_encoder,
    text_encoder,
)

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    import polars as pl

    from diagnostics.workspace import Run

#: Above these, not everything is compared: see `example_index`.
MAX_EXAMPLES = 20_000
MAX_CHARACTERS = 4_000_000
MAX_IMAGES_BYTES = 256_000_000
MAX_IMAGE_FILES = 2_000
#: Texts that are compared in full where there are too many.
CANDIDATES = 1_500
#: Words of a text that are looked for in all others, and the rarest of them that count.
WORDS = 24
RARE_WORDS = 12
SEED = 0

#: The columns before the content's.
LEAD = ("example", "similarity", "true_label", "predicted_label", "correct")
METHODS: dict[Kind, str] = {
    "text": "Similarity is the cosine of TF-IDF weights of words and parts of words.",
    "image": "Similarity is the correlation of grey values at 16 × 16 pixels.",  # noqa: RUF001
    "fields": "Similarity is 1 / (1 + distance) over the fields, each scaled by its spread.",
    "none": "",
}


@dataclass(frozen=True)
class ExampleIndex:
    """Examples as vectors, ready to be compared. `total` is how many there are in all."""

    kind: Kind
    ids: tuple[str, ...]
    vectors: Any
    encode: Encoder
    total: int

    @property
    def compared(self) -> int:
        """How many of them an example is compared with."""
        return len(self.ids)

    def similarities(self, content: pl.DataFrame) -> np.ndarray:
        """How much every example of the index is like the one in `content`: 0 to 1."""
        query = self.encode(content)
        if self.kind == "fields":
            distance = np.sqrt(((self.vectors - query) ** 2).mean(axis=1))
            closeness: np.ndarray = 1 / (1 + distance)
            return closeness
        cosine = self.vectors @ query.T
        dense = cosine.toarray() if hasattr(cosine, "toarray") else cosine
        shares: np.ndarray = np.clip(np.asarray(dense, dtype=float).ravel(), 0, 1)
        return shares


def nearest_examples(
    run: Run,
    example: str,
    *,
    k: int = 5,
    split: str | None = None,
    root: Path | None = None,
    index: ExampleIndex | None = None,
) -> pd.DataFrame:
    """The `k` examples of one split whose content is most like that of `example`.

    Parameters
    ----------
    run
        Of a run that kept only its mistakes, the neighbours are among those.
    split
        The held-out split if None.
    root
        The workspace's folder, where images are files in it.
    index
        What `example_index` made, to ask again and again; made anew if None.

    Returns
    -------
    `example`, `similarity` (0 to 1, see `METHODS`), `true_label`, `predicted_label`, `correct`
    (None without truth) and the content. The most similar first, ties by id; empty if nothing is
    known of the content.
    """
    import pandas as pd
    import polars as pl

    from diagnostics.examples.content import COLUMNS, with_content
    from diagnostics.workspace import stored_tables

    made = index or example_index(run, near=example, root=root)
    asked = stored_tables.scan_examples(run).filter(pl.col("example") == example).head(1).collect()
    similarity: dict[str, float] = {}
    if len(asked) and made.compared:
        values = made.similarities(asked).round(9)
        similarity = dict(zip(made.ids, values.tolist(), strict=True))
        similarity.pop(example, None)
    rows = (
        stored_tables.scan(run)
        .drop("probabilities")
        .filter(pl.col("split") == (split or run.split), pl.col("example").is_in(list(similarity)))
        .unique("example", keep="first", maintain_order=True)
        .collect()
    )
    order = sorted(rows["example"], key=lambda name: (-similarity[name], name))[:k]
    first = rows.filter(pl.col("example").is_in(order)).to_pandas()
    shown = with_content(run, first.set_index("example").loc[order].reset_index())
    judged = zip(shown["true_label"], shown["predicted_label"], strict=True)
    right = [truth == said if pd.notna(truth) else None for truth, said in judged]
    content = [name for name in shown if name not in COLUMNS]
    shown = shown.assign(
        similarity=[similarity[name] for name in shown["example"]],
        correct=pd.Series(right, dtype="object"),
    )
    return shown[[*LEAD, *content]]


def is_narrowed(run: Run) -> bool:
    """Whether the run has so much text that an index is made for each example anew."""
    columns = content_columns(run)
    return columns.kind == "text" and not _fits(run, columns)


def example_index(run: Run, *, near: str | None = None, root: Path | None = None) -> ExampleIndex:
    """The run's examples, ready to be compared.

    Of more than `MAX_EXAMPLES` images or rows a seeded sample is taken. Of more texts than that,
    or longer ones, those are taken that share the rarest words with the example `near`.
    """
    columns = content_columns(run)
    makers = {"text": _of_texts, "image": _of_images, "fields": _of_fields}
    if columns.kind == "none":
        return ExampleIndex("none", (), np.zeros((0, 0)), lambda _: np.zeros((1, 0)), 0)
    return makers[columns.kind](run, columns, near, root)


def _content(run: Run) -> pl.LazyFrame:
    from diagnostics.workspace import stored_tables

    return stored_tables.scan_examples(run)


def _size(run: Run) -> int:
    import polars as pl

    from diagnostics.workspace import stored_tables

    return int(stored_tables.scan_examples(run).select(pl.len()).collect().item())


def _fits(run: Run, columns: ContentColumns) -> bool:
    import polars as pl

    from diagnostics.workspace import stored_tables

    length = pl.col(str(columns.text)).str.len_chars().clip(upper_bound=TEXT_START).sum()
    row = stored_tables.scan_examples(run).select(n=pl.len(), characters=length).collect().row(0)
    return row[0] <= MAX_EXAMPLES and (row[1] or 0) <= MAX_CHARACTERS


def _of_texts(
    run: Run, columns: ContentColumns, near: str | None, root: Path | None
) -> ExampleIndex:
    import polars as pl

    name = str(columns.text)
    rows = _content(run).select("example", pl.col(name).fill_null("").str.slice(0, TEXT_START))
    if _fits(run, columns):
        frame = rows.collect().sort("example")
    elif near is None:
        raise DiagnosticsError("The texts are too many.", hint="Say which example with near.")
    else:
        frame = _sharing_rare_words(rows, name, near)
    encode, vectors = text_encoder(name, frame[name].to_list())
    return ExampleIndex("text", tuple(frame["example"]), vectors, encode, _size(run))


def _sharing_rare_words(rows: pl.LazyFrame, name: str, near: str) -> pl.DataFrame:
    """The texts that have the most, and the rarest, of the example's words in common with it."""
    import polars as pl

    asked = rows.filter(pl.col("example") == near).collect()
    parts = _parts(str(asked[name][0]).lower() if len(asked) else "")
    if not parts:
        return asked
    lowered = pl.col(name).str.to_lowercase()
    has = {f"has {at}": lowered.str.contains(p, literal=True) for at, p in enumerate(parts)}
    flagged = rows.select("example", **has).collect()
    flags = flagged.select(*has).to_numpy()
    rarity = np.log(len(flagged) / np.maximum(flags.sum(axis=0), 1))
    rare = np.argsort(-rarity, kind="stable")[:RARE_WORDS]
    score = pl.Series("score", flags[:, rare] @ rarity[rare])
    first = (
        flagged.lazy()
        .select("example", score)
        .filter(pl.col("score") > 0)
        .sort("score", "example", descending=[True, False])
        .head(CANDIDATES)
        .select("example")
    )
    return rows.join(first, on="example", how="semi").collect().sort("example")


def _parts(text: str) -> list[str]:
    """The text's longest words; pieces of it in a script without blanks."""
    words = sorted(set(re.findall(r"\w+", text)), key=lambda word: (-len(word), word))
    if len(words) < 2:
        words = sorted({text[at : at + 3] for at in range(len(text) - 2)})
    return words[:WORDS]


def _of_images(
    run: Run, columns: ContentColumns, near: str | None, root: Path | None
) -> ExampleIndex:

    name, total = str(columns.image), _size(run)
    encode = image_encoder(name, root or run.tables)
    rows = _content(run).select("example", name)
    frame = _sample(rows, total, _affordable_images(rows, name))
    parts = [encode(part) for part in frame.iter_slices(2_000)]
    vectors = np.concatenate(parts) if parts else np.zeros((0, SIDE * SIDE), dtype=np.float32)
    return ExampleIndex("image", tuple(frame["example"]), vectors, encode, total)


def _affordable_images(rows: pl.LazyFrame, name: str) -> int:
    """How many images may be decoded: thousands of small ones, hundreds of photographs."""
    import polars as pl

    if rows.collect_schema()[name] != pl.Binary:
        return MAX_IMAGE_FILES
    sample = rows.head(200).select(pl.col(name).bin.size().mean()).collect().item()
    return int(min(MAX_EXAMPLES, MAX_IMAGES_BYTES / max(sample or 1, 1)))


def _sample(rows: pl.LazyFrame, total: int, limit: int) -> pl.DataFrame:
    """All rows, or `limit` of them: the same ones every time."""
    import polars as pl

    if total <= limit:
        return rows.collect()
    chosen = np.sort(np.random.default_rng(SEED).choice(total, size=limit, replace=False))
    wanted = pl.LazyFrame({"row": chosen.astype(np.uint32)})
    return rows.with_row_index("row").join(wanted, on="row", how="semi").drop("row").collect()


def _of_fields(
    run: Run, columns: ContentColumns, near: str | None, root: Path | None
) -> ExampleIndex:
    rows = _content(run).select("example", *columns.fields)
    frame = _sample(rows, total := _size(run), MAX_EXAMPLES)
    encode = field_encoder(frame, columns.fields)
    return ExampleIndex("fields", tuple(frame["example"]), encode(frame), encode, total)
