"""One label in two spellings: `LABEL_3` and `3`, `__label__spam` and `spam`, -1/1 and 0/1."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

import polars as pl

from diagnostics.readers.prediction_table.values.labels import distinct

#: Weka's `1:setosa`: the label's place and its name, `1:?` where it is unknown.
PLACE_AND_NAME = r"(\d+):(.+)"
UNKNOWN = "?"
#: What tools write before a label, most telling first.
PREFIXES = (r"__label__", r"label[_ ]?(?=\d)", r"(?:class|c|cls|cluster|category)[_ ]?(?=\d)")
#: Words that mean that it is so, and that it is not; of two labels, one of each.
MEANINGS = {
    **dict.fromkeys(("1", "+1", "yes", "y", "true", "t", "positive", "pos", "+"), "so"),
    **dict.fromkeys(("0", "-1", "no", "n", "false", "f", "negative", "neg", "-"), "not so"),
}


@dataclass(frozen=True)
class Spelt:
    """Answers and truth in one spelling; `respelt` has the answers' labels that were changed.

    `doubt` asks where only the figures speak for that.
    """

    predicted: pl.Series
    truth: pl.Series | None
    notes: tuple[str, ...] = ()
    respelt: Mapping[str, str] = field(default_factory=dict)
    doubt: str = ""


def spelt_as_one(predicted: pl.Series, truth: pl.Series | None) -> Spelt:
    """Answers and truth, in the truth's spelling where that tells one from another as well.

    Parameters
    ----------
    predicted, truth
        Labels as text.
    """
    predicted, truth, notes = _without_places(predicted, truth)
    if truth is None:
        return Spelt(predicted, truth, tuple(notes))
    answered, true = distinct([predicted]), distinct([truth])
    if UNKNOWN in true - answered:
        truth, true = renamed(truth, {UNKNOWN: None}), true - {UNKNOWN}
        notes.append(f"A true label {UNKNOWN!r} is none: it is never predicted.")
    answers = respelt_as(answered, true)
    if not answers:
        anew = _counted_anew(answered, true)
        as_read = Spelt(predicted, truth, tuple(notes))
        return _if_more_are_right(as_read, anew) if anew else as_read
    notes.append(said(answers))
    return Spelt(renamed(predicted, answers), truth, tuple(notes), answers)


def respelt_as(answers: Collection[str], truths: Collection[str]) -> dict[str, str]:
    """The answers' labels that the truth spells in another way, in its spelling.

    Nothing is changed unless each answer then is a true label, and each of them another one.
    """
    answers, truths = set(answers), set(truths)
    if not answers or not truths or answers <= truths:
        return {}
    for plain in (_trimmed, *(_stripped(prefix) for prefix in PREFIXES), str.casefold, _plain):
        by_plain = {plain(label): label for label in truths}
        own = {label: plain(label) for label in answers}
        if len(by_plain) < len(truths) or len(set(own.values())) < len(answers):
            continue
        shared = set(own.values()) & set(by_plain)
        is_enough = set(own.values()) <= set(by_plain) or set(by_plain) <= set(own.values())
        if is_enough and len(shared) > len(answers & truths):
            spelt = {label: by_plain.get(word, word) for label, word in own.items()}
            return {label: word for label, word in spelt.items() if label != word}
    return _by_meaning(answers, truths)


def said(respelt: Mapping[str, str]) -> str:
    """The sentence about answers that were respelt."""
    shown = ", ".join(f"{old!r} is {new!r}" for old, new in sorted(respelt.items())[:3])
    more = ", …" if len(respelt) > 3 else ""
    return f"Answers and truth spell labels in different ways; they were joined: {shown}{more}."


def _by_meaning(answers: set[str], truths: set[str]) -> dict[str, str]:
    """Words that mean that it is so or not: 1 and 0 against yes and no, or -1 and 1."""
    sides = [
        {MEANINGS.get(label.casefold(), ""): label for label in own} for own in (answers, truths)
    ]
    if any(
        "" in by or len(by) < len(own) for by, own in zip(sides, (answers, truths), strict=True)
    ):
        return {}
    as_answers, as_truths = sides
    respelt = {label: as_truths.get(meaning, label) for meaning, label in as_answers.items()}
    if len({*respelt.values()}) < len(respelt):
        return {}
    return {label: word for label, word in respelt.items() if label != word}


def _counted_anew(answers: Collection[str], truths: Collection[str]) -> dict[str, str]:
    """The truth's numbers for answers counted from 0 where it counts from 1, or the reverse."""
    if not all(re.fullmatch(r"\d{1,6}", label) for label in {*answers, *truths}):
        return {}
    own, theirs = (sorted(int(label) for label in side) for side in (answers, truths))
    if len(own) < 2 or len(own) != len(theirs):
        return {}
    step = theirs[0] - own[0]
    if abs(step) != 1 or [label + step for label in own] != theirs:
        return {}
    return {str(label): str(label + step) for label in own}


def _if_more_are_right(as_read: Spelt, names: dict[str, str]) -> Spelt:
    """Answers counted anew if so more of them are right, which is doubted.

    Both sides share all labels but one, so that only the figures tell.
    """
    predicted, truth = as_read.predicted, as_read.truth
    assert truth is not None
    anew = renamed(predicted, names)
    own, instead = (int((column == truth).sum()) / len(truth) for column in (predicted, anew))
    if instead <= max(own, 1 / len(names)):
        return as_read
    first = min(names, key=int)
    doubt = (
        f"Answers are counted from {first}, the truth from {names[first]}, so that "
        f"{first} was read as {names[first]}: {instead:.0%} right. As they stand: {own:.0%}."
    )
    return Spelt(anew, truth, (*as_read.notes, said(names)), names, doubt)


def _without_places(
    predicted: pl.Series, truth: pl.Series | None
) -> tuple[pl.Series, pl.Series | None, list[str]]:
    """Labels without the place that Weka writes before each; where it is unknown, null."""
    sides = [distinct([column]) for column in (predicted, truth) if column is not None]
    names: dict[str, str | None] = {}
    for label in set().union(*sides):
        match = re.fullmatch(PLACE_AND_NAME, label)
        if match:
            names[label] = None if match[2] == UNKNOWN else match[2]
    is_whole = all(values <= names.keys() or not values & names.keys() for values in sides)
    known = [label for label in names if names[label] is not None]
    places = {label.partition(":")[0] for label in known}
    different = {names[label] for label in known}
    if not names or not is_whole or not len(places) == len(different) == len(known):
        return predicted, truth, []
    if not all(re.match(r"\D", str(name)) for name in different) and not _are_counted(known):
        return predicted, truth, []
    note = "The labels' places before their names (`1:name`) were taken off."
    return (
        renamed(predicted, names),
        None if truth is None else renamed(truth, names),
        [note],
    )


def _are_counted(labels: Collection[str]) -> bool:
    """Whether places are counted from 1, in the order of the numbers behind them: `1:0`, `2:1`."""
    pairs = sorted((int(place), name) for place, _, name in (x.partition(":") for x in labels))
    numbers = [name for _, name in pairs]
    return [place for place, _ in pairs] == list(range(1, len(pairs) + 1)) and (
        numbers == sorted(numbers)
    )


def renamed(column: pl.Series, names: Mapping[str, str] | Mapping[str, str | None]) -> pl.Series:
    """A column of labels with some of them under another name."""
    old = pl.Series(list(names), dtype=pl.String)
    return column.replace(old, pl.Series(list(names.values()), dtype=pl.String))


def _trimmed(label: str) -> str:
    return re.sub(r"\s+", " ", label).strip()


def _plain(label: str) -> str:
    """Without case and without the signs that stand for a space."""
    if not re.search(r"[^\W\d_]", label):
        return label
    return re.sub(r"[\s_-]+", " ", label.casefold()).strip()


def _stripped(prefix: str) -> Callable[[str], str]:
    def plain(label: str) -> str:
        return re.sub(rf"^{prefix}", "", label, flags=re.IGNORECASE)

    return plain
