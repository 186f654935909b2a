"""From the command to the screen, and from a click to what it opens, in real Chromium.

python benchmarks/in_browser.py [ROUNDS] [ROWS]

A table of ROWS predictions × 10 classes, by default a million, opened cold and from the cache; then
sample_runs. Needs Playwright and a Chromium or Chrome on the PATH.
"""

from __future__ import annotations

import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from million_rows import make
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

#: What the browser may be called, as in the tests.
CHROMIUM = (
    *("chromium-headless-shell", "chromium", "chromium-browser"),
    *("google-chrome", "google-chrome-stable"),
)
SAMPLES = Path(__file__).resolve().parents[1] / "sample_runs"
QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]
HEAD, ROW = 36, 35
PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
expect.set_options(timeout=60_000)


@contextmanager
def dashboard(folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """`errata FOLDER` as a user types it, from the moment it is typed."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    command = [sys.executable, "-m", "diagnostics", str(folder), "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--server.headless=true"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield f"http://localhost:{port}", process
    finally:
        process.terminate()
        process.wait(20)


def wait_for(url: str) -> None:
    while True:
        try:
            with urlopen(f"{url}/_stcore/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.02)


class Bytes:
    """What the browser was sent: files as they came over the wire, and the pages' own messages."""

    def __init__(self, page: Page) -> None:
        self.files = self.messages = 0
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.loadingFinished", self._file)
        session.on("Network.webSocketFrameReceived", self._message)

    def _file(self, event: dict[str, Any]) -> None:
        self.files += int(event["encodedDataLength"])

    def _message(self, event: dict[str, Any]) -> None:
        # Binary frames come in base64: three bytes in four characters.
        self.messages += len(event["response"]["payloadData"]) * 3 // 4


def peak_megabytes(process: subprocess.Popen[bytes]) -> int:
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) // 1024


def matrix_is_there(page: Page) -> None:
    expect(page.get_by_test_id("stVegaLiteChart").locator("svg, canvas").first).to_be_visible()
    page.evaluate(PAINTED)


def mistakes_are_there(page: Page, first: int = 1) -> None:
    expect(page.get_by_text(re.compile(rf"^{first} of [\d,]+$"))).to_be_visible()
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
    page.evaluate(PAINTED)


def opening(browser: Browser, folder: Path) -> dict[str, float]:
    """Seconds from the command to both pages, and what it took to get there."""
    started = time.perf_counter()
    with dashboard(folder) as (url, process):
        wait_for(url)
        up = time.perf_counter() - started
        context = browser.new_context(viewport={"width": 1440, "height": 1000})
        page = context.new_page()
        sent = Bytes(page)
        page.goto(f"{url}/confusion")
        matrix_is_there(page)
        matrix = time.perf_counter() - started
        page.get_by_role("link", name="Examples").first.click()
        mistakes_are_there(page)
        both = time.perf_counter() - started
        context.close()
        return {
            "server answers (s)": up,
            "matrix on screen (s)": matrix,
            "and the ten mistakes (s)": both,
            "files sent (MB)": sent.files / 1e6,
            "messages sent (MB)": sent.messages / 1e6,
            "server peak (MB)": peak_megabytes(process),
        }


def clicks(browser: Browser, folder: Path, rounds: int, *, runs: bool) -> dict[str, float]:
    """Median seconds from a click to what it opens being painted."""
    with dashboard(folder) as (url, _):
        wait_for(url)
        context = browser.new_context(viewport={"width": 1440, "height": 1000})
        taken = {
            "next example": [next_example(context, url, n) for n in range(rounds)],
            "confused pair": [confused_pair(context, url) for _ in range(rounds)],
        }
        if runs:
            taken["another run"] = [another_run(context, url, n) for n in range(rounds)]
        context.close()
    return {name: statistics.median(values) for name, values in taken.items()}


def timed(page: Page, click: Callable[[], None], opened: Callable[[], None]) -> float:
    page.evaluate(PAINTED)
    started = time.perf_counter()
    click()
    opened()
    page.evaluate(PAINTED)
    taken = time.perf_counter() - started
    page.close()
    return taken


def next_example(context: BrowserContext, url: str, number: int) -> float:
    page = context.new_page()
    page.goto(f"{url}/examples")
    mistakes_are_there(page)
    for at in range(number):
        page.get_by_role("button", name="Next Shortcut").click()
        mistakes_are_there(page, at + 2)
    button = page.get_by_role("button", name="Next Shortcut")
    return timed(page, button.click, lambda: mistakes_are_there(page, number + 2))


def confused_pair(context: BrowserContext, url: str) -> float:
    page = context.new_page()
    page.goto(f"{url}/confusion")
    matrix_is_there(page)
    page.wait_for_timeout(500)
    box = page.get_by_test_id("stDataFrame").first.bounding_box()
    assert box is not None
    return timed(
        page,
        lambda: page.mouse.click(box["x"] + 120, box["y"] + HEAD + ROW / 2),
        lambda: mistakes_are_there(page),
    )


def another_run(context: BrowserContext, url: str, number: int) -> float:
    page = context.new_page()
    page.goto(f"{url}/examples")
    mistakes_are_there(page)
    page.get_by_role("combobox", name="Run", exact=True).click()
    option = page.get_by_role("option").nth(number + 1)
    name = option.inner_text()

    def opened() -> None:
        expect(page).to_have_url(re.compile(f"run={re.escape(name)}"))
        quiet = '[data-testid="stApp"][data-test-script-state="notRunning"]'
        expect(page.locator(quiet)).to_be_visible()
        mistakes_are_there(page)

    return timed(page, option.click, opened)


def print_medians(what: str, measured: list[dict[str, float]]) -> None:
    print(what)
    for name in measured[0]:
        values = [one[name] for one in measured]
        print(f"  {name:28} {statistics.median(values):8.2f}  (least {min(values):.2f})")


def main() -> None:
    """Open cold and warm in turn, then click."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    rows = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    chromium = next((path for path in map(shutil.which, CHROMIUM) if path), None)
    if chromium is None:
        sys.exit(f"Needs a browser on PATH, one of: {', '.join(CHROMIUM)}.")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as name:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        folder = Path(name)
        make(folder / "predictions.parquet", rows)
        cold, warm = [], []
        for _ in range(rounds):
            shutil.rmtree(folder / ".errata", ignore_errors=True)
            cold.append(opening(browser, folder))
            warm.append(opening(browser, folder))
        print_medians(f"{rows:,} rows × 10 classes, cold", cold)
        print_medians(f"{rows:,} rows × 10 classes, from the cache", warm)
        print_medians("sample_runs, from the cache", [opening(browser, SAMPLES) for _ in range(2)])
        for what, place, several in (("a million rows", folder, False), ("samples", SAMPLES, True)):
            print(f"click to painted, {what}")
            for click, seconds in clicks(browser, place, rounds, runs=several).items():
                print(f"  {click:28} {seconds:8.2f} s")
        browser.close()


if __name__ == "__main__":
    main()
