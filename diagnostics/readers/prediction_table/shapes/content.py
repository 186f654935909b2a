"""What a file holds, compressed or not; never more than fits into memory."""

from __future__ import annotations

import zlib
from pathlib import Path

from diagnostics.readers import HEAD
from diagnostics.readers.prediction_table.table import CUT_OFF, UnreadableTable

#: A file that holds more than this is read by nobody at once; a small one may say it does.
LARGEST = 1 << 30
CHUNK = 1 << 20
#: How each member of a gzip file begins; there may be several in a row.
MEMBER = b"\x1f\x8b"
SMALLER = "Split it into several files, or save it as Parquet."


def is_compressed(name: str) -> bool:
    """Whether a file is called like one that gzip wrote."""
    return name.lower().endswith(".gz")


def opened_head(name: str, head: bytes) -> bytes:
    """The first bytes of what a file holds, from the first bytes of the file."""
    if not is_compressed(name):
        return head
    opened = b""
    while head.startswith(MEMBER) and len(opened) < HEAD:
        unpacking = zlib.decompressobj(wbits=31)
        try:
            opened += unpacking.decompress(head, HEAD - len(opened))
        except zlib.error:
            break
        head = unpacking.unused_data
    return opened


def content_of(path: Path) -> bytes:
    """All that a file holds.

    Raises
    ------
    UnreadableTable
        If that is more than a gibibyte, or no gzip although the file is called so.
    """
    if not is_compressed(path.name):
        require_size(path.stat().st_size)
        return path.read_bytes()
    parts: list[bytes] = []
    size, unpacking = 0, zlib.decompressobj(wbits=31)
    with path.open("rb") as file:
        data = file.read(CHUNK)
        while data:
            try:
                part = unpacking.decompress(data, CHUNK)
            except zlib.error as error:
                what = "The file is called .gz and is no gzip file, or is broken."
                raise UnreadableTable("broken-table", what, CUT_OFF) from error
            size += len(part)
            require_size(size)
            parts.append(part)
            data = (
                unpacking.unconsumed_tail or _next_member(unpacking.unused_data) or file.read(CHUNK)
            )
            if unpacking.eof:
                unpacking = zlib.decompressobj(wbits=31)
    return b"".join(parts)


def require_size(size: int) -> None:
    """Raise UnreadableTable if a file holds more than is read."""
    if size > LARGEST:
        what = f"The file holds more than {LARGEST >> 30} GiB and was not read."
        raise UnreadableTable("too-large", what, SMALLER)


def _next_member(rest: bytes) -> bytes:
    """What follows the end of a member, without padding."""
    return rest if rest.startswith(MEMBER) else b""
