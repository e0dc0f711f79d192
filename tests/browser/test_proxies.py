"""Behind nginx and Caddy, configured as docs/deployment.md says: a person signs in by TLS, and an image is read."""

import os
import re
import shutil
import subprocess
import time

import pytest
from playwright.sync_api import expect

from meddx.accounts.accounts import Accounts
from meddx.audit.record import audit_log
from tests.accounts.test_accounts import PASSWORD
from tests.browser.reading import add, at_rest, dicom, finding
from tests.browser.server import CHROMIUM, ROOT, serving
from tests.browser.test_sign_in import sign_in
from tests.patience import SECONDS

NAME = "meddx.hospital.example"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(os.geteuid() != 0, reason="port 443 is for root"),
]


def documented(proxy, folder, port):
    """The proxy's configuration in the documentation, with certificate and port of this test."""
    text = (ROOT / "docs" / "deployment.md").read_text()
    [block] = re.findall(rf"^{proxy}:\n\n```\w*\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    for there, here in {
        "/etc/ssl/meddx.pem": str(folder / "meddx.pem"),
        "/etc/ssl/private/meddx.key": str(folder / "meddx.key"),
        "127.0.0.1:8501": f"127.0.0.1:{port}",
    }.items():
        assert there in block
        block = block.replace(there, here)
    return block


def command(proxy, folder, port):
    """What starts the proxy in the foreground."""
    block = documented(proxy, folder, port)
    if proxy == "nginx":
        settings = f"daemon off; pid {folder}/nginx.pid; error_log stderr; events {{}} http {{ {block} }}"
        (folder / "nginx.conf").write_text(settings)
        return ["nginx", "-c", str(folder / "nginx.conf")]
    (folder / "Caddyfile").write_text(f"{{\n\tadmin off\n\tauto_https disable_redirects\n}}\n{block}")
    return ["caddy", "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


@pytest.mark.parametrize("proxy", ["nginx", "Caddy"])
def test_a_person_signs_in_by_tls_and_reads_an_image(proxy, models, tmp_path, monkeypatch, playwright):
    if shutil.which(proxy.lower()) is None:
        pytest.skip(f"{proxy} is not installed")
    certify = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}"]
    certify += ["-addext", f"subjectAltName=DNS:{NAME}", "-keyout", str(tmp_path / "meddx.key")]
    subprocess.run([*certify, "-out", str(tmp_path / "meddx.pem")], check=True, capture_output=True)
    monkeypatch.setenv("MEDDX_ACCOUNTS", str(tmp_path / "accounts.sqlite"))
    monkeypatch.setenv("STREAMLIT_SERVER_ALLOWED_HOSTS", NAME)
    Accounts().add("ana", "reader", PASSWORD)
    arguments = {**CHROMIUM, "args": [*CHROMIUM["args"], f"--host-resolver-rules=MAP {NAME} 127.0.0.1"]}
    with serving(models) as server:
        port = int(server.url.rpartition(":")[2])
        running = subprocess.Popen(command(proxy, tmp_path, port))
        browser = playwright.chromium.launch(**arguments)
        try:
            page = browser.new_context(ignore_https_errors=True).new_page()
            page.set_default_timeout(SECONDS * 1000)
            open_once_it_listens(page, running)
            sign_in(page, "ana")
            page.get_by_text("Drop an image in").wait_for()
            at_rest(page)
            add(page, image_dcm=dicom())
            finding(page, "Bright").wait_for()
            expect(page.locator(".viewer")).not_to_have_attribute("data-image", "")
            [cookie] = [one for one in page.context.cookies() if one["name"].endswith("meddx_sign_in")]
            assert cookie["secure"]
        finally:
            browser.close()
            running.terminate()
            running.wait(SECONDS)
    assert {entry.address for entry in audit_log().entries() if entry.event == "sign-in"} == {"127.0.0.1"}


def open_once_it_listens(page, running):
    give_up = time.monotonic() + SECONDS
    while True:
        try:
            page.goto(f"https://{NAME}/")
            return
        except Exception:
            assert running.poll() is None, "the proxy has ended"
            assert time.monotonic() < give_up
            time.sleep(0.2)
