"""Names of candidates that tell them apart: short, on one line, with what varies."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from diagnostics.workspace.parameters import short_names

#: Names longer than this say no more to the eye.
NAME_LENGTH = 100
TEXT_LENGTH = 60
VALUE_LENGTH = 40
_HEAD = re.compile(r"([A-Za-z_][\w.]*)\(")
#: What an object is made of, as its text has it: settings, classes within, texts and numbers.
_PART = re.compile(
    r"[A-Za-z_]\w*=[^,()\[\]{}]+|[A-Z]\w*(?=\()|'[^']*'|\"[^\"]*\"|(?<![\w.])-?\d[\w.+-]*"
)
#: TPOT says of whom each setting is: `SVC__C=1`.
_NESTED = re.compile(r"^\w+__(?=\w+=)")


def candidate_names(
    parameters_text: Sequence[Mapping[str, str]], iterations: Sequence[Any] | None = None
) -> list[str]:
    """Names made of the parameters that differ, each once: `C=1, kernel=rbf`.

    A parameter without a name is a name itself. Candidates that are equal are numbered.
    """
    names = list(dict.fromkeys(name for texts in parameters_text for name in texts))
    differing = [n for n in names if len({texts.get(n) for texts in parameters_text}) > 1]
    shorter = short_names(differing or names)
    values = {
        n: _short_values(texts[n] for texts in parameters_text if n in texts) for n in shorter
    }
    full: list[str] = []
    for row, texts in enumerate(parameters_text):
        parts = [_part(shorter[n], values[n][texts[n]]) for n in shorter if n in texts]
        if iterations is not None:
            parts.append(f"iteration {iterations[row]}")
        full.append(", ".join(parts) or f"candidate {row}")
    cut = _shortened(full, NAME_LENGTH)
    return _numbered([cut[name] for name in full])


def short_texts(texts: Sequence[str]) -> list[str]:
    """Different texts on one line each, the long ones cut to what varies, and still different."""
    short = _shortened(texts, TEXT_LENGTH)
    return _numbered([short[text] for text in texts])


def _part(name: str, value: str) -> str:
    return f"{name}={value}" if name else value


def _short_values(texts: Iterable[str]) -> dict[str, str]:
    """Values in names: floats with four figures where that tells them apart, long texts cut."""
    there = list(dict.fromkeys(texts))
    rounded = {text: _rounded(text) for text in there}
    counts = Counter(rounded.values())
    kept = {text: short if counts[short] == 1 else text for text, short in rounded.items()}
    short = _shortened(list(kept.values()), VALUE_LENGTH)
    return {text: short[value] for text, value in kept.items()}


def _rounded(text: str) -> str:
    try:
        is_long = len(text) > 7 and "." in text
        return f"{float(text):.4g}" if is_long else text
    except ValueError:
        return text


def _shortened(texts: Iterable[str], length: int) -> dict[str, str]:
    """Each text on one line and no longer than that, unless another would then be the same."""
    lines = {text: " ".join(text.split()) for text in texts}
    long = [line for line in dict.fromkeys(lines.values()) if len(line) > length]
    short = {line: _cut(line, long, length) for line in long}
    taken = Counter(short.get(line, line) for line in dict.fromkeys(lines.values()))
    return {
        text: line if line not in short or taken[short[line]] > 1 else short[line]
        for text, line in lines.items()
    }


def _cut(line: str, others: Sequence[str], length: int) -> str:
    """A long text without what it shares with its like: `LogisticRegression(C=0.1, …)`."""
    head = _HEAD.match(line)
    if head is None:
        shared = os.path.commonprefix(list(others)) if len(others) > 1 else ""
        if len(shared) < length // 2:
            return f"{line[: length - 1]}…"
        begin = shared[: length // 4]
        return f"{begin}…{line[len(shared) :]}"[: length - 1].rstrip() + "…"
    like = [other for other in others if other.startswith(head.group())]
    parts = list(dict.fromkeys(_PART.findall(line[head.end() :])))
    common = set.intersection(*(set(_PART.findall(other[head.end() :])) for other in like))
    kept = [part for part in parts if len(like) == 1 or part not in common]
    inside = ""
    for part in kept:
        longer = f"{inside}{_NESTED.sub('', part.strip())}, "
        if len(head.group()) + len(longer) + 2 > length:
            break
        inside = longer
    return f"{head.group()}{inside}…)"


def _numbered(names: Sequence[str]) -> list[str]:
    """The names, those that are really equal with a number from the second on."""
    seen = Counter[str]()
    unique = []
    for name in names:
        seen[name] += 1
        unique.append(name if seen[name] == 1 else f"{name} #{seen[name]}")
    return unique
