"""One answer's probabilities: the few that matter, and where the true label stood in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

#: Bars that are shown of a vector.
TOP = 8
#: What is said of a bar, so that nobody has to tell colours apart.
ROLES = {
    "true": "true",
    "right": "true and predicted",
    "predicted": "predicted",
    "answer": "predicted",
}
_ORDINALS = {2: "second", 3: "third", 4: "fourth", 5: "fifth", 6: "sixth", 7: "seventh"}


def probability_table(
    labels: Sequence[str],
    probabilities: Sequence[float],
    *,
    true_label: str | None,
    predicted_label: str | None,
    top: int = TOP,
) -> pd.DataFrame:
    """The `top` most probable labels, the true and the predicted one always among them.

    Returns
    -------
    Columns `label`, `probability`, `role` and `figure`, the probability and role in words. Roles
    are `true`, `predicted`, `right` (both at once), `answer` (predicted, the truth unknown),
    `other` and `rest`, the last row's, which adds up all labels that are not shown and counts them
    in its label. The most probable first; ties in the order of `labels`.
    """
    import pandas as pd

    if len(labels) <= top + 2:  # a row for all others would save a row at most
        top = len(labels)
    order = sorted(range(len(labels)), key=lambda code: (-probabilities[code], code))
    named = [code for code in order if labels[code] in (true_label, predicted_label)]
    free = [code for code in order if code not in named][: max(top - len(named), 0)]
    shown = sorted([*named, *free], key=order.index)
    rows = [
        (labels[code], probabilities[code], _role(labels[code], true_label, predicted_label))
        for code in shown
    ]
    rest = [code for code in order if code not in shown]
    if rest:
        total = min(sum(probabilities[code] for code in rest), 1.0)
        rows.append((f"all others ({len(rest)})", total, "rest"))
    frame = pd.DataFrame(rows, columns=["label", "probability", "role"])
    return frame.assign(figure=[_figure(share, role) for _, share, role in rows])


def _figure(share: float, role: str) -> str:
    return " · ".join(part for part in (percent(share), ROLES.get(role, "")) if part)


def _role(label: str, true_label: str | None, predicted_label: str | None) -> str:
    if label == true_label == predicted_label:
        return "right"
    if label == true_label:
        return "true"
    if label == predicted_label:
        return "answer" if true_label is None else "predicted"
    return "other"


def standing(answer: Mapping[str, Any], labels: int) -> str:
    """One sentence on how sure the answer was and where the true label stood.

    `answer` is a row as `diagnostics.examples.answers.answer` has it; `labels` is how many
    there are. "" if nothing but the label is known.
    """
    confidence, truth = answer.get("confidence"), answer.get("true_label")
    if confidence is None:
        return ""
    if truth is None or answer.get("predicted_label") == truth:
        return _ahead(answer)
    behind = _behind(answer, labels)
    return f"{percent(confidence)} sure{behind}."


def _ahead(answer: Mapping[str, Any]) -> str:
    margin = answer.get("margin")
    sure = f"{percent(answer['confidence'])} sure"
    return (
        f"{sure}, {points(margin)} ahead of the next label." if margin is not None else f"{sure}."
    )


def _behind(answer: Mapping[str, Any], labels: int) -> str:
    rank, of_truth = answer.get("true_rank"), answer.get("true_confidence")
    if rank is None or of_truth is None:
        return ""
    gap = answer["confidence"] - of_truth
    place = _ORDINALS.get(rank, f"in place {rank:,} of {labels:,}")
    if rank == 1:
        return f"; the true label had {'as much' if gap == 0 else percent(of_truth)}"
    return f"; the true label came {place} with {percent(of_truth)}, {points(gap)} behind"


def percent(share: float) -> str:
    """A share as people read it: `48.0%`, and `99.97%` or `< 0.1%` where rounding would lie."""
    value = share * 100
    if 0 < value < 0.1:
        return "< 0.1%"
    if value >= 99.95 and value < 100:
        return f"{min(int(value * 1000) / 1000, 99.999):g}%"
    return f"{value:.1f}%"


def points(gap: float) -> str:
    """A difference of shares in percentage points."""
    value = abs(gap) * 100
    if value < 1:
        return f"{value:.1g} points" if value >= 0.01 else "less than 0.01 points"
    return f"{value:.0f} point" + ("" if round(value) == 1 else "s")
