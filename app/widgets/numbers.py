"""Numbers as the pages write them: with their nouns, in percent, with as many decimals all down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diagnostics import Run
from diagnostics.confusion.matrix import judged_examples
from diagnostics.workspace import SPLITS

if TYPE_CHECKING:
    import pandas as pd

#: Streamlit's own "percent" leaves out zeros at the end: 20% stands above 12.5% then.
PERCENT = "%.1f%%"
#: Decimals of thresholds in a column.
_FEWEST, _MOST = 4, 9


def counted(n: int, noun: str, plural: str = "") -> str:
    """A number with its noun: `1 answer`, `2 answers`."""
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"


def known_split(split: str) -> str:
    """A split's name where Markdown is read: "" for one that is not ours."""
    return split if split in SPLITS else ""


def wrong_of(run: Run) -> str:
    """What the number of a run's mistakes is called: of how many examples of which split."""
    if run.task == "entities":
        return "Wrong sentences"
    unit = "stories" if run.task == "stories" else f"{known_split(run.split)} examples".strip()
    n = judged_examples(run)
    return f"Wrong of {n:,} {unit}" if n else "Wrong"


def in_percent(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """The frame with shares in hundredths, as `PERCENT` writes them; what is missing stays so."""
    shares: dict[str, Any] = {name: 100 * frame[name].astype(float) for name in columns}
    return frame.assign(**shares)


def threshold_format(thresholds: pd.Series[float]) -> str:
    """Four decimals, and more where those would make 1 of a threshold below it."""
    below = thresholds[thresholds < 1]
    enough = (n for n in range(_FEWEST, _MOST) if (below.round(n) < 1).all())
    return f"%.{next(enough, _MOST)}f"
