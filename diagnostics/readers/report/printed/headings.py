"""What a heading above a printed report says: which run, which split, which fold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from diagnostics.readers.splits import SPLIT_WORDS

#: Lines above a report that are looked at, and how long one may be to be a heading.
_LINES, _LONGEST = 12, 80
_SPLITS = SPLIT_WORDS | dict.fromkeys(("heldout", "held-out", "holdout", "hold-out"), "test")
_SPLITS |= dict.fromkeys(("unseen", "out-of-sample"), "test")
_PHRASES = re.compile(
    r"\b(classification[ _-]?report(_imbalanced)?|confusion[ _-]?matri(x|ces)(?: and statistics)?"
    r"|detailed accuracy by class|(?:\d+-fold )?(?:stratified )?cross[- ]?validat(?:ion|ed))\b",
    re.IGNORECASE,
)
_EDGES = frozenset(
    ("results", "result", "report", "reports", "evaluation", "evaluating", "eval", "performance")
    + ("metrics", "set", "data", "dataset", "split", "partition", "for", "on", "of", "the", "with")
    + ("from", "in", "by", "using", "scores", "score", "summary", "detailed", "matrix", "sample")
    + ("per-class", "and", "at", "=", "-", "–", "—", "|", "/", ":", "error", "instances", "per")
    + ("normalized", "normalised", "normalization", "raw", "counts", "unnormalized", "without")
    + ("class", "samples", "set's", "is", "data:", "outcome", "here", "a", "an", "this", "output")
)
_NAMED = re.compile(
    r"^\W*(?:model|classifier|algorithm|estimator|method|run|experiment|modell)"
    r"(?:\s+name)?\s*[:=]\s*(\S.*)$",
    re.IGNORECASE,
)
_METRIC = re.compile(
    r"accurac|\bacc\b|f1|f-score|precision|recall|loss|\bauc\b|roc|score|kappa|\bmcc\b|error\b"
    r"|time|second|param|support|epoch\s+\d+/|%|shape|saved|instances",
    re.IGNORECASE,
)
_FOLD = re.compile(r"\bfold\s*[#:=_]?\s*(\d+)(?:\s*(?:/|of)\s*\d+)?\b", re.IGNORECASE)
_DECORATED = re.compile(r"^\s*(?:[=\-#*~_<>+]{2,}|#+ |\[\w|\*\*|>>)")
_RULE = re.compile(r"^[\s=\-#*~_+.·─━═]{3,}$")
_AFTER_A_SPLIT = re.compile(r"^\W*(?:train|training|test|testing)\s+(?!\W*$)", re.IGNORECASE)
_NOUNS = frozenset(
    ("set", "data", "dataset", "split", "report", "results", "result", "performance", "metrics")
    + ("classification", "confusion", "evaluation", "scores", "accuracy", "error", "sample")
)


@dataclass(frozen=True)
class Heading:
    """What a heading names; "" and None where it names none.

    `is_split_first` where the split stands above the run: it goes for the runs that follow.
    """

    key: str = ""
    split: str = ""
    fold: int | None = None
    is_split_first: bool = False


def heading_of(lines: Sequence[str]) -> Heading:
    """What the lines above a report say of it: the nearest counts, farther ones if they stand out.

    A figure is no heading, nor is a sentence.
    """
    key, split, fold = "", "", None
    is_split_first = False
    near = True
    below = ""
    for line in reversed([line for line in lines if line.strip()][-_LINES:]):
        if _RULE.match(line):
            below = line
            continue
        stands_out = _stands_out(line, below)
        below = line
        if not (near or stands_out):
            continue
        near = near and (_says_nothing(line) or _is_figure(line))
        if not _may_be_heading(line, stands_out=stands_out):
            continue
        part = _parts(line)
        fold = part.fold if fold is None else fold
        if part.split and not split:
            split, is_split_first = part.split, bool(key)
        key = key or part.key
        if key and split:
            break
    return Heading(key, split, fold, is_split_first)


def _stands_out(line: str, below: str) -> bool:
    return bool(
        _DECORATED.match(line)
        or line.rstrip().endswith(":")
        or _NAMED.match(line)
        or (below and _RULE.match(below))
    )


def _says_nothing(line: str) -> bool:
    """Whether a line is `Classification report:` or the like, so that the next one may name it."""
    part = _parts(line)
    return not (part.key or part.split or part.fold is not None)


def _is_figure(line: str) -> bool:
    """Whether a line says a metric's value, as `Accuracy: 0.88`: what it is of stands above."""
    return re.search(r"\d\.\d|\d\s*%", line) is not None and _METRIC.search(line) is not None


def _may_be_heading(line: str, *, stands_out: bool) -> bool:
    text = line.strip()
    if (
        len(text) > _LONGEST
        or text.startswith(("{", "[[", "("))
        or not re.search(r"[^\W\d_]", text)
    ):
        return False
    if _NAMED.match(line):
        return True
    has_figure = re.search(r"\d", _FOLD.sub("", text)) is not None
    if has_figure and _METRIC.search(text) and not (stands_out and not re.search(r"\d\.\d", text)):
        return False
    return stands_out or len(text.split()) <= 8


def _parts(line: str) -> Heading:
    """What one line says."""
    named = _NAMED.match(line)
    text = named[1] if named else line
    is_crossed = re.search(r"cross[- ]?validat", text, re.IGNORECASE) is not None
    text = re.sub(r"\([^()]*\b(?:rows?|columns?|cols?|counts?)\b[^()]*\)", " ", text)
    is_verb = _is_verb(text)
    text = _PHRASES.sub(" ", text)
    fold = _FOLD.search(text)
    text = _FOLD.sub(" ", text)
    words = [word.strip("=#*~_<>+:,;.()[]{}\"'!|-–—─═") for word in text.split()]
    words = [word for word in words if re.search(r"\w", word)]
    splits = [word for word in words if word.casefold() in _SPLITS]
    split = "validation" if is_crossed else ""
    if splits:
        split = _SPLITS[splits[-1].casefold()]
    rest = _trimmed([word for word in words if word.casefold() not in _SPLITS])
    if is_verb and rest:
        split = ""
    if splits and rest and all(word.isdigit() for word in rest):
        return Heading(" ".join(words))
    return Heading(" ".join(rest), split, int(fold[1]) if fold else None)


def _is_verb(text: str) -> bool:
    """Whether a line tells of training something, as `Training SVM...`: no split is meant."""
    words = re.findall(r"[\w-]+", text)
    if len(words) < 2 or not _AFTER_A_SPLIT.match(text):
        return False
    return words[1].casefold() not in _NOUNS


def _trimmed(words: list[str]) -> list[str]:
    """The words without those at the edges that name nothing."""
    while words and words[0].casefold() in _EDGES:
        words = words[1:]
    while words and words[-1].casefold() in _EDGES:
        words = words[:-1]
    return words
