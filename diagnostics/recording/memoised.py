"""Asking a model several times for the price of one: its methods remember their last answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from diagnostics.recording.kernel_votes import shared_methods

_METHODS = (
    *("transform", "kneighbors", "decision_function"),
    *("predict_log_proba", "predict_proba", "predict"),
)


@contextmanager
def memoised(model: Any) -> Iterator[None]:
    """Inside the block, `model` answers the same rows (the same object) only once per method.

    A scorer asks for labels, the recorder for probabilities, and both go through the same steps of
    a pipeline, which are often dearer than the last. The model is the same object throughout, for
    custom scorers look at what they are given; after the block it is as it was. A model that does
    not let attributes be set simply answers again.
    """
    parts = [model, *(step for _, step in getattr(model, "steps", []) if step is not None)]
    covered = []
    for part in parts:
        shared = shared_methods(part)
        covered += [(part, name) for name in _METHODS if _memoise(part, name, shared)]
    try:
        yield
    finally:
        for part, name in covered:
            part.__dict__.pop(name, None)


def _memoise(part: Any, name: str, shared: Mapping[str, Callable[..., Any]]) -> bool:
    if isinstance(part, str) or name in getattr(part, "__dict__", {name: None}):
        return False
    method = shared.get(name) or getattr(part, name, None)
    if method is None:
        return False
    part.__dict__[name] = _remembering(method, name)
    return True


def _remembering(method: Callable[..., Any], name: str) -> Callable[..., Any]:
    seen: dict[tuple[int, str], tuple[Any, Any]] = {}

    def answer(*rows: Any, **options: Any) -> Any:
        if len(rows) != 1 or not all(map(_is_plain, options.values())):
            return method(*rows, **options)
        key = (id(rows[0]), repr(sorted(options.items())))
        # The rows are kept beside their answer, so that no other object can get their identity.
        if key not in seen:
            seen[key] = (rows[0], method(rows[0], **options))
        return seen[key][1]

    answer.__name__ = name  # scikit-learn asks for it
    return answer


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, bool | int | float | str)
