"""First paint of the app beside an empty Streamlit app, in Chromium.

    python -m benchmarks.first_paint

Both servers run at once with warm processes; the two pages take turns, each in a new browser context, that is with an
empty cache. `painted` is First Contentful Paint, `content` the moment the page's own text is on the screen (for the
empty app the only text it has), both in milliseconds after the start of navigation, medians.
"""

import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from benchmarks.report import write
from tests.browser.server import CHROMIUM, serving

REPETITIONS = 12
EMPTY = 'import streamlit as st\nst.write("Nothing to see")\n'
QUIET = ("--server.headless", "true", "--browser.gatherUsageStats", "false", "--server.fileWatcherType", "none")


def paint(browser: Browser, url: str, text: str) -> tuple[float, float]:
    """First Contentful Paint and the time at which `text` is visible, in ms."""
    with browser.new_context(viewport={"width": 1440, "height": 900}) as context:
        page = context.new_page()
        page.goto(url, wait_until="commit")
        page.get_by_text(text).wait_for()
        content = page.evaluate("performance.now()")
        painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    return painted, content


def main() -> None:
    """Measure and write benchmarks/results/first_paint.md."""
    times: dict[str, list[tuple[float, float]]] = {"empty Streamlit app": [], "meddx": []}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        Path(folder, "empty.py").write_text(EMPTY)
        browser = playwright.chromium.launch(**CHROMIUM)
        with serving(script="empty.py", cwd=Path(folder), options=QUIET) as empty, serving() as meddx:
            apps = {
                "empty Streamlit app": (empty.url, "Nothing to see"),
                "meddx": (meddx.url, "Drop an image in"),
            }
            for repetition in range(REPETITIONS + 1):
                for name, (url, text) in apps.items():
                    measured = paint(browser, url, text)
                    if repetition:  # the first visit of a server imports the page
                        times[name].append(measured)
        browser.close()
    medians = {name: [statistics.median(values) for values in zip(*rows, strict=True)] for name, rows in times.items()}
    baseline = medians["empty Streamlit app"]
    rows = [
        (name, *(f"{value:.0f}" for value in values), *(f"{a / b:.2f}" for a, b in zip(values, baseline, strict=True)))
        for name, values in medians.items()
    ]
    write(
        Path(__file__).parent / "results" / "first_paint.md",
        "First paint",
        __doc__ or "",
        ("app", "painted, ms", "content, ms", "painted, x", "content, x"),
        rows,
    )


if __name__ == "__main__":
    main()
