"""Texts as people really type them: slips of the finger, casing, punctuation, blanks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal, get_args

from diagnostics.errors import DiagnosticsError
from diagnostics.models.whatif.keyboards import Keyboard, neighbours

Slip = Literal["neighbour", "swap", "drop", "double"]

#: Every kind of slip, in the words of a page.
SLIPS: dict[Slip, str] = {
    "neighbour": "the key beside it",
    "swap": "two letters swapped",
    "drop": "a letter left out",
    "double": "a letter twice",
}
#: Share of letters and digits that are mistyped, unless told otherwise.
RATE = 0.05
_PUNCTUATION = re.compile(r"[^\w\s]|_")
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True)
class Perturbation:
    """One way to change a text that leaves its meaning to a reader.

    `words` say what it does. `is_random` tells whether another seed changes a text otherwise.
    """

    name: str
    words: str
    apply: Callable[[str, Random], str]
    is_random: bool = False

    def __call__(self, text: str, *, seed: int = 0, draw: int = 0) -> str:
        """The text changed; the same text, seed and draw give the same, whatever came before."""
        # Of a text Random makes the same seed in every process, which hash() does not.
        return self.apply(text, Random(f"{seed}:{draw}:{self.name}:{text}"))


def mistyped(
    text: str,
    random: Random,
    *,
    rate: float = RATE,
    keyboard: Keyboard = "QWERTY",
    slips: Sequence[Slip] = get_args(Slip),
) -> tuple[str, int]:
    """A text with slips of the finger, and how many there are.

    Parameters
    ----------
    text
        Letters and digits in it are hit or missed, blanks and punctuation stay.
    random
        Where chance comes from.
    rate
        The chance of a slip at each letter or digit, 0 to 1. A letter takes part in one at most.
    keyboard
        What lies beside a key. Letters that it lacks are never hit beside, only swapped, left out
        or doubled.
    slips
        Which kinds happen, each as often as the others.

    Returns
    -------
    The text, and the number of slips: each is one step of the distance of Damerau and Levenshtein.

    Raises
    ------
    DiagnosticsError
        If the rate is not between 0 and 1, or a kind is unknown.
    """
    if not 0 <= rate <= 1:
        raise DiagnosticsError(f"The rate of typos is a share from 0 to 1, not {rate:g}.")
    unknown = [kind for kind in slips if kind not in get_args(Slip)]
    if unknown:
        known = ", ".join(get_args(Slip))
        raise DiagnosticsError(f"There is no kind of typo {unknown[0]!r}.", hint=f"Use {known}.")
    beside = neighbours(keyboard)
    made: list[str] = []
    at = count = 0
    while at < len(text):
        letter, following = text[at], text[at + 1 : at + 2]
        written, step = letter, 1
        if letter.isalnum() and random.random() < rate:
            kinds = [kind for kind in slips if _is_possible(kind, letter, following, beside)]
            if kinds:
                kind = kinds[int(random.random() * len(kinds))]
                written, step = _slipped(kind, letter, following, beside, random)
                count += 1
        made.append(written)
        at += step
    return "".join(made), count


def _is_possible(kind: Slip, letter: str, following: str, beside: Mapping[str, str]) -> bool:
    if kind == "neighbour":
        return letter.lower() in beside
    if kind == "swap":
        return following.isalnum() and following != letter
    return True


def _slipped(
    kind: Slip, letter: str, following: str, beside: Mapping[str, str], random: Random
) -> tuple[str, int]:
    """What is written, and how many letters of the text that stands for."""
    if kind == "swap":
        return following + letter, 2
    if kind == "drop":
        return "", 1
    if kind == "double":
        return letter * 2, 1
    keys = beside[letter.lower()]
    hit = keys[int(random.random() * len(keys))]
    is_capital = letter.isupper() and len(hit.upper()) == 1  # ß has two
    return (hit.upper() if is_capital else hit), 1


def typos(
    rate: float = RATE,
    keyboard: Keyboard = "QWERTY",
    slips: Sequence[Slip] = get_args(Slip),
) -> Perturbation:
    """Slips of the finger at a rate, as `mistyped` makes them."""

    def apply(text: str, random: Random) -> str:
        return mistyped(text, random, rate=rate, keyboard=keyboard, slips=slips)[0]

    kinds = ", ".join(SLIPS[kind] for kind in slips)
    words = f"{rate:.0%} of letters mistyped on {keyboard}: {kinds}"
    return Perturbation("typos", words, apply, is_random=True)


def _toggled(text: str, random: Random) -> str:
    return "".join(
        letter.swapcase() if letter.isalpha() and random.random() < 0.5 else letter
        for letter in text
    )


def _without_punctuation(text: str, _: Random) -> str:
    return _BLANKS.sub(" ", _PUNCTUATION.sub(" ", text)).strip()


def _with_punctuation(text: str, random: Random) -> str:
    bare = text.rstrip(" .!?…")
    marks = [mark for mark in ("!", "?", "...", "!!!") if bare + mark != text]
    return bare + marks[int(random.random() * len(marks))]


def _doubled_blanks(text: str, _: Random) -> str:
    return " " + _BLANKS.sub("  ", text.strip()) + " "


def _a_blank_less(text: str, random: Random) -> str:
    blanks = list(_BLANKS.finditer(text.strip()))
    if not blanks:
        return text
    gap = blanks[int(random.random() * len(blanks))]
    bare = text.strip()
    return bare[: gap.start()] + bare[gap.end() :]


def _without_accents(text: str, _: Random) -> str:
    """Only from Latin letters: in other scripts the marks are no ornament."""
    made, is_latin = [], False
    for sign in unicodedata.normalize("NFD", text):
        if not unicodedata.combining(sign):
            is_latin = unicodedata.name(sign, "").startswith("LATIN")
        elif is_latin:
            continue
        made.append(sign)
    return unicodedata.normalize("NFC", "".join(made))


#: What is tried besides typos.
FIXED = (
    Perturbation("lower case", "every letter small", lambda text, _: text.lower()),
    Perturbation("upper case", "EVERY LETTER A CAPITAL", lambda text, _: text.upper()),
    Perturbation("mixed case", "the case of half the letters turned", _toggled, is_random=True),
    Perturbation("no punctuation", "every mark left out", _without_punctuation),
    Perturbation(
        "other ending", "another mark at the end: ! ? ... !!!", _with_punctuation, is_random=True
    ),
    Perturbation("more blanks", "every blank twice, and around the text", _doubled_blanks),
    Perturbation("a blank less", "two words run together", _a_blank_less, is_random=True),
    Perturbation("no accents", "é as e, ü as u", _without_accents),
)


def perturbations(
    rate: float = RATE,
    keyboard: Keyboard = "QWERTY",
    slips: Sequence[Slip] = get_args(Slip),
) -> tuple[Perturbation, ...]:
    """Typos of every kind at this rate, and everything else that is tried."""
    return (typos(rate, keyboard, slips), *FIXED)


__all__ = [
    "FIXED",
    "RATE",
    "SLIPS",
    "Perturbation",
    "Slip",
    "mistyped",
    "perturbations",
    "typos",
]
