"""Where the terms that a vectoriser counts stand in a text: words, n-grams, pieces of words."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from diagnostics.models.pipelines.aligned_text import AlignedText, collapsed

#: The stretches of the original text that one occurrence of a term covers.
Place = tuple[tuple[int, int], ...]
#: A term, and the one stretch that it was cut out of; None where that cannot be told.
Token = tuple[str, tuple[int, int] | None]

#: What scikit-learn's vectorisers of characters turn into a blank.
_BLANKS = r"\s\s+"


def term_places(vectoriser: Any, text: AlignedText) -> dict[str, list[Place]]:
    """Every occurrence of every term in a text, in its order.

    Parameters
    ----------
    vectoriser
        One of scikit-learn's that has `build_analyzer`: counts, TF-IDF, hashes.
    text
        What it is given.

    Returns
    -------
    As many places for each term as the vectoriser counts. A place is empty where it cannot be told:
    a function of the user's that makes words, and cannot be followed.
    """
    analyse = vectoriser.build_analyzer()
    counted = Counter(analyse(text.text))
    terms: list[tuple[str, Place]] | None = None
    if isinstance(vectoriser.analyzer, str):
        terms = _followed_terms(vectoriser, text)
    if terms is None or Counter(term for term, _ in terms) != counted:
        # A callable, or a subclass that takes texts apart in its own way.
        tokens = followed_tokens(analyse, text)
        terms = [(term, () if place is None else (place,)) for term, place in tokens]
    places: dict[str, list[Place]] = defaultdict(list)
    for term, place in terms:
        places[term].append(tuple(part for part in place if part[0] < part[1]))
    return dict(places)


def _followed_terms(vectoriser: Any, text: AlignedText) -> list[tuple[str, Place]] | None:
    prepared = _preprocessed(vectoriser, text)
    if prepared is None:
        return None
    if vectoriser.analyzer == "char":
        return list(_pieces(collapsed(prepared, _BLANKS), vectoriser.ngram_range))
    if vectoriser.analyzer == "char_wb":
        return list(_pieces_of_words(collapsed(prepared, _BLANKS), vectoriser.ngram_range))
    tokens = list(_tokens(vectoriser, prepared))
    stopped = vectoriser.get_stop_words() or ()
    return list(_ngrams([t for t in tokens if t[0] not in stopped], vectoriser.ngram_range))


def _preprocessed(vectoriser: Any, text: AlignedText) -> AlignedText | None:
    from sklearn.feature_extraction.text import strip_accents_ascii, strip_accents_unicode

    if vectoriser.preprocessor is not None:
        return text.changed(vectoriser.preprocessor)
    known = {"ascii": strip_accents_ascii, "unicode": strip_accents_unicode}
    strip = vectoriser.strip_accents
    steps: list[Callable[[str], str]] = [str.lower] if vectoriser.lowercase else []
    if strip:
        steps.append(strip if callable(strip) else known[strip])
    found: AlignedText | None = text
    for step in steps:
        found = found.changed(step) if found else None
    return found


def _tokens(vectoriser: Any, text: AlignedText) -> Iterator[Token]:
    if vectoriser.tokenizer is not None:
        yield from followed_tokens(vectoriser.tokenizer, text)
        return
    pattern = re.compile(vectoriser.token_pattern)
    group = min(pattern.groups, 1)
    for match in pattern.finditer(text.text):
        yield match.group(group) or "", text.stretch(*match.span(group))


def _ngrams(tokens: Sequence[Token], sizes: tuple[int, int]) -> Iterator[tuple[str, Place]]:
    least, most = sizes
    for n in range(least, min(most, len(tokens)) + 1):
        for at in range(len(tokens) - n + 1):
            part = tokens[at : at + n]
            places = tuple(place for _, place in part if place is not None)
            yield " ".join(term for term, _ in part), places if len(places) == n else ()


def _pieces(text: AlignedText, sizes: tuple[int, int]) -> Iterator[tuple[str, Place]]:
    least, most = sizes
    for n in range(least, min(most, len(text.text)) + 1):
        for at in range(len(text.text) - n + 1):
            yield text.text[at : at + n], (text.stretch(at, at + n),)


def _pieces_of_words(text: AlignedText, sizes: tuple[int, int]) -> Iterator[tuple[str, Place]]:
    """With a blank on either side of a word, which stands for nothing in the text."""
    least, most = sizes
    at = 0
    for word in text.text.split():
        at = text.text.index(word, at)
        padded, before = f" {word} ", at - 1
        for n in range(least, most + 1):
            for offset in range(max(len(padded) - n, 0) + 1):
                start = max(before + offset, at)
                end = min(before + offset + n, at + len(word))
                yield padded[offset : offset + n], (text.stretch(start, end),)
            if len(padded) <= n:  # a short word counts once
                break
        at += len(word)


def followed_tokens(function: Callable[[str], Any], text: AlignedText) -> list[Token]:
    """What a function of the user's makes of a text, and where each piece comes from.

    A function that treats what stands between blanks by itself is followed that far, so that a stem
    lies over its word. Of others, pieces are placed that stand in the text letter for letter, all
    in order or as often as they were counted.
    """
    tokens = [str(token) for token in function(text.text)]
    words = [match.span() for match in re.finditer(r"\S+", text.text)]
    try:
        alone = [[str(t) for t in function(text.text[start:end])] for start, end in words]
    except Exception:  # noqa: BLE001 - what a function of the user's raises on single words
        alone = []
    if words and [token for part in alone for token in part] == tokens:
        return [
            token
            for (start, end), part in zip(words, alone, strict=True)
            for token in _within(text, part, start, end)
        ]
    found = _in_order(text.text, tokens, 0, len(text.text))
    if found is not None:
        return [(t, text.stretch(*place)) for t, place in zip(tokens, found, strict=True)]
    return list(_as_often(text, tokens))


def _within(text: AlignedText, tokens: list[str], start: int, end: int) -> Iterator[Token]:
    """Pieces of one word: where they stand in it, else the whole of it."""
    found = _in_order(text.text, tokens, start, end) or [(start, end)] * len(tokens)
    for token, place in zip(tokens, found, strict=True):
        yield token, text.stretch(*place)


def _in_order(text: str, tokens: list[str], start: int, end: int) -> list[tuple[int, int]] | None:
    """Each token after the one before it, capitals or not; None if one is missing."""
    lowered = text.lower()
    exact = len(lowered) != len(text)
    places, at = [], start
    for token in tokens:
        place = text.find(token, at, end)
        if place < 0 and not exact:
            place = lowered.find(token.lower(), at, end)
        if place < 0:
            return None
        at = place + len(token)
        places.append((place, at))
    return places


def _as_often(text: AlignedText, tokens: list[str]) -> Iterator[Token]:
    counts = Counter(token for token in tokens if token)
    places = {
        token: [match.span() for match in re.finditer(re.escape(token), text.text)]
        for token in counts
    }
    clear = {token for token, known in places.items() if len(known) == counts[token]}
    for token in tokens:
        yield token, text.stretch(*places[token].pop(0)) if token in clear else None
