"""Where scikit-learn is listened to, so that a scorer learns which rows it is given.

scikit-learn hands a scorer the rows of a fold without saying which they are, and does not call it
at all for a fit that fails. Three of its functions know: the one that fits and scores one candidate
on one fold, `fit` of a search, and the one that turns `scoring` into a scorer for cross-validation.
A Recorder wraps them, once in a process; calls without a Recorder go straight through. A fourth,
`get_scorer`, is wrapped to refuse those parts of scikit-learn that would call a scorer themselves.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Mapping
from typing import Any

from diagnostics.errors import DiagnosticsError
from diagnostics.recording.listeners import Listener, Watch

_NEEDED = {"scorer", "train", "test", "parameters", "split_progress", "candidate_progress"}
#: They score what was never fitted as a whole, or against a truth that is made up.
_REFUSED = ("permutation_test_score",)
#: Where `scoring` is turned into a scorer, and where that is listened to.
_RESOLVING = ("sklearn.metrics._scorer", "sklearn.utils._param_validation")
_LISTENED = ("sklearn.model_selection._search", "sklearn.model_selection._validation")
_original: dict[str, Callable[..., Any]] = {}


def listen() -> None:
    """Wrap the functions; once is enough, and doing it again does nothing.

    Raises
    ------
    DiagnosticsError
        If this version of scikit-learn does not have them in the form that is known.
    """
    if _original:
        return
    import sklearn
    from sklearn.metrics import _scorer
    from sklearn.model_selection import _search, _validation

    try:
        fit_and_score = _validation._fit_and_score
        known = set(inspect.signature(fit_and_score).parameters) >= _NEEDED
        fit, resolve = _search.BaseSearchCV.fit, _validation.check_scoring
        known &= _search._fit_and_score is fit_and_score
        get_scorer = _scorer.get_scorer
    except AttributeError:
        known = False
    if not known:
        raise DiagnosticsError(
            f"scikit-learn {sklearn.__version__} cannot be listened to.",
            hint="Use one that this version of errata knows (1.8 or 1.9), or update errata.",
        )
    _original.update(
        fit_and_score=fit_and_score, fit=fit, check_scoring=resolve, get_scorer=get_scorer
    )
    # In both modules: the search has imported it under its own name.
    _search._fit_and_score = _validation._fit_and_score = recorded_fit_and_score
    _search.BaseSearchCV.fit = functools.wraps(fit)(_recorded_fit)
    _validation.check_scoring = functools.wraps(resolve)(_recorded_check_scoring)
    _replace_everywhere(get_scorer, functools.wraps(get_scorer)(_refusing_get_scorer))


def _replace_everywhere(function: Callable[..., Any], other: Callable[..., Any]) -> None:
    """In every module of scikit-learn that has the function by its name."""
    for name, module in list(sys.modules.items()):
        if name.startswith("sklearn.") and vars(module).get(function.__name__) is function:
            setattr(module, function.__name__, other)


def recorded_fit_and_score(estimator: Any, X: Any, y: Any, **arguments: Any) -> Any:
    """scikit-learn's own, with what it knows told to the watch that scores."""
    from diagnostics.recording.fit import Fit

    listen()
    original = _original["fit_and_score"]
    watch = _watch_in(arguments.get("scorer"))
    if watch is None:
        _refuse_recorder(arguments.get("scorer"))
        return original(estimator, X, y, **arguments)
    fit = Fit.of(watch.at(X, y), estimator, y, arguments)
    arguments["scorer"] = _replaced(arguments["scorer"], watch, fit)
    try:
        result = original(estimator, X, y, **arguments)
    except BaseException as error:
        fit.failed(error)
        raise
    return fit.finished(result)


def _recorded_fit(search: Any, X: Any, y: Any = None, **params: Any) -> Any:
    """`fit` of any search: with a watch in the recorder's place while it runs."""
    fit, scoring = _original["fit"], search.scoring
    recorder = _recorder_in(scoring)
    if recorder is None:
        return fit(search, X, y, **params)
    watch = recorder.begin_search(search, X, y)
    search.scoring = _replaced(scoring, recorder, watch)
    search._run_search = _WatchedBatches(search, watch)
    failure: BaseException | None = None
    try:
        fit(search, X, y, **params)
    except BaseException as error:
        failure = error
        raise
    finally:
        search.scoring = scoring
        del search._run_search
        watch.end(failure)
    # `search.score` calls it later, on other rows: that is no fit to record.
    if isinstance(search.scorer_, Watch):
        search.scorer_ = getattr(watch.scorer, "_scorers", watch.scorer)
    return search


class _WatchedBatches:
    """A search's `_run_search` that tells the watch about every batch of candidates."""

    def __init__(self, search: Any, watch: Watch) -> None:
        self.search = search
        self.watch = watch
        self.run = type(search)._run_search
        own = inspect.signature(self.run.__get__(search))
        self.__signature__ = own  # scikit-learn looks for the parameters that it may pass

    def __call__(self, evaluate_candidates: Callable[..., Any], **more: Any) -> Any:
        @functools.wraps(evaluate_candidates)
        def evaluate(candidate_params: Any, *rest: Any, **options: Any) -> Any:
            candidates = list(candidate_params)
            results = options.get("more_results", rest[1] if len(rest) > 1 else None)
            self.watch.begin_batch(len(candidates), self.search.n_splits_, results)
            return evaluate_candidates(candidates, *rest, **options)

        return self.run(self.search, evaluate, **more)


def _recorded_check_scoring(estimator: Any = None, scoring: Any = None, **options: Any) -> Any:
    """The scorer that `cross_validate` and its kin will call, once for each of their calls."""
    resolve = _original["check_scoring"]
    recorder = _recorder_in(scoring)
    if recorder is None:
        return resolve(estimator, scoring, **options)
    caller = sys._getframe(1).f_code.co_name
    if caller in _REFUSED:
        raise DiagnosticsError(
            f"A Recorder cannot keep {caller}: it scores against shuffled truths.",
            hint="Use it with a search, cross_validate or cross_val_score.",
        )
    watch = recorder.begin_calls(caller, estimator, raises=options.get("raise_exc", True))
    return resolve(estimator, _replaced(scoring, recorder, watch), **options)


def _refusing_get_scorer(scoring: Any) -> Any:
    """The scorer, unless a part of scikit-learn asks that would call a recorder by itself.

    Other libraries may ask and go on to call what is listened to.
    """
    frame: Any = sys._getframe(1)
    while frame and frame.f_globals.get("__name__") in _RESOLVING:
        frame = frame.f_back
    module = frame.f_globals.get("__name__", "") if frame else ""
    if module.startswith("sklearn.") and module not in _LISTENED:
        _refuse_recorder(scoring)
    return _original["get_scorer"](scoring)


def _refuse_recorder(scorer: Any) -> None:
    """Refuse a recorder that nobody has told about the search, before anything is fitted."""
    for value in [scorer, *getattr(scorer, "_scorers", {}).values()]:
        if isinstance(value, Listener):
            raise value.refusal()


def _recorder_in(scoring: Any) -> Listener | None:
    """The recorder that is the scorer, or one of several by name."""
    values = list(scoring.values()) if isinstance(scoring, Mapping) else [scoring]
    return next((value for value in values if isinstance(value, Listener)), None)


def _watch_in(scorer: Any) -> Watch | None:
    values = [scorer, *getattr(scorer, "_scorers", {}).values()]
    return next((value for value in values if isinstance(value, Watch)), None)


def _replaced(scoring: Any, old: Any, new: Any) -> Any:
    """`scoring` with one scorer in the place of another, also inside of several by name."""
    if scoring is old:
        return new
    if isinstance(scoring, Mapping):
        return {name: new if value is old else value for name, value in scoring.items()}
    import copy

    several = copy.copy(scoring)
    several._scorers = _replaced(scoring._scorers, old, new)
    return several
