"""The table of recognised names in `docs/formats/prediction-tables.md`, made from the patterns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import product

from diagnostics.readers.prediction_table.columns import names

#: Words that stand for a family of words in the table.
FAMILIES = {
    "PREDICTION": names.PREDICTION_WORDS,
    "SCORE": names.SCORE_WORDS,
    "LABEL": names.LABEL_WORDS,
    "ANSWERED": names.ANSWERED,
    "MEASURED": names.MEASURED,
}
#: Role, and the patterns that speak for it, most telling first.
ROLES: tuple[tuple[str, Sequence[str]], ...] = (
    ("a truth", (*names.TRUTH, names.TRUTH_PREFIX)),
    ("a truth or an answer", (names.EITHER,)),
    ("an answer", names.PREDICTION),
    ("an answer, if its values are labels", names.ANSWER),
    ("an answer of a model", (names.MODEL_PREDICTION,)),
    ("a score", names.SCORE),
    ("a score that names its label", (names.SCORE_OF_LABEL,)),
    ("a list of scores", (names.VECTOR,)),
    ("never an answer, if it is a number", (rf"(?:\w+_)?{names.MEASURED}(?:_\w+)?",)),
    ("verdict, if it says accept, reject, ignore or the like", names.VERDICT),
    ("id", names.IDENTITY),
    ("group, if it comes back", (names.GROUP[0],)),
    ("text", names.TEXT),
    ("image", (names.IMAGE,)),
    ("fold", (names.FOLD,)),
    ("split", (names.SPLIT,)),
    ("model", names.MODEL),
    ("index, not shown", (names.INDEX,)),
)


def names_table() -> str:
    """The table in Markdown: a row for each role, and one for each family of words."""
    rows = ["| role | names |", "|---|---|"]
    rows += [f"| {role} | {_listed(patterns)} |" for role, patterns in ROLES]
    for word, words in FAMILIES.items():
        single = ", ".join(f"`{name}`" for name in dict.fromkeys(_alternatives(_plain(words))))
        rows.append(f"| … where {word} is | {single} |")
    return "\n".join(rows)


def spelt_out(pattern: str) -> list[str]:
    """The names that a pattern means; `*` is any word, what stands in `[ ]` may be left out."""
    text = pattern
    for word, words in FAMILIES.items():
        text = text.replace(words, word)
    return list(dict.fromkeys(_alternatives(_plain(text))))


def _plain(pattern: str) -> str:
    """A pattern with brackets and alternatives alone."""
    text = re.sub(r"\(\?P<\w+>|\(\?:", "(", pattern)
    for old, new in ((r"\w+?", "*"), (r"\w+", "*"), (r"\d+", "1"), (r"\d{1,2}", "1")):
        text = text.replace(old, new)
    return text


def _listed(patterns: Sequence[str]) -> str:
    spelt = [name for pattern in patterns for name in spelt_out(pattern)]
    return ", ".join(f"`{name}`" for name in dict.fromkeys(spelt))


def _alternatives(text: str) -> Iterator[str]:
    for part in _split(text):
        yield from ("".join(pieces) for pieces in product(*_pieces(part)))


def _pieces(part: str) -> Iterator[list[str]]:
    """What each place of an alternative may be."""
    at = 0
    while at < len(part):
        end = _closing(part, at) if part[at] == "(" else at
        inner = part[at + 1 : end] if end > at else part[at]
        choices = list(_alternatives(inner)) if end > at else [inner]
        is_optional = part[end + 1 : end + 2] == "?"
        if is_optional and choices == ["_"]:
            choices = ["_"]  # names are compared without regard to it
        elif is_optional:
            choices = [f"[{'/'.join(choices)}]"]
        yield choices
        at = end + (2 if is_optional else 1)


def _split(text: str) -> list[str]:
    """The alternatives of a pattern: cut at each `|` outside of brackets."""
    parts, depth = [""], 0
    for sign in text:
        depth += (sign == "(") - (sign == ")")
        if sign == "|" and not depth:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def _closing(text: str, start: int) -> int:
    depth = 0
    for at in range(start, len(text)):
        depth += (text[at] == "(") - (text[at] == ")")
        if not depth:
            return at
    raise ValueError(f"No bracket closes the one at {start} in {text!r}.")
