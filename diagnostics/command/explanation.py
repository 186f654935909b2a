"""What `errata explain` answers: a short table for people, or JSON for scripts."""

from __future__ import annotations

from typing import Any

from diagnostics.command.terminal import new_console, print_json, print_table, printable
from diagnostics.models.explanation.explanation import Explanation
from diagnostics.models.explanation.tables import contribution_table

#: Contributions that a person is shown; JSON has all.
SHOWN = 15
_METHODS = {
    "exact": "weight times value",
    "shap": "shap",
    "lime": "lime",
    "kept": "kept with the run",
}


def show_explanation(example: str, explanation: Explanation, *, as_json: bool) -> None:
    """Why one example got its answer."""
    if as_json:
        print_json(explanation_summary(explanation))
        return
    console = new_console()
    if explanation.text:
        console.print(printable(explanation.text))
    against = "" if explanation.against is None else f" and not {explanation.against}"
    table = contribution_table(explanation, strongest=SHOWN)
    rows = [[row.name, row.figure] for row in table.itertuples(index=False)]
    title = f"{example}: why {explanation.label}{against}"
    print_table(console, title, ["what", f"added ({explanation.scale})"], rows, numbers=1)
    kind = "Exact" if explanation.exact else "An estimate"
    words = [f"{kind}: {_METHODS[explanation.method]}"]
    if explanation.error is not None:
        words.append(f"the sum is the model's own figure to within {explanation.error:.1g}")
    if explanation.r2 is not None:
        words.append(f"R² {explanation.r2:.2f}")
    if explanation.agreement is not None:
        words.append(f"{explanation.agreement:.0%} of the signs the same when repeated")
    console.print(printable("; ".join(words) + "."), style="dim")
    for note in explanation.notes:
        console.print(printable(note), style="dim")


def explanation_summary(explanation: Explanation) -> dict[str, Any]:
    """What `errata explain --json` prints: the strongest contributions first."""
    summary: dict[str, Any] = {
        "method": explanation.method,
        "exact": explanation.exact,
        "scale": explanation.scale,
        "label": explanation.label,
        "against": explanation.against,
        "base": explanation.base,
        "output": explanation.output,
        "contributions": [
            {"feature": entry.feature, "value": entry.value, "contribution": entry.contribution}
            for entry in explanation.contributions
        ],
    }
    if explanation.r2 is not None:
        summary["r2"] = explanation.r2
    return summary
