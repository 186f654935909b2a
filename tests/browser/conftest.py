"""A running dashboard and a browser to look at it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests import needs, servers
from tests.places import ROOT, SAMPLES

TIMEOUT_MS = 60_000
expect.set_options(timeout=TIMEOUT_MS)  # a busy machine is no failure

# Nothing of Chromium's own calls out or competes with the page for the processor.
QUIET = [
    "--no-sandbox",  # root, as in containers, may not have one
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-sync",
    "--metrics-recording-only",
    "--no-first-run",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> str:
    return needs.chromium()


@pytest.fixture(scope="session")
def serve(
    chromium: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[Path], str]]:
    """Opens a folder in a dashboard and returns its address; one server a folder, kept running.

    Depends on the browser so that no server starts where nobody can look at it.
    """
    urls: dict[Path, str] = {}
    logs = tmp_path_factory.mktemp("servers")
    with ExitStack() as stack:

        def opened(folder: Path) -> str:
            if folder not in urls:
                command = [sys.executable, "-m", "diagnostics", str(folder)]
                log = logs / f"{len(urls)}.log"
                server = stack.enter_context(servers.running(command, cwd=ROOT, log=log))
                urls[folder] = server.url
            return urls[folder]

        yield opened


@pytest.fixture(scope="session")
def server(serve: Callable[[Path], str]) -> str:
    """The address of the dashboard on sample_runs."""
    return serve(SAMPLES)


# Not for the session: Playwright's event loop would go on running under the tests that follow.
@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page, wide, in English; a script error on it fails the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 1000}, locale="en-GB")
    # Where this is offered, a download opens a dialogue that nobody answers.
    context.add_init_script("delete window.showSaveFilePicker")
    context.set_default_timeout(TIMEOUT_MS)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []
