"""What stands in a recorder's place while scikit-learn runs: it knows the search and its batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from diagnostics.errors import DiagnosticsError
from diagnostics.recording.folder import describe


class LikeAScorer:
    """What scikit-learn asks of a scorer besides calling it: passed on to the one that scores."""

    @property
    def _plain(self) -> Any:
        raise NotImplementedError

    def _accept_sample_weight(self) -> bool:
        accepts = getattr(self._plain, "_accept_sample_weight", None)
        return bool(accepts()) if accepts is not None else False

    def get_metadata_routing(self) -> Any:
        """What the scorer asks to be handed besides rows and truth."""
        from sklearn.utils.metadata_routing import get_routing_for_object

        return get_routing_for_object(self._plain)

    def __call__(self, estimator: Any, X: Any, y: Any = None, **more: Any) -> Any:
        """Refuse: called by itself, a scorer is not told which rows it is given."""
        raise self.refusal()

    def refusal(self) -> DiagnosticsError:
        """What is said to whoever would not tell which rows are scored."""
        return DiagnosticsError(
            "A Recorder was given to what does not tell it which rows it scores.",
            hint="Pass it as scoring= to GridSearchCV, RandomizedSearchCV, a halving search, "
            "cross_validate or cross_val_score; or keep one evaluation with diagnostics.record.",
        )


class Listener(LikeAScorer):
    """A scorer that wants to know about every search and call that it is given to.

    `name` says what a candidate is called, by its parameters. `confidence`, `probabilities` and
    `digits` are what is kept of a model's probabilities.
    """

    name: Callable[[Mapping[str, Any]], str] | None
    confidence: bool
    probabilities: bool
    digits: int | None

    def begin_search(self, search: Any, X: Any, y: Any) -> Watch:
        """Take notice of a search that is about to be fitted on these rows."""
        raise NotImplementedError

    def begin_calls(self, kind: str, estimator: Any, *, raises: bool) -> Watch:
        """Take notice of a call, such as `cross_validate`, that fits one candidate."""
        raise NotImplementedError

    def place_of(self, watch: Watch, X: Any, y: Any) -> Path:
        """Where calls on this data are kept."""
        raise NotImplementedError

    def keeps_model(self, parameters: Mapping[str, Any] | None) -> bool:
        """Whether the fitted models of a candidate are to be kept."""
        raise NotImplementedError

    def metric_names(self, scores: Any) -> dict[str, float]:
        """Scores by name, as floats."""
        raise NotImplementedError


@dataclass
class Watch(LikeAScorer):
    """A recorder at one search or call: what scikit-learn is handed in the recorder's place.

    It travels to the processes that fit. `offset` is the number of candidates before this batch.
    """

    recorder: Listener
    scorer: Any
    place: Path | None = None
    kind: str = "search"
    call: str = ""
    offset: int = 0
    splits: int | None = None
    iteration: int | None = None
    resource: float | None = None
    description: dict[str, Any] = field(default_factory=dict)

    @property
    def _plain(self) -> Any:
        return self.scorer

    def begin_batch(self, candidates: int, splits: int, more: Mapping[str, Any] | None) -> None:
        """Candidates that are fitted together; successive halving says with how much of what."""
        assert self.place is not None
        planned = self.description.get("candidates") or 0
        self.offset, self.splits = planned, splits
        self.iteration = _first(more, "iter")
        self.resource = _first(more, "n_resources")
        self.description |= {"candidates": planned + candidates, "splits": splits}
        describe(self.place, self.description)

    def end(self, failure: BaseException | None) -> None:
        """Note that the search is over, and what stopped it."""
        assert self.place is not None
        self.description |= {
            "ended": datetime.now(UTC).isoformat(timespec="seconds"),
            "failure": None if failure is None else _said(failure),
        }
        describe(self.place, self.description)

    def at(self, X: Any, y: Any) -> Watch:
        """The watch with its place, which for calls depends on the data."""
        if self.place is not None:
            return self
        return replace(self, place=self.recorder.place_of(self, X, y))


def _said(failure: BaseException) -> str:
    return f"{type(failure).__name__}: {failure}".rstrip(": .")


def _first(more: Mapping[str, Any] | None, name: str) -> Any:
    # Halving says it once for each candidate of the round, always the same.
    values = list((more or {}).get(name) or [])
    return values[0] if values else None
