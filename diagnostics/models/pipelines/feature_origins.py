"""What the features at the end of a pipeline are made of: words of a text, columns, categories.

A pipeline is followed step by step with the one row that is to be explained, so that a feature can
be named in the words of the example.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from typing import Any, Protocol

import numpy as np

from diagnostics.models.pipelines.aligned_text import AlignedText
from diagnostics.models.pipelines.token_places import Place, term_places


@dataclass(frozen=True)
class Origin:
    """What a feature is, in the words of the example.

    `value` is the raw one, None where the feature's own is all there is. `place` is the column of
    the model's own input that it is. `source` is the column of the text that it is a word of, ""
    for the only text, and `places` are where it stands there.
    """

    name: str
    value: Any = None
    place: int | None = None
    source: str | None = None
    places: tuple[Place, ...] = ()


class Origins(Protocol):
    """The origins of so many features, by their place."""

    @property
    def size(self) -> int:
        """How many there are."""

    def at(self, feature: int) -> Origin:
        """What one of them is."""


@dataclass(frozen=True)
class Listed:
    """Origins that are written down."""

    origins: Sequence[Origin]

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.origins)

    def at(self, feature: int) -> Origin:
        """What one of them is."""
        return self.origins[feature]


@dataclass(frozen=True)
class Chosen:
    """Some of other origins, in an order of their own."""

    origins: Origins
    chosen: Sequence[int]

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.chosen)

    def at(self, feature: int) -> Origin:
        """What one of them is."""
        return self.origins.at(int(self.chosen[feature]))


@dataclass(frozen=True)
class Joined:
    """Origins one after another."""

    parts: Sequence[Origins]

    @cached_property
    def ends(self) -> list[int]:
        """Where each part ends."""
        return list(accumulate(part.size for part in self.parts))

    @property
    def size(self) -> int:
        """How many there are."""
        return self.ends[-1] if self.ends else 0

    def at(self, feature: int) -> Origin:
        """What one of them is."""
        part = bisect_right(self.ends, feature)
        return self.parts[part].at(feature - (self.ends[part - 1] if part else 0))


@dataclass(frozen=True)
class Terms:
    """The features of a vectoriser, of which only those in the text have a place."""

    size: int
    names: Sequence[str] | None
    present: dict[int, Origin]

    def at(self, feature: int) -> Origin:
        """What one of them is; a word that is not in the text has no place and counts 0."""
        if feature in self.present:
            return self.present[feature]
        name = f"feature {feature}" if self.names is None else str(self.names[feature])
        return Origin(name, 0)


@dataclass(frozen=True)
class TextColumn:
    """A text on its way through a pipeline; `source` is the column that it came from."""

    text: AlignedText
    source: str = ""


def terms(vectoriser: Any, text: TextColumn) -> Terms | None:
    """The features that a vectoriser makes of a text; None if it cannot be followed."""
    places = term_places(vectoriser, text.text)
    column_of = _columns_of(vectoriser, list(places))
    if column_of is None:
        return None
    present: dict[int, Origin] = {}
    before = f"{text.source}: " if text.source else ""
    for term, places_of_term in places.items():
        column = column_of.get(term)
        if column is None:
            continue
        one = Origin(before + term, len(places_of_term), None, text.source, tuple(places_of_term))
        if column in present:  # two words that a hash takes for one
            other = present[column]
            one = replace(
                other,
                name=f"{other.name} / {term}",
                value=other.value + len(places_of_term),
                places=(*other.places, *places_of_term),
            )
        present[column] = one
    size, names = _size_and_names(vectoriser, before)
    return Terms(size, names, present)


def _columns_of(vectoriser: Any, words: list[str]) -> dict[str, int] | None:
    if hasattr(vectoriser, "vocabulary_"):
        known = vectoriser.vocabulary_
        return {word: int(known[word]) for word in words if word in known}
    if not hasattr(vectoriser, "alternate_sign"):
        return None
    from sklearn.feature_extraction import FeatureHasher

    hasher = FeatureHasher(vectoriser.n_features, input_type="string", alternate_sign=False)
    hashed = hasher.transform([[word] for word in words]) if words else None
    columns = [] if hashed is None else hashed.indices.tolist()
    return dict(zip(words, columns, strict=True))


def _size_and_names(vectoriser: Any, before: str) -> tuple[int, Sequence[str] | None]:
    if not hasattr(vectoriser, "vocabulary_"):
        return int(vectoriser.n_features), None
    names = vectoriser.get_feature_names_out()
    return len(names), _Prefixed(before, names) if before else names


class _Prefixed(Sequence[str]):
    """Names with something before them, put there when they are asked for."""

    def __init__(self, before: str, names: Sequence[str]) -> None:
        self.before, self.names = before, names

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, at: Any) -> Any:
        return self.before + str(self.names[at])


def one_hot(encoder: Any, columns: Origins) -> Origins | None:
    """The features that a one-hot encoder makes of columns: `column = value`."""
    given = getattr(encoder, "feature_names_in_", None)
    names = [f"x{at}" for at in range(columns.size)] if given is None else [str(n) for n in given]
    try:
        made = [str(name) for name in encoder.get_feature_names_out(given)]
    except (TypeError, ValueError):
        return None
    origins: list[Origin] = []
    for at, name in enumerate(names):
        of = columns.at(at)
        for feature in made[len(origins) : len(origins) + _categories_kept(encoder, at)]:
            is_usual = feature.startswith(f"{name}_")
            shown = f"{of.name} = {feature[len(name) + 1 :]}" if is_usual else feature
            origins.append(replace(of, name=shown))
    return Listed(origins) if len(origins) == len(made) else None


def _categories_kept(encoder: Any, at: int) -> int:
    n = len(encoder.categories_[at])
    infrequent = getattr(encoder, "infrequent_categories_", None)
    if infrequent is not None and infrequent[at] is not None:
        n += 1 - len(infrequent[at])
    dropped = encoder.drop_idx_
    return n - int(dropped is not None and dropped[at] is not None)


def same_columns(one: Any, other: Any) -> bool:
    """Whether two single rows hold the same values in the same order."""
    first, second = (np.asarray(x.toarray() if hasattr(x, "toarray") else x) for x in (one, other))
    if first.shape != second.shape:
        return False
    try:
        return bool(np.array_equal(first, second, equal_nan=True))
    except TypeError:  # words among the numbers
        return bool(np.array_equal(first.astype(str), second.astype(str)))
