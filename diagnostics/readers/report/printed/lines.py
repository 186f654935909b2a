"""The lines of a text file without what terminals, logs and Markdown put around them."""

from __future__ import annotations

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE

_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_TIME = r"\[?\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?\]?"
_LEVEL = r"\[?(?:DEBUG|INFO|WARNING|WARN|ERROR|CRITICAL)\]?"
#: `2024-01-31 12:00:00,123 - train - INFO - `, `[INFO] `, `INFO:root:`; one blank belongs to it.
_LOG = re.compile(
    rf"^(?:{_TIME}(?:\s?[-|:]?\s?(?:{_LEVEL}|\[?[\w.]+\]?(?=\s?[-|:>])))*"
    rf"|{_LEVEL}(?::[\w.]+)?)(?:\s?[-|:>])?\s?"
)
_RULE = re.compile(r"[\s|:+-]*-[\s|:+-]*")


def decoded(content: bytes) -> str:
    """A file's text: UTF-8, UTF-16 as PowerShell writes it, or else Windows' western letters."""
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def clean_lines(text: str) -> list[str]:
    """The lines without colours, time stamps, fences and the bars of Markdown tables."""
    whole = _COLOURS.sub("", text).replace("\r\r\n", "\n").replace("\r\n", "\n")
    return [_clean(line) for line in whole.replace("\r", "\n").split("\n")]


def _clean(line: str) -> str:
    line = _LOG.sub("", line.expandtabs()).rstrip()
    if line.lstrip().startswith(("```", "~~~")):
        return ""
    if line.lstrip().startswith("|"):
        return "" if _RULE.fullmatch(line) else line.replace("|", "  ").replace("**", "")
    return line
