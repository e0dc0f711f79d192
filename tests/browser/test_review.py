"""What a security officer found in an earlier version, each against the running server: none of it is so any more.

The table in docs/threat-model.md says which sentence is shown where; some are in files beside this one.
"""

import csv
import io
import json
import os
import re
import socket
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from playwright.sync_api import expect

from meddx.accounts.accounts import Accounts
from meddx.engine.job_store import UPLOADS
from tests.accounts.test_accounts import PASSWORD
from tests.browser.reading import add, all_drawn, at_rest, dicom, finding, png
from tests.browser.server import get, serving
from tests.browser.test_reload_and_export import downloaded
from tests.browser.test_sign_in import sign_in
from tests.engine.archives import archive
from tests.imaging.images import image_bytes
from tests.patience import SECONDS

pytestmark = pytest.mark.browser

GREY = image_bytes(np.full((40, 40), 3000, np.uint16), Modality="DX", BodyPartExamined="CHEST", PatientID="ZEBEDEE")
SET = archive({"bright/1.dcm": GREY, "normal/2.dcm": GREY[:-2] + b"\x01\x01"})


@contextmanager
def tab(chromium, url):
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(SECONDS * 1000)
    page.goto(url)
    yield page
    context.close()


def until(reached, why):
    give_up = time.monotonic() + SECONDS
    while not reached():
        assert time.monotonic() < give_up, why
        time.sleep(0.2)


def bytes_below(folder):
    size = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):  # it has been removed since
                size += Path(place, name).stat().st_size
    return size


@contextmanager
def sizes_of(folder):
    """The bytes below a folder, looked at all the time."""
    sizes, over = [], threading.Event()

    def look():
        while not over.wait(0.02):
            sizes.append(bytes_below(folder))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield sizes
    finally:
        over.set()
        thread.join()


def give_labelled_images(page, files):
    page.get_by_role("link", name="Evaluate").click()
    page.locator("[data-testid=stRadio] label", has_text="Your own labelled images").click()
    expect(page.get_by_text("Evaluate a model on your own images")).to_be_visible()
    at_rest(page)
    page.locator("input[type=file]").set_input_files(
        [{"name": name, "mimeType": "application/zip", "buffer": data} for name, data in files.items()]
    )


def test_a_second_person_neither_lists_nor_opens_nor_deletes_an_evaluation(chromium, models, tmp_path, monkeypatch):
    monkeypatch.setenv("MEDDX_ACCOUNTS", str(tmp_path / "accounts.sqlite"))
    monkeypatch.setenv("MEDDX_JOBS", str(tmp_path / "jobs"))
    for name in ("ana", "ben"):
        Accounts().add(name, "evaluator", PASSWORD)
    with serving(models) as server, tab(chromium, server.url) as hers, tab(chromium, server.url) as his:
        sign_in(hers, "ana")
        give_labelled_images(hers, {"ward.zip": SET})
        hers.get_by_role("button", name=re.compile("^Evaluate ")).click()
        expect(hers.get_by_text("2 labelled images")).to_be_visible()
        address = hers.url
        sign_in(his, "ben")
        his.get_by_role("link", name="Evaluate").click()
        his.locator("[data-testid=stRadio] label", has_text="Your own labelled images").click()
        expect(his.get_by_text("Evaluate a model on your own images")).to_be_visible()
        at_rest(his)
        expect(his.get_by_text("Evaluations on this server")).to_have_count(0)
        his.goto(address)
        expect(his.get_by_text("not known any more")).to_be_visible()
        at_rest(his)
        expect(his.get_by_role("button", name=re.compile("Delete|Report|Cases"))).to_have_count(0)
        hers.reload()
        expect(hers.get_by_text("2 labelled images")).to_be_visible()


def test_a_few_bytes_of_archives_unpack_to_no_more_than_the_limit(chromium, models, tmp_path, monkeypatch):
    jobs = tmp_path / "jobs"
    monkeypatch.setenv("MEDDX_JOBS", str(jobs))
    limit = 1_000_000
    monkeypatch.setenv("MEDDX_MAX_UNPACKED_BYTES", str(limit))
    bombs = [archive({f"bright/{n}": bytes(400_000)}) for n in range(8)]
    assert sum(map(len, bombs)) < 15_000
    with serving(models) as server, tab(chromium, server.url) as page, sizes_of(jobs) as sizes:
        give_labelled_images(page, {f"{n}.zip": bomb for n, bomb in enumerate(bombs)})
        expect(page.get_by_text(re.compile(r"at most \d+ files of 0\.0 GiB"))).to_be_visible()
        assert 0 < max(sizes) < 1.1 * limit
        until(lambda: bytes_below(jobs) < 500_000, "what was unpacked of the others is still there")


def test_who_reads_beside_sixteen_slow_films_does_not_wait_for_them(chromium, models, tmp_path):
    noise = io.BytesIO()
    values = np.random.default_rng(1).integers(0, 256, (3000, 3000), dtype=np.uint8)
    PIL.Image.fromarray(values).save(noise, "JPEG", progressive=True, quality=95)
    films = [tmp_path / f"slow{number}.jpg" for number in range(16)]
    for number, film in enumerate(films):
        film.write_bytes(noise.getvalue() + bytes([number]))
    with serving(models) as server, tab(chromium, server.url) as slow, tab(chromium, server.url) as quick:
        for page in (slow, quick):
            page.get_by_text("Drop an image in").wait_for()
            at_rest(page)
        slow.locator("input[type=file]").set_input_files(films)
        expect(slow.locator(".worklist .count")).to_have_text("16 images")
        add(quick, image_dcm=dicom())
        finding(quick, "Bright").wait_for()
        assert "of 16 read" in slow.locator(".worklist").inner_text()


def test_a_rejected_origin_asks_nothing_outside(models, monkeypatch):
    with listener() as (address, heard):
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, address)
            monkeypatch.setenv(name.upper(), address)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        with serving(models) as server:
            handshake = {
                "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
                "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
            }  # fmt: skip
            for origin in ("http://other.example", "http://203.0.113.9:8501", "null"):
                answer = get(f"{server.url}/_stcore/stream", headers=handshake | {"Origin": origin}, trust_env=False)
                assert answer.status_code == 403
        assert heard == []


@contextmanager
def listener():
    """The address of a proxy that answers nothing, and the beginnings of what it is asked."""
    heard = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen():
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    heard.append(connection.recv(200))

        thread = threading.Thread(target=listen)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", heard
        server.shutdown(socket.SHUT_RDWR)
        thread.join(SECONDS)


def test_no_cell_of_an_export_is_a_formula_and_names_are_in_it_only_where_asked_for(chromium, server):
    with tab(chromium, server.url) as page:
        page.get_by_text("Drop an image in").wait_for()
        at_rest(page)
        page.locator("input[type=file]").set_input_files(
            [
                {"name": name, "mimeType": "x/y", "buffer": data}
                for name, data in {"=HYPERLINK(ZEBEDEE).dcm": dicom(PatientID="ZEBEDEE"), "@b.png": png()}.items()
            ]
        )
        all_drawn(page)
        expect(page.locator(".worklist .count")).to_have_text("2 images")
        page.get_by_text("Export", exact=True).click()
        at_rest(page)
        assert b"ZEBEDEE" not in downloaded(page, "Worklist (CSV)")
        page.get_by_text("With file name and patient details").click()
        expect(page.get_by_test_id("stCode")).to_contain_text("ZEBEDEE")
        rows = list(csv.reader(io.StringIO(downloaded(page, "Worklist (CSV)").decode())))
        assert any("ZEBEDEE" in cell for row in rows for cell in row)
        assert [cell for row in rows for cell in row if cell.startswith(("=", "+", "@", "\t", "\r"))] == []


def test_a_spoilt_job_keeps_nothing_else_from_being_cleaned_up(models, tmp_path, monkeypatch):
    jobs = tmp_path / "jobs"
    monkeypatch.setenv("MEDDX_JOBS", str(jobs))
    spoilt = {"A": "[" * 100_000, "B": json.dumps({"id": "B" * 22, "kind": "evaluate"}), "C": "[]"}
    for letter, record in spoilt.items():
        (jobs / (letter * 22)).mkdir(parents=True)
        (jobs / (letter * 22) / "job.json").write_text(record)
    abandoned = jobs / UPLOADS / ("D" * 22)
    (abandoned / "raw").mkdir(parents=True)
    (abandoned / "raw" / "film").write_bytes(GREY)
    (abandoned / "share.json").write_text(json.dumps({"owner": "x", "bytes": 1, "server": f"{os.uname()[1]} 1 0"}))
    with serving(models):
        until(lambda: not abandoned.exists(), "the upload of a server that has ended is still there")
