"""From choosing a file to its evidence on the screen, in Chromium, with a warm engine.

    python -m benchmarks.upload_to_overlay [--model ID]

A new 2048 x 2500 image each time, 12 bits stored in 16, uncompressed DICOM of 10 MB. Timed in the page, from the file
input's change event to the first frame in which image and evidence of that file are drawn. `engine` is the engine's
part
of it (decode, predict, explain, compress), asked for alone afterwards with images as new.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.image import image
from benchmarks.report import write
from meddx.config import models_dir
from meddx.engine import local
from meddx.model.registry import list_models
from tests.browser.server import CHROMIUM, serving

REPETITIONS = 15
WATCH = """() => {
  const viewers = () => [...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')]
    .map((mount) => mount.shadowRoot?.querySelector('.viewer')).filter(Boolean);
  document.addEventListener('change', (event) => {
    if (event.target.type !== 'file') return;
    const start = performance.now(), before = document.body.dataset.shown;
    (function look() {
      const [viewer] = viewers();
      const image = viewer?.dataset.image;
      if (image && image !== before && !viewer.querySelector('.legend').hidden) {
        Object.assign(document.body.dataset, { shown: image, took: performance.now() - start });
      } else requestAnimationFrame(look);
    })();
  }, true);
}"""


def upload(page: Page, path: Path) -> float:
    """Milliseconds until the image at `path` and its evidence are drawn."""
    page.locator("input[type=file]").set_input_files(path)
    page.locator("body[data-took]").wait_for(state="attached")
    took = float(page.evaluate("() => document.body.dataset.took"))
    page.evaluate("() => { delete document.body.dataset.took; }")
    page.wait_for_timeout(1000)
    return took


def main() -> None:
    """Measure and write benchmarks/results/upload_to_overlay.md."""
    parser = argparse.ArgumentParser()
    cards = list_models(models_dir()).cards
    parser.add_argument("--model", choices=list(cards), default=next(iter(cards)))
    card = cards[parser.parse_args().model]
    accepts = card.accepts
    images = [image(seed, accepts.modality[0], accepts.body_part[0]) for seed in range(2 * REPETITIONS + 2)]

    with tempfile.TemporaryDirectory() as folder, serving() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(**CHROMIUM)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(server.url)
        page.locator(".st-key-engine-state").wait_for(state="detached", timeout=120_000)
        page.get_by_role("combobox", name="Model").click()
        page.get_by_role("option", name=card.title).click()
        page.evaluate(WATCH)
        took = []
        for number, data in enumerate(images[: REPETITIONS + 1]):
            path = Path(folder, f"{number}.dcm")
            path.write_bytes(data)
            took.append(upload(page, path))
        browser.close()

    local.start()
    while local.engine().status().state != "ready":
        time.sleep(0.5)
    alone = []
    for data in images[REPETITIONS + 1 :]:
        start = time.perf_counter()
        local.engine().diagnose(data, card.id)
        alone.append(1000 * (time.perf_counter() - start))
    local.stop()

    rows = [
        (name, f"{statistics.median(times):.0f}", f"{statistics.quantiles(times, n=20)[-1]:.0f}")
        for name, times in (("upload to overlay", took[1:]), ("engine", alone[1:]))
    ]
    write(
        Path(__file__).parent / "results" / "upload_to_overlay.md",
        f"Upload to overlay, {card.id}",
        __doc__ or "",
        ("", "p50, ms", "p95, ms"),
        rows,
    )


if __name__ == "__main__":
    main()
