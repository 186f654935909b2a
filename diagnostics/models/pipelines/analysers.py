"""What the vectorisers of a pipeline see of a text: whether a sign in it makes any difference."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

#: Whether a model reads a sign of a text: the text, and where the sign begins and ends.
Reads = Callable[[str, int, int], bool]


def reads_all(_text: str, _start: int, _end: int) -> bool:
    """Of a model that cannot be looked into: it may read everything."""
    return True


def signs_read_by(estimator: Any) -> Reads:
    """Which signs of a text a model may read: all that change what its vectorisers make of it.

    A blank in the place of the sign is what it is held against: without anything in its place
    `don't` would be another word.

    Parameters
    ----------
    estimator
        A fitted classifier, alone or at the end of a pipeline.

    Returns
    -------
    What says of a sign whether it is read; of a model in which no vectoriser can be seen, that
    everything is.
    """
    analysers = [step.build_analyzer() for step in within(estimator, "build_analyzer")]
    if not analysers:
        return reads_all

    def is_read(text: str, start: int, end: int) -> bool:
        changed = text[:start] + " " + text[end:]
        try:
            return any(list(analyse(text)) != list(analyse(changed)) for analyse in analysers)
        except Exception:  # noqa: BLE001 - what a function of the user's raises on such a text
            return True

    return is_read


def within(estimator: Any, attribute: str) -> Iterator[Any]:
    """Whatever has the attribute: the estimator, or what it holds of a pipeline's kind."""
    if hasattr(estimator, attribute):
        yield estimator
        return
    if hasattr(estimator, "best_estimator_"):
        yield from within(estimator.best_estimator_, attribute)
    for name in ("steps", "transformer_list", "transformers_"):
        for step in getattr(estimator, name, ()):
            yield from within(step[1], attribute)
