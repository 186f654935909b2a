"""A small table as text that goes into a document: Markdown and LaTeX."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_MARKDOWN = re.compile(r"([\\`*_\[\]<>|~$&#!@])")
_ADDRESS = re.compile(r"(?<=:)/(?=/)|(?<=\bwww)\.", re.IGNORECASE)
_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "`": r"\textasciigrave{}",
    "'": r"\textquotesingle{}",
    # After the end of a row these two would be taken for its options.
    "[": "{[}",
    "]": "{]}",
    "*": "{*}",
}
#: Two of them would become a dash.
_DASH = re.compile(r"-(?=-)")


def to_markdown(
    header: Sequence[str], rows: Iterable[Sequence[str]], *, right: Iterable[int] = ()
) -> str:
    """A table in GitHub's Markdown; texts are shown as they are, whatever is in them.

    Parameters
    ----------
    header, rows
        The cells as texts; a line break within one becomes a space.
    right
        The places of columns that are aligned to the right.
    """
    ends = set(right)
    rule = ["---:" if place in ends else "---" for place in range(len(header))]
    lines = [
        [markdown_text(cell) for cell in header],
        rule,
        *([markdown_text(cell) for cell in row] for row in rows),
    ]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def to_latex(
    header: Sequence[str], rows: Iterable[Sequence[str]], *, right: Iterable[int] = ()
) -> str:
    r"""A `tabular` with the rules of the package booktabs; takes what `to_markdown` does.

    Quotation marks need `\usepackage{textcomp}` and T1, as every document in UTF-8 has them.
    """
    ends = set(right)
    alignment = "".join("r" if place in ends else "l" for place in range(len(header)))
    body = [" & ".join(latex_text(cell) for cell in row) + r" \\" for row in rows]
    lines = [
        r"% \usepackage{booktabs}",
        rf"\begin{{tabular}}{{{alignment}}}",
        r"\toprule",
        " & ".join(latex_text(cell) for cell in header) + r" \\",
        r"\midrule",
        *body,
        r"\bottomrule",
        r"\end{tabular}",
    ]
    return "\n".join(lines) + "\n"


def markdown_text(text: str) -> str:
    """A text that Markdown shows as it is: no markup, no link, no image, no mention."""
    return _ADDRESS.sub(r"\\\g<0>", _MARKDOWN.sub(r"\\\1", _one_line(text)))


def latex_text(text: str) -> str:
    """A text that LaTeX sets as it is."""
    return _DASH.sub("-{}", "".join(_LATEX.get(letter, letter) for letter in _one_line(text)))


def _one_line(text: str) -> str:
    """Without line breaks and control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
