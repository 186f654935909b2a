"""One sentence typed many ways: how its answers and their confidence move."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from diagnostics.models.batches import Steps
from diagnostics.models.jobs import Progress, no_progress
from diagnostics.models.whatif.asker import Asker
from diagnostics.models.whatif.typos import Perturbation

if TYPE_CHECKING:
    import pandas as pd

#: How often a random change is made anew unless told otherwise.
DRAWS = 100
#: Letters of all variants of one change together, and how often it is made of texts of any length.
MOST_LETTERS, LEAST_DRAWS = 500_000, 10
COLUMNS = ("change", "draw", "text", "label", "confidence", "remaining", "same")


def draws_for(text: str) -> int:
    """How often a random change of a text is made: of long ones fewer times."""
    return max(min(DRAWS, MOST_LETTERS // max(len(text), 1)), LEAST_DRAWS)


def perturbed_answers(
    asker: Asker,
    text: str,
    perturbations: Sequence[Perturbation],
    *,
    draws: int = DRAWS,
    seed: int = 0,
    make_rows: Callable[[list[str]], Any] = list,
    progress: Progress = no_progress,
) -> pd.DataFrame:
    """What a model answers to a text and to variants of it.

    Parameters
    ----------
    asker
        What answers.
    text
        The text.
    perturbations
        Each random one is made `draws` times, the others once.
    seed
        Of chance: the same gives the same variants.
    make_rows
        Rows of the model's input from texts, where those are not texts alone.
    progress
        Told the share that is done, between steps.

    Returns
    -------
    A row per variant: `change` (the perturbation's name, "" in the first row, which is the text as
    it is), `draw` from 0, `text`, `label`, its `confidence`, what `remaining` probability the label
    of the text as it is has, and whether the answer is the `same`. The two figures are NaN without
    probabilities.
    """
    import pandas as pd

    variants = [("", 0, text)]
    for one in perturbations:
        for draw in range(draws if one.is_random else 1):
            progress(0.0)  # a way out: of long texts this takes seconds
            variants.append((one.name, draw, one(text, seed=seed, draw=draw)))
    answers = _said(asker, [variant for _, _, variant in variants], make_rows, progress)
    first = answers[text][0]
    known = asker.has_probabilities
    rows = [
        (
            *variant,
            asker.labels[code],
            float(line[code]) if known else float("nan"),
            float(line[first]) if known else float("nan"),
            code == first,
        )
        for variant, (code, line) in ((variant, answers[variant[2]]) for variant in variants)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _said(
    asker: Asker,
    variants: Sequence[str],
    make_rows: Callable[[list[str]], Any],
    progress: Progress,
) -> dict[str, tuple[int, Any]]:
    """Answer and chances by text: many variants of a short one are alike, and asked about once."""
    different = list(dict.fromkeys(variants))
    answers: dict[str, tuple[int, Any]] = {}
    for step in Steps().cut(different):
        progress(len(answers) / len(different))
        codes, chances = asker.said(make_rows(step))
        answers |= {
            text: (int(code), line) for text, code, line in zip(step, codes, chances, strict=True)
        }
    return answers


def summary_of_draws(answers: pd.DataFrame) -> pd.DataFrame:
    """What `perturbed_answers` found, a row per change in its order.

    Returns
    -------
    `change`, `draws`, how many of them `kept` the answer and their `share` with its 95 % interval
    (`low`, `high`; Wilson; NaN where a single variant is all there is), the median of what
    `remaining` probability the label has, and the most frequent `other` label (None without).
    """
    import pandas as pd

    from diagnostics.statistics.intervals import wilson

    rows = []
    for name, group in answers[answers["change"] != ""].groupby("change", sort=False):
        n, kept = len(group), int(group["same"].sum())
        low, high = (float(bound) for bound in wilson(kept, n))
        others = group.loc[~group["same"], "label"].value_counts()
        rows.append(
            {
                "change": name,
                "draws": n,
                "kept": kept,
                "share": kept / n,
                "low": low if n > 1 else float("nan"),
                "high": high if n > 1 else float("nan"),
                "remaining": float(group["remaining"].median()),
                "other": str(others.index[0]) if len(others) else None,
            }
        )
    names = ["change", "draws", "kept", "share", "low", "high", "remaining", "other"]
    return pd.DataFrame(rows, columns=names)


__all__ = ["COLUMNS", "DRAWS", "draws_for", "perturbed_answers", "summary_of_draws"]
