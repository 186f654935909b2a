"""Models that came with a run: opened without running what they bring, and asked again.

skops files are opened only if every type in them is one that skops trusts, or one of
scikit-learn's own in `trusted_types`; pickle and joblib, and skops files with other types, only
where whoever started Errata said so, for loading them runs whatever code they hold.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from diagnostics.errors import DiagnosticsError
from diagnostics.models.trusted_types import TRUSTED, broken_part
from diagnostics.workspace.plain_values import label_text

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The forms in which a model may lie in a folder; all but the first run code when opened.
SKOPS = (".skops",)
PICKLES = (".joblib", ".pkl", ".pickle")

TRUST = "Start with --trust-pickles if you made this file yourself: opening it runs its code."


class ModelNotOpened(DiagnosticsError):  # noqa: N818 - says what was not done, and why
    """A model's file is missing, broken, of an unknown form, or not trusted."""


@dataclass(frozen=True)
class Model:
    """A fitted classifier: `labels` are its classes as the tables have them, in its own order.

    `note` says what may make it answer otherwise than it did, "" if nothing is known.
    """

    estimator: Any
    labels: tuple[str, ...]
    note: str = ""

    @property
    def has_probabilities(self) -> bool:
        """Whether it can be asked for probabilities."""
        return hasattr(self.estimator, "predict_proba")

    def answers(self, rows: Any) -> list[str]:
        """The label it gives each row."""
        return [str(label_text(label)) for label in self.estimator.predict(rows)]

    def probabilities(self, rows: Any) -> NDArray[np.float64]:
        """Rows × labels, in the order of `labels`.

        Raises
        ------
        DiagnosticsError
            If the model has none.
        """
        if not self.has_probabilities:
            raise DiagnosticsError(
                f"{type(self.estimator).__name__} gives no probabilities.",
                hint="Its decision values can be asked for.",
            )
        return np.asarray(self.estimator.predict_proba(rows), float)


def open_model(path: Path, *, trust_pickles: bool = False) -> Model:
    """The model in a file.

    Parameters
    ----------
    path
        A skops file, or with `trust_pickles` one of joblib or pickle.
    trust_pickles
        Whether code in the file may run.

    Raises
    ------
    ModelNotOpened
        If it cannot be opened, or may not be; then the types that are not trusted are named.
    """
    if not path.is_file():
        raise ModelNotOpened(f"There is no model {path.name}.", hint="Record the run again.")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        estimator = _loaded(path, trust_pickles=trust_pickles)
    if not hasattr(estimator, "predict") or not hasattr(estimator, "classes_"):
        raise ModelNotOpened(
            f"{path.name} holds {type(estimator).__name__}, which is no fitted classifier."
        )
    labels = tuple(str(label_text(label)) for label in estimator.classes_)
    return Model(estimator, labels, _note([str(entry.message) for entry in caught]))


def _loaded(path: Path, *, trust_pickles: bool) -> Any:
    suffix = path.suffix.lower()
    if suffix not in (*SKOPS, *PICKLES):
        raise ModelNotOpened(f"{path.name} has no form that models are read in.")
    if suffix in PICKLES and not trust_pickles:
        raise ModelNotOpened(f"{path.name} is a pickle and was not opened.", hint=TRUST)
    try:
        if suffix in SKOPS:
            return _from_skops(path, trust_pickles=trust_pickles)
        import joblib

        return joblib.load(path)
    except DiagnosticsError:
        raise
    except Exception as error:  # whatever a broken file, or a library that it needs, raises
        said = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        raise ModelNotOpened(f"{path.name} cannot be opened: {said}") from error


def _from_skops(path: Path, *, trust_pickles: bool) -> Any:
    import skops.io

    named = skops.io.get_untrusted_types(file=path)
    foreign = [name for name in named if name not in TRUSTED]
    if foreign and not trust_pickles:
        listed = ", ".join(sorted(foreign)[:5])
        raise ModelNotOpened(
            f"{path.name} holds types that are not trusted: {listed}.",
            hint=TRUST,
        )
    model = skops.io.load(path, trusted=named)
    broken = broken_part(model)
    if broken:
        raise ModelNotOpened(f"{path.name} holds {broken}.", hint="Record the model again.")
    return model


def _note(messages: Sequence[str]) -> str:
    """What scikit-learn says of a model from another version."""
    for message in messages:
        if "version" in message and "unpickle" in message:
            return "It was fitted with another version of scikit-learn and may answer otherwise."
    return ""
