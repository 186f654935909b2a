from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import diagnostics
from diagnostics.examples.content import ContentColumns, content_columns, heading, preview
from diagnostics.examples.images import SMALL, enlarged_png, grey_pixels, image_bytes, thumbnail
from tests.made.runs import TEXTS, record_animals


def png(width: int, height: int, mode: str = "L") -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, (width, height)).save(buffer, "png")
    return buffer.getvalue()


def columns_of(folder: Path, content: Any) -> ContentColumns:
    record_animals(folder / "run", content=content)
    return content_columns(diagnostics.open_workspace(folder).experiments[0].runs[0])


def test_texts_are_a_text(tmp_path: Path) -> None:
    assert columns_of(tmp_path, TEXTS) == ContentColumns("text", None, (), True)


def test_prose_is_a_text_whatever_its_name(tmp_path: Path) -> None:
    columns = columns_of(tmp_path, {"town": ["x"] * 6, "remark": ["a few words of a person"] * 6})
    assert (columns.text, columns.fields, columns.kind) == ("remark", ("town",), "text")


def test_short_values_and_numbers_are_fields(tmp_path: Path) -> None:
    columns = columns_of(tmp_path, {"town": ["x"] * 6, "age": [1.5] * 6})
    assert (columns.kind, columns.fields) == ("fields", ("town", "age"))
    assert columns.is_searchable


def test_pixels_and_names_of_images_are_images(tmp_path: Path) -> None:
    assert columns_of(tmp_path / "a", np.zeros((6, 2, 2))).kind == "image"
    assert columns_of(tmp_path / "b", {"photo": ["one.JPG"] * 6}).image == "photo"


def test_numbers_cannot_be_searched(tmp_path: Path) -> None:
    assert not columns_of(tmp_path, {"age": [1.5] * 6}).is_searchable


def test_a_preview_is_small(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"example": ["a"], "confidence": [0.5], "text": ["word " * 500], "photo": [png(900, 600)]}
    )
    shown = preview(frame, ContentColumns("text", None, ("photo",)), tmp_path, characters=20)
    assert list(shown) == ["example", "confidence", heading("text")]
    assert shown[heading("text")].item() == "word word word word…"
    shown = preview(frame, ContentColumns("text", "photo"), tmp_path, characters=20)
    assert shown[heading("photo")].item().startswith("data:image/png;base64,")
    assert len(shown[heading("photo")].item()) < 1_000


def test_small_images_are_enlarged_in_whole_steps() -> None:
    grey = np.array([[0, 255], [255, 0]], dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(grey).save(buffer, "png")
    large = Image.open(io.BytesIO(enlarged_png(buffer.getvalue(), side=9) or b""))
    assert large.size == (8, 8)
    assert set(np.asarray(large.convert("L")).ravel().tolist()) == {0, 255}


def test_the_largest_of_the_small_images_is_enlarged_too() -> None:
    at_most, over = (
        Image.open(io.BytesIO(enlarged_png(png(side, 1), side=512) or b"")).size
        for side in (SMALL, SMALL + 1)
    )
    assert (at_most, over) == ((4 * SMALL, 4), (SMALL + 1, 1))


def test_photographs_are_not_sent_whole() -> None:
    large = Image.open(io.BytesIO(enlarged_png(png(4000, 1000), side=200) or b""))
    assert large.size == (600, 150)


@pytest.mark.parametrize("broken", [b"", b"no image", png(5, 5)[:40]])
def test_what_is_no_image_is_none(broken: bytes) -> None:
    assert enlarged_png(broken) is None
    assert thumbnail(broken) is None
    assert grey_pixels(broken) is None


def test_huge_pictures_are_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("diagnostics.examples.images.MAX_PIXELS", 99)
    assert thumbnail(png(10, 10)) is None
    assert thumbnail(png(9, 10)) is not None


@pytest.mark.parametrize("mode", ["1", "P", "RGBA", "LA", "I;16", "CMYK"])
def test_every_kind_of_pixel_is_drawn(mode: str) -> None:
    if mode == "CMYK":
        buffer = io.BytesIO()
        Image.new(mode, (8, 8)).save(buffer, "jpeg")
        data = buffer.getvalue()
    else:
        data = png(8, 8, mode)
    assert thumbnail(data) is not None


def test_images_are_read_below_the_root_only(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside.png"
    (root / "deep").mkdir(parents=True)
    outside.write_bytes(png(2, 2))
    (root / "deep/inside.png").write_bytes(png(2, 2))
    (root / "link.png").symlink_to(outside)
    assert image_bytes("deep/inside.png", root) == png(2, 2)
    assert image_bytes("deep/../deep/inside.png", root) == png(2, 2)
    for name in ("../outside.png", str(outside), "link.png", "deep", "missing.png", "\0", ""):
        assert image_bytes(name, root) is None
    assert image_bytes(None, root) is None
    assert image_bytes(png(2, 2), root) == png(2, 2)
