"""Nobody takes the server's room from the others, and what was uploaded goes with its tab."""

import time
from pathlib import Path

import pytest

from meddx.engine.job_store import UPLOADS
from tests.browser.reading import add, all_drawn, at_rest, dicom
from tests.browser.server import get, serving
from tests.patience import SECONDS

pytestmark = pytest.mark.browser
MB = 1 << 20


@pytest.fixture
def small(models, tmp_path, monkeypatch):
    """A server that takes 4 MB of a session, and forgets a closed tab after two seconds."""
    monkeypatch.setenv("MEDDX_MAX_UPLOAD_BYTES", str(4 * MB))
    monkeypatch.setenv("MEDDX_JOBS", str(tmp_path / "jobs"))
    with serving(models, ["--server.disconnectedSessionTTL", "2"]) as server:
        yield server


def memory(pid):
    with Path(f"/proc/{pid}/status").open() as status:
        return next(int(line.split()[1]) << 10 for line in status if line.startswith("VmRSS"))


PUT = """async ([address, token, size]) => {
  const form = new FormData();
  form.append("file", new Blob([new Uint8Array(size)]), "film");
  const headers = token ? {"X-Xsrftoken": token} : {};
  return (await fetch(address, {method: "PUT", body: form, headers})).status;
}"""


def test_a_session_that_puts_files_of_its_own_is_held_to_its_share_and_its_films_go_with_its_tab(chromium, small):
    context = chromium.new_context()
    page = context.new_page()
    page.set_default_timeout(SECONDS * 1000)
    sent, images = [], []
    page.on("request", lambda request: sent.append(request) if request.method == "PUT" else None)
    page.on("response", lambda answer: images.append(answer.url) if "/image/" in answer.url else None)
    page.goto(small.url)
    page.get_by_text("Drop an image in").wait_for()
    at_rest(page)
    add(page, image_dcm=dicom())
    all_drawn(page)  # the server is at rest, and its memory is as large as a film makes it
    address = sent[0].url.rpartition("/")[0]
    token = sent[0].headers.get("x-xsrftoken", "")
    before = memory(small.process.pid)
    answers = [page.evaluate(PUT, [f"{address}/{n}", token, MB]) for n in range(40)]
    assert answers[0] < 300
    assert answers[3:] == [413] * 37
    assert memory(small.process.pid) - before < 30 * MB

    assert get(images[0]).status_code == 200
    context.close()
    gone = time.monotonic() + SECONDS
    while get(images[0]).status_code != 404:
        assert time.monotonic() < gone, "the film of a closed tab still answers"
        time.sleep(0.5)


def test_an_upload_goes_with_its_tab(chromium, small, tmp_path):
    context = chromium.new_context()
    page = context.new_page()
    page.set_default_timeout(SECONDS * 1000)
    page.goto(f"{small.url}/add_model")
    page.get_by_text("1. The model's file").wait_for()
    at_rest(page)
    page.locator("input[type=file]").first.set_input_files(
        [{"name": "a.keras", "mimeType": "application/octet-stream", "buffer": b"no model"}]
    )
    folder = tmp_path / "jobs" / UPLOADS
    give_up = time.monotonic() + SECONDS
    while not (folder.exists() and list(folder.iterdir())):
        assert time.monotonic() < give_up
        time.sleep(0.2)
    context.close()
    gone = time.monotonic() + SECONDS
    while list(folder.iterdir()):
        assert time.monotonic() < gone, "the upload of a closed tab is still there"
        time.sleep(0.5)
