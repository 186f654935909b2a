from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.widgets.example_table import HEAD, ROW_HEIGHTS
from tests.browser.screen import settled
from tests.made.runs import record_animals


@pytest.fixture(scope="module")
def animals(tmp_path_factory: pytest.TempPathFactory, serve: Callable[[Path], str]) -> str:
    folder = tmp_path_factory.mktemp("animals")
    record_animals(folder / "one")
    record_animals(folder / "two")
    return f"{serve(folder)}/examples"


def click_row(page: Page, table: int, row: int) -> None:
    """A click on the body of a row: tables are drawn on a canvas."""
    frame = page.get_by_test_id("stDataFrame").nth(table)
    frame.scroll_into_view_if_needed()
    box = frame.bounding_box()
    assert box is not None
    height = ROW_HEIGHTS["text"] if table == 0 else ROW_HEIGHTS["none"]
    page.mouse.click(box["x"] + 160, box["y"] + HEAD + height * (row + 0.5))
    settled(page)


def test_keys_and_clicks_walk_through_the_examples(page: Page, animals: str) -> None:
    page.goto(f"{animals}?by=uncertain")
    settled(page)
    expect(page.get_by_text("1 of 6", exact=True)).to_be_visible()
    page.keyboard.press("j")
    expect(page.get_by_text("2 of 6", exact=True)).to_be_visible()
    page.keyboard.press("k")
    expect(page.get_by_text("1 of 6", exact=True)).to_be_visible()
    click_row(page, 0, 3)
    expect(page.get_by_text("4 of 6", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile("example="))
    expect(page).to_have_url(re.compile("by=uncertain"))


def test_typing_in_the_search_does_not_step(page: Page, animals: str) -> None:
    page.goto(f"{animals}?by=uncertain")
    settled(page)
    search = page.get_by_placeholder("Words in the text")
    search.press_sequentially("jk")
    expect(page.get_by_text("Nothing fits.")).to_be_visible()
    search.fill("owl")
    expect(page.get_by_text("1 of 2", exact=True)).to_be_visible()


def test_another_run_and_a_neighbour_open_with_a_click(page: Page, animals: str) -> None:
    page.goto(f"{animals}?run=one&example=animal-4")
    settled(page)
    click_row(page, 1, 1)
    expect(page).to_have_url(re.compile("run=two"))
    expect(page).to_have_url(re.compile("example=animal-4"))
    click_row(page, 2, 0)
    expect(page).to_have_url(re.compile("example=animal-5"))


def test_the_list_is_downloaded_when_asked_for(page: Page, animals: str) -> None:
    page.goto(animals)
    settled(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Export csv").click()
    content = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert content.splitlines()[1].startswith("1,one,animal-4,")
