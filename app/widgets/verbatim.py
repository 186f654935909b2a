"""Words of the files on the page, letter for letter.

Streamlit's Markdown turns what people typed into something else: it draws `$`, `:red[...]`, `->`
and fetches images. All HTML that the dashboard makes is made here, every word in it escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from diagnostics.charts import colours
from diagnostics.examples.entities import Piece

#: Texts up to this long are drawn large, longer ones in a box that scrolls.
SHORT = 240
LONG = 1_200
BOX_HEIGHT = 240
_WRAP = "white-space:pre-wrap;overflow-wrap:anywhere"


@dataclass(frozen=True)
class Shaded:
    """A piece of a text on a ground of so much colour (0 to 1), with words for the pointer.

    `is_dotted` underlines it: for those who do not tell the colours apart.
    """

    text: str
    colour: str = ""
    strength: float = 0.0
    words: str = ""
    is_dotted: bool = False


def text_block(text: str) -> None:
    """A text of any length and direction, its line breaks kept."""
    _block(escape(text), len(text))


def shaded_block(pieces: Sequence[Shaded]) -> None:
    """A text as `text_block` draws it, with pieces of it shaded; no letter moves."""
    _block("".join(map(_shaded, pieces)), sum(len(piece.text) for piece in pieces))


def _shaded(piece: Shaded) -> str:
    if not piece.colour:
        return escape(piece.text)
    alpha = round(min(max(piece.strength, 0.0), 1.0) * 255)
    line = ";text-decoration:underline dotted;text-underline-offset:.2em" if piece.is_dotted else ""
    style = f"background:{piece.colour}{alpha:02x};border-radius:3px{line}"
    return f'<span style="{style}" title="{escape(piece.words)}">{escape(piece.text)}</span>'


def _block(content: str, length: int) -> None:
    size = "1.3rem" if length <= SHORT else "1rem"
    body = f'<div dir="auto" style="{_WRAP};font-size:{size};line-height:1.5">{content}</div>'
    if length > LONG:
        with st.container(height=BOX_HEIGHT, border=True):
            st.html(body)
    else:
        st.html(body)


def chip(name: str, value: str, colour: str = colours.OTHER) -> None:
    """A name and a value on a tinted ground that suits light and dark."""
    shown = (
        f'<span style="opacity:.75">{escape(name)}</span> <bdi>{escape(value)}</bdi>'
        if name
        else f"<bdi>{escape(value)}</bdi>"
    )
    style = f"{_tint(colour)};{_WRAP};display:inline-block"
    st.html(f'<span style="{style}">{shown}</span>', width="content")


def marked_text(pieces: Iterable[Piece], colour: str) -> None:
    """A text with pieces of it marked, the names of what they are behind them."""
    body = "".join(_marked(piece, colour) for piece in pieces)
    st.html(f'<div dir="auto" style="{_WRAP};font-size:1.15rem;line-height:2">{body}</div>')


def _marked(piece: Piece, colour: str) -> str:
    if not piece.names:
        return escape(piece.text)
    name = f'<small style="opacity:.75;margin-inline-start:.4em">{escape(piece.label)}</small>'
    return f'<span style="{_tint(colour)}">{escape(piece.text)}{name}</span>'


def _tint(colour: str) -> str:
    return (
        f"background:{colour}2b;border:1px solid {colour};border-radius:6px;padding:.1em .45em;"
        "box-decoration-break:clone;-webkit-box-decoration-break:clone"
    )
