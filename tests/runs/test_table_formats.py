"""Tables as text: whatever a run is called, it stays one cell that shows its name."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostics.runs.table_formats import latex_text, markdown_text, to_latex, to_markdown

NASTY = [
    "a|b", "**bold**", "_x_", "`code`", "[t](http://evil.example)", "![i](https://evil.example/x)",
    "<script>alert(1)</script>", "$x$", "~~no~~", "@someone #4", "line\nbreak\ttab", "C:\\new",
    "www.example.org", "\x1b[31mred", "",
]  # fmt: skip


def test_markdown_has_a_rule_that_aligns_numbers() -> None:
    assert to_markdown(["Run", "Score"], [["a", "0.5"], ["b", "0.25"]], right=[1]) == (
        "| Run | Score |\n| --- | ---: |\n| a | 0.5 |\n| b | 0.25 |\n"
    )


def test_latex_is_a_tabular_with_rules() -> None:
    lines = to_latex(["Run", "Score"], [["a", "50%"]], right=[1]).splitlines()
    assert lines == [
        r"% \usepackage{booktabs}", r"\begin{tabular}{lr}", r"\toprule", r"Run & Score \\",
        r"\midrule", r"a & 50\% \\", r"\bottomrule", r"\end{tabular}",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a|b", r"a\|b"),
        ("**x**", r"\*\*x\*\*"),
        ("![i](http://e.x)", r"\!\[i\](http:\//e.x)"),
        ("<b>&amp;", r"\<b\>\&amp;"),
        ("C:\\n", "C:\\\\n"),
        ("two\nlines", "two lines"),
        ("WWW.x.org", r"WWW\.x.org"),
    ],
)
def test_markdown_shows_texts_as_they_are(text: str, written: str) -> None:
    assert markdown_text(text) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a_b & c", r"a\_b \& c"),
        ("100% #1 $5", r"100\% \#1 \$5"),
        ("\\input{x}", r"\textbackslash{}input\{x\}"),
        ("[5pt]", "{[}5pt{]}"),
        ("*", "{*}"),
        ("--lr", "-{}-lr"),
        ("x^2 ~ <y>", r"x\textasciicircum{}2 \textasciitilde{} \textless{}y\textgreater{}"),
        ("two\nlines", "two lines"),
    ],
)
def test_latex_sets_texts_as_they_are(text: str, written: str) -> None:
    assert latex_text(text) == written


@pytest.mark.parametrize("name", NASTY)
def test_no_name_breaks_out_of_its_cell(name: str) -> None:
    markdown = to_markdown(["Run", "Score"], [[name, "1"]]).splitlines()
    assert len(markdown) == 3
    assert len(re.findall(r"(?<!\\)\|", markdown[2])) == 3
    latex = to_latex(["Run", "Score"], [[name, "1"]]).splitlines()
    assert len(latex) == 8
    assert len(re.findall(r"(?<!\\)&", latex[5])) == 1


@settings(max_examples=150, deadline=None)
@given(st.text())
def test_what_latex_is_given_has_no_commands_but_ours(text: str) -> None:
    written = latex_text(text)
    commands = set(re.findall(r"\\([a-z]+)", written))
    assert commands <= {
        "textbackslash", "textasciitilde", "textasciicircum", "textless", "textgreater",
        "textbar", "textquotedbl", "textasciigrave", "textquotesingle",
    }  # fmt: skip
    assert not re.search(r"(?<!\\)[$&#%_]", written)
    assert "\n" not in written
