"""Permutation's counterpart for texts: what answers lose when a word is taken out of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from diagnostics.errors import DiagnosticsError
from diagnostics.examples.words import TOKEN
from diagnostics.models.evaluated_inputs import Evaluated
from diagnostics.models.importance.feature_groups import Group
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
    words = frequent_words(texts, at_least=at_least, most=most)
    if not words:
        raise DiagnosticsError(
            f"No word is in {at_least} or more of the {len(texts):,} texts.",
            hint="Texts without spaces have no words to take out; explain single answers instead.",
        )
    places = np.concatenate([part.places for part in parts])
    true = evaluated.true[places]
    base = np.concatenate(
        [losses_against(part, part.rows, evaluated.true[part.places], metric) for part in parts]
    )
    found = np.zeros((len(places), len(words)), np.float32)
    columns = {word: at for at, (word, _) in enumerate(words)}
    start, asked = 0, 0
    for number, part in enumerate(parts):
        pairs = [
            (row, columns[word])
            for row, text in enumerate(part.rows)
            for word in sorted(tokens_of(text) & columns.keys())
        ]
        for first in range(0, len(pairs), CHUNK):
            if progress is not None:
                done = number + first / max(len(pairs), 1)
                progress(done / len(parts), f"{len(words):,} words")
            some = pairs[first : first + CHUNK]
            rows = np.array([row for row, _ in some])
            changed = [without_word(part.rows[row], words[at][0]) for row, at in some]
            rises = losses_against(part, changed, true[start + rows], metric) - base[start + rows]
            found[start + rows, [at for _, at in some]] = rises
        asked += len(pairs)
        start += len(part.rows)
    names = tuple(word for word, _ in words)
    note = (
        f"The {len(words):,} most frequent words, each in {words[-1][1]:,} texts or more; taken "
        "out of the texts that have them, counted over all."
    )
    return Permutation(
        metric,
        metric_of(base, metric),
        loss_importances(
            names,
            found,
            found.mean(axis=0, dtype=float)[None],
            true,
            evaluated,
            metric,
            notes=[note],
        ),
        tuple(Group(word, (), (word,)) for word in names),
        found,
        places,
        1,
        asked,
    )
