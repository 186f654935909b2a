"""Images of examples: read from the tables or the workspace, and scaled to be looked at."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from diagnostics.workspace.safe_paths import file_inside

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image

#: Files and pictures beyond these are not opened: a small file may unpack to a huge picture.
MAX_BYTES = 32_000_000
MAX_PIXELS = 50_000_000
#: Below this width and height an image is enlarged with its pixels kept sharp.
SMALL = 128
#: What black becomes in a faded image.
FADED = 150


def image_bytes(value: Any, root: Path) -> bytes | None:
    """The encoded image that a cell holds or names; None if there is none to be had.

    A name is a path below `root`; one that leads outside, also through a link, is not followed.
    """
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    if not isinstance(value, str) or not value:
        return None
    try:
        path = file_inside(root / value, root)
        return path.read_bytes() if path and path.stat().st_size <= MAX_BYTES else None
    except OSError:
        return None


def enlarged_png(data: bytes, *, side: int = 256) -> bytes | None:
    """The image as PNG, its longer side about `side`; small ones in whole steps, pixels sharp.

    None if the bytes are no image.
    """
    picture = _opened(data)
    if picture is None:
        return None
    from PIL.Image import Resampling

    longer = max(picture.size)
    if longer <= SMALL:
        step = max(side // longer, 1)
        size = (picture.width * step, picture.height * step)
        return _png(picture.resize(size, Resampling.NEAREST))
    picture.thumbnail((side * 3, side * 3), Resampling.LANCZOS)
    return _png(picture)


def faded_png(data: bytes, *, side: int = 256) -> bytes | None:
    """The image in light greys, for colours to be laid over it; None if the bytes are no image."""
    enlarged = enlarged_png(data, side=side)
    picture = _opened(enlarged) if enlarged else None
    if picture is None:
        return None
    return _png(
        picture.convert("L").point([FADED + value * (255 - FADED) // 255 for value in range(256)])
    )


def is_negative_of(data: bytes, pixels: np.ndarray) -> bool:
    """Whether the image is dark where the pixels, height × width × channels, are great."""
    import numpy as np

    picture = _opened(data)
    if picture is None:
        return False
    height, width, _ = pixels.shape
    shown = np.asarray(picture.convert("L").resize((width, height)), float).ravel()
    taken = pixels.mean(axis=2).ravel()
    return bool((shown - shown.mean()) @ (taken - taken.mean()) < 0)


def thumbnail(data: bytes, *, side: int = 48) -> str | None:
    """The image as a small PNG in a `data:` address, as tables show it; None if it is no image."""
    picture = _opened(data, near=side)
    if picture is None:
        return None
    from PIL.Image import Resampling

    if max(picture.size) <= side:
        step = max(side // max(picture.size), 1)
        size = (picture.width * step, picture.height * step)
        picture = picture.resize(size, Resampling.NEAREST)
    else:
        picture.thumbnail((side, side), Resampling.LANCZOS)
    return f"data:image/png;base64,{base64.b64encode(_png(picture)).decode()}"


def image_size(data: bytes) -> tuple[int, int] | None:
    """Rows and columns of pixels; None if the bytes are no image."""
    picture = _opened(data)
    return None if picture is None else (picture.height, picture.width)


def grey_pixels(data: bytes, *, side: int = 16) -> np.ndarray | None:
    """Grey values from 0 to 1, shape (side, side); None if it is no image."""
    import numpy as np
    from PIL.Image import Resampling

    picture = _opened(data, near=side)
    if picture is None:
        return None
    small = picture.convert("L").resize((side, side), Resampling.BOX)
    return np.asarray(small, dtype=np.float32) / 255


def _opened(data: bytes, *, near: int | None = None) -> Image | None:
    """The picture, in colours that can be drawn; a JPEG that is needed small is read small."""
    from PIL import Image as images

    try:
        picture = images.open(io.BytesIO(data))
        if picture.width * picture.height > MAX_PIXELS or not min(picture.size):
            return None
        if near is not None:
            picture.draft("RGB", (near * 2, near * 2))
        return picture.convert("RGBA" if "A" in picture.getbands() else "RGB")
    except Exception:  # noqa: BLE001 - decoders raise whatever they like on broken files
        return None


def _png(picture: Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "png")
    return buffer.getvalue()
