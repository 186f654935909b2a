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


def show_explanation(example: str, found: Explanation, *, as_json: bool) -> None:
    """Why one example got its answer."""
    if as_json:
        print_json(explanation_summary(found))
        return
    console = new_console()
    if found.text:
        console.print(printable(found.text))
    against = "" if found.against is None else f" and not {found.against}"
    table = contribution_table(found, strongest=SHOWN)
    rows = [[row.name, row.figure] for row in table.itertuples(index=False)]
    title = f"{example}: why {found.label}{against}"
    print_table(console, title, ["what", f"added ({found.scale})"], rows, numbers=1)
    kind = "Exact" if found.exact else "An estimate"
    words = [f"{kind}: {_METHODS[found.method]}"]
    if found.error is not None:
        words.append(f"the sum is the model's own figure to within {found.error:.1g}")
    if found.r2 is not None:
        words.append(f"R² {found.r2:.2f}")
    if found.agreement is not None:
        words.append(f"{found.agreement:.0%} of the signs the same when repeated")
    console.print(printable("; ".join(words) + "."), style="dim")
    for note in found.notes:
        console.print(printable(note), style="dim")


def explanation_summary(found: Explanation) -> dict[str, Any]:
    """What `errata explain --json` prints: the strongest contributions first."""
    summary: dict[str, Any] = {
        "method": found.method,
        "exact": found.exact,
        "scale": found.scale,
        "label": found.label,
        "against": found.against,
        "base": found.base,
        "output": found.output,
        "contributions": [
            {"feature": entry.feature, "value": entry.value, "contribution": entry.contribution}
            for entry in found.contributions
        ],
    }
    if found.r2 is not None:
        summary["r2"] = found.r2
    return summary
