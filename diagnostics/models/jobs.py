"""Work that takes seconds or more: in a thread, once for each key, with progress and a way out."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

from diagnostics.errors import DiagnosticsError

#: Called with the share that is done, 0 to 1; raises `Cancelled` when nobody wants the rest.
Progress = Callable[[float], None]
#: Pieces of work that are under way at a time; the others wait their turn.
AT_ONCE = 2
#: Results that are remembered, and how long a piece of work waits before it looks up, in seconds.
KEPT, GLANCE = 256, 0.2


class Cancelled(Exception):  # noqa: N818 - says what happened, and is no error
    """The work was stopped by whoever asked for it."""


def no_progress(share: float) -> None:
    """Told the share that is done, and does nothing with it."""


@dataclass
class Work:
    """One piece of work: `share` of it is done; in the end it has a result or a failure.

    `failure` is one sentence, with what to do about it as `hint`.
    """

    share: float = 0.0
    result: Any = None
    failure: str = ""
    hint: str = ""
    was_cancelled: bool = False
    _over: threading.Event = field(default_factory=threading.Event, repr=False)
    _unwanted: threading.Event = field(default_factory=threading.Event, repr=False)

    @property
    def is_over(self) -> bool:
        """Whether it ended, one way or another."""
        return self._over.is_set()

    @property
    def is_unwanted(self) -> bool:
        """Whether it was cancelled; it may take until its next step to be over."""
        return self._unwanted.is_set()

    def cancel(self) -> None:
        """Stop it at its next step."""
        self._unwanted.set()

    def wait(self, seconds: float | None = None) -> bool:
        """Whether it is over, at the latest after some seconds."""
        return self._over.wait(seconds)

    def progress(self, share: float) -> None:
        """Take down how much is done.

        Raises
        ------
        Cancelled
            If it was cancelled.
        """
        self.share = min(max(share, self.share), 1.0)
        if self._unwanted.is_set():
            raise Cancelled

    def _run(self, task: Callable[[Progress], Any], turns: threading.Semaphore) -> None:
        has_turn = False
        try:
            while not has_turn:
                self.progress(0.0)
                has_turn = turns.acquire(timeout=GLANCE)
            self.result = task(self.progress)
            self.share = 1.0
        except Cancelled:
            self.was_cancelled = True
        except DiagnosticsError as error:
            self.failure, self.hint = error.message, error.hint
        except Exception as error:  # noqa: BLE001 - whatever a model's own code raises
            said = " ".join(f"{type(error).__name__}: {error}".split())[:300]
            self.failure, self.hint = f"The model could not be asked: {said}", ""
        finally:
            if has_turn:
                turns.release()
            self._over.set()


class Works:
    """Pieces of work by what they are about: whoever asks for the same one shares it."""

    def __init__(self, *, at_once: int = AT_ONCE, kept: int = KEPT) -> None:
        self._works: OrderedDict[Hashable, Work] = OrderedDict()
        self._lock = threading.Lock()
        self._turns = threading.Semaphore(at_once)
        self._kept = kept

    def get(self, key: Hashable) -> Work | None:
        """The work of this key, under way or over; None if nobody asked, or it was cancelled.

        What was cancelled may need some time to come to its next step; it is nobody's by then.
        """
        with self._lock:
            work = self._works.get(key)
            if work is not None:
                self._works.move_to_end(key)
            return None if work is None or work.is_unwanted else work

    def start(self, key: Hashable, task: Callable[[Progress], Any]) -> Work:
        """The work of this key, begun unless it is under way or has a result already.

        Parameters
        ----------
        key
            Everything that the result depends on.
        task
            What to do; it tells its `Progress` how far it is, often enough to be stopped.
        """
        with self._lock:
            known = self._works.get(key)
            if known is not None and not known.is_unwanted and not known.failure:
                return known
            work = self._works[key] = Work()
            self._works.move_to_end(key)
            self._forget()
        # A daemon, so that a server that is stopped does not wait for it.
        threading.Thread(target=work._run, args=(task, self._turns), daemon=True).start()
        return work

    def remember(self, key: Hashable, result: Any) -> Work:
        """The work of this key; if there is none, one that is over and has the result."""
        with self._lock:
            known = self._works.get(key)
            if known is not None and not known.is_unwanted:
                return known
            work = self._works[key] = Work(share=1.0, result=result)
            work._over.set()
            self._forget()
        return work

    def _forget(self) -> None:
        over = [key for key, work in self._works.items() if work.is_over]
        for key in over[: max(len(self._works) - self._kept, 0)]:
            del self._works[key]
