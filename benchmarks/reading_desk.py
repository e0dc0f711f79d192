"""A busy desk in Chromium: forty mixed files, a hundred openings beside an evaluation, memory after sixty films.

    python -m benchmarks.reading_desk [mixed] [openings] [memory]

mixed: forty files at once, among them an empty one, a text, one of 300 MB, an archive, other formats and a film that is
cut off; how each ends, whether in the order of upload, and whether one stays without an end. openings: a hundred films
opened in random order, each an image of 2 to 10 MB, while another session evaluates labelled images; from the click to
the first drawing of the opened film's canvas. memory: that of all processes of the server, with every model loaded and
a first film answered, after sixty films of 10 MB, and after their session has ended.
"""

import io
import os
import random
import statistics
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import PIL.Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from benchmarks.image import image
from benchmarks.memory import descendants, memory_of
from benchmarks.report import write
from meddx.config import models_dir
from meddx.imaging.phantom import chest_phantom, phantom_dicom, phantom_png
from meddx.model.registry import list_models
from tests.browser.server import CHROMIUM, Server, serving
from tests.imaging.images import image_bytes

LARGE_BYTES, FILMS, BATCH = 300_000_000, 60, 10
LISTED, OPENINGS, EVALUATED = 30, 100, 2500
EVALUATED_BY = "chest-efficientnet"  # chosen on Evaluate when nobody chose
LONGEST_SECONDS = 3.0
SESSION_END_SECONDS = 60 + 120 + 30
"""server.disconnectedSessionTTL, what the engine keeps for the next click, and the time in which both are noticed."""
LOADING_SECONDS = 90
_PATIENCE_SECONDS = 300

Row = tuple[str, str]


def mixed_files() -> Iterator[tuple[str, bytes]]:
    """Yield forty files by name, in the order of their upload."""
    grey = PIL.Image.fromarray(np.tile(np.arange(240, dtype=np.uint8), (320, 1)))
    for number in range(11):
        phantom = chest_phantom(number, None, 512 + 32 * number, 416)
        yield f"phantom {number}.dcm", phantom_dicom(phantom)
        if number < 5:
            yield f"phantom {number}.png", phantom_png(phantom)
    yield "empty.dcm", b""
    for number, format in enumerate(("JPEG", "PNG", "TIFF", "BMP", "WEBP", "GIF")):
        file = io.BytesIO()
        grey.save(file, format)
        yield f"grey {number}.{format.lower()}", file.getvalue()
    yield "letter.txt", b"Dear colleague, thank you for the film."
    for seed in range(8):
        yield f"film {seed}.dcm", image(seed, "DX", "CHEST")
    yield "large.raw", bytes(LARGE_BYTES)
    shades = np.tile(np.linspace(0, 4095, 208).astype(np.uint16), (256, 1))
    yield "ct.dcm", image_bytes(shades, Modality="CT", BodyPartExamined="CHEST", BitsStored=12)
    yield "negative.dcm", image_bytes(shades, Modality="DX", BitsStored=12, PhotometricInterpretation="MONOCHROME1")
    yield "cut off.dcm", image_bytes(shades, Modality="DX", BitsStored=12)[:9000]
    yield "report.pdf", b"%PDF-1.7\n" + bytes(4000)
    colour = io.BytesIO()
    PIL.Image.merge("RGB", (grey, grey, grey.rotate(180))).save(colour, "PNG")
    yield "colour.png", colour.getvalue()
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        for number in range(3):
            packed.writestr(f"ward/{number}.dcm", phantom_dicom(chest_phantom(100 + number, (), 256, 208)))
        packed.writestr("ward/notes.txt", b"no image")
    yield "ward.zip", archive.getvalue()
    yield "last.dcm", phantom_dicom(chest_phantom(99, None, 512, 416))


def written(folder: Path, files: Iterator[tuple[str, bytes]]) -> list[Path]:
    """Write files and return their paths: Playwright takes no more than 50 MB from memory."""
    paths = []
    for name, data in files:
        paths.append(folder / name)
        paths[-1].write_bytes(data)
    return paths


def add(page: Page, paths: list[Path]) -> None:
    """Give files to the drop zone."""
    page.locator("input[type=file]").set_input_files(paths)


def settled(page: Page, images: int) -> None:
    """Wait until so many images are listed and none of them waits."""
    expect(page.locator(".worklist .count")).to_have_text(f"{images} images", timeout=1000 * _PATIENCE_SECONDS)
    expect(page.locator(".worklist .progress")).to_be_empty(timeout=1000 * _PATIENCE_SECONDS)
    expect(page.locator(".worklist li[data-state=waiting]")).to_have_count(0, timeout=1000 * _PATIENCE_SECONDS)


def rows_of(page: Page) -> list[tuple[str, str, str]]:
    """Return id, name and state of every row, in the order of upload."""
    page.get_by_label("Order of the list").select_option("In order of upload")
    page.wait_for_timeout(1500)
    return page.locator(".worklist").evaluate(
        "list => [...list.querySelectorAll('li[data-id]')].map("
        "row => [row.dataset.id, row.querySelector('.name').textContent, row.dataset.state])"
    )


def mixed(browser: Browser, server: Server, folder: Path) -> list[Row]:
    """Forty mixed files at once."""
    paths = written(folder, mixed_files())
    page = opened(browser, server)
    start = time.perf_counter()
    add(page, paths)
    images = len(paths) - 1 + 3 + 1  # the archive gives three images and a text
    settled(page, images)
    took = time.perf_counter() - start
    found = rows_of(page)
    names = [name for _, name, _ in found]
    expected = [path.name for path in paths if path.suffix != ".zip"]
    states = Counter(state for _, _, state in found)
    for _, name, state in found:
        print(f"    {name}: {state}")
    page.context.close()
    return [
        (f"{len(paths)} mixed files: until each has ended", f"{took:.0f} s"),
        ("ends", ", ".join(f"{count} {state}" for state, count in states.most_common())),
        ("in the order of upload, those of the archive last", str(names[: len(expected)] == expected)),
    ]


def opened(browser: Browser, server: Server) -> Page:
    """Return a new, empty Diagnose page in a browser of its own."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.set_default_timeout(1000 * _PATIENCE_SECONDS)
    page.goto(server.url)
    page.get_by_text("Drop an image in").wait_for()
    return page


def openings(browser: Browser, server: Server, folder: Path) -> list[Row]:
    """A hundred openings in random order, while another session evaluates."""
    page = opened(browser, server)
    films = ((f"film {seed}.dcm", image(seed, "DX", "CHEST")) for seed in range(LISTED * 2 // 3))
    phantoms = (
        (f"phantom {seed}.png", phantom_png(chest_phantom(seed, None, 1024, 832))) for seed in range(LISTED // 3)
    )
    add(page, written(folder, films) + written(folder, phantoms))
    settled(page, LISTED)
    evaluation = evaluating(browser, server, folder)
    order = random.Random(7)
    ids = [id for id, _, _ in rows_of(page)]
    times, black, said, last = [], 0, Counter[str](), ""
    viewer = page.locator(".viewer").first
    for _ in range(OPENINGS):
        last = order.choice([id for id in ids if id != last])
        before = viewer.get_attribute("data-image")
        start = time.perf_counter()
        page.locator(f".worklist li[data-id='{last}'] .open").evaluate("button => button.click()")
        while viewer.get_attribute("data-image") in ("", before, None):
            if time.perf_counter() - start > 20:
                said[viewer.locator(".message").inner_text() or "black, without a word"] += 1
                break
            time.sleep(0.01)
        else:
            times.append(time.perf_counter() - start)
            brightest = viewer.locator("canvas.image").evaluate(
                "c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.reduce("
                "(most, value, at) => at % 4 === 3 ? most : Math.max(most, value), 0)"
            )
            black += brightest < 30
        time.sleep(order.uniform(0.1, 1.0))
    still = evaluation.locator("[data-testid=stProgress]").count() > 0
    evaluation.context.close()
    page.context.close()
    summary = (statistics.median(times), statistics.quantiles(times, n=20)[-1], max(times))
    late = sum(seconds > LONGEST_SECONDS for seconds in times)
    return [
        (f"{OPENINGS} openings, median, 95th percentile and longest", ", ".join(f"{one:.2f} s" for one in summary)),
        ("the evaluation beside them still ran at the end", "yes" if still else "no"),
        (f"later than {LONGEST_SECONDS:.0f} s; never drawn; drawn black", f"{late}; {sum(said.values())}; {black}"),
        *((f"not drawn: {why}", str(count)) for why, count in said.items()),
    ]  # fmt: skip


def evaluating(browser: Browser, server: Server, folder: Path, images: int = EVALUATED) -> Page:
    """Return a page of another session that evaluates images of two of the model's labels."""
    card = next(found.card for found in list_models(models_dir()).models if found.card.id == EVALUATED_BY)
    grey = np.add.outer(np.arange(700, dtype=np.uint16), np.arange(900, dtype=np.uint16))
    path = folder / "labelled.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for number in range(images):
            file = io.BytesIO()
            PIL.Image.fromarray(((grey + number) % 256).astype(np.uint8)).save(file, "PNG", compress_level=1)
            packed.writestr(f"{card.labels[number % 2].name}/{number:04d}.png", file.getvalue())
    page = opened(browser, server)
    page.get_by_role("link", name="Evaluate").click()
    page.locator("[data-testid=stRadio] label", has_text="Your own labelled images").click()
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="Evaluate ").wait_for()
    page.get_by_role("button", name="Evaluate ").click()
    page.locator("[data-testid=stProgress]").wait_for()
    return page


def memory(browser: Browser, server: Server, folder: Path) -> list[Row]:
    """Memory at the start, after sixty films and after their session."""
    first = opened(browser, server)
    add(first, written(folder, iter([("first.dcm", image(999, "DX", "CHEST"))])))
    first.locator(".viewer[data-image*='/']").wait_for()
    first.wait_for_timeout(1000 * LOADING_SECONDS)  # every model is loaded
    start = sizes(server)
    page = opened(browser, server)
    for batch in range(0, FILMS, BATCH):
        films = ((f"film {seed}.dcm", image(2000 + seed, "DX", "CHEST")) for seed in range(batch, batch + BATCH))
        add(page, written(folder, films))
        settled(page, batch + BATCH)
    page.wait_for_timeout(5_000)
    full = sizes(server)
    page.context.close()
    first.wait_for_timeout(1000 * SESSION_END_SECONDS)
    after = sizes(server)
    first.context.close()
    parts = {"web": 0, "engine": 1}
    return [
        (f"memory {when}: web, engine and its decoders, together", f"{', '.join(f'{one:,.0f}' for one in of)} MiB")
        for when, of in (
            ("with a first film", start),
            (f"after {FILMS} films of 10 MB", full),
            ("after their session has ended", after),
        )
    ] + [
        (f"more than at the start, {name}", f"{100 * (after[at] / start[at] - 1):.0f} %")
        for name, at in (parts | {"together": 2}).items()
    ]


def sizes(server: Server) -> tuple[float, float, float]:
    """Return the memory of the web process, of all below it, and of both, in MiB."""
    web, below = server.process.pid, descendants(server.process.pid)
    return memory_of([web]), memory_of(below), memory_of([web, *below])


PARTS = {"mixed": mixed, "openings": openings, "memory": memory}


def main() -> None:
    """Measure the parts named, all by default; write benchmarks/results/reading_desk.md when all were."""
    chosen = sys.argv[1:] or list(PARTS)
    rows: list[Row] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**CHROMIUM)
        for name in chosen:
            with tempfile.TemporaryDirectory() as folder:
                os.environ["MEDDX_JOBS"] = str(Path(folder, "jobs"))
                with serving() as server:
                    rows += PARTS[name](browser, server, Path(folder))
        browser.close()
    for row in rows:
        print(*row, sep=": ")
    if set(chosen) == set(PARTS):
        write(Path(__file__).parent / "results" / "reading_desk.md", "The reading desk", __doc__ or "", ("", ""), rows)


if __name__ == "__main__":
    main()
