"""Contributions of words laid over the text they are words of."""

from __future__ import annotations

import math
from collections.abc import Iterable

from diagnostics.models.explanation.explanation import Span
from diagnostics.models.pipelines.token_places import Place


def laid_over(
    text: str, shares: Iterable[tuple[float, Iterable[Place]]]
) -> tuple[tuple[Span, ...], float]:
    """Contributions over a text, and the sum of what could not be laid there.

    Parameters
    ----------
    text
        What the places are in.
    shares
        A feature's contribution, and every place where it stands. Each place gets an equal share,
        spread evenly over its characters; an empty one keeps its share off the text.

    Returns
    -------
    The spans in the order of the text, cut wherever a place begins or ends, without those that no
    place covers; and the rest. All together they add up to the contributions.
    """
    strengths = [0.0] * len(text)
    covered = [False] * len(text)
    cuts = {0, len(text)}
    left: list[float] = []
    for contribution, places in shares:
        known = list(places)
        if not known:
            left.append(contribution)
        for place in known:
            characters = sum(end - start for start, end in place)
            if not characters:
                left.append(contribution / len(known))
                continue
            each = contribution / len(known) / characters
            for start, end in place:
                cuts |= {start, end}
                for at in range(start, end):
                    strengths[at] += each
                    covered[at] = True
    edges = sorted(cuts)
    spans = tuple(
        Span(start, end, math.fsum(strengths[start:end]))
        for start, end in zip(edges, edges[1:], strict=False)
        if covered[start]
    )
    return spans, math.fsum(left)


def spans_of(text: str, pieces: Iterable[tuple[int, int, float]]) -> tuple[Span, ...]:
    """Pieces of a text with what each added, as spans: those that overlap are added up."""
    return laid_over(text, [(c, [((start, end),)]) for start, end, c in pieces])[0]
