"""First paint and rerun of the app beside an empty Streamlit app, painted in Chromium.

    python -m benchmarks.first_paint

Both servers run at once with warm processes; the two pages take turns, each in a new browser context, that is with an
empty cache. `painted` is First Contentful Paint, `content` the moment the page's own text is on the screen (for the
empty app the only text it has), both in milliseconds after the start of navigation, medians. `rerun` is a run of the
whole script, as a click asks for it, without a browser: from the request to the message that it has ended.
"""

import statistics
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from benchmarks.report import Measured, options, results_folder, write
from benchmarks.visitor import Visitor, visiting
from tests.browser.server import CHROMIUM, serving

REPETITIONS, RERUNS = 12, 100
EMPTY_APP = "empty Streamlit app"
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


def rerun_milliseconds(visitor: Visitor) -> float:
    """Milliseconds of a run of the script."""
    start = time.perf_counter()
    visitor.rerun()
    return 1000 * (time.perf_counter() - start)


def reruns(urls: dict[str, str], number: int) -> dict[str, float]:
    """Median milliseconds of a run of each app's script; the apps take turns."""
    with ExitStack() as open_pages:
        visitors = {name: open_pages.enter_context(visiting(url)) for name, url in urls.items()}
        rounds = [{name: rerun_milliseconds(one) for name, one in visitors.items()} for _ in range(number)]
    return {name: statistics.median(one[name] for one in rounds) for name in urls}


def main() -> None:
    """Measure and write the table."""
    arguments = options(__doc__ or "").parse_args()
    repetitions, runs = (2, 5) if arguments.tiny else (REPETITIONS, RERUNS)
    times: dict[str, list[tuple[float, float]]] = {EMPTY_APP: [], "meddx": []}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        Path(folder, "empty.py").write_text(EMPTY)
        browser = playwright.chromium.launch(**CHROMIUM)
        with serving(script="empty.py", cwd=Path(folder), options=QUIET) as empty, serving() as meddx:
            apps = {EMPTY_APP: (empty.url, "Nothing to see"), "meddx": (meddx.url, "Drop an image in")}
            for repetition in range(repetitions + 1):
                for name, (url, text) in apps.items():
                    measured = paint(browser, url, text)
                    if repetition:  # the first visit of a server imports the page
                        times[name].append(measured)
            browser.close()
            took = reruns({name: url for name, (url, _) in apps.items()}, runs)
    medians = {
        name: [*(statistics.median(values) for values in zip(*rows, strict=True)), took[name]]
        for name, rows in times.items()
    }
    over = [a / b for a, b in zip(medians["meddx"], medians[EMPTY_APP], strict=True)]
    shown = [(name, *(f"{value:.0f}" for value in values)) for name, values in medians.items()]
    write(
        results_folder(arguments) / "first_paint.md",
        "First paint and rerun",
        __doc__ or "",
        ("app", "painted, ms", "content, ms", "rerun, ms"),
        [*shown, ("meddx over the empty app", *(f"{value:.2f}" for value in over))],
        measured=[Measured("first paint", "painted", over[0])],
        tiny=arguments.tiny,
    )


if __name__ == "__main__":
    main()
