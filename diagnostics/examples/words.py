"""What a word is: every definition that there is, and why they are not one.

Each is a pattern without flags. They agree on words of letters and blanks, and differ where a word
is counted, learned, pointed at or taken out:

=========  ======================  ==================================================
           of `a don't e-mail 我们`   what for
=========  ======================  ==================================================
`COUNTED`  a, don't, e, mail, 我们    properties of texts, and what tells examples apart
`TOKEN`    don, mail, 我们           what a model of scikit-learn learns by default
`PIECE`    a, don, t, e, mail, 我, 们  what estimates take out of a text, piece by piece
`SIGN`     ', -                    what they take out as well where the model reads it
`TYPED`    a, don't, e-mail, 我们     what a person would call a word and take out whole
=========  ======================  ==================================================

To make one of them another would change figures that people compare with earlier ones.
"""

from __future__ import annotations

import re

#: Letters, digits and underscores in a row, with apostrophes inside: `don't` is one word, however
#: it is typed. Read by Polars, over whole columns.
COUNTED = r"\w+(?:['’]\w+)*"  # noqa: RUF001 - the apostrophe that typesetters use
#: Two or more letters, digits or underscores: scikit-learn's own `token_pattern`. Importance takes
#: out what a model may have learned; to take out an `a` that it never read would cost nothing, and
#: `don't` has the feature `don`.
TOKEN = r"\b\w\w+\b"
#: As `COUNTED` and with hyphens inside: who asks what would have to change reads `e-mail` as one.
TYPED = r"\w+(?:['’\-]\w+)*"  # noqa: RUF001
#: Scripts without blanks between words: Thai, Lao, Burmese, Khmer, Japanese, Chinese.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
)
#: Letters and digits in a row; of scripts without blanks a single letter. A sentence in Chinese
#: would else be one word, and to take that out leaves nothing to explain.
PIECE = rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+"
#: A sign that is no letter, with what belongs to it (tones and parts of an emoji, two letters of a
#: flag), and repeated: `!!!` is one. A model may go by it; estimates take out those that it reads.
SIGN = (
    r"(?:[\U0001f1e6-\U0001f1ff]{2}|(?P<sign>[^\w\s]"
    r"(?:[\u0300-\u036f\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff]|\u200d[^\w\s])*)(?P=sign)*)"
)

#: Of those scripts, what somebody looks for may stand beside any letter. Without the compatibility
#: forms (豈, U+F900 on), which hardly any keyboard types.
_ANYWHERE = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
#: What may stand on either side of a whole word. Polars knows no looking behind: it takes the sign
#: itself, which is no matter where it is only asked whether a text has the word.
_BEFORE = r"(?:^|[^\w'’]|(?:^|\W)['’])"  # noqa: RUF001
_AFTER = r"(?:$|[^\w'’]|['’](?:\W|$))"  # noqa: RUF001


def stands_anywhere(phrase: str) -> bool:
    """Whether a word is of a script without blanks, so that it may stand beside any letter."""
    return _ANYWHERE.search(phrase) is not None


def with_edges(phrase: str) -> str:
    """A whole word or phrase for Polars, its blanks of any length: `don` is not in `don't`."""
    return rf"{_BEFORE}{_spaced(phrase)}{_AFTER}"


def between_edges(phrase: str) -> re.Pattern[str]:
    """The same without what stands beside it, whatever its capitals, for taking it out.

    A word that may stand anywhere has no edges.
    """
    if stands_anywhere(phrase):
        return re.compile(_spaced(phrase), re.IGNORECASE)
    pattern = rf"(?<!\w)(?<!\w['’]){_spaced(phrase)}(?!['’]?\w)"  # noqa: RUF001
    return re.compile(pattern, re.IGNORECASE)


def _spaced(phrase: str) -> str:
    return r"\s+".join(re.escape(part) for part in phrase.split())


__all__ = [
    *("COUNTED", "PIECE", "SIGN", "TOKEN", "TYPED"),
    *("between_edges", "stands_anywhere", "with_edges"),
]
