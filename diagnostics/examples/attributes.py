"""What examples can have: a word, a property of their text, a column; and the values of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from diagnostics.errors import DiagnosticsError
from diagnostics.examples.content import content_columns, with_shared_content
from diagnostics.examples.text_properties import PROPERTIES, contains_word, derived

if TYPE_CHECKING:
    import polars as pl

    from diagnostics.workspace import Experiment, Run

Kind = Literal["word", "property", "column"]
KINDS: tuple[Kind, ...] = get_args(Kind)

#: Characters of one subject or label; more is a slip, such as a pasted page.
LONGEST = 200
#: Columns of values that are held: judging many runs asks for the same again.
HELD = 32


class NoValues(DiagnosticsError):  # noqa: N818 - says what is missing
    """What is asked about is not among what was kept of the examples."""


@dataclass(frozen=True, order=True)
class Attribute:
    """Something that examples have, or have a value of.

    `kind` says what `subject` is: a word or phrase that texts have, a derived property of the text
    (`diagnostics.examples.text_properties.PROPERTIES`), or a column or feature; `column=value` is
    one value of a column.
    """

    kind: Kind
    subject: str

    @classmethod
    def checked(cls, kind: str, subject: str) -> Attribute:
        """One from what somebody entered: spaces at the ends go, words are in small letters.

        Raises
        ------
        DiagnosticsError
            If the kind or property is unknown, or the subject is missing, too long or no word.
        """
        if kind not in KINDS:
            raise DiagnosticsError(
                f"There is no kind {kind!r}.", hint=f"Use {alternatives(KINDS)}."
            )
        subject = " ".join(subject.split())
        subject = subject.lower() if kind == "word" else subject
        if not subject:
            raise DiagnosticsError(f"The {kind} is missing.", hint="Say what you assume it of.")
        if kind == "property" and subject not in PROPERTIES:
            raise DiagnosticsError(
                f"There is no property {subject!r}.", hint=f"Use {alternatives(PROPERTIES)}."
            )
        if kind == "word" and not re.search(r"\w", subject):
            raise DiagnosticsError(f"{subject!r} is no word.", hint="A word has letters or digits.")
        refuse_long(subject)
        return cls(kind, subject)

    @property
    def text(self) -> str:
        """The compact form, as links and files have it: `word:refund`."""
        return f"{self.kind}:{escaped(self.subject)}"

    @property
    def noun(self) -> str:
        """What it is: a `phrase` is several words."""
        return "phrase" if self.kind == "word" and " " in self.subject else self.kind

    @property
    def named(self) -> str:
        """The same for people, with what it is: `the word “refund”`."""
        if self.kind == "property":
            return PROPERTIES[self.subject].phrase
        return f"the {self.noun} “{self.subject}”"


def refuse_long(text: str) -> None:
    """Raise a DiagnosticsError if a subject or label is longer than anybody would write."""
    if len(text) > LONGEST:
        raise DiagnosticsError(f"That is longer than {LONGEST} characters.", hint="Shorten it.")


def escaped(text: str) -> str:
    """A part of a compact form, without the signs that stand between parts."""
    return text.replace("%", "%25").replace(":", "%3A").replace(",", "%2C")


def alternatives(names: Iterable[str]) -> str:
    """Names to choose from, in words: `word, property or column`."""
    *most, last = names
    return f"{', '.join(most)} or {last}"


def attribute_values(run: Run, attribute: Attribute) -> pl.DataFrame:
    """The attribute's values of every example that the run kept: `example` and `value`.

    Booleans, numbers, or text for categories; null where it is not known. An example that comes
    several times in the content counts once.

    Raises
    ------
    NoValues
        If the content has no text, or no such column.
    """
    table = run.table("examples")
    changed = table.stat().st_mtime_ns if table.is_file() else 0
    text = None if attribute.kind == "column" else content_columns(run).text
    return _values_in(table, changed, text, attribute.kind, attribute.subject)


@lru_cache(HELD)
def _values_in(
    table: Path,
    changed: int,  # noqa: ARG001 - a key
    text: str | None,
    kind: Kind,
    subject: str,
) -> pl.DataFrame:
    import polars as pl

    content = pl.scan_parquet(table, glob=False)
    if kind == "column":
        name, wanted = column_meant(content.collect_schema().names(), subject)
        frame = content.select("example", name).unique("example", keep="first").collect()
        values = _usable(frame[name])
        values = values if wanted is None else _equal(values, wanted)
    else:
        if text is None:
            raise NoValues("The examples have no text.", hint="Assume something of a column.")
        frame = content.select("example", text).unique("example", keep="first").collect()
        values = (contains_word if kind == "word" else derived)(frame[text], subject)
    return frame.select("example", values.alias("value"))


def column_names(run: Run) -> list[str]:
    """The columns of the content that attributes can be: all but pictures and the text."""
    columns = content_columns(run)
    return list(columns.fields)


def with_content_of(experiment: Experiment, run: Run) -> Run:
    """The run with the content that it, or another run of the experiment, kept.

    Raises
    ------
    NoValues
        If none of them kept any.
    """
    shared = with_shared_content(experiment, run)
    if not shared.table("examples").is_file():
        raise NoValues(
            "Nothing was kept of the examples but their answers.",
            hint="Record the run with its content.",
        )
    return shared


def column_meant(names: Sequence[str], subject: str) -> tuple[str, str | None]:
    """The column that is meant, and which of its values; whatever the capitals if need be.

    Raises
    ------
    NoValues
        If there is none.
    """
    known = [name for name in names if name != "example"]
    for candidate, value in ((subject, None), *_parts(subject)):
        same = [name for name in known if name == candidate]
        alike = [name for name in known if name.lower() == candidate.lower()]
        if same or len(alike) == 1:
            return (same or alike)[0], value
    raise NoValues(f"No column of the examples is called “{subject}”.", hint=_offered(known))


def _parts(subject: str) -> list[tuple[str, str | None]]:
    """`column=value` taken apart at each of its equals signs."""
    places = [at for at, sign in enumerate(subject) if sign == "="]
    return [(subject[:at].strip(), subject[at + 1 :].strip()) for at in places]


def _offered(known: Sequence[str]) -> str:
    if not known:
        return "They have no columns."
    more = f" and {len(known) - 8} more" if len(known) > 8 else ""
    return f"They have: {', '.join(known[:8])}{more}."


def _usable(values: pl.Series) -> pl.Series:
    import polars as pl

    if values.dtype == pl.Binary or values.dtype.is_nested():
        raise NoValues(f"The column “{values.name}” holds no single values that can be compared.")
    if isinstance(values.dtype, pl.Duration | pl.Time):
        return values.to_physical()
    return values


def _equal(values: pl.Series, wanted: str) -> pl.Series:
    import polars as pl

    if values.dtype == pl.Boolean:
        return values.cast(pl.String) == wanted.lower()
    if values.dtype.is_numeric():
        try:
            return values.cast(pl.Float64) == float(wanted)
        except ValueError:
            raise NoValues(f"“{wanted}” is no number, and “{values.name}” holds numbers.") from None
    return values.cast(pl.String) == wanted


__all__ = [
    "KINDS",
    "LONGEST",
    "Attribute",
    "Kind",
    "NoValues",
    "alternatives",
    "attribute_values",
    "column_meant",
    "column_names",
    "escaped",
    "refuse_long",
    "with_content_of",
]
