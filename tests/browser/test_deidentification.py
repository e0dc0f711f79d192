"""On a server that de-identifies what it reads: a film full of markers, after which none is anywhere."""

import gzip
import io
import os
import re
import signal
import time
import zipfile
from contextlib import contextmanager

import numpy as np
import pytest
from playwright.sync_api import expect

from meddx.evaluate.sets.name_pseudonyms import name_pseudonym
from meddx.imaging.deidentification.pseudonyms import Pseudonyms, key_from_file
from meddx.records.access import records
from meddx.records.encryption import new_key
from tests.browser.reading import at_rest, download_of, finding
from tests.browser.server import halted, serving
from tests.browser.test_accessibility import violations
from tests.engine.archives import archive
from tests.imaging.deidentification.marked_film import MARKER, marked_film, marked_raster, markers_in
from tests.imaging.images import image_bytes, written
from tests.patience import SECONDS

pytestmark = pytest.mark.browser

ELEMENTS, INK = marked_film()
ROOT_UID = "1.2.826.0.1.98765432123456789"
"""A marker where only digits may stand."""
for number, keyword in enumerate(("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "FrameOfReferenceUID")):
    setattr(ELEMENTS, keyword, f"{ROOT_UID}.{number}")
ELEMENTS.file_meta.MediaStorageSOPInstanceUID = ELEMENTS.SOPInstanceUID
FILM = written(ELEMENTS)
PLAIN = image_bytes(np.full((40, 40), 3000, np.uint16), Modality="DX", BodyPartExamined="CHEST", PatientID=MARKER)


@pytest.fixture
def deidentifying(models, tmp_path, monkeypatch):
    """Serves with a policy; everything that the server keeps, writes or says lies in `tmp_path`."""
    said = tmp_path / "said"

    @contextmanager
    def under(policy):
        for name, value in {
            "MEDDX_DEIDENTIFY": policy, "MEDDX_DEIDENTIFY_KEY_FILE": tmp_path / "deid.key",
            "MEDDX_ACCOUNTS": tmp_path / "accounts.sqlite", "MEDDX_JOBS": tmp_path / "jobs",
            "MEDDX_AUDIT": tmp_path / "audit.jsonl", "MEDDX_RECORDS": tmp_path / "records.sqlite",
            "MEDDX_RECORDS_KEY": new_key(), "MEDDX_RECORDS_IMAGES": "on", "TMPDIR": tmp_path / "temporary",
            "XDG_STATE_HOME": tmp_path / "state",
        }.items():  # fmt: skip
            monkeypatch.setenv(name, str(value))
        (tmp_path / "temporary").mkdir()
        records().initialise()
        with serving(models, said=said) as server:
            yield server

    return under


def left_in(data):
    """What of the markers the bytes hold."""
    return [*markers_in(data), *([ROOT_UID] if ROOT_UID.encode() in data else [])]


class Watched:
    """A tab, and everything that the server has sent it."""

    def __init__(self, context, url):
        self.received, self.responses = [], []
        self.page = context.new_page()
        self.page.set_default_timeout(SECONDS * 1000)
        self.page.on("response", self._keep_response)
        self.page.on("websocket", lambda socket: socket.on("framereceived", self._keep_frame))
        self.page.goto(url)

    def _keep_response(self, response):
        self.responses.append(response)

    def _keep_frame(self, frame):
        self.received.append(frame)

    @property
    def addresses(self):
        return [response.url for response in self.responses]

    @property
    def images(self):
        """Samples of the images that it got: grey, each of the film's size."""
        sent = [response.body() for response in self.responses if "/image/" in response.url and response.ok]
        samples = [gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data for data in sent]
        return [np.frombuffer(one, "<u2").reshape(INK.shape) for one in samples if not one.startswith(b"\xff\xd8")]

    def add(self, **files):
        self.page.locator("input[type=file]").set_input_files(
            [{"name": name.replace("_", "."), "mimeType": "x/y", "buffer": data} for name, data in files.items()]
        )

    def markers(self):
        """What of the marker the server has sent it, or its page shows."""
        sent = b"".join(one if isinstance(one, bytes) else one.encode() for one in self.received)
        page = self.page
        shown = [page.content(), page.title(), page.url, *self.addresses]
        return left_in(sent), [one[:80] for one in shown if left_in(one.encode())]


def downloaded(page, button):
    download = download_of(page, button)
    return {download.suggested_filename: download.path().read_bytes()}


def unpacked(files):
    """The files, and those in archives among them."""
    for name, data in files.items():
        yield name, data
        if data.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(data)) as packed:
                yield from unpacked({inside: packed.read(inside) for inside in packed.namelist()})


def test_no_marker_of_a_film_is_left_anywhere(chromium, deidentifying, tmp_path):
    exported = {}
    with deidentifying("mask") as server:
        one, other = (Watched(chromium.new_context(), server.url) for _ in range(2))
        page = one.page
        expect(page.get_by_text("takes out of every file what identifies its patient")).to_be_visible()
        one.add(**{f"{MARKER}_dcm": FILM, f"{MARKER}_jpg": marked_raster("JPEG"), f"{MARKER}x_dcm": FILM[:-5000]})
        finding(page, "Bright").click()
        expect(page.locator(".worklist .count")).to_have_text("3 images")
        expect(page.get_by_text(re.compile(r"Text in \d places? is masked"))).to_be_visible()
        expect(page.locator(".viewer:not([data-image=''])")).to_be_visible()  # the browser has fetched it by then
        assert all((image[INK] == image.min()).all() for image in one.images)
        assert one.images
        at_rest(page)
        page.get_by_role("radio", name="Disagree").click()
        expect(page.locator(".recorded")).to_contain_text("Recorded ")
        at_rest(page)
        page.get_by_text("Export", exact=True).click()
        page.get_by_text("With file name and patient details").click()
        expect(page.get_by_role("button", name="Results (DICOM, ZIP)")).to_be_visible()  # the others are with them now
        for button in ("Report (PDF)", "Picture (PNG)", "Worklist (CSV)", "Results (DICOM, ZIP)"):
            exported |= downloaded(page, button)

        page.get_by_role("link", name="Records").click()
        expect(page.get_by_text("disagree on BRIGHT")).to_be_visible()

        page.get_by_role("link", name="Evaluate").click()
        page.locator("[data-testid=stRadio] label", has_text="Your own labelled images").click()
        expect(page.get_by_text("Evaluate a model on your own images")).to_be_visible()
        at_rest(page)
        table = f"path,label,patient,note\n{MARKER},normal,{MARKER},{MARKER}\n" + "".join(
            f"{MARKER}/{MARKER}{number}.dcm,bright,{MARKER},{MARKER}\n" for number in (1, 2)
        )
        files = {
            f"{MARKER}.dcm": FILM, f"{MARKER}/{MARKER}1.dcm": PLAIN, f"{MARKER}/{MARKER}2.dcm": PLAIN,
            f"{MARKER}/{MARKER}.csv": table.encode(),
        }  # fmt: skip
        one.add(**{f"{MARKER}_zip": archive(files)})
        expect(page.get_by_text("3 images of 2 classes")).to_be_visible()
        page.get_by_role("button", name=re.compile("^Evaluate ")).click()
        expect(page.get_by_text("3 labelled images")).to_be_visible()
        for button in ("Report (HTML)", "Cases (CSV)"):
            exported |= downloaded(page, button)
        case = name_pseudonym(f"{MARKER}/{MARKER}1.dcm", Pseudonyms(key_from_file(tmp_path / "deid.key")))
        assert [name for name, data in exported.items() if case.encode() in data], "the case can be followed"

        page.get_by_role("link", name="Diagnose", exact=True).click()
        finding(page, "Bright").wait_for()
        os.kill(server.workers[0], signal.SIGKILL)
        one.add(**{f"{MARKER}3_dcm": FILM})
        expect(page.locator(".worklist .count")).to_have_text("4 images")

        assert one.markers() == ([], [])
        assert other.markers() == ([], [])
        assert not any("/image/" in address for address in other.addresses)
        for watched in (one, other):
            watched.page.context.close()
    files = dict(unpacked(exported))
    assert len(files) > 6
    assert {name for name, data in files.items() if left_in(data) or MARKER in name} == set()
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.name for path in kept} >= {"said", "records.sqlite", "audit.jsonl"}
    assert {path.name for path in kept if MARKER in str(path) or left_in(path.read_bytes())} == set()


def test_under_refuse_no_pixel_of_a_film_with_text_reaches_the_browser(chromium, deidentifying):
    with deidentifying("refuse") as server:
        tab = Watched(chromium.new_context(), server.url)
        tab.add(**{f"{MARKER}_dcm": FILM})
        expect(tab.page.locator(".panel.refused")).to_contain_text("Text is burned into the pixels")
        assert tab.images == []
        assert tab.markers() == ([], [])
        tab.page.context.close()


def test_under_ask_the_boxes_are_shown_before_a_model_reads_the_film_and_a_false_one_is_dropped(
    chromium, deidentifying
):
    with deidentifying("ask") as server:
        tab = asked_about_film(chromium, server)
        page = tab.page
        await_outline(page, shown=True)
        box = page.get_by_role("checkbox")
        expect(box).to_have_count(1)
        box.locator("xpath=ancestor::label").click()
        expect(page.get_by_role("button", name="Open without masking anything")).to_be_visible()
        await_outline(page, shown=False)
        box.locator("xpath=ancestor::label").click()
        page.get_by_role("button", name="Mask what is ticked and open").click()
        await_masked(page, "1 place")
        assert (tab.images[-1][INK] == tab.images[-1].min()).all()
        page.context.close()


def test_under_ask_a_reader_draws_moves_and_resizes_a_place_over_the_image(chromium, deidentifying):
    with deidentifying("ask") as server:
        tab = asked_about_film(chromium, server)
        page = tab.page
        page.get_by_text("Set a place by numbers").click()
        expect(page.get_by_label("Last column")).to_be_visible()
        at_rest(page)
        assert violations(page) == []
        expect(page.get_by_role("button", name="Mark text")).to_have_attribute("aria-pressed", "true")
        rows, columns = INK.shape
        found = page.get_by_role("checkbox")
        expect(found).to_have_count(1)
        found.locator("xpath=ancestor::label").click()
        expect(page.get_by_role("button", name="Open without masking anything")).to_be_visible()

        drag(page, (0.1, 0.7), (0.3, 0.9))
        place = await_place(page, 2)
        assert place == pytest.approx((0.7 * rows, 0.9 * rows, 0.1 * columns, 0.3 * columns), abs=2)
        drag(page, (0.2, 0.8), (0.4, 0.8))
        moved = await_place(page, 2, other_than=place)
        assert moved == pytest.approx((0.7 * rows, 0.9 * rows, 0.3 * columns, 0.5 * columns), abs=4)
        drag(page, (0.5, 0.8), (0.6, 0.8))
        wider = await_place(page, 2, other_than=moved)
        assert wider == pytest.approx((0.7 * rows, 0.9 * rows, 0.3 * columns, 0.6 * columns), abs=6)

        page.get_by_role("button", name="Mask what is ticked and open").click()
        await_masked(page, "1 place")
        top, bottom, left, right = wider
        last = tab.images[-1]
        assert (last[top - 1 : bottom, left - 1 : right] == last.min()).all()
        assert (last[INK] > last.min()).any(), "the place that was found was unticked"
        page.context.close()


def test_under_ask_all_is_masked_that_was_drawn_before_the_server_answered(chromium, deidentifying):
    with deidentifying("ask") as server:
        tab = asked_about_film(chromium, server)
        page = tab.page
        at_rest(page)
        with halted(server):
            drag(page, (0.1, 0.5), (0.3, 0.6))
            drag(page, (0.6, 0.5), (0.8, 0.6))
            drag(page, (0.1, 0.7), (0.3, 0.8))
            drag(page, (0.2, 0.75), (0.7, 0.75))
            page.get_by_role("button", name="Mask what is ticked and open").click()
        await_masked(page, "4 places")
        rows, columns = INK.shape
        last = tab.images[-1]
        for down, across in ((0.55, 0.2), (0.55, 0.7), (0.75, 0.7)):
            assert last[int(down * rows), int(across * columns)] == last.min()
        assert last[int(0.75 * rows), int(0.2 * columns)] > last.min(), "it was moved away"
        page.context.close()


def asked_about_film(chromium, server):
    """A page that asks what text in FILM is masked, and shows it."""
    tab = Watched(chromium.new_context(viewport={"width": 1440, "height": 900}), server.url)
    tab.add(film_dcm=FILM)
    expect(tab.page.get_by_text("Is this text of a patient?")).to_be_visible()
    expect(tab.page.locator(".viewer:not([data-image=''])")).to_be_visible()
    return tab


def await_masked(page, places):
    """Wait until the masked film is drawn, answered, and the one with its text no longer beside it."""
    finding(page, "Bright").wait_for()
    expect(page.get_by_text(f"Text in {places} is masked, and outlined.")).to_be_visible()
    at_rest(page)
    expect(page.locator(".viewer:not([data-image=''])")).to_be_visible()


def drag(page, start, end):
    """Drag over the image, from and to fractions of its columns and rows."""
    stage = page.locator(".stage").bounding_box()
    rows, columns = INK.shape
    scale = min(stage["width"] / columns, stage["height"] / rows)

    def at(point):
        return (
            stage["x"] + stage["width"] / 2 + (point[0] - 0.5) * columns * scale,
            stage["y"] + stage["height"] / 2 + (point[1] - 0.5) * rows * scale,
        )

    page.mouse.move(*at(start))
    page.mouse.down()
    page.mouse.move(*at(end), steps=4)
    page.mouse.up()


def await_place(page, number, other_than=None):
    """First and last row, first and last column of a place, as its checkbox says, once these are others."""
    give_up = time.monotonic() + SECONDS
    while True:
        said = page.get_by_role("checkbox").evaluate_all("all => all.map((one) => one.ariaLabel ?? '')")
        found = [tuple(map(int, re.findall(r"\d+", one)[1:])) for one in said if one.startswith(f"Place {number}:")]
        if found and found[0] != other_than:
            return found[0]
        assert time.monotonic() < give_up, said
        time.sleep(0.1)


def await_outline(page, *, shown):
    """Wait until the viewer outlines something, or nothing."""
    give_up = time.monotonic() + SECONDS
    while page.locator("canvas.outline").evaluate(INKED) != shown:
        assert time.monotonic() < give_up
        time.sleep(0.1)


INKED = "c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((value) => value > 0)"
