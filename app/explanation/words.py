"""What an explanation says of itself: its method, its scale, how far it can be believed."""

from __future__ import annotations

import re
from math import fsum
from typing import TYPE_CHECKING, Any

from app.widgets.labels import shown_label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from diagnostics import Experiment, Run
    from diagnostics.models.explanation.explanation import Contribution, Explanation

#: Beside which a difference is rounding.
ROUNDING = 1e-6
#: LIME's stand-in fits too badly to be read below this; Ribeiro et al. give no threshold.
POOR_FIT = 0.7
POOR = "The stand-in fits the model badly here: do not rely on this explanation."
#: Words that are named, of those that nothing was found in.
NAMED = 8

_METHODS = {
    "exact": "Exact: the model is linear, and each {unit} added its weight times its value.",
    "shap": "SHAP{kind}: what each {unit} adds, averaged over the orders they could come in.",
    "lime": "LIME: an estimate, from answers to this example with parts of it left out.",
    "kept": "Kept with the run: computed where the model was, shown as it came.",
}
_NAMES = {"exact": "the exact method", "shap": "SHAP", "lime": "LIME", "kept": "what was kept"}
_SCALES = {
    "log-odds": "In log-odds: +1 makes the one label 2.7 times as probable against the other.",
    "margin": "In the model's own score: the label with the highest wins, by no probability.",
    "probability": "In probability: 0.1 are ten percentage points.",
}


def unit_of(explanation: Explanation) -> str:
    """What a feature is called."""
    if explanation.picture is not None:
        return "pixel"
    if explanation.text is None:
        return "column"
    entries = explanation.contributions
    is_words = all(e.place is None and e.feature == e.feature.strip() for e in entries)
    return "word" if is_words else "feature"


def method_sentences(explanation: Explanation) -> str:
    """Method, scale and error, without a word from the files."""
    kind = ", exact for trees" if explanation.exact else ", an estimate"
    method = _METHODS[explanation.method].format(unit=unit_of(explanation), kind=kind)
    sentences = [method, _SCALES[explanation.scale]]
    if explanation.error is not None:
        size = max(abs(explanation.output), abs(explanation.model_output or 0.0), 1.0)
        if not explanation.error:
            sentences.append("The sum is exactly the model's own figure.")
        elif explanation.error <= ROUNDING * size:
            sentences.append(
                f"The sum is the model's own figure to within {explanation.error:.0e}."
            )
        else:
            sentences.append(f"The sum misses the model's own figure by {explanation.error:.2g}.")
    if explanation.r2 is not None:
        sentences.append(f"Its stand-in fits the model with an R² of {explanation.r2:.2f}.")
    if explanation.agreement is not None:
        sentences.append(f"Repeated, {explanation.agreement:.0%} of the signs stayed the same.")
    return " ".join(sentences)


def warnings(found: Explanation) -> list[str]:
    """What a reader must know before believing it."""
    said = list(found.notes)
    if found.text is not None:
        said += _beside_the_text(found)
    return said


def is_poor(found: Explanation) -> bool:
    """Whether LIME's stand-in fits too badly."""
    return found.r2 is not None and found.r2 < POOR_FIT


def has_columns(found: Explanation) -> bool:
    """Whether columns of a table are in it, beside the words of a text or without."""
    return found.text is None or any(entry.place is not None for entry in found.contributions)


def _beside_the_text(found: Explanation) -> list[str]:
    """What columns added, and what is of words that are not there or cannot be placed."""
    columns = fsum(entry.contribution for entry in found.contributions if entry.place is not None)
    said = [f"{columns:+.3g} of it is not of the text but of columns."] if columns else []
    rest = found.unplaced - columns
    if abs(rest) > ROUNDING:
        said.append(f"{rest:+.3g} of it has no place in this text.")
    return said


def word_of(entry: Contribution) -> str:
    """The word that a feature is; of a table's text its column's name stands before it."""
    return entry.feature.rpartition(": ")[2]


def sum_sentence(found: Explanation) -> str:
    """The base, everything that was added, and what they make."""
    added = found.output - found.base
    unit = unit_of(found)
    return f"Base {found.base:+.3g}, all {unit}s {added:+.3g}, together {found.output:+.3g}."


def unseen_words(explanation: Explanation) -> str:
    """Which words of the text nothing was found in, "" if there are none or no words."""
    text = explanation.text or ""
    if not explanation.spans or not text:
        return ""
    covered = [False] * len(text)
    for span in explanation.spans:
        covered[span.start : span.end] = [True] * (span.end - span.start)
    words = [
        match.group()
        for match in re.finditer(r"\w+", text)
        if not any(covered[match.start() : match.end()])
    ]
    unseen = list(dict.fromkeys(words))
    if not unseen:
        return ""
    more = f" and {len(unseen) - NAMED} more" if len(unseen) > NAMED else ""
    return f"Unknown to the model, or left out by it: {', '.join(unseen[:NAMED])}{more}."


def agreement(one: Explanation, other: Explanation, *, strongest: int = 5) -> str:
    """How many of the strongest features two explanations share."""
    names = [
        {entry.feature.lower() for entry in found.contributions[:strongest]}
        for found in (one, other)
    ]
    same, of = len(names[0] & names[1]), min(map(len, names))
    return f"{same} of the {of} strongest are the same as by {_NAMES[other.method]}."


def usual_label(answer: Mapping[str, Any] | None) -> str:
    """What is explained unless another label is chosen."""
    said = (answer or {}).get("predicted_label")
    return f"{shown_label(str(said))} (the answer)" if said else "the answer"


def usual_against(run: Run, answer: Mapping[str, Any] | None, label: str) -> str:
    """What it is held against unless another label is chosen."""
    recorded = answer or {}
    true, said = recorded.get("true_label"), recorded.get("predicted_label")
    own = label or said
    if true is not None and true != own:
        return f"{shown_label(str(true))} (true)"
    if said is not None and said != own:
        return f"{shown_label(str(said))} (the answer)"
    shares = recorded.get("probabilities")
    if shares is None:
        return "the next probable"
    ranked = sorted(zip(shares, run.labels, strict=True), key=lambda pair: -pair[0])
    following = next((name for _, name in ranked if name != own), "")
    return f"{shown_label(following)} (next)" if following else "the next probable"


def run_with_model(experiment: Experiment, run: Run) -> Run | None:
    """Another run of the experiment that kept its model; the best of several."""
    from diagnostics.workspace.scores import ranked_runs

    kept = {other.run: other for other in experiment.runs if other.models}
    return next((kept[name] for name in ranked_runs(experiment) if name in kept), None)
