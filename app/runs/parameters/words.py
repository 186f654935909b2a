"""What the parameters did, in sentences. Names come from files: show them as text."""

from __future__ import annotations

import math
from collections.abc import Sequence

from diagnostics.runs.parameters.effects import Importance, joined
from diagnostics.runs.parameters.search_edges import LEAST_SHARE, Edge
from diagnostics.statistics.metric_names import in_a_sentence, metric_text
from diagnostics.workspace.parameters import short_names

#: Pairs from this share on are said to interact; parameters that are named in the first sentence.
INTERACTS, NAMED = 0.02, 3
#: Interacting pairs that are named where a forest sees them.
PAIRS = 3
#: From this share on, noise is no small part of the spread.
NOISY = 0.2


def importance_sentences(importance: Importance, metric: str, runs: int) -> list[str]:
    """How much each parameter mattered, which pairs interact, or why nothing can be said."""
    if importance.method == "none":
        return [importance.reason]
    known = list(zip(importance.shares["name"], importance.shares["share"], strict=True))
    if not known or math.isnan(known[0][1]):
        return ["Mixing up any parameter costs a model of the scores nothing: none stands out."]
    metric_said = in_a_sentence(metric)
    if importance.method == "forest":
        return [_forest(known, metric_said, importance.r2), *_unseen_pairs(importance)]
    (name, share), *others = known
    more = [f"{other} {_percent(s)}" for other, s in others if s >= LEAST_SHARE][: NAMED - 1]
    first = f"{name} explains {_percent(share)} of the spread of {metric_said} between these "
    first += f"{runs:,} runs" + (f", {joined(more)}." if more else ".")
    little = [other for other, s in known if s < LEAST_SHARE]
    sentences = [first]
    if little:
        each = "explains" if len(little) == 1 else "explain, each,"
        sentences.append(f"{joined(little)} {each} less than {_percent(LEAST_SHARE)}.")
    return [*sentences, *_pairs(importance)]


def _forest(known: Sequence[tuple[str, float]], metric: str, r2: float) -> str:
    (name, share), *others = known
    more = [f"{other} ({_percent(s)})" for other, s in others if s >= LEAST_SHARE][: NAMED - 1]
    then = f", then {joined(more)}" if more else ""
    return (
        f"{name} matters most ({_percent(share)}){then}: shares of what mixing up a parameter "
        f"costs a random forest that predicts the {metric}, for the runs are no full grid. "
        f"R² {r2:.2f} on runs it has not seen."
    )


def _unseen_pairs(importance: Importance) -> list[str]:
    """Which pairs a forest sees to interact; nothing where there was no pair to look at."""
    if not importance.paired:
        return []
    rows = importance.pairs.head(PAIRS).to_dict("records")
    if not rows:
        many = (
            "the pair that was" if importance.paired == 1 else f"any of {importance.paired} pairs"
        )
        return [
            f"No two parameters are seen to interact: taking {many} looked at together predicts "
            "unseen runs no better than each parameter alone, beyond chance."
        ]
    (first, *others) = [(f"{row['first']} and {row['second']}", row["share"]) for row in rows]
    more = "".join(f" {names} do so, too ({_percent(share)})." for names, share in others)
    return [
        f"{first[0]} interact: which value of one is best depends on the other. Taken together "
        f"they explain {_percent(first[1])} more of the spread of unseen runs than each alone."
        + more
    ]


def _pairs(importance: Importance) -> list[str]:
    """The pair that adds most, or that none adds much; and what cannot be told apart."""
    sentences = []
    if len(importance.pairs):
        first, second, share = importance.pairs.iloc[0][["first", "second", "share"]]
        if share >= INTERACTS:
            sentences.append(
                f"{first} and {second} interact: which value of one is best depends on the other, "
                f"and that explains {_percent(share)} more."
            )
        else:
            sentences.append(
                f"No two parameters interact to speak of: the pair with most, {first} and "
                f"{second}, explains {_percent(share)} beyond what each does alone."
            )
    if importance.rest >= INTERACTS:
        sentences.append(
            f"{_percent(importance.rest)} is left for three and more together, and for noise."
        )
    blocks = [parameters for parameters in importance.shares["parameters"] if len(parameters) > 1]
    for block in blocks:
        names = joined(list(short_names(block).values()))
        sentences.append(
            f"{names} were only tried in certain combinations, so they cannot be told apart."
        )
    return sentences


def edge_sentence(edge: Edge, metric: str, name: str) -> str:
    """That the best value is an end of what was tried, with the evidence."""
    means = f"{metric_text(metric, edge.mean)} on average, against"
    inner = f"{means} {metric_text(metric, edge.inner_mean)} at {edge.inner}."
    if edge.is_range:
        part = "lowest" if edge.end == "smallest" else "highest"
        return (
            f"The best {name} is in the {part} part of what was tried ({edge.value}): search "
            f"further. {inner}"
        )
    return f"The best {name} is the {edge.end} tried ({edge.value}): search further. {inner}"


def noise_sentence(share: float) -> str:
    """How much of the spread between the runs the folds alone would make; "" if unknown."""
    if math.isnan(share):
        return ""
    words = f"Chance between folds alone would make {_percent(share)} of this spread"
    return f"{words}: do not trust small effects." if share >= NOISY else f"{words}."


def _percent(share: float) -> str:
    return "less than 1 %" if 0 <= share < LEAST_SHARE else f"{100 * share:.0f} %"
