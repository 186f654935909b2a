"""The commands whose whole `--json` on `sample_runs` is kept, one file each.

    python -m tests.made.whole_answers     # writes them anew, after a change that was meant

What is kept are the bytes as printed, but for the last digits of numbers, which processors round in
their own ways: twelve digits stand, of commands that ask a model nine (`ROUGHER`).
"""

from __future__ import annotations

import gzip
import io
import json
import re
import shutil
import tempfile
from contextlib import redirect_stdout
from pathlib import Path

from tests.places import DATA, ROOT, SAMPLES

KEPT = DATA / "answers"

#: One of each kind, and one that is refused for what its run lacks.
ASSUMPTIONS = [
    {"kind": "column", "subject": "worst radius", "claim": "pushes-towards", "label": "malignant"},
    {"kind": "column", "subject": "smoothness error", "claim": "must-not-matter"},
    {"kind": "column", "subject": "mean concavity", "claim": "matters"},
]
WORDS = [
    {"kind": "word", "subject": "card", "claim": "matters"},
    {"kind": "property", "subject": "words", "claim": "must-not-matter"},
]

HELPDESK = ("sample_runs/helpdesk", "--run", "logistic-words-C3")
CASES: dict[str, tuple[str, ...]] = {
    "summary": ("summary", "sample_runs"),
    "summary-rasa": ("summary", "sample_runs/helpdesk_rasa"),
    "confusion-folds": ("confusion", *HELPDESK),
    "confusion-rasa": ("confusion", "sample_runs", "--run", "diet"),
    "confusion-table": ("confusion", "sample_runs", "--run", "tickets"),
    "top-mistakes": ("top", *HELPDESK, "--by", "confident-mistakes", "-k", "20"),
    "top-uncertain": ("top", "sample_runs/digits", "--run", "neighbours", "--by", "uncertain"),
    "top-nearly": ("top", "sample_runs/tumours", "--run", "forest", "--by", "nearly-right"),
    "top-right": ("top", "sample_runs", "--run", "tickets", "--by", "confident-correct"),
    "top-all": ("top", "sample_runs", "--run", "chars-logistic", "--by", "all", "-k", "5"),
    "top-moved": (
        *("top", *HELPDESK, "--by", "moved"),
        *("--against", "bayes-words-a0.3", "--outcome", "broken"),
    ),
    "top-never": ("top", *HELPDESK, "--by", "confident-mistakes", "--across", "never-right"),
    "top-cell": (
        *("top", "sample_runs", "--run", "diet", "--by", "confident-mistakes"),
        *("--true", "refund_status", "--predicted", "return_item"),
    ),
    "compare-folds": ("compare", "sample_runs/helpdesk", "bayes-words-a0.3", "logistic-words-C3"),
    "compare-rasa": ("compare", "sample_runs", "words-logistic", "diet"),
    "compare-split": ("compare", "sample_runs/tumours", "naive-bayes", "logistic"),
    "check": (
        *("check", "sample_runs/tumours", "--run", "logistic", "--baseline", "forest"),
        *("--max-drop", "accuracy=0.01", "--min", "macro_f1=0.5", "--max-broken", "0"),
        *("--alpha", "0.05"),
    ),
    "explain-exact": (
        *("explain", "sample_runs/tumours", "--run", "logistic", "--example", "tumour-040"),
    ),
    "explain-trees": (
        *("explain", "sample_runs/tumours", "--run", "forest", "--example", "tumour-040"),
    ),
    "explain-picture": (
        *("explain", "sample_runs/digits", "--run", "logistic", "--example", "digit-1551"),
    ),
    "importance-weights": ("importance", "sample_runs/tumours", "--run", "logistic"),
    "importance-permuted": (
        *("importance", "sample_runs/tumours", "--run", "naive-bayes", "--method", "permutation"),
    ),
    "assumptions-columns": ("assumptions", "tumours"),
    "assumptions-words": ("assumptions", "helpdesk_rasa"),
}
ROUGHER = {name for name in CASES if name.startswith(("explain", "importance", "assumptions"))}


def whole_answer(name: str, folder: Path) -> str:
    """What the command prints; `folder` is an empty one, for copies that get assumptions."""
    from diagnostics.__main__ import main

    words = list(CASES[name])
    if words[0] == "assumptions":
        words[1] = str(with_assumptions(SAMPLES / words[1], folder))
    elif words[1].startswith("sample_runs"):
        words[1] = str(ROOT / words[1])
    printed = io.StringIO()
    with redirect_stdout(printed):
        try:
            main([*words, "--json"])
        except SystemExit as stopped:  # a gate that fails
            printed.write(f"exit code {stopped.code}\n")
    return with_digits(printed.getvalue(), 9 if name in ROUGHER else 12)


def with_assumptions(samples: Path, folder: Path) -> Path:
    """A copy of sample runs in which a team has written down what it expects."""
    copy = folder / samples.name
    shutil.copytree(samples, copy, ignore=shutil.ignore_patterns(".errata"))
    (copy / ".errata").mkdir()
    rows = ASSUMPTIONS if samples.name == "tumours" else WORDS
    lines = [json.dumps({"version": 1, "action": "assume", **row}) for row in rows]
    (copy / ".errata" / "assumptions.jsonl").write_text("\n".join(lines) + "\n")
    return copy


def with_digits(printed: str, digits: int) -> str:
    """The same text, in which numbers with a point or an exponent have so many digits."""
    number = r"-?\d+(?:\.\d+(?:e[+-]?\d+)?|e[+-]?\d+)"
    return re.sub(number, lambda match: f"{float(match[0]):.{digits}g}", printed)


def kept(name: str) -> str:
    """What the command printed when the answer was kept."""
    return gzip.decompress((KEPT / f"{name}.json.gz").read_bytes()).decode()


def keep_all() -> None:
    """Write every answer anew that is another; a Python packs the same text in its own way."""
    KEPT.mkdir(parents=True, exist_ok=True)
    for name in CASES:
        with tempfile.TemporaryDirectory() as folder:
            content = whole_answer(name, Path(folder))
        path = KEPT / f"{name}.json.gz"
        if not path.exists() or kept(name) != content:
            path.write_bytes(gzip.compress(content.encode(), mtime=0))


if __name__ == "__main__":
    keep_all()
