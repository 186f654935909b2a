"""The main journeys, as people take them: from the folder to a mistake, and by a link."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

import diagnostics
from app.frame.navigation import ENTRIES
from app.widgets.example_table import HEAD
from tests.browser.screen import settled

#: Every page's address; the first page has none of its own.
PATHS = ["", *(entry.address or entry.path.stem for entry in ENTRIES[1:])]
LABELS = ["billing", "refund", "shipping", "other"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two experiments; in the larger one refunds are often taken for billing, in two splits."""
    path = tmp_path_factory.mktemp("desk")
    random = np.random.default_rng(5)
    truth = np.repeat(LABELS, 30)
    splits = np.where(np.arange(len(truth)) % 3 == 0, "train", "test")
    for name, doubt in (("careful", 1.0), ("hasty", 2.2)):
        scores = random.normal(size=(len(truth), len(LABELS))) * doubt
        scores[np.arange(len(truth)), [LABELS.index(label) for label in truth]] += 2
        scores[truth == "refund", 0] += 2
        shares = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        diagnostics.record(
            path / "tickets" / name,
            true_label=truth,
            probabilities=shares,
            labels=LABELS,
            content=[f"ticket number {index} about {label}" for index, label in enumerate(truth)],
            split=list(splits),
        )
    diagnostics.record(
        path / "tiny" / "only",
        true_label=["a", "b"],
        predicted_label=["a", "a"],
        content=["x", "y"],
    )
    return path


@pytest.fixture
def desk(folder: Path, serve: Callable[[Path], str]) -> str:
    return serve(folder)


def opened(page: Page, address: str) -> Page:
    page.goto(address)
    return settled(page)


def card_with(page: Page, text: str) -> Locator:
    """The content on the example card: the list beside it is drawn, not written."""
    return page.get_by_test_id("stHtml").filter(has_text=text).first


def test_from_the_folder_to_its_most_confident_mistake(page: Page, desk: str, folder: Path) -> None:
    opened(page, f"{desk}/?experiment=tickets")
    page.get_by_role("button", name="Read the mistakes").first.click()
    settled(page)
    expect(page.get_by_role("heading", name="Examples")).to_be_visible()
    experiment = diagnostics.open_workspace(folder).experiment("tickets")
    best = max(experiment.runs, key=lambda run: run.metrics["accuracy"])
    ranking = diagnostics.top_examples(best, "confident-mistakes", k=1)
    expect(page.get_by_text(f"1 of {ranking.total}", exact=True)).to_be_visible()
    expect(card_with(page, ranking.examples["text"][0])).to_be_visible()
    expect(page).to_have_title("Examples · Errata")


def test_a_confused_pair_opens_its_examples_and_the_link_shows_them_to_others(
    page: Page, desk: str
) -> None:
    opened(page, f"{desk}/confusion?experiment=tickets&run=hasty")
    table = page.get_by_test_id("stDataFrame").first.bounding_box()
    assert table is not None
    page.mouse.click(table["x"] + 120, table["y"] + HEAD + 17)
    settled(page)
    expect(page.get_by_role("heading", name="Examples")).to_be_visible()
    expect(page).to_have_url(re.compile("true=refund"))
    expect(page).to_have_url(re.compile("predicted=billing"))
    expect(page).to_have_url(re.compile("run=hasty"))
    shown = card_with(page, "ticket number").first.inner_text()
    colleague = page.context.new_page()
    opened(colleague, page.url)
    expect(card_with(colleague, shown)).to_be_visible()
    colleague.close()


def test_a_number_opens_its_own_examples_whatever_was_looked_at_before(
    page: Page, desk: str
) -> None:
    opened(page, f"{desk}/examples?experiment=tickets&true=shipping&q=number&split=train")
    page.get_by_role("link", name="Overview").first.click()
    settled(page)
    page.get_by_role("button", name="Read the mistakes").first.click()
    expect(page.get_by_role("heading", name="Examples")).to_be_visible()
    settled(page)
    expect(page).not_to_have_url(re.compile("shipping"))
    expect(page).not_to_have_url(re.compile("q="))
    expect(page).not_to_have_url(re.compile("split"))


def test_the_split_of_the_matrix_is_that_of_its_examples(page: Page, desk: str) -> None:
    opened(page, f"{desk}/confusion?experiment=tickets&run=hasty&split=train")
    table = page.get_by_test_id("stDataFrame").first.bounding_box()
    assert table is not None
    page.mouse.click(table["x"] + 120, table["y"] + HEAD + 17)
    settled(page)
    expect(page).to_have_url(re.compile("split=train"))
    expect(page.get_by_text("train", exact=True).first).to_be_visible()


def test_going_back_to_the_matrix_stays_there(page: Page, desk: str) -> None:
    opened(page, f"{desk}/confusion?experiment=tickets&run=hasty")
    table = page.get_by_test_id("stDataFrame").first.bounding_box()
    assert table is not None
    page.mouse.click(table["x"] + 120, table["y"] + HEAD + 17)
    settled(page)
    page.get_by_role("link", name="Confusion").first.click()
    settled(page)
    expect(page.get_by_role("heading", name="Confusion")).to_be_visible()
    expect(page).to_have_url(re.compile("run=hasty"))


def test_another_experiment_brings_its_own_runs(page: Page, desk: str) -> None:
    opened(page, f"{desk}/examples?experiment=tickets&run=hasty&true=refund")
    page.get_by_role("combobox", name="Experiment").click()
    page.get_by_role("option", name="tiny").click()
    settled(page)
    expect(page).to_have_url(re.compile("experiment=tiny"))
    expect(page).not_to_have_url(re.compile("hasty"))
    expect(page.get_by_text("1 of 1", exact=True)).to_be_visible()


@pytest.mark.parametrize("first", ["as read just now", "as read before"])
def test_what_is_chosen_stays_in_the_address_from_page_to_page_and_back(
    page: Page, desk: str, folder: Path, first: str
) -> None:
    if first == "as read just now":  # then a line on top says what is being read
        (folder / "tiny" / "only" / "note.txt").write_text("changed")
    chosen = "?run=hasty&selected=hasty&selected=careful"
    opened(page, f"{desk}/{chosen}")
    for name in ("Confusion", "Runs", "Confidence"):
        page.get_by_role("link", name=name, exact=True).first.click()
        settled(page)
        expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
        expect(page).to_have_url(f"{desk}/{name.lower()}{chosen}")
    page.go_back()
    settled(page)
    expect(page.get_by_role("heading", name="Runs", exact=True)).to_be_visible()
    expect(page).to_have_url(f"{desk}/runs{chosen}")


def test_one_step_back_leads_from_the_examples_to_the_number(page: Page, desk: str) -> None:
    """Also with runs in the link that are not the usual ones: the browser adds none by itself."""
    runs = "run=hasty&selected=careful&selected=hasty"
    opened(page, f"{desk}/compare?experiment=tickets&{runs}")
    page.get_by_role("button", name="Read them").first.click()
    settled(page)
    expect(page.get_by_role("heading", name="Examples", exact=True)).to_be_visible()
    for part in ("outcome=fixed", *runs.split("&", 1)):
        expect(page).to_have_url(re.compile(part))
    page.go_back()
    settled(page)
    expect(page.get_by_role("heading", name="Compare", exact=True)).to_be_visible()
    for part in runs.split("&", 1):
        expect(page).to_have_url(re.compile(part))
    expect(page).not_to_have_url(re.compile("outcome"))


@pytest.mark.parametrize("path", PATHS)
def test_a_link_with_nonsense_opens_the_page_all_the_same(page: Page, desk: str, path: str) -> None:
    nonsense = "experiment=x&run=y&true=%00&predicted=z&by=worst&split=w&example=v&measure=u"
    opened(page, f"{desk}/{path}?{nonsense}")
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)
    expect(page.get_by_role("heading").first).to_be_visible()


@pytest.mark.parametrize("path", PATHS)
def test_no_page_asks_anybody_else(page: Page, desk: str, path: str) -> None:
    asked: list[str] = []
    refused: list[str] = []  # what our own policy stops is no request
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda line: refused.append(line.text))
    opened(page, f"{desk}/{path}")
    assert [line for line in refused if "Content Security Policy" in line] == []
    assert [url for url in asked if not url.startswith((desk, "data:", "blob:"))] == []


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_of_the_samples_draws_without_an_error(
    page: Page, server: str, path: str, scheme: str
) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for experiment in ("helpdesk", "digits", "tumours") if scheme == "light" else ("helpdesk",):
        opened(page, f"{server}/{path}?experiment={experiment}")
        expect(page.get_by_test_id("stException")).to_have_count(0)
        expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)


def test_an_empty_folder_says_how_to_get_results(
    page: Page, serve: Callable[[Path], str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    address = serve(tmp_path_factory.mktemp("nothing"))
    for path in PATHS:
        opened(page, f"{address}/{path}")
        expect(page.get_by_test_id("stException")).to_have_count(0)
    opened(page, address)
    expect(page.get_by_text("diagnostics.record").first).to_be_visible()


def test_a_misread_score_is_turned_round_kept_and_taken_back(
    page: Page, serve: Callable[[Path], str], tmp_path: Path
) -> None:
    rows = "\n".join(f"{n},{'fraud' if n % 4 else 'ok'},{0.9 if n % 4 else 0.2}" for n in range(40))
    (tmp_path / "predictions.csv").write_text(f"id,true_label,probability\n{rows}\n")
    opened(page, serve(tmp_path))
    page.get_by_role("button", name="Read wrongly? Correct it").click()
    editor = page.get_by_role("dialog")
    expect(editor.get_by_text("100.0%")).to_be_visible()
    editor.get_by_role("button", name="Turn it round").click()
    expect(editor.get_by_text("0.0%", exact=True)).to_be_visible()
    editor.get_by_role("button", name="Keep it").click()
    expect(editor).to_be_hidden()
    expect(page.get_by_test_id("stMetricValue").first).to_have_text("0.0%")
    page.get_by_role("button", name="Read wrongly? Correct it").click()
    editor.get_by_role("button", name="As Errata reads it").click()
    expect(editor).to_be_hidden()
    expect(page.get_by_test_id("stMetricValue").first).to_have_text("100.0%")
