"""Assumptions as people write them: a claim about a word, a property of the text, a column."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import unquote

from diagnostics.errors import DiagnosticsError
from diagnostics.examples.attributes import (
    LONGEST,
    Attribute,
    Kind,
    alternatives,
    escaped,
    refuse_long,
)

Claim = Literal["matters", "must-not-matter", "pushes-towards"]
CLAIMS: tuple[Claim, ...] = get_args(Claim)


@dataclass(frozen=True, order=True)
class Assumption:
    """What somebody believes of a model: a claim about an attribute of its examples.

    `label` is there for `pushes-towards` and for nothing else.
    """

    attribute: Attribute
    claim: Claim
    label: str | None = None

    @property
    def kind(self) -> Kind:
        """What it is about: a word, a property of the text, or a column."""
        return self.attribute.kind

    @property
    def subject(self) -> str:
        """Which one."""
        return self.attribute.subject

    @property
    def text(self) -> str:
        """The compact form, as links and files have it: `word:refund:pushes-towards:billing`."""
        parts = [self.attribute.text, self.claim]
        return ":".join([*parts, escaped(self.label)] if self.label is not None else parts)

    @property
    def sentence(self) -> str:
        """The same for people: `the word “refund” pushes towards billing`."""
        ends = {
            "matters": "matters",
            "must-not-matter": "must not matter",
            "pushes-towards": f"pushes towards {self.label}",
        }
        return f"{self.attribute.named} {ends[self.claim]}"


def assumption(kind: str, subject: str, claim: str, label: str | None = None) -> Assumption:
    """An assumption from what somebody entered, checked.

    Raises
    ------
    DiagnosticsError
        If the attribute is none (`Attribute.checked`), the claim is unknown, or a label is missing,
        too long, or given to a claim that has none.
    """
    attribute = Attribute.checked(kind, subject)
    if claim not in CLAIMS:
        raise DiagnosticsError(f"There is no claim {claim!r}.", hint=f"Use {alternatives(CLAIMS)}.")
    if (claim == "pushes-towards") != bool(label):
        what = "is missing" if claim == "pushes-towards" else "belongs to “pushes towards” only"
        raise DiagnosticsError(f"The label {what}.", hint="Say towards which label it pushes.")
    refuse_long(label or "")
    return Assumption(attribute, claim, label or None)


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
    assumptions: dict[Assumption, None] = {}
    broken = 0
    for part in filter(None, text.split(",")):
        try:
            assumptions[parse_assumption(part)] = None
        except DiagnosticsError:
            broken += 1
    return list(assumptions), broken


__all__ = [
    "CLAIMS",
    "Assumption",
    "Claim",
    "assumption",
    "link_text",
    "parse_assumption",
    "parse_link",
]
