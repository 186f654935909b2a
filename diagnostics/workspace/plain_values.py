"""Ids, labels and parameters as files keep them: texts and plain values, whatever they were."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from diagnostics.errors import DiagnosticsError

_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


def numbered(n: int) -> list[str]:
    """Ids for `n` rows without ids: their positions, of equal width so that they sort."""
    width = len(str(max(n - 1, 0)))
    return [str(index).zfill(width) for index in range(n)]


def label_texts(values: Any) -> list[str | None] | None:
    """Labels as texts, None where one is missing; None for none at all."""
    if values is None:
        return None
    return [label_text(value) for value in values]


def label_text(value: Any) -> str | None:
    """A label as text: 1.0 is `1`, for a missing value elsewhere makes floats of whole numbers."""
    if isinstance(value, str):
        return str(value)
    if value is None or str(value) in ("nan", "NaT", "<NA>"):
        return None
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)


def parameters_of(parameters: Mapping[str, Any] | None, model: Any) -> dict[str, Any]:
    """As given, else the scalar ones that the model was made with."""
    if parameters is not None:
        return {str(name): plain_value(value) for name, value in parameters.items()}
    if model is None or not hasattr(model, "get_params"):
        return {}
    simple = (bool, int, float, str)
    return {
        name: value
        for name, value in model.get_params().items()
        if isinstance(value, simple) and not (isinstance(value, float) and not math.isfinite(value))
    }


def score_of(name: str, value: Any) -> float:
    """A score as JSON can hold it; DiagnosticsError if it is no finite number."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise DiagnosticsError(
            f"The score {name!r} must be a number; it is {value!r}.",
            hint="Leave a score out that could not be computed.",
        )
    return number


def plain_value(value: Any) -> Any:
    """A value that JSON can carry; what it cannot, as its text."""
    value = _unwrapped(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple):
        return [plain_value(entry) for entry in value]
    return value_text(value)


def _unwrapped(value: Any) -> Any:
    """NumPy's numbers as Python's."""
    return value.item() if hasattr(value, "item") and getattr(value, "ndim", 0) == 0 else value


def value_text(value: Any) -> str:
    """A value on one line: functions by name, and without addresses in this process' memory."""
    value = _unwrapped(value)
    if isinstance(value, str):
        return value
    named = isinstance(value, type) or (callable(value) and hasattr(value, "__qualname__"))
    text = value.__qualname__ if named else repr(value)
    return " ".join(_ADDRESS.sub("", text).split())
