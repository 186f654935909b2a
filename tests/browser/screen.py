"""Reading the screen: what every browser test waits for."""

from __future__ import annotations

from playwright.sync_api import Page

_SETTLED = """
() => {
    const quiet = document.querySelector(
        '[data-testid="stApp"][data-test-script-state="notRunning"]' +
        '[data-test-connection-state="CONNECTED"]'
    ) && !document.querySelector('[data-stale="true"], [data-testid="stSkeleton"]');
    if (!quiet) { window.settledSince = undefined; return false; }
    window.settledSince ??= performance.now();
    return performance.now() - window.settledSince > 250;
}
"""


def settled(page: Page) -> Page:
    """The page, once its script has run, all is drawn, and it stayed so for a quarter of a second.

    Not at once: for a moment after a click the page is still at rest from before.
    """
    page.evaluate("() => { window.settledSince = undefined; }")
    page.wait_for_function(_SETTLED)
    return page
