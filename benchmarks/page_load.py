"""How much of a browser's main thread a page takes: of several addresses in turn, such as those of two versions.

python -m benchmarks.page_load http://127.0.0.1:7860/denoiser [ADDRESS …] [--rounds 12]

Each time in a new browser context, so without a cache. Medians; a second page is compared with the first. Needs
`requirements-dev.txt` and Chromium.
"""

from __future__ import annotations

import argparse
from statistics import median
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from benchmarks import browsers
from benchmarks.tables import Table

MILLISECONDS_UNTIL_STILL = 2500  # after the heading: pictures are shown, events of the page's start are answered
Milliseconds = tuple[float, float]  # of processor time: until the heading is shown, until all is still


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("addresses", nargs="+", help="pages with a heading")
    parser.add_argument("--rounds", type=int, default=12)
    arguments = parser.parse_args()
    print(measure(arguments.addresses, arguments.rounds).markdown())


def measure(addresses: list[str], rounds: int) -> Table:
    """Return the milliseconds of processor time that each page takes."""
    executable = browsers.find()
    if not executable:
        raise SystemExit(browsers.MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        loads = [[_load(browser, address) for address in addresses] for _ in range(rounds + 1)]
        browser.close()
    del loads[0]  # the browser was warming up
    medians = [[median(times) for times in zip(*of_one, strict=True)] for of_one in zip(*loads, strict=True)]
    rows = [
        (address, *times, times[0] / medians[0][0], times[1] / medians[0][1])
        for address, times in zip(addresses, medians, strict=True)
    ]
    columns = "page", "until the heading, ms", "in all, ms", "heading: × the first", "all: × the first"
    return Table("Page load: processor time of the browser's main thread", columns, rows)


def _load(browser: Browser, address: str) -> Milliseconds:
    context = browser.new_context()
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(address, wait_until="commit")
    page.wait_for_selector("h1")
    until_heading = _milliseconds(session)
    page.wait_for_timeout(MILLISECONDS_UNTIL_STILL)
    in_all = _milliseconds(session)
    context.close()
    return until_heading, in_all


def _milliseconds(session: Any) -> float:
    metrics = {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}
    return 1000 * float(metrics["TaskDuration"])


if __name__ == "__main__":
    main()
