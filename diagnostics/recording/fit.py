"""One fit of a search: one candidate on one fold, scored, asked for its answers, and kept."""

from __future__ import annotations

import time
import traceback
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from diagnostics.errors import DiagnosticsError
from diagnostics.recording.candidate import Candidate, candidate_of
from diagnostics.recording.folder import write_candidate, write_fit, write_model
from diagnostics.recording.listeners import LikeAScorer, Listener, Watch
from diagnostics.recording.memoised import memoised
from diagnostics.recording.predicting import Answers, ask
from diagnostics.workspace.plain_values import label_texts

if TYPE_CHECKING:
    import polars as pl


class RecordingWarning(UserWarning):
    """Something of a search could not be kept; the search itself goes on."""


@dataclass
class Fit(LikeAScorer):
    """The scorer of one fit. It knows the rows by their positions in the search's data.

    scikit-learn calls it for the test rows, then, if train scores are wanted, for the train rows,
    and not at all if the fit failed.
    """

    watch: Watch
    train: np.ndarray
    test: np.ndarray
    fold: int | None
    candidate: Candidate
    error_score: Any
    answers: Answers | None = None
    model: Any = None
    asking_seconds: float = 0.0
    failure: str = ""
    trace: str = ""
    calls: int = 0

    @classmethod
    def of(cls, watch: Watch, estimator: Any, y: Any, arguments: Mapping[str, Any]) -> Fit:
        """What is known of the fit before it begins; a splitter may give positions or masks."""
        progress = arguments.get("split_progress")
        positions = np.arange(len(y))
        train, test = (positions[np.asarray(arguments[name])] for name in ("train", "test"))
        return cls(
            watch,
            train,
            test,
            # Searches number their splits; cross_validate and learning_curve do not.
            None if progress is None else int(progress[0]),
            candidate_of(watch, estimator, arguments),
            arguments.get("error_score", np.nan),
        )

    @property
    def _plain(self) -> Any:
        return self.watch.scorer

    def __call__(self, estimator: Any, X: Any, y: Any = None, **more: Any) -> Any:
        """The scores that the search asked for; of the test rows, the answers are kept as well."""
        rows = self.test if self.calls == 0 else self.train
        self.calls += 1
        if y is not None and len(y) != len(rows):
            raise DiagnosticsError(
                f"A scorer was given {len(y):,} rows where the fold has {len(rows):,}.",
                hint="Something between the search and its scorer changes the rows.",
            )
        with memoised(estimator):
            try:
                return self._checked(self._plain(estimator, X, y, **more))
            except Exception as error:
                self._note(error, "scoring")
                raise
            finally:
                if rows is self.test:
                    self._ask(estimator, X)

    def finished(self, result: dict[str, Any]) -> dict[str, Any]:
        """Keep the fit; the result as scikit-learn made it, without the time that asking took."""
        if result.get("fit_error"):
            self.trace = str(result["fit_error"])
            self.failure = self.trace.strip().splitlines()[-1]
        if "score_time" in result:
            result["score_time"] = max(result["score_time"] - self.asking_seconds, 0.0)
        self._keep(result)
        return result

    def failed(self, error: BaseException) -> None:
        """Keep that the fit did not come to its end."""
        self._note(error, "fitting")
        if isinstance(error, Exception):
            self._keep({})

    def _checked(self, scores: Any) -> Any:
        """Several scores without the traces of those that failed, as scikit-learn has it."""
        if not isinstance(scores, Mapping):
            return scores
        failed = {name: text for name, text in scores.items() if isinstance(text, str)}
        for name, text in failed.items():
            warnings.warn(
                f"Scoring failed for {name}; its score is set to {self.error_score}. {text}",
                UserWarning,
                stacklevel=2,
            )
        return {name: self.error_score if name in failed else v for name, v in scores.items()}

    def _note(self, error: BaseException, doing: str) -> None:
        self.failure = f"{type(error).__name__} while {doing}: {error}".strip()
        self.trace = "".join(traceback.format_exception(error))

    def _ask(self, estimator: Any, X: Any) -> None:
        started = time.time()
        if self.watch.recorder.keeps_model(self.candidate.parameters):
            self.model = estimator
        try:
            self.answers = ask(estimator, X, confidence=self.watch.recorder.confidence)
        except Exception as error:  # noqa: BLE001 - the search's result does not depend on it
            self._warn(error, "its answers could not be asked for")
        self.asking_seconds = time.time() - started

    def _keep(self, result: Mapping[str, Any]) -> None:
        assert self.watch.place is not None
        place = self.watch.place / self.candidate.folder
        answers, labels = _table(self.answers, self.test, self.watch.recorder)
        try:
            write_candidate(place, self.candidate.description)
            write_fit(place, self._name(), answers, self._description(result, labels))
        except OSError as error:
            self._warn(error, f"it could not be kept in {place}")
        self._keep_model(place)

    def _keep_model(self, place: Path) -> None:
        if self.model is None:
            return
        try:
            write_model(place, self._name(), self.model)
        except Exception as error:  # noqa: BLE001 - a model that skops does not know
            self._warn(error, "the model could not be kept")
        self.model = None

    def _warn(self, error: Exception, what: str) -> None:
        message = f"Of a fit of {self.candidate.name!r} {what}: {type(error).__name__}: {error}"
        warnings.warn(message, RecordingWarning, stacklevel=2)

    def _name(self) -> str:
        return _digest(self.test) if self.fold is None else f"{self.fold:03d}"

    def _description(self, result: Mapping[str, Any], labels: list[str]) -> dict[str, Any]:
        names = self.watch.recorder.metric_names
        never = bool(self.failure) and self.answers is None
        return {
            "fold": self.fold,
            "split": _digest(self.train, self.test),
            "train_rows": len(self.train),
            "test_rows": len(self.test),
            "first_row": int(self.test.min()) if len(self.test) else 0,
            "labels": labels,
            "scores": _finite(names, result.get("test_scores"), failed=never),
            "train_scores": _finite(names, result.get("train_scores"), failed=never),
            "fit_seconds": result.get("fit_time"),
            "score_seconds": result.get("score_time"),
            "failure": self.failure or None,
            "traceback": self.trace or None,
            "note": self.answers.note if self.answers is not None else "",
        }


def _finite(
    names: Callable[[Any], dict[str, float]], scores: Any, *, failed: bool
) -> dict[str, float | None]:
    """Scores by name, None for those that are none; a fit that failed has no scores at all."""
    if scores is None or failed:
        return {}
    return {name: v if np.isfinite(v) else None for name, v in names(scores).items()}


def _digest(*rows: np.ndarray) -> str:
    digest = blake2b(digest_size=8)
    for positions in rows:
        digest.update(np.asarray(positions, dtype=np.int64).tobytes() + b"|")
    return digest.hexdigest()


def _table(
    answers: Answers | None, rows: np.ndarray, recorder: Listener
) -> tuple[pl.DataFrame, list[str]]:
    """The answers by position in the data, labels as codes into the list that is returned."""
    import polars as pl

    if answers is None or answers.predicted_label is None:
        return pl.DataFrame(schema={"row": pl.Int32, "predicted": pl.Int32}), []
    predicted = np.asarray(answers.predicted_label).ravel().tolist()
    known = [] if answers.labels is None else np.asarray(answers.labels).tolist()
    codes = {label: code for code, label in enumerate(dict.fromkeys([*known, *predicted]))}
    chosen = np.array([codes[label] for label in predicted], dtype=np.int32)
    columns: dict[str, Any] = {"row": rows.astype(np.int32), "predicted": chosen}
    if answers.probabilities is not None:
        columns |= _confidence(np.asarray(answers.probabilities), chosen, recorder)
    labels = [str(label) for label in label_texts(list(codes)) or []]
    return pl.DataFrame(columns), labels


def _confidence(
    vectors: np.ndarray, chosen: np.ndarray, recorder: Listener
) -> dict[str, pl.Series]:
    """The vectors, or only the probability of the predicted label, as the recorder was asked."""
    import polars as pl

    if recorder.digits is not None:
        vectors = vectors.round(recorder.digits)
    if recorder.probabilities:
        shape = pl.Array(pl.Float32, vectors.shape[1])
        return {"probabilities": pl.Series(vectors.astype(np.float32), dtype=shape)}
    there = chosen < vectors.shape[1]
    own = vectors[np.arange(len(chosen)), np.where(there, chosen, 0)]
    return {"confidence": pl.Series(np.where(there, own, np.nan))}
