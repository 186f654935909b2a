"""Withholding an answer as Rasa does it: its settings, its labels, and a threshold as config."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from diagnostics.confidence.risk_coverage import OperatingPoint

#: What Rasa takes where the configuration is silent (rasa/core/constants.py, 2.0 to 3.6).
DEFAULT_THRESHOLD, DEFAULT_AMBIGUITY = 0.3, 0.1

#: Names that mean "no answer" by themselves, without case, blanks and punctuation.
_NONE_NAMES = frozenset(
    {
        *("outofscope", "oos", "outofdomain", "ood", "nlufallback", "fallback", "none", "null"),
        *("nointent", "noanswer", "nomatch", "noneoftheabove"),
    }
)
#: Components and policies that withhold answers of low confidence, and their option's name.
_COMPONENTS = {
    "FallbackClassifier": "threshold",
    "FallbackPolicy": "nlu_threshold",
    "TwoStageFallbackPolicy": "nlu_threshold",
}


@dataclass(frozen=True)
class FallbackSettings:
    """What a Rasa configuration withholds: confidences below `threshold`, and answers whose
    runner-up is less than `ambiguity_threshold` behind. `given` is False where Rasa's own default
    stands for `threshold`.
    """  # noqa: D205

    component: str
    threshold: float
    ambiguity_threshold: float
    given: bool = True


def usual_none_labels(labels: Iterable[str]) -> list[str]:
    """Those of `labels` whose name says that they are no answer, such as `out_of_scope`."""
    return [label for label in labels if re.sub(r"[\W_]", "", label).lower() in _NONE_NAMES]


def fallback_settings(config: str) -> FallbackSettings | None:
    """The fallback in the text of a Rasa configuration, None if it has none or is no YAML.

    `FallbackClassifier` in the pipeline; else, as in Rasa 1, `FallbackPolicy` or
    `TwoStageFallbackPolicy` with its `nlu_threshold`. The last one counts where there are several.
    """
    import yaml

    try:
        content = yaml.safe_load(config) if config.strip() else None
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    if not isinstance(content, dict):
        return None
    for section in ("pipeline", "policies"):
        found = [_settings(entry) for entry in _entries(content.get(section))]
        known = [settings for settings in found if settings]
        if known:
            return known[-1]
    return None


def _entries(section: object) -> Iterator[Mapping[object, object]]:
    for entry in section if isinstance(section, list) else []:
        if isinstance(entry, dict):
            yield entry
        elif isinstance(entry, str):
            yield {"name": entry}


def _settings(entry: Mapping[object, object]) -> FallbackSettings | None:
    name = str(entry.get("name", "")).rpartition(".")[2]
    if name not in _COMPONENTS:
        return None
    threshold = _share(entry.get(_COMPONENTS[name]))
    ambiguity = _share(entry.get("ambiguity_threshold"))
    return FallbackSettings(
        component=name,
        threshold=DEFAULT_THRESHOLD if threshold is None else threshold,
        ambiguity_threshold=DEFAULT_AMBIGUITY if ambiguity is None else ambiguity,
        given=threshold is not None,
    )


def _share(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def decimal(number: float) -> str:
    """A number as every format writes it, without an exponent: `0.83`, `0.00005`."""
    return f"{Decimal(repr(float(number))):f}"


def usual_ambiguity(current: FallbackSettings | None) -> float:
    """The ambiguity threshold of the `current` classifier.

    Without one it is 0, for Rasa's own default would withhold more than the threshold alone.
    """
    if current is None or current.component != "FallbackClassifier":
        return 0.0
    return min(max(current.ambiguity_threshold, 0.0), 1.0)


def rasa_config(
    threshold: float, *, ambiguity: float | None = None, current: FallbackSettings | None = None
) -> str:
    """The pipeline's entry for a Rasa configuration, as YAML.

    `ambiguity` is the ambiguity threshold, `usual_ambiguity` if None.
    """
    usual = usual_ambiguity(current)
    ambiguity = usual if ambiguity is None else ambiguity
    why = "  # to the runner-up"
    if not ambiguity:
        why = "  # 0: confidence alone decides"
    elif ambiguity == usual:
        why = "  # as it is now"
    return "\n".join(
        [
            "pipeline:",
            "# ... the other components, this one last",
            "- name: FallbackClassifier",
            f"  threshold: {decimal(threshold)}",
            f"  ambiguity_threshold: {decimal(ambiguity)}{why}",
            "",
        ]
    )


def yaml_lines(threshold: float, *, by_label: Mapping[str, float] | None = None) -> str:
    """The threshold as YAML of no particular program, with those of labels where given."""
    import yaml

    lines = ["# answer where confidence >= threshold", f"threshold: {decimal(threshold)}"]
    if by_label:
        own = {"thresholds_by_label": dict(by_label)}
        text = yaml.safe_dump(own, allow_unicode=True, sort_keys=False, width=10**6)
        lines += ["# for the labels below from their own threshold on", text.rstrip("\n")]
    return "\n".join([*lines, ""])


def python_line(threshold: float) -> str:
    """The rule as one line of Python: the label, or None where the answer is withheld."""
    return f"answer = label if confidence >= {decimal(threshold)} else None\n"


def threshold_json(
    point: OperatingPoint,
    *,
    run: str,
    split: str,
    none_labels: Sequence[str] = (),
    predicted_label: str | None = None,
    by_label: Mapping[str, float] | None = None,
) -> str:
    """The threshold with what it did on the evaluated answers, as JSON.

    Keys: `threshold`, `rule`, `run`, `split`, `predicted_label` (null for all), `none_labels`,
    `examples`, `answered`, `coverage`, `wrong_among_answered` with `low` and `high`
    (Clopper-Pearson, 95 %; null if nothing is answered), and `thresholds_by_label` where given.
    """
    low, high = point.risk_interval()
    content: dict[str, Any] = {
        "threshold": point.threshold,
        "rule": "answer where confidence >= threshold",
        "run": run,
        "split": split,
        "predicted_label": predicted_label,
        "none_labels": list(none_labels),
        "examples": point.total,
        "answered": point.answered,
        "coverage": _number(point.coverage),
        "wrong_among_answered": _number(point.risk),
        "low": _number(low),
        "high": _number(high),
    }
    if by_label is not None:
        content["thresholds_by_label"] = dict(by_label)
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _number(value: float) -> float | None:
    return round(value, 6) if math.isfinite(value) else None


__all__ = [
    "DEFAULT_AMBIGUITY",
    "DEFAULT_THRESHOLD",
    "FallbackSettings",
    "decimal",
    "fallback_settings",
    "python_line",
    "rasa_config",
    "threshold_json",
    "usual_ambiguity",
    "usual_none_labels",
    "yaml_lines",
]
