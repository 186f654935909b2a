"""Keyboards: which key lies beside which, for slips of the finger."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from math import hypot
from typing import Literal

Keyboard = Literal["QWERTY", "QWERTZ", "AZERTY"]

#: The rows from above to below: digits and letters, as they lie in the United States, in Germany
#: and in France. Keys of other signs are left out: a slip onto them is no longer a word.
ROWS: Mapping[Keyboard, tuple[str, str, str, str]] = {
    "QWERTY": ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"),
    "QWERTZ": ("1234567890ß", "qwertzuiopü", "asdfghjklöä", "yxcvbnm"),
    "AZERTY": ("1234567890", "azertyuiop", "qsdfghjklmù", "wxcvbn"),
}
#: How far each row lies to the right of the one of digits, in widths of a key.
OFFSETS = (0.0, 0.5, 0.75, 1.25)
#: Keys whose middles are no further apart touch: left, right, and two in the rows above and below.
REACH = 1.3


@cache
def neighbours(keyboard: Keyboard) -> Mapping[str, str]:
    """The keys that touch each key, letters beside letters and digits beside digits.

    Whatever lies beside another has that one beside it.
    """
    places = {
        key: (OFFSETS[row] + column, row)
        for row, keys in enumerate(ROWS[keyboard])
        for column, key in enumerate(keys)
    }
    return {
        key: "".join(
            other
            for other, (x, y) in places.items()
            if other != key
            and other.isdigit() == key.isdigit()
            and hypot(x - places[key][0], y - places[key][1]) <= REACH
        )
        for key in places
    }
