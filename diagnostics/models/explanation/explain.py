"""Why a run's model gave its answer to one example, by the best method that is there."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, get_args

from diagnostics.errors import DiagnosticsError
from diagnostics.models.explanation.exact import exact_explanation
from diagnostics.models.explanation.explanation import Explanation
from diagnostics.models.explanation.question import OWN_SCORE, Question, question_about
from diagnostics.models.model import Model
from diagnostics.models.pipelines.linear import final_step, is_linear
from diagnostics.models.run_models import NoModel, recorded_answer
from diagnostics.workspace import Experiment, Run
from diagnostics.workspace.asked_for import the_experiment, the_run

Asked = Literal["auto", "exact", "shap", "lime", "kept"]
ASK_FOR_ESTIMATES = "Ask for shap or lime, which estimate by asking the model many times."


def explain_example(
    experiment: Experiment,
    run: Run,
    example: str,
    *,
    root: Path,
    label: str | None = None,
    against: str | None = None,
    method: Asked = "auto",
    trust_pickles: bool = False,
    seed: int = 0,
) -> Explanation:
    """What each word, column or pixel of an example added to the model's answer.

    Parameters
    ----------
    experiment, run, example
        The run, where it belongs, and the example's id.
    root
        The folder that the workspace was opened on.
    label
        Which label is explained; None for the one that was answered.
    against
        Which label it is held against: None for the true label where the answer was wrong, else
        for the next probable one; `OWN_SCORE` for none, where the model has more than two.
    method
        `auto` takes the model apart where it is linear; else it shows what the run brought along,
        else it asks TreeExplainer where that is right, and estimates nothing. `shap` and `lime`
        estimate, which takes seconds.
    trust_pickles
        Whether code in the model's file may run.
    seed
        Of what is sampled.

    Returns
    -------
    An `Explanation` by the model of the example's fold, checked against the model's own output.

    Raises
    ------
    NoModel
        If there is neither a model nor an explanation of this example.
    ModelNotOpened
        If the model may not be opened.
    DiagnosticsError
        If the example, a label or the method is unknown, or the method is not for this model; the
        hint says which is.
    """
    experiment = the_experiment(experiment)
    run = the_run(run, experiment)
    if method not in get_args(Asked):
        known = ", ".join(get_args(Asked))
        raise DiagnosticsError(f"There is no method {method!r}.", hint=f"Use one of {known}.")
    labels = {"label": label, "against": against}
    if method == "kept":
        kept = _kept(experiment, run, example, root=root, **labels)
        return kept or _nothing_kept(run, example)
    about: dict[str, Any] = {"root": root, "answer": recorded_answer(run, example), **labels}
    try:
        question = question_about(
            experiment, run, example, trust_pickles=trust_pickles, seed=seed, **about
        )
    except DiagnosticsError:
        kept = _kept(experiment, run, example, **about) if method == "auto" else None
        if kept is None:
            raise
        return kept
    if method == "auto" and not is_linear(question.model.estimator):
        return _kept(experiment, run, example, **about) or _trees(question)
    return _by(method, question)


def is_available(method: Literal["shap", "lime"]) -> bool:
    """Whether what a method needs is installed."""
    return find_spec(method) is not None


def _by(method: Literal["auto", "exact", "shap", "lime"], question: Question) -> Explanation:
    if method == "auto" or method == "exact":
        return exact_explanation(question)
    if not is_available(method):
        raise DiagnosticsError(f"{method} is not installed.", hint=f"pip install {method}")
    from diagnostics.models.explanation.stored_estimates import estimate_once

    return estimate_once(method, question)


def _trees(question: Question) -> Explanation:
    if not _trees_are_right(question.model):
        name = type(final_step(question.model.estimator)).__name__
        raise DiagnosticsError(
            f"{name} is not linear: its answer is no sum that could be taken apart exactly.",
            hint=_hint(question.model),
        )
    from diagnostics.models.explanation.tree_shap import NoTrees, tree_explanation

    try:
        return tree_explanation(question)
    except NoTrees as error:  # what takes long is only done when asked for
        raise DiagnosticsError(error.message, hint=ASK_FOR_ESTIMATES) from error


def _hint(model: Model) -> str:
    """What else can be asked: for trees that shap would read, what is missing for it."""
    from diagnostics.models.explanation.shap_values import trees_are_right, why_not_read

    if not is_available("shap") and trees_are_right(model):
        return "shap reads it exactly: pip install shap."
    return f"{why_not_read(model)} {ASK_FOR_ESTIMATES}".strip()


def _trees_are_right(model: Model) -> bool:
    from diagnostics.models.explanation.shap_values import trees_are_right

    return is_available("shap") and trees_are_right(model)


def _kept(experiment: Experiment, run: Run, example: str, **asked: Any) -> Explanation | None:
    from diagnostics.models.explanation.from_files import kept_explanation

    return kept_explanation(experiment, run, example, **asked)


def _nothing_kept(run: Run, example: str) -> Explanation:
    raise NoModel(
        f"The run {run.run} kept no explanation of {example!r}.",
        hint="Ask for another method.",
    )


__all__ = ["OWN_SCORE", "Asked", "explain_example", "is_available"]
