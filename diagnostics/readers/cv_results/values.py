"""What each candidate's parameters were: with their types where a file tells them, and as text."""

from __future__ import annotations

import ast
import re
from typing import Any

from diagnostics.readers.cv_results.files import Columns
from diagnostics.workspace.plain_values import plain_value, value_text

_PARAM = "param_"
#: NumPy 2 writes its numbers as np.float64(0.1), which is no literal.
_NUMPY = re.compile(r"\bnp\.\w+\(([^()]*)\)")
_WORDS = {"True": True, "False": False, "None": None}


def parameters(columns: Columns, row: int) -> tuple[dict[str, Any], dict[str, str]]:
    """A candidate's parameters by name, and the same as texts.

    `params` is preferred: in a text table it alone tells None from what does not apply, and 1 from
    1.0. Where it cannot be taken apart (an estimator is no literal) the columns of each parameter
    are.
    """
    of_dictionary = _from_params(columns["params"][row]) if "params" in columns else None
    # Parquet rarely has params: to_parquet fails on dictionaries that hold estimators.
    parameters = _from_columns(columns, row) if of_dictionary is None else of_dictionary
    texts = {name: value_text(value) for name, value in parameters.items()}
    return {name: plain_value(value) for name, value in parameters.items()}, texts


def _from_params(params: Any) -> dict[str, Any] | None:
    if isinstance(params, str):
        try:
            params = ast.literal_eval(_NUMPY.sub(r"\1", params))
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return None
    if not isinstance(params, dict):
        return None
    return {str(name): value for name, value in params.items()}


def _from_columns(columns: Columns, row: int) -> dict[str, Any]:
    params = columns.get("params")
    text = str(params[row]) if params is not None else ""
    parameters = {}
    for column, values in columns.items():
        if not column.startswith(_PARAM):
            continue
        name, value = column.removeprefix(_PARAM), values[row]
        if value is not None and value != "":
            parameters[name] = typed(value) if isinstance(value, str) else value
        elif re.search(rf"['\"]{re.escape(name)}['\"]: None\b", text):
            parameters[name] = None
    return parameters


def typed(text: str) -> Any:
    """A cell's value: a number, a truth value, or the text that it is."""
    if text in _WORDS:
        return _WORDS[text]
    if re.fullmatch(r"[\d_]*_[\d_]*", text):  # Python reads 20_80 as 2080
        return text
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text
    return value if isinstance(value, int | float | tuple | list) else text
