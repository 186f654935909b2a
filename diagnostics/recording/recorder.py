"""Keeping a scikit-learn search down to the example: a scorer that writes down what it scores."""

from __future__ import annotations

import copy
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from diagnostics.errors import DiagnosticsError
from diagnostics.recording.data import check_estimator, data_fingerprint, search_data
from diagnostics.recording.folder import claim, forget_searches, join, write_data
from diagnostics.recording.listeners import Listener, Watch
from diagnostics.recording.sklearn_hooks import listen
from diagnostics.workspace.search_format import SEARCH_FORMAT, SEARCH_VERSION

Scoring = str | Callable[..., Any] | Sequence[str] | Mapping[str, Any] | None

_NUMBERING = threading.Lock()


class Recorder(Listener):
    """A scorer for `scoring=` that keeps every answer of every candidate on every fold.

    The search comes out as it would have without the recorder. Each fit is written when it is
    done, so a search that is stopped leaves what it finished; open the folder with `errata`.
    What it relies on is in docs/recording.md.

    Parameters
    ----------
    folder
        Where to keep the search. A second search into the same folder becomes an experiment of
        its own, `search-2` inside it.
    scoring
        As a search takes it: a name, several names, a scorer, a mapping of scorers, or None for
        the estimator's own score. With several, the search needs `refit` to name one, or False.
    name
        What a candidate is called: a function of the parameters that the search sets, and of all
        that the estimator has where nothing is set, as under `cross_validate`. Default: the
        parameters with their values.
    example
        One id for each row that the search is fitted on, each once. Default: a frame's index if it
        tells rows apart, otherwise their positions.
    content
        What people shall see of the examples: texts, a frame, a mapping of columns or images, one
        for each row. Default: `X` if it is texts or a frame; False keeps ids only.
    probabilities, confidence
        What to keep of the probabilities: those of every class; without `probabilities` only the
        predicted one's; without `confidence` none, and the model is asked for labels alone.
    models
        Keep the fitted model of every fold as a skops file, so that its answers can be explained
        and asked again: True, or a function of a candidate's parameters that says whose.
    digits
        Round probabilities to so many digits: files of half the size, with four.
    overwrite
        Remove searches that were recorded in the folder before, now. Nothing else is touched.

    Raises
    ------
    DiagnosticsError
        If this scikit-learn has no place to listen at, or the folder is a file. When a search is
        fitted, before its first fit: if it has no classes, or ids or content do not fit its rows.
    """

    def __init__(
        self,
        folder: str | Path,
        *,
        scoring: Scoring = None,
        name: Callable[[Mapping[str, Any]], str] | None = None,
        example: Sequence[Any] | None = None,
        content: Any = None,
        probabilities: bool = True,
        confidence: bool = True,
        models: bool | Callable[[Mapping[str, Any]], bool] = False,
        digits: int | None = None,
        overwrite: bool = False,
    ) -> None:
        self.folder = Path(folder).absolute()
        self.scoring = scoring
        self.name = name
        self.example = example
        self.content = content
        self.probabilities = probabilities and confidence
        self.confidence = confidence
        self.models = models
        self.digits = digits
        self._token = uuid.uuid4().hex
        self._calls = 0
        if self.folder.is_file():
            raise DiagnosticsError(f"{folder} is a file.", hint="Give a folder for the search.")
        listen()
        if overwrite:
            forget_searches(self.folder)

    def __setstate__(self, state: dict[str, Any]) -> None:  # noqa: D105
        self.__dict__.update(state)
        listen()  # a search inside of another may be fitted in a process of its own

    @property
    def _plain(self) -> Any:
        return self._scorer(None, raises=True)

    def begin_search(self, search: Any, X: Any, y: Any) -> Watch:
        """Claim a place for a search that is about to be fitted, and keep its data there."""
        check_estimator(search.estimator)
        scorer = self._scorer(search.estimator, raises=search.error_score == "raise")
        data = search_data(X, y, example=self.example, content=self.content)
        description = self._description(type(search).__name__, len(data.examples))
        place = claim(self.folder, description)
        write_data(place, data, X if self.models else None)
        return Watch(self._without_data(), scorer, place, description=description)

    def begin_calls(self, kind: str, estimator: Any, *, raises: bool) -> Watch:
        """Watch one call that fits a single candidate; its data comes with the first fit."""
        check_estimator(estimator)
        with _NUMBERING:
            self._calls += 1
        scorer = self._scorer(estimator, raises=raises)
        return Watch(self, scorer, kind=kind, offset=self._calls - 1, call=uuid.uuid4().hex[:8])

    def place_of(self, watch: Watch, X: Any, y: Any) -> Path:
        """Where calls on this data are kept; the first one keeps the data."""
        print_of_data = data_fingerprint(X, y)
        data = search_data(X, y, example=self.example, content=self.content)
        description = self._description(watch.kind, len(data.examples)) | {"data": print_of_data}
        place = join(self.folder, description)
        write_data(place, data, X if self.models else None)
        return place

    def keeps_model(self, parameters: Mapping[str, Any] | None) -> bool:
        """Whether the fitted models of a candidate are to be kept."""
        return self.models(parameters or {}) if callable(self.models) else self.models

    def metric_names(self, scores: Any) -> dict[str, float]:
        """Scores by name, as floats; a single one is called as `scoring` calls it."""
        if isinstance(scores, Mapping) and set(scores) == {"score"}:  # as cross_val_score has it
            scores = scores["score"]
        if isinstance(scores, Mapping):
            return {str(name): float(value) for name, value in scores.items()}
        name = self.scoring if isinstance(self.scoring, str) else "score"
        return {name: float(scores)}

    def _without_data(self) -> Recorder:
        """A copy that is light to send to every process: the data is kept already."""
        light = copy.copy(self)
        light.example = light.content = None
        return light

    def _scorer(self, estimator: Any, *, raises: bool) -> Any:
        from sklearn.base import ClassifierMixin
        from sklearn.metrics import check_scoring

        asked = ClassifierMixin() if estimator is None else estimator
        return check_scoring(asked, self.scoring, raise_exc=raises)

    def _description(self, kind: str, rows: int) -> dict[str, Any]:
        import sklearn

        return {
            "format": SEARCH_FORMAT,
            "version": SEARCH_VERSION,
            "kind": kind,
            "token": self._token,
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "rows": rows,
            "scoring": repr(self.scoring),
            "scikit_learn": sklearn.__version__,
            "candidates": None,
            "splits": None,
            "ended": None,
            "failure": None,
        }
