"""Assumptions as people write them: a statement about a word, a property of the text, a column."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import unquote

from diagnostics.derived import PROPERTIES
from diagnostics.errors import DiagnosticsError

Kind = Literal["word", "property", "column"]
Claim = Literal["matters", "must-not-matter", "pushes-towards"]
KINDS: tuple[Kind, ...] = get_args(Kind)
CLAIMS: tuple[Claim, ...] = get_args(Claim)

#: Characters of one subject or label; more is a slip, such as a pasted page.
LONGEST = 200


@dataclass(frozen=True, order=True)
class Assumption:
    """What somebody believes of a model.

    `kind` says what `subject` is: a word or phrase that texts have, a derived property of the text
    (`diagnostics.derived.PROPERTIES`), or a column or feature; `column=value` is one value of a
    column. `label` is there for `pushes-towards` and for nothing else.
    """

    kind: Kind
    subject: str
    claim: Claim
    label: str | None = None

    @property
    def text(self) -> str:
        """The compact form, as links and files have it: `word:refund:pushes-towards:billing`."""
        parts = [self.kind, escaped(self.subject), self.claim]
        return ":".join([*parts, escaped(self.label)] if self.label is not None else parts)

    @property
    def sentence(self) -> str:
        """The same for people: `the word “refund” pushes towards billing`."""
        ends = {
            "matters": "matters",
            "must-not-matter": "must not matter",
            "pushes-towards": f"pushes towards {self.label}",
        }
        return f"{self.named} {ends[self.claim]}"

    @property
    def named(self) -> str:
        """What it is about, with what that is."""
        if self.kind == "word":
            noun = "phrase" if " " in self.subject else "word"
            return f"the {noun} “{self.subject}”"
        if self.kind == "column":
            return f"the column “{self.subject}”"
        return PROPERTIES[self.subject].phrase


def assumption(kind: str, subject: str, claim: str, label: str | None = None) -> Assumption:
    """An assumption from what somebody entered, checked.

    Spaces at the ends go, words are in small letters.

    Raises
    ------
    DiagnosticsError
        If a part is missing, unknown or too long, or a label is given to a claim that has none.
    """
    if kind not in KINDS:
        raise DiagnosticsError(f"There is no kind {kind!r}.", hint=f"Use {_or(KINDS)}.")
    if claim not in CLAIMS:
        raise DiagnosticsError(f"There is no claim {claim!r}.", hint=f"Use {_or(CLAIMS)}.")
    subject = " ".join(subject.split())
    subject = subject.lower() if kind == "word" else subject
    if not subject:
        raise DiagnosticsError(f"The {kind} is missing.", hint="Say what you assume it of.")
    if kind == "property" and subject not in PROPERTIES:
        raise DiagnosticsError(f"There is no property {subject!r}.", hint=f"Use {_or(PROPERTIES)}.")
    if kind == "word" and not re.search(r"\w", subject):
        raise DiagnosticsError(f"{subject!r} is no word.", hint="A word has letters or digits.")
    if (claim == "pushes-towards") != bool(label):
        what = "is missing" if claim == "pushes-towards" else "belongs to “pushes towards” only"
        raise DiagnosticsError(f"The label {what}.", hint="Say towards which label it pushes.")
    if max(len(subject), len(label or "")) > LONGEST:
        raise DiagnosticsError(f"That is longer than {LONGEST} characters.", hint="Shorten it.")
    return Assumption(kind, subject, claim, label or None)


def parse_assumption(text: str) -> Assumption:
    """The assumption of a compact form; DiagnosticsError if it is none."""
    parts = [unquote(part) for part in text.split(":")]
    if len(parts) not in (3, 4):
        raise DiagnosticsError(
            f"{text[:LONGEST]!r} is no assumption.", hint="One reads word:refund:matters."
        )
    return assumption(*parts)


def link_text(assumptions: Iterable[Assumption]) -> str:
    """Several in one text, for a link."""
    return ",".join(entry.text for entry in assumptions)


def parse_link(text: str) -> tuple[list[Assumption], int]:
    """The assumptions of a link's text, each once, and how many parts of it were none."""
    found: dict[Assumption, None] = {}
    broken = 0
    for part in filter(None, text.split(",")):
        try:
            found[parse_assumption(part)] = None
        except DiagnosticsError:
            broken += 1
    return list(found), broken


def escaped(text: str | None) -> str:
    """A part of a compact form, without the signs that stand between parts."""
    text = (text or "").replace("%", "%25")
    return text.replace(":", "%3A").replace(",", "%2C")


def _or(names: Iterable[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} or {last}"


__all__ = [
    "CLAIMS",
    "KINDS",
    "Assumption",
    "Claim",
    "Kind",
    "assumption",
    "escaped",
    "link_text",
    "parse_assumption",
    "parse_link",
]
