"""Take the pictures of README.md, docs/tutorials/ and docs/your-model.md from the running app: docs/screenshots/*.png.

    python -m studies.screenshots [PICTURE ...]

Needs Chromium and the shipped models; neither data nor GPU; some eight minutes. Every image is a synthetic phantom: the
app is started without a folder of public data sets. PICTURE: a story by its name below; default all of them.
The words that it clicks are those of the pages; where one changes, change it here.
"""

import argparse
import csv
import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from io import BytesIO, StringIO
from pathlib import Path

import numpy as np
import PIL.Image
from playwright.sync_api import Browser, Page, sync_playwright

from meddx import cli
from meddx.config import ROOT
from tests.browser.server import CHROMIUM, serving

PICTURES = ROOT / "docs" / "screenshots"
MOST_BYTES = 250_000
WINDOW = {"width": 1440, "height": 900}
SLOW = 180_000
"""Milliseconds until a model that is not loaded yet has answered."""
WARMING_SECONDS, QUIET_SECONDS = 400, 4

CHECK_MAP = re.compile("Check this heat map|Test this map")
NUMBERS_OF_CHECK = re.compile("^The numbers|^Measurements|^Details of the checks?")
MEASURE = re.compile("^(Measure|Evaluate) .*")
LABELLED_IMAGES = re.compile("labelled images", re.IGNORECASE)
CHART = ".js-plotly-plot .legend"
DRAWN = ".viewer:not([data-image=''])"

SET_SIZE, SET_SEED = 200, 7
"""The labelled set of docs/tutorials/a-test-set.md: two in ten of its images are for testing."""
OWN_SIZE, OWN_SEEDS = 160, (11, 12)
"""The two labelled sets of docs/your-model.md: to add the model with, and to calibrate it on anew."""
OTHER_SCANNER = 0.6
"""Exponent that the grey values of the second set, in [0, 1], are raised to."""


class Camera:
    """A fresh browser tab on the running app, and a shutter that keeps files small."""

    def __init__(self, browser: Browser, url: str, work: Path) -> None:
        """work: a folder for files to upload."""
        self.page: Page = browser.new_page(viewport=WINDOW)
        self.page.set_default_timeout(SLOW)
        self.url, self.work = url, work

    def open(self, place: str = "") -> Page:
        """Go to a page of the app and wait until the models are loaded."""
        self.page.goto(f"{self.url}/{place}")
        choices = self.page.locator("[data-testid=stSidebar]").get_by_role("combobox")
        choices.or_(self.page.locator("[data-testid=stSidebar] [data-testid=stRadio]")).first.wait_for()
        quiet = 0
        for _ in range(WARMING_SECONDS):  # the notice comes a moment after the page, and goes while it is drawn anew
            quiet = quiet + 1 if self.page.locator(".st-key-engine-state").count() == 0 else 0
            if quiet == QUIET_SECONDS:
                break
            self.page.wait_for_timeout(1000)
        else:
            raise TimeoutError(f"the models are not loaded after {WARMING_SECONDS} s")
        return self.page

    def shoot(self, name: str) -> None:
        """Write the window as docs/screenshots/NAME.png, in 256 colours where it would be too large otherwise."""
        self.page.wait_for_timeout(1500)  # charts and canvases draw after they are there
        png = self.page.screenshot()
        if len(png) > MOST_BYTES:
            fewer = BytesIO()  # a palette that covers rare colours as well: those of legends and findings
            image = PIL.Image.open(BytesIO(png)).convert("RGB")
            image.quantize(256, PIL.Image.Quantize.MAXCOVERAGE, dither=PIL.Image.Dither.NONE).save(
                fewer, "PNG", optimize=True
            )
            png = fewer.getvalue()
        if len(png) > MOST_BYTES:
            raise ValueError(f"{name}.png has {len(png)} bytes, more than {MOST_BYTES}")
        (PICTURES / f"{name}.png").write_bytes(png)
        print(f"{name}.png, {len(png) / 1000:.0f} kB", flush=True)


def one_image(camera: Camera) -> None:
    """A phantom from the empty page to its findings and a checked heat map."""
    page = camera.open()
    page.get_by_text("Drop an image in").wait_for()
    camera.shoot("empty")
    page.get_by_role("button", name="Effusion").click()
    page.locator(".legend").wait_for()
    page.locator(DRAWN).wait_for()
    camera.shoot("findings")
    page.get_by_role("combobox", name="Heat map").click()
    page.get_by_role("option", name="Grad-CAM", exact=True).click()
    page.locator(".legend", has_text="Grad-CAM").wait_for()
    page.wait_for_timeout(1500)  # the panel below is drawn anew for the method
    page.get_by_role("button", name=CHECK_MAP).click()
    page.locator(".map-check").first.wait_for()
    camera.shoot("diagnose")
    page.get_by_text(NUMBERS_OF_CHECK).click()
    page.locator(".js-plotly-plot").first.scroll_into_view_if_needed()
    camera.shoot("map-check")


def a_test_set(camera: Camera) -> None:
    """A labelled set of phantoms, uploaded, mapped to the model's labels and measured."""
    folder, archive = camera.work / "phantoms", camera.work / "phantoms.zip"
    cli.main(["phantom", "--out", str(folder), "--n", str(SET_SIZE), "--seed", str(SET_SEED)])
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(folder.rglob("*")):
            packed.write(path, path.relative_to(camera.work))
    page = camera.open("evaluate?model=phantom-cnn")
    page.locator("[data-testid=stRadio] label", has_text=LABELLED_IMAGES).click()
    page.locator("input[type=file]").set_input_files(archive)
    page.get_by_role("button", name=MEASURE).wait_for()
    camera.shoot("labels-mapped")
    page.get_by_role("button", name=MEASURE).click()
    page.locator("h1.card-title").wait_for()
    page.locator(CHART).first.wait_for()
    camera.shoot("test-set-measured")


def two_models(camera: Camera) -> None:
    """Two chest models on their recorded test set, and on one phantom."""
    page = camera.open("compare?models=chest-efficientnet,chest-plain-cnn")
    page.locator(CHART).first.wait_for()
    camera.shoot("compare")
    page.locator("[data-testid=stRadio] label", has_text="One image").click()
    page.get_by_role("button", name="Consolidation").click()
    page.locator(DRAWN).nth(1).wait_for()
    page.locator(".stage .legend:visible").nth(1).wait_for()
    camera.shoot("two-models-one-image")


def recorded(camera: Camera) -> None:
    """The pages that show what was recorded of a shipped model."""
    for place in ("evaluate", "models"):
        page = camera.open(f"{place}?model=chest-efficientnet")
        page.locator(CHART).first.wait_for()
        camera.shoot(place)


def your_model(camera: Camera) -> None:
    """A Keras file and labelled images become a model, which is then calibrated anew on images of another scanner.

    The file is that of the shipped phantom model, as if somebody else had brought it.
    """
    page, work = camera.page, camera.work
    page.set_default_timeout(3 * SLOW)  # a model is added, not only asked
    file, first, second = work / "Our chest CNN.keras", work / "our hospital.zip", work / "another scanner.zip"
    shutil.copy(ROOT / "models" / "phantom-cnn" / "weights.keras", file)
    _labelled_archive(first, OWN_SEEDS[0])
    _labelled_archive(second, OWN_SEEDS[1], OTHER_SCANNER)
    page.goto(f"{camera.url}/add_model")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_text("explain layer").wait_for()
    camera.shoot("add-model-file")
    page.locator("input[type=file]").set_input_files(first)
    page.locator("table.tried").wait_for()
    page.get_by_role("button", name="Add the model").scroll_into_view_if_needed()
    camera.shoot("add-model-prepared")
    page.get_by_role("button", name="Add the model").click()
    page.locator("table.checks").wait_for()
    camera.shoot("add-model-report")
    page.goto(f"{camera.url}/models?model=our-chest-cnn")
    page.get_by_text("Recalibrate on your own images").click()
    page.locator("input[type=file]").set_input_files(second)
    page.get_by_role("button", name=re.compile("^Recalibrate ")).scroll_into_view_if_needed()
    camera.shoot("recalibrate")
    page.get_by_role("button", name=re.compile("^Recalibrate ")).click()
    page.locator("table.versions").scroll_into_view_if_needed()
    camera.shoot("recalibrated")


def _labelled_archive(archive: Path, seed: int, exponent: float = 1.0) -> None:
    """Write synthetic phantoms with a table of their labels and patients. exponent: that grey values are raised to."""
    folder = archive.with_suffix("")
    size = ["--size", "320x260", "--format", "png"]
    cli.main(["phantom", "--out", str(folder), "--n", str(OWN_SIZE), "--seed", str(seed), *size])
    with (folder / "manifest.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    columns = ["path", "patient", "consolidation", "effusion"]
    with zipfile.ZipFile(archive, "w") as packed:
        table = StringIO()
        writer = csv.DictWriter(table, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
        packed.writestr("labels.csv", table.getvalue())
        for row in rows:
            grey = np.asarray(PIL.Image.open(folder / row["path"]))
            white = np.iinfo(grey.dtype).max
            content = BytesIO()
            PIL.Image.fromarray((white * (grey / white) ** exponent).round().astype(grey.dtype)).save(content, "PNG")
            packed.writestr(row["path"], content.getvalue())


STORIES: dict[str, Callable[[Camera], None]] = {
    story.__name__.replace("_", "-"): story for story in (one_image, a_test_set, two_models, recorded, your_model)
}
WITHOUT_MODELS = ("your-model",)
"""Stories that begin with an empty folder of models, and put their own into it."""


def main() -> None:
    """Take the pictures of the stories asked for."""
    parser = argparse.ArgumentParser(description="Take the pictures of README.md and of docs/.")
    parser.add_argument("stories", nargs="*", metavar="PICTURE", help=f"of {', '.join(STORIES)}; default all")
    stories = parser.parse_args().stories or list(STORIES)
    if set(stories) - set(STORIES):
        parser.error(f"there are {', '.join(STORIES)}")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        work = Path(folder)
        for variable, place in (("MEDDX_DATA", "data"), ("MEDDX_JOBS", "jobs")):
            (work / place).mkdir(mode=0o700)
            os.environ[variable] = str(work / place)
        browser = playwright.chromium.launch(**CHROMIUM)
        for models in (None, work / "models"):
            told = [name for name in stories if (name in WITHOUT_MODELS) == (models is not None)]
            if not told:
                continue
            with serving(models) as server:
                for name in told:
                    STORIES[name](Camera(browser, server.url, work))
        browser.close()


if __name__ == "__main__":
    main()
