"""What the theme is to reach: little room above the title, and words on the leading button."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page

from tests.browser.screen import settled


def luminance(colour: str) -> float:
    channels = [int(value) / 255 for value in re.findall(r"\d+", colour)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(element: Locator) -> float:
    """Of an element's words with its own ground."""
    look = "element => (({color, backgroundColor}) => [color, backgroundColor])"
    low, high = sorted(luminance(c) for c in element.evaluate(f"{look}(getComputedStyle(element))"))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_leading_button_is_legible(page: Page, server: str, theme: str) -> None:
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    page.goto(server)
    button = settled(page).get_by_test_id("stBaseButton-primary").first
    assert contrast(button) >= 4.5
    button.hover()
    page.wait_for_timeout(500)  # its colour changes slowly
    assert contrast(button) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_lines_to_copy_are_legible(page: Page, server: str, theme: str) -> None:
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    page.goto(server)
    block = settled(page).get_by_test_id("stCode").first.locator("pre")
    ground = luminance(block.evaluate("element => getComputedStyle(element).backgroundColor"))
    words = "block => [...block.querySelectorAll('*')].map(e => getComputedStyle(e).color)"
    for colour in set(block.evaluate(words)):
        low, high = sorted((luminance(colour), ground))
        assert (high + 0.05) / (low + 0.05) >= 4.5, colour


@pytest.mark.parametrize("width", [1440, 400])
def test_a_title_is_near_the_header_and_not_below_it(page: Page, server: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(server)
    title = settled(page).get_by_role("heading", level=1).bounding_box()
    header = page.get_by_test_id("stHeader").bounding_box()
    assert title
    assert header
    assert 0 <= title["y"] - header["y"] - header["height"] <= 48
