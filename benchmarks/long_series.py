"""A series of 2,000 CT images in Diagnose: how soon its first image is drawn, how scrolling keeps up, how much memory.

    python -m benchmarks.long_series [IMAGES]

Slices of 512 x 512, 16 bits, each with noise of its own, uploaded as one archive; 1.05 GB unpacked, which a session may
hold by default. Its images are still being read by the model, two at a time. Opening: from the click on the row of the
series, while a film is open, to the first drawing of the canvas. Scrolling: a notch of the wheel every 50 ms, or as
fast as the browser takes them, from the first image to the last; from the event of the wheel to the drawing of the
image at which it arrives, both timed in the page. An image is passed over where the reader was further on before its
turn came. Memory: that of the web process, of engine with decoders, and of the tab.
"""

import math
import os
import shutil
import statistics
import sys
import tempfile
import time
import zipfile
from itertools import pairwise
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, expect, sync_playwright

from benchmarks.image import image
from benchmarks.memory import descendants, memory_of
from benchmarks.report import write
from meddx.config import models_dir
from meddx.engine.unused_memory import UNUSED_SECONDS
from meddx.imaging.phantom import chest_phantom
from tests.browser.server import CHROMIUM, Server, serving
from tests.imaging.images import image_bytes

IMAGES, SIDE, OPENINGS, PER_SECOND, MODEL = 2000, 512, 5, 20, "phantom-cnn"
SESSION_END_SECONDS = 60 + 20
"""server.disconnectedSessionTTL, and the time in which an ended session is noticed."""
ENGINE_SECONDS = UNUSED_SECONDS + 20
"""As long as the engine keeps an image that nobody asks for, and the time in which it notices."""
_PATIENCE_SECONDS = 1200
_TIME_SCROLLING = """viewer => {
  const said = viewer.querySelector(".frame-number");
  const asked = new Map(), drawn = new Map();
  viewer.querySelector(".stage").addEventListener("wheel", () => {
    asked.set(parseInt(said.textContent.replaceAll(",", "")) - 1, performance.now());
  });
  new MutationObserver(() => {
    const place = Number(viewer.dataset.image.split("/").at(-1));
    if (!drawn.has(place)) drawn.set(place, performance.now());
  }).observe(viewer, { attributeFilter: ["data-image"] });
  viewer.scrolled = () => [...asked].map(([place, at]) => [at, drawn.get(place) ?? NaN]);
}"""
_TIME_OPENING = """(viewer, button) => new Promise((done) => {
  const start = performance.now();
  const before = viewer.dataset.image;
  new MutationObserver((_, observer) => {
    if (!viewer.dataset.image || viewer.dataset.image === before) return;
    observer.disconnect();
    done((performance.now() - start) / 1000);
  }).observe(viewer, { attributeFilter: ["data-image"] });
  button.click();
})"""
Row = tuple[str, str]


def write_series(path: Path, images: int) -> None:
    """Write the archive of a series, its images in a mixed order."""
    stated = {
        "Modality": "CT", "BodyPartExamined": "CHEST", "PatientName": "PHANTOM^SYNTHETIC", "PatientID": "PHANTOM-CT",
        "StudyDate": "20000101", "StudyInstanceUID": "1.2", "SeriesInstanceUID": "1.2.3", "SyntheticData": "YES",
        "ImageOrientationPatient": [1, 0, 0, 0, 1, 0], "PixelSpacing": [0.7, 0.7], "WindowCenter": 2048,
        "WindowWidth": 4096, "BitsStored": 12,
    }  # fmt: skip
    chance = np.random.default_rng(3)
    slice = chest_phantom(1, None, SIDE, SIDE).pixels.astype(np.int32) & ~7  # an archive of half the size, as real ones
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for place in map(int, chance.permutation(images)):
            noise = chance.integers(-2, 3, slice.shape, dtype=np.int32)
            pixels = (np.roll(slice, place // 8, axis=0) + noise).clip(0, 4095).astype(np.uint16)
            archive.writestr(f"ct/{place}.dcm", image_bytes(pixels, ImagePositionPatient=[0, 0, place], **stated))


def opened(browser: Browser, server: Server, folder: Path) -> Page:
    """Return Diagnose with a film in it."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.set_default_timeout(1000 * _PATIENCE_SECONDS)
    page.goto(server.url)
    page.get_by_text("Drop an image in").wait_for()
    film = folder / "film.dcm"
    film.write_bytes(image(1, "DX", "CHEST", (1024, 1024)))
    page.locator("input[type=file]").set_input_files(film)
    page.locator(".viewer[data-image*='/']").wait_for()
    return page


def upload(page: Page, path: Path, images: int) -> float:
    """Add the series and return the seconds until it is a row of the worklist."""
    start = time.perf_counter()
    page.locator("input[type=file]").set_input_files(path)
    expect(page.locator(".worklist li", has_text=f"{images:,} images")).to_have_count(
        1, timeout=1000 * _PATIENCE_SECONDS
    )
    return time.perf_counter() - start


def seconds_to_open(page: Page, row_text: str) -> float:
    """Open a row of the worklist and return the seconds until its image is drawn."""
    button = page.locator(".worklist li", has_text=row_text).locator(".open").element_handle()
    seconds: float = page.locator(".viewer").first.evaluate(_TIME_OPENING, button)
    page.wait_for_timeout(3000)
    return seconds


def scrolled(page: Page, images: int) -> list[tuple[float, float]]:
    """Scroll from the first image to the last; return when each was asked for and drawn, in ms; NaN where never."""
    stage = page.locator(".stage").first
    stage.focus()
    page.keyboard.press("Home")
    expect(page.locator(".frame-number").first).to_have_text(f"1 of {images}")
    page.wait_for_timeout(5000)
    viewer = page.locator(".viewer").first
    viewer.evaluate(_TIME_SCROLLING)
    stage.hover()
    start = time.perf_counter()
    for number in range(1, images):
        page.mouse.wheel(0, 120)
        time.sleep(max(0.0, start + number / PER_SECOND - time.perf_counter()))
    print(f"{images - 1} notches in {time.perf_counter() - start:.1f} s", flush=True)
    page.wait_for_timeout(3000)
    times: list[tuple[float, float]] = viewer.evaluate("viewer => viewer.scrolled()")
    return times


def sizes(server: Server) -> str:
    """Return the memory of web process, of all below it, and of the browser's tabs, in words."""
    web = memory_of([server.process.pid])
    engine = memory_of(descendants(server.process.pid))
    tabs = [one for one in descendants(os.getpid()) if b"--type=renderer" in _command(one)]
    return f"{web:,.0f}, {engine:,.0f}, {memory_of(tabs):,.0f} MiB"


def _command(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""


def measured(browser: Browser, server: Server, folder: Path, images: int) -> list[Row]:
    """Return the rows of the table."""
    page = opened(browser, server, folder)
    page.wait_for_timeout(5000)
    memory = [("with a film", sizes(server))]
    path = folder / "series.zip"
    write_series(path, images)
    took = upload(page, path, images)
    page.wait_for_timeout(5000)
    memory.append(("with the series", sizes(server)))
    openings = []
    for _ in range(OPENINGS):
        seconds_to_open(page, "film.dcm")
        openings.append(seconds_to_open(page, f"{images:,} images"))
    print(openings, flush=True)
    times = scrolled(page, images)
    memory.append(("after all of it was shown", sizes(server)))
    page.context.close()
    time.sleep(SESSION_END_SECONDS + ENGINE_SECONDS)
    memory.append(("after the session has ended, and the engine has dropped its images", sizes(server)))
    moments = sorted(drawn for _, drawn in times if not math.isnan(drawn))
    gaps = statistics.quantiles((later - one for one, later in pairwise(moments)), n=100)
    drawn = sorted(drawn - asked for asked, drawn in times if not math.isnan(drawn))
    seconds = (times[-1][0] - times[0][0]) / 1000
    percentiles = statistics.quantiles(drawn, n=100)
    return [
        (f"{path.stat().st_size / 1e6:,.0f} MB uploaded, unpacked and sorted", f"{took:.0f} s"),
        ("first image drawn, first opening", f"{openings[0]:.2f} s"),
        (f"{OPENINGS} openings, median and longest", f"{statistics.median(openings):.2f} s, {max(openings):.2f} s"),
        ("images asked for and drawn a second", f"{len(times) / seconds:.1f}, {len(drawn) / seconds:.1f}"),
        ("from one drawing to the next: median, 95th, 99th percentile",
         ", ".join(f"{gaps[at]:.0f} ms" for at in (49, 94, 98))),
        ("wheel to drawing of that image: median, 95th, 99th percentile, longest",
         ", ".join(f"{one:.0f} ms" for one in (percentiles[49], percentiles[94], percentiles[98], drawn[-1]))),
        ("images asked for; drawn; passed over", f"{len(times)}; {len(drawn)}; {len(times) - len(drawn)}"),
        *((f"memory {when}: web, engine, tab", of) for when, of in memory),
    ]  # fmt: skip


def main() -> None:
    """Measure and write benchmarks/results/long_series.md."""
    images = int(sys.argv[1]) if len(sys.argv) > 1 else IMAGES
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        os.environ["MEDDX_JOBS"] = str(folder / "jobs")
        shutil.copytree(models_dir() / MODEL, folder / "models" / MODEL)
        browser = playwright.chromium.launch(**CHROMIUM)
        with serving(folder / "models") as server:
            rows = measured(browser, server, folder, images)
        browser.close()
    write(
        Path(__file__).parent / "results" / "long_series.md",
        f"A series of {images:,} CT images",
        __doc__ or "",
        ("", ""),
        rows,
    )


if __name__ == "__main__":
    main()
