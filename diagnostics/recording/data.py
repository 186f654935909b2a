"""The data that a search is made on: an id, the truth and the content of every row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from diagnostics.errors import DiagnosticsError
from diagnostics.recording.content import content_table, showable
from diagnostics.workspace.plain_values import label_texts, numbered

if TYPE_CHECKING:
    import polars as pl

_TASKS = ("binary", "multiclass")


@dataclass(frozen=True)
class SearchData:
    """One entry for each row that was handed to the search, in its order."""

    examples: list[str]
    true_labels: list[str | None]
    content: pl.DataFrame | None


def search_data(
    X: Any, y: Any, *, example: Sequence[Any] | None = None, content: Any = None
) -> SearchData:
    """What is kept of the data of a search, checked before anything is fitted.

    Raises
    ------
    DiagnosticsError
        If `y` is missing or holds no classes, or `example` or `content` do not fit the rows.
    """
    _check_truth(y)
    ids = example_ids(X, y, example)
    return SearchData(ids, label_texts(y) or [], content_table(_shown(X, content), ids))


def _shown(X: Any, content: Any) -> Any:
    """What people shall see: nothing, what they can read of `X`, or what was given for it."""
    if content is False:
        return None
    return showable(X) if content is None or content is True else content


def check_estimator(estimator: Any) -> None:
    """Refuse an estimator whose answers are no classes.

    Raises
    ------
    DiagnosticsError
        If it says of itself that it is a regressor, or finds clusters or outliers.
    """
    from sklearn.base import is_clusterer, is_outlier_detector, is_regressor

    if any(is_kind(estimator) for is_kind in (is_regressor, is_clusterer, is_outlier_detector)):
        raise DiagnosticsError(
            f"{type(estimator).__name__} is no classifier, and a Recorder keeps classifications.",
            hint="Run this search without the recorder.",
        )


def _check_truth(y: Any) -> None:
    from sklearn.utils.multiclass import type_of_target

    if y is None:
        raise DiagnosticsError(
            "The search was given no y.", hint="A Recorder keeps searches over classifiers."
        )
    try:
        kind = type_of_target(y)
    except ValueError as error:
        raise DiagnosticsError(
            f"y cannot be read as classes: {error}", hint="Give one class for each row."
        ) from error
    if kind not in _TASKS:
        raise DiagnosticsError(
            f"y is {kind}, and a Recorder keeps searches over classifiers with one class per row.",
            hint="Run this search without the recorder.",
        )


def example_ids(X: Any, y: Any, example: Sequence[Any] | None = None) -> list[str]:
    """The ids of the rows: as given, else a frame's index if it tells rows apart, else positions.

    An index that merely numbers the rows, or that repeats itself, gives positions.

    Raises
    ------
    DiagnosticsError
        If ids were given and there are not as many as rows, or one occurs twice.
    """
    return _given_ids(example, len(y)) if example is not None else row_ids(len(y), X, y)


def row_ids(n: int, *sources: Any) -> list[str]:
    """The ids of `n` rows by the first frame or series whose index tells them apart.

    An index that merely numbers the rows, or that repeats itself, gives positions.

    Raises
    ------
    DiagnosticsError
        If two of the sources have the same index in another order: then rows do not fit together.
    """
    known = [ids for source in sources if (ids := _own_ids(source, n))]
    if not known:
        return numbered(n)
    for other in known[1:]:
        if other != known[0] and set(other) == set(known[0]):
            at = next(at for at in range(n) if other[at] != known[0][at])
            raise DiagnosticsError(
                f"Rows do not fit together: row {at + 1} is {known[0][at]!r} in one index and "
                f"{other[at]!r} in another.",
                hint="Bring both into one order, as y.loc[X.index] does, or pass example=.",
            )
    return known[0]


def _own_ids(data: Any, n: int) -> list[str]:
    """The index as ids, [] where it tells nothing; 1 and "1" are two of its labels and one id."""
    index: Any = getattr(data, "index", None)
    if not getattr(index, "is_unique", False) or _only_numbers(index):
        return []
    ids = [_id_text(value) for value in index]
    return ids if len(set(ids)) == n else []


def _given_ids(example: Sequence[Any], n: int) -> list[str]:
    ids = [str(value) for value in example]
    if len(ids) != n:
        raise DiagnosticsError(
            f"There are {len(ids):,} ids in `example` and {n:,} rows in the data.",
            hint="Give one id for each row that the search is fitted on.",
        )
    if len(set(ids)) < n:
        twice = next(value for at, value in enumerate(ids) if value in ids[:at])
        raise DiagnosticsError(
            f"The id {twice!r} occurs more than once in `example`.",
            hint="Rows are told apart by their ids; leave `example` out to number them.",
        )
    return ids


def _only_numbers(index: Any) -> bool:
    return type(index).__name__ == "RangeIndex" and index.start == 0 and index.step == 1


def _id_text(value: Any) -> str:
    return "/".join(map(str, value)) if isinstance(value, tuple) else str(value)


def data_fingerprint(X: Any, y: Any) -> str:
    """Equal for equal data, in whatever process; positions in it then mean the same rows."""
    import joblib

    # joblib hands large arrays to other processes as memory maps, which would hash differently.
    return str(joblib.hash([X, y], coerce_mmap=True))
