"""What a text is like, without a model: its length, its words, how it is written.

Everything here is counted by Polars over the whole column at once. A missing text has no property:
it is null throughout, and so is a share of nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from diagnostics.errors import unknown_name
from diagnostics.examples.words import COUNTED, stands_anywhere, with_edges

if TYPE_CHECKING:
    import polars as pl

#: What ends a sentence before a space or the end of the text, or wherever it stands; a line break.
SENTENCE_END = r"[.!?…]+(?:\s|$)|[。！？]+|\n+"  # noqa: RUF001
#: Signs of a question, the Arabic, the Greek and the wide one among them.
QUESTION = "[?\uff1f\u061f\u037e]"
#: A word is rare if this many of the evaluated texts have it, or fewer.
RARE_TEXTS = 2


@dataclass(frozen=True)
class DerivedProperty:
    """One property: its name in links, how sentences call it, and exactly what is counted.

    `share` says that its numbers lie between 0 and 1; `is_binary` that it is there or not.
    """

    name: str
    phrase: str
    definition: str
    values: Callable[[pl.Series], pl.Series]
    share: bool = False
    is_binary: bool = False


def derived(texts: pl.Series, name: str) -> pl.Series:
    """One property of every text.

    Parameters
    ----------
    texts
        As text; null where there is none.
    name
        One of `PROPERTIES`.

    Returns
    -------
    As long as `texts` and called `name`: numbers, or for a binary property booleans. Null where
    the text is null, or where it is a share of nothing (no letters, no words).

    Raises
    ------
    DiagnosticsError
        If there is no such property.
    """
    if name not in PROPERTIES:
        raise unknown_name("property", name, list(PROPERTIES))
    return PROPERTIES[name].values(texts).alias(name)


def contains_word(texts: pl.Series, word: str) -> pl.Series:
    """Whether each text has the word or phrase, whatever its capitals; null where it is null.

    No letter, digit or underscore may stand right before or after it, nor with an apostrophe
    between: `don` is not in `don't`. In scripts that are written without spaces, such as Chinese,
    Japanese and Thai, it may stand anywhere.
    """
    lower = texts.str.to_lowercase()
    wanted = " ".join(word.lower().split())
    if stands_anywhere(wanted) or not wanted:
        return lower.str.contains(wanted, literal=True)
    return lower.str.contains(with_edges(wanted))


def words_of(texts: pl.Series) -> pl.DataFrame:
    """The different words of every text, in small letters: `row` (its place) and `word`."""
    import polars as pl

    # Each text's own words first: over all texts at once it takes twenty times as long.
    found = texts.str.to_lowercase().str.extract_all(COUNTED).list.unique(maintain_order=True)
    frame = pl.DataFrame({"row": pl.int_range(len(texts), eager=True), "word": found})
    return frame.explode("word").drop_nulls("word")


def _characters(texts: pl.Series) -> pl.Series:
    return texts.str.len_chars()


def _words(texts: pl.Series) -> pl.Series:
    return texts.str.count_matches(COUNTED)


def _sentences(texts: pl.Series) -> pl.Series:
    pieces = texts.str.replace_all(SENTENCE_END, "\x1e")
    return pieces.str.count_matches(r"[^\x1e]*\w[^\x1e]*")


def _digits(texts: pl.Series) -> pl.Series:
    return texts.str.count_matches(r"\d")


def _capitals(texts: pl.Series) -> pl.Series:
    return _share(texts.str.count_matches(r"\p{Lu}"), texts.str.count_matches(r"\p{L}"))


def _punctuation(texts: pl.Series) -> pl.Series:
    return _share(texts.str.count_matches(r"\p{P}"), texts.str.len_chars())


def _word_length(texts: pl.Series) -> pl.Series:
    return _share(texts.str.count_matches(r"\w"), texts.str.count_matches(COUNTED))


def _rare_words(texts: pl.Series) -> pl.Series:
    import polars as pl

    rows = pl.DataFrame({"row": pl.int_range(len(texts), eager=True)})
    # Numbers in place of words: a hash of 64 bits, and a third of the time.
    pairs = words_of(texts).with_columns(pl.col("word").hash())
    rare = pairs.group_by("word").len().select("word", rare=pl.col("len") <= RARE_TEXTS)
    shares = pairs.join(rare, on="word").group_by("row").agg(pl.col("rare").mean())
    return rows.join(shares, on="row", how="left", maintain_order="left")["rare"]


def _question_mark(texts: pl.Series) -> pl.Series:
    return texts.str.contains(QUESTION)


def _other_script(texts: pl.Series) -> pl.Series:
    return texts.str.contains(r"[\p{L}--\p{Latin}]")


def _duplicates(texts: pl.Series) -> pl.Series:
    import polars as pl

    same = texts.str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars()
    frame = pl.DataFrame({"text": texts, "same": same})
    several = pl.when(pl.col("text").is_not_null()).then(pl.col("same").is_duplicated())
    return frame.select(several.alias("several"))["several"]


def _share(part: pl.Series, whole: pl.Series) -> pl.Series:
    """One count as a share of another; null where there is nothing to have a share of."""
    return (part / whole).fill_nan(None)


PROPERTIES: dict[str, DerivedProperty] = {
    entry.name: entry
    for entry in (
        DerivedProperty(
            "characters",
            "the number of characters",
            "how many characters the text has",
            _characters,
        ),
        DerivedProperty(
            "words",
            "the number of words",
            "how many words: letters and digits in a row, apostrophes inside",
            _words,
        ),
        DerivedProperty(
            "sentences",
            "the number of sentences",
            "how many pieces with a word in them lie between . ! ? … (before a space) or lines",
            _sentences,
        ),
        DerivedProperty(
            "digits",
            "the number of digits",
            "how many of its characters are digits",
            _digits,
        ),
        DerivedProperty(
            "capitals",
            "the share of capitals",
            "which share of its letters are capitals",
            _capitals,
            share=True,
        ),
        DerivedProperty(
            "punctuation",
            "the share of punctuation",
            "which share of its characters are punctuation",
            _punctuation,
            share=True,
        ),
        DerivedProperty(
            "word length",
            "the length of the words",
            "letters and digits in a word, on average",
            _word_length,
        ),
        DerivedProperty(
            "rare words",
            "the share of rare words",
            f"which share of its different words are in {RARE_TEXTS} of the evaluated texts or "
            "fewer",
            _rare_words,
            share=True,
        ),
        DerivedProperty(
            "question mark",
            "a question mark",
            "whether it has a question mark",
            _question_mark,
            is_binary=True,
        ),
        DerivedProperty(
            "other script",
            "a letter of another script",
            "whether it has a letter that is not of the Latin script",
            _other_script,
            is_binary=True,
        ),
        DerivedProperty(
            "duplicate",
            "having the text of another example",
            "whether another example has the same text, but for capitals and spaces",
            _duplicates,
            is_binary=True,
        ),
    )
}


__all__ = ["PROPERTIES", "RARE_TEXTS", "DerivedProperty", "contains_word", "derived", "words_of"]
