"""Permutation's counterpart for texts: what answers lose when a word is taken out of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from diagnostics.errors import DiagnosticsError
from diagnostics.examples.words import TOKEN
from diagnostics.models.evaluated_inputs import Evaluated, Part
from diagnostics.models.importance.feature_groups import Group
from diagnostics.models.importance.importances import Figures
from diagnostics.models.importance.losses import (
    CHUNK,
    Metric,
    judged_parts,
    loss_importances,
    losses_against,
    metric_of,
)
from diagnostics.models.importance.permutation import Permutation, Progress

#: Texts that must have a word, and words that are taken out: the most frequent ones.
AT_LEAST, MOST_WORDS = 5, 300


def tokens_of(text: str) -> set[str]:
    """The words of a text that a model may have learned, in small letters, each once."""
    return {word.lower() for word in re.findall(TOKEN, text)}


def frequent_words(
    texts: Sequence[str], *, at_least: int = AT_LEAST, most: int = MOST_WORDS
) -> list[tuple[str, int]]:
    """Words with the number of texts that have them, the most frequent first; ties by word."""
    counts = Counter(word for text in texts for word in tokens_of(text))
    kept = [(word, n) for word, n in counts.items() if n >= at_least]
    return sorted(kept, key=lambda entry: (-entry[1], entry[0]))[:most]


def without_word(text: str, word: str) -> str:
    """The text with every occurrence of a word taken out, and one blank left in its place."""
    return re.sub(rf"\s*\b{re.escape(word)}\b", "", text, flags=re.IGNORECASE).strip()


def word_importance(
    evaluated: Evaluated,
    *,
    metric: Metric = "accuracy",
    at_least: int = AT_LEAST,
    most: int = MOST_WORDS,
    progress: Progress | None = None,
) -> Permutation:
    """Take each frequent word out of the texts that have it and see what it costs.

    Parameters
    ----------
    at_least, most
        Words of fewer texts are left out; of the others the `most` frequent are tried.
    metric, progress
        As of `permutation_importance`.

    Returns
    -------
    A `Permutation` with a group for each word, and one repeat: nothing is drawn. Its figures are
    means over all texts, those without the word included; the interval is over the texts.

    Raises
    ------
    DiagnosticsError
        If the models take no texts, no word is frequent enough, or as `permutation_importance`.
    """
    if evaluated.form != "texts":
        raise DiagnosticsError("The model takes no texts.", hint="Mix up its columns instead.")
    parts = judged_parts(evaluated, metric)
    texts = [text for part in parts for text in part.rows]
    frequent = frequent_words(texts, at_least=at_least, most=most)
    if not frequent:
        raise DiagnosticsError(
            f"No word is in {at_least} or more of the {len(texts):,} texts.",
            hint="Texts without spaces have no words to take out; explain single answers instead.",
        )
    words = tuple(word for word, _ in frequent)
    places = np.concatenate([part.places for part in parts])
    true = evaluated.true[places]
    base = np.concatenate(
        [losses_against(part, part.rows, evaluated.true[part.places], metric) for part in parts]
    )
    rises, asked = _rises(parts, words, true, base, metric, progress)
    note = (
        f"The {len(words):,} most frequent words, each in {frequent[-1][1]:,} texts or more; taken "
        "out of the texts that have them, counted over all."
    )
    by_repeat = rises.mean(axis=0, dtype=float)[None]
    return Permutation(
        metric=metric,
        base=metric_of(base, metric),
        importances=loss_importances(
            words, rises, by_repeat, true, evaluated, metric, notes=[note]
        ),
        groups=tuple(Group(word, (), (word,)) for word in words),
        losses=rises,
        places=places,
        repeats=1,
        asked=asked,
    )


def _rises(
    parts: Sequence[Part],
    words: Sequence[str],
    true: NDArray[np.object_],
    base: Figures,
    metric: Metric,
    progress: Progress | None,
) -> tuple[NDArray[np.float32], int]:
    """By how much each text's loss rises without each word, texts × words; how many were asked.

    A text that does not have the word loses nothing and is not asked about.
    """
    rises = np.zeros((len(true), len(words)), np.float32)
    columns = {word: at for at, word in enumerate(words)}
    start, asked = 0, 0
    for number, part in enumerate(parts):
        pairs = _pairs(part.rows, columns)
        for first in range(0, len(pairs), CHUNK):
            if progress is not None:
                done = number + first / len(pairs)
                progress(done / len(parts), f"{len(words):,} words")
            some = pairs[first : first + CHUNK]
            rows = np.array([row for row, _ in some])
            changed = [without_word(part.rows[row], words[at]) for row, at in some]
            after = losses_against(part, changed, true[start + rows], metric)
            rises[start + rows, [at for _, at in some]] = after - base[start + rows]
        asked += len(pairs)
        start += len(part.rows)
    return rises, asked


def _pairs(texts: Sequence[str], columns: Mapping[str, int]) -> list[tuple[int, int]]:
    """Each text with each of the words that it has: the row of the one, the column of the other."""
    return [
        (row, columns[word])
        for row, text in enumerate(texts)
        for word in sorted(tokens_of(text) & columns.keys())
    ]
