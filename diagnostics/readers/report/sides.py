"""Which side of a confusion matrix a name speaks of: the true labels or the predicted ones."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

#: What a matrix's rows are; None where the file does not say.
Rows = Literal["true", "predicted"] | None

_TRUE = frozenset(
    ("actual", "actuals", "true", "truth", "y true", "gold", "golden", "reference", "obs")
    + ("observed", "observation", "expected", "ground truth", "groundtruth", "y test", "target")
    + ("real", "gt", "label true")
)
_PREDICTED = frozenset(
    ("predicted", "prediction", "predictions", "pred", "preds", "y pred", "yhat", "y hat")
    + ("estimate", "estimated", "pred class", "response", "answer", "output")
    + ("label pred", "classified as", "classified")
)
_KIND = re.compile(r"(?<=\w) (labels?|class(es)?|values?|categor(y|ies))$")
_SIDE = re.compile(
    r"(?:actual|true|truth|reference|predicted|prediction|pred)(?:\s*[:=]\s*|[\s_-]+)(\S.*)",
    re.IGNORECASE,
)
_TRUE_WORD = r"(?:true|truth|actual|reference|gold|real|observed|ground[ -]truth|expected)"
_PREDICTED_WORD = r"(?:pred\w*|estimated?|classified)"
_OF_ROWS = r"rows?(?:\s*(?:are|is|=|:|->|represent|show|stand for|hold|contain))*\s*(?:the\s+)?"
_OF_COLUMNS = _OF_ROWS.replace("rows?", r"(?:columns?|cols?)")
_IN_ROWS = (
    r"\w*(?:\s+(?:labels?|class(?:es)?|values?))?"
    r"\s*(?:in|as|on|down|along|=|:|\()?\s*(?:the\s+)?rows?"
)
_IN_COLUMNS = _IN_ROWS.replace("rows?", r"(?:columns?|cols?)")


def sides_of(name: str) -> Rows:
    """The side that a column, a dimension or a corner is called after; None for other names."""
    folded = re.sub(r"[\s_.-]+", " ", name.casefold()).strip(" :")
    folded = _KIND.sub("", folded)
    if folded in _TRUE:
        return "true"
    return "predicted" if folded in _PREDICTED else None


def side_of_corner(corner: str) -> Rows:
    r"""What the rows are where the corner says it: `Actual`, or `Actual\Predicted`, rows first."""
    whole = sides_of(corner)
    if whole:
        return whole
    parts = [sides_of(part.strip(" ↓→()")) for part in re.split(r"[\\/|]", corner)]
    if len(parts) == 2 and parts[0] and parts[1] and parts[0] != parts[1]:
        return parts[0]
    return None


def side_of_labels(labels: Iterable[str]) -> Rows:
    """What row labels such as `actual cat` and `pred: dog` say."""
    prefixes = [re.split(r"[\s:_=-]", label.strip(' "'), maxsplit=1) for label in labels]
    own = [parts for parts in prefixes if parts[0].casefold() not in ("all", "total", "sum", "")]
    found = {sides_of(parts[0]) if len(parts) > 1 else None for parts in own}
    return found.pop() if len(found) == 1 else None


def own_labels(cells: Iterable[str]) -> list[str]:
    """Labels without a side that stands before every one of them: `cat` of `actual cat`."""
    stripped = [cell.strip(' "') for cell in cells]
    sides = [_SIDE.fullmatch(cell) for cell in stripped]
    if side_of_labels(stripped) is None:
        return stripped
    return [side[1] if side else cell for cell, side in zip(stripped, sides, strict=True)]


def side_in_words(text: str) -> Rows:
    """What a title says of the rows: `rows=true labels`, `predicted in rows`, `columns: truth`."""
    folded = " ".join(text.casefold().split())
    says = {
        "true": _says(folded, _TRUE_WORD, _PREDICTED_WORD),
        "predicted": _says(folded, _PREDICTED_WORD, _TRUE_WORD),
    }
    if says["true"] == says["predicted"]:
        return None
    return "true" if says["true"] else "predicted"


def _says(text: str, rows: str, columns: str) -> bool:
    patterns = (
        rf"\b{_OF_ROWS}{rows}",
        rf"\b{_OF_COLUMNS}{columns}",
        rf"\b{rows}{_IN_ROWS}\b",
        rf"\b{columns}{_IN_COLUMNS}\b",
    )
    return any(re.search(pattern, text) for pattern in patterns)
