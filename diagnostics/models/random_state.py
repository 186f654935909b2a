"""Calls of libraries that warn of themselves and seed numpy's generator for the whole process."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_ONE_AT_A_TIME = threading.RLock()


@contextmanager
def undisturbed() -> Iterator[None]:
    """Leave numpy's global random state as it was, and say nothing of what is deprecated.

    shap's permutations call `np.random.seed`: without this, a fixed seed would fix every other
    random number of the process. One thread at a time, for the state is everybody's; so what takes
    long, as asking a model does, is not to be done in here.
    """
    import numpy as np

    with _ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        before = np.random.get_state()  # noqa: NPY002 - it is the global one that is kept
        try:
            yield
        finally:
            np.random.set_state(before)  # noqa: NPY002
