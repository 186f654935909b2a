"""The pages, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from streamlit.navigation.page import StreamlitPage

PAGES = Path(__file__).resolve().parents[2] / "pages"


@dataclass(frozen=True)
class Entry:
    """One page of the dashboard.

    `address` is what links say where that is not the name of the script: links are kept, and a
    script is called as what it shows is called everywhere else.
    """

    file: str
    title: str
    icon: str
    help: str
    address: str | None = None

    @property
    def path(self) -> Path:
        """Where its script lies."""
        return PAGES / self.file

    def as_page(self) -> StreamlitPage:
        """The page as Streamlit's navigation takes it."""
        return st.Page(
            self.path,
            title=self.title,
            icon=self.icon,
            help=self.help,
            url_path=self.address,
            default=self is ENTRIES[0],
        )


ENTRIES = (
    Entry(
        "overview.py", "Overview", ":material/home:", "What was found, and what is wrong with it."
    ),
    Entry("runs.py", "Runs", ":material/table_rows:", "Every run with its parameters and metrics."),
    Entry(
        "comparison.py",
        "Compare",
        ":material/compare_arrows:",
        "What one run fixed and broke of another, and what all runs share.",
        address="compare",
    ),
    Entry(
        "confusion.py",
        "Confusion",
        ":material/grid_on:",
        "Which classes are taken for which, and each class's figures.",
    ),
    Entry(
        "confidence.py",
        "Confidence",
        ":material/speed:",
        "How sure right and wrong answers were, how far that can be trusted, where to draw a line.",
    ),
    Entry(
        "examples.py",
        "Examples",
        ":material/list_alt:",
        "The most confident mistakes, the least sure answers, one by one.",
    ),
    Entry(
        "importance.py",
        "Importance",
        ":material/leaderboard:",
        "Which features matter to a run, what looks wrong about them, and where they pushed.",
    ),
    Entry(
        "assumptions.py",
        "Assumptions",
        ":material/psychology_alt:",
        "What you expect to matter or not, put to the test in every run.",
    ),
    Entry(
        "whatif.py",
        "Try it",
        ":material/keyboard:",
        "Ask the models about an input of your own, and how far their answers can be trusted.",
        address="try",
    ),
)
