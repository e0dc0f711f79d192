"""A light user's click while another session evaluates labelled images, beside the same while nothing is at work.

    python -m benchmarks.click_beside_batch [--images N]

Four light users have the page open and run its script again about once a second, as every click does, without a
browser; the time is from the request to the end of the run. First for a minute with nothing else at work, then in
rounds of ten seconds for as long as the evaluation runs, whose page is open in Chromium and polls its progress; a round
in which the evaluation ended does not count.
"""

import os
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.films import only_model
from benchmarks.reading_desk import EVALUATED_BY, evaluating
from benchmarks.report import Measured, options, results_folder, write
from benchmarks.sessions import light_users
from tests.browser.server import CHROMIUM, serving

USERS, IDLE_SECONDS, ROUND_SECONDS, IMAGES = 4, 60.0, 10.0, 6000


def runs(page: Page) -> bool:
    """Whether the evaluation goes on."""
    return page.locator("[data-testid=stProgress]").count() > 0


def main() -> None:
    """Measure and write the table."""
    parser = options(__doc__ or "")
    parser.add_argument("--images", type=int, help=f"that are evaluated (default: {IMAGES:,})")
    arguments = parser.parse_args()
    images = arguments.images or (800 if arguments.tiny else IMAGES)
    idle_seconds, round_seconds = (8.0, 4.0) if arguments.tiny else (IDLE_SECONDS, ROUND_SECONDS)
    beside: list[float] = []
    with tempfile.TemporaryDirectory() as folder, only_model(EVALUATED_BY) as models, sync_playwright() as playwright:
        os.environ["MEDDX_JOBS"] = str(Path(folder, "jobs"))
        browser = playwright.chromium.launch(**CHROMIUM)
        with serving(models) as server:
            light_users(server.url, USERS, round_seconds)  # the first run of a page imports it
            idle = light_users(server.url, USERS, idle_seconds)
            page = evaluating(browser, server, Path(folder), images)
            while runs(page):
                waits = light_users(server.url, USERS, round_seconds)
                if runs(page):
                    beside += waits
        browser.close()
    if len(beside) < 20:
        sys.exit(f"The evaluation of {images} images ended before a round was over: give more (--images).")
    ways = {"nothing at work": idle, "beside an evaluation": beside}
    p95 = {name: statistics.quantiles(waits, n=20)[-1] for name, waits in ways.items()}
    ratio = p95["beside an evaluation"] / p95["nothing at work"]
    write(
        results_folder(arguments) / "click_beside_batch.md",
        f"A light user's click while {images:,} images are evaluated",
        __doc__ or "",
        ("", "n", "p50, ms", "p95, ms", "p95 over idle"),
        [
            (
                name,
                f"{len(of)}",
                f"{statistics.median(of):.0f}",
                f"{p95[name]:.0f}",
                f"{p95[name] / p95['nothing at work']:.2f}",
            )
            for name, of in ways.items()
        ],
        measured=[Measured("click", "", ratio)],
        tiny=arguments.tiny,
    )


if __name__ == "__main__":
    main()
