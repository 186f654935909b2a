"""What would have to change for another answer: tried, by asking the model again about each change.

Nothing here reads weights. A change is reported only if the model, asked about the changed input,
answered otherwise, and if no part of the change can be left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from diagnostics.examples.words import TYPED
from diagnostics.models.evaluated_inputs import Evaluated
from diagnostics.models.jobs import Progress, no_progress
from diagnostics.models.row_forms import taken
from diagnostics.models.whatif.asker import Asker
from diagnostics.models.whatif.change_search import ALL_UP_TO, REPORTED, Changes, Chosen, smallest
from diagnostics.models.whatif.nearest_rows import nearest_of_other_answers, same_value

#: Inputs that the model is asked about at most, for one question.
MOST_ASKED = 5000
#: Examples of another answer that values are taken from.
DONORS = 4


@dataclass(frozen=True)
class Move:
    """One part of a change: a word taken out (`after` is None), or a feature's other value.

    `place` is the word's or the column's number.
    """

    feature: str
    before: Any
    after: Any
    place: int


@dataclass(frozen=True)
class Change:
    """A change after which the answer is another.

    `label` and `confidence` are the new answer's, `remaining` what is left of the old label's
    probability (None without probabilities). `example` is where the other values come from.
    """

    moves: tuple[Move, ...]
    label: str
    confidence: float | None
    remaining: float | None
    text: str | None = None
    example: str | None = None


@dataclass(frozen=True)
class Search:
    """What was found, the fewest moves first, and how far was looked.

    `label` and `confidence` are the answer as it is. `tried` inputs were asked about. All
    combinations of up to `all_up_to` parts were tried, and of more only what looked best at each
    step. `parts` is how many there are to change.
    """

    label: str
    confidence: float | None
    changes: tuple[Change, ...]
    tried: int
    all_up_to: int
    parts: int

    @property
    def fewest(self) -> int | None:
        """Parts of the smallest change, None if none was found."""
        return min((len(change.moves) for change in self.changes), default=None)


def without_words(
    asker: Asker,
    text: str,
    *,
    make_rows: Callable[[list[str]], Any] = list,
    most_asked: int = MOST_ASKED,
    progress: Progress = no_progress,
) -> Search:
    """The fewest words without which a text is answered otherwise.

    Parameters
    ----------
    asker
        What answers.
    text
        Its words are what lies between blanks and punctuation. A word that comes twice is two.
    make_rows
        Rows of the model's input from texts, where those are not texts alone.
    most_asked
        Every word alone, then every pair, then every three are tried while they take no more than
        half of what is left; if none changes the answer, words are taken out one after the other,
        each time the one that costs the answer most, and put back where it turns without.

    Returns
    -------
    A `Search` whose changes are all of one size if that size was tried throughout.
    """
    words = list(re.finditer(TYPED, text))

    def made(chosen: Chosen) -> str:
        return _without(text, [words[at].span() for at in chosen])

    space = Changes(
        asker,
        lambda tries: make_rows([made(chosen) for chosen in tries]),
        len(words),
        most=most_asked,
        progress=progress,
    )
    turning, all_up_to = smallest(space)
    changes = [
        Change(
            tuple(Move(words[at].group(), words[at].group(), None, at) for at in chosen),
            *space.answer(chosen),
            text=made(chosen),
        )
        for chosen in turning
    ]
    return Search(*space.start, tuple(changes), space.tried, all_up_to, len(words))


def _without(text: str, places: Sequence[tuple[int, int]]) -> str:
    """The text without these pieces, and without the blanks that they leave behind."""
    kept, at = [], 0
    for start, end in sorted(places):
        kept.append(text[at:start])
        at = end
    kept.append(text[at:])
    return re.sub(r"[^\S\n]{2,}", " ", "".join(kept)).strip()


def with_moved_features(
    asker: Asker,
    row: Any,
    names: Sequence[str],
    donors: Any,
    donor_ids: Sequence[str],
    *,
    most_asked: int = MOST_ASKED,
    progress: Progress = no_progress,
) -> Search:
    """The fewest features that, with the values of another example, bring another answer.

    Parameters
    ----------
    asker
        What answers.
    row
        One row of a frame or of an array.
    names
        What its columns are called.
    donors, donor_ids
        Rows of the same form to take values from, the nearest first, and their examples' ids; see
        `nearest_of_other_answers`. Those that the model answers like `row` lead nowhere.
    most_asked
        For all donors together. As for words: every feature alone, every pair, every three, and
        then one after the other.

    Returns
    -------
    A `Search`: for each donor its smallest changes; the fewest moves first, of equals those from
    the nearer donor. `all_up_to` is the least among the donors.
    """
    own = _values(row)
    changes: list[Change] = []
    tried, parts, sizes = 0, 0, [ALL_UP_TO]
    for number, example in enumerate(donor_ids):
        donor = taken(donors, [number])
        other = _values(donor)
        differing = [at for at, value in enumerate(own) if not same_value(value, other[at])]
        space = Changes(
            asker,
            partial(_mixed, row, donor, differing),
            len(differing),
            most=max(most_asked // len(donor_ids), 1),
            progress=_share(progress, number, len(donor_ids)),
        )
        sets, all_up_to = smallest(space)
        tried, parts = tried + space.tried, max(parts, len(differing))
        sizes.append(all_up_to)
        for chosen in sets:
            places = [differing[at] for at in chosen]
            moves = tuple(Move(names[at], own[at], other[at], at) for at in places)
            changes.append(Change(moves, *space.answer(chosen), example=example))
    answer = asker.answers(row)[0]
    changes.sort(key=lambda change: len(change.moves))
    kept = tuple(_each_once(changes)[:REPORTED])
    all_up_to = min(sizes) if donor_ids else 0
    return Search(answer.label, answer.confidence, kept, tried, all_up_to, parts)


def with_values_of_the_nearest(
    asker: Asker,
    row: Any,
    names: Sequence[str],
    evaluated: Evaluated,
    *,
    donors: int = DONORS,
    progress: Progress = no_progress,
) -> Search:
    """`with_moved_features`, with the nearest evaluated rows that were answered otherwise.

    Parameters
    ----------
    evaluated
        What the run was evaluated on, with its answers.
    donors
        How many of the nearest are taken values from.
    """
    rows, places = evaluated.all_rows
    answer = asker.answers(row)[0].label
    near = nearest_of_other_answers(row, rows, evaluated.predicted[places], answer, most=donors)
    ids = [evaluated.examples[int(places[at])] for at in near]
    return with_moved_features(asker, row, names, taken(rows, near), ids, progress=progress)


def _share(progress: Progress, number: int, of: int) -> Progress:
    return lambda share: progress((number + share) / of)


def _each_once(changes: list[Change]) -> list[Change]:
    seen: dict[Any, Change] = {}
    for change in changes:
        seen.setdefault(tuple((move.place, str(move.after)) for move in change.moves), change)
    return list(seen.values())


def _values(row: Any) -> list[Any]:
    if hasattr(row, "iloc"):
        return [row[name].tolist()[0] for name in row.columns]
    return list(np.asarray(row).reshape(-1).tolist())


def _mixed(row: Any, donor: Any, differing: list[int], tries: list[Chosen]) -> Any:
    """For each try the row with the donor's values in these of the columns that differ."""
    is_donors = np.zeros((len(tries), len(_values(row))), bool)
    for line, chosen in enumerate(tries):
        is_donors[line, [differing[at] for at in chosen]] = True
    if not hasattr(row, "iloc"):
        flat = np.where(is_donors, np.reshape(donor, (1, -1)), np.reshape(row, (1, -1)))
        return flat.reshape(len(tries), *np.shape(row)[1:])
    import pandas as pd

    both = pd.concat([row, donor], ignore_index=True)
    return pd.DataFrame(
        {
            name: both[name].take(is_donors[:, at].astype(int)).reset_index(drop=True)
            for at, name in enumerate(row.columns)
        }
    )


__all__ = [
    "ALL_UP_TO",
    "DONORS",
    "MOST_ASKED",
    "Change",
    "Move",
    "Search",
    "nearest_of_other_answers",
    "with_moved_features",
    "with_values_of_the_nearest",
    "without_words",
]
