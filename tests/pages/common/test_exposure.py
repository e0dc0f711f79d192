"""A server that others can reach without a sign-in says so."""

import tomllib

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from meddx.config import ROOT
from pages.ui.common import exposure
from tests.patience import SECONDS


@pytest.mark.parametrize(
    ("address", "opened"),
    [
        ("127.0.0.1", False), ("127.1.2.3", False), ("::1", False), ("[::1]", False), ("localhost", False),
        (None, True), ("", True), ("0.0.0.0", True), ("::", True), ("192.168.1.4", True), ("ward.hospital", True),
    ],
)  # fmt: skip
def test_only_loopback_addresses_are_closed(monkeypatch, address, opened):
    monkeypatch.setattr(st, "get_option", {"server.address": address}.get)
    assert exposure.is_open() == opened


def test_the_app_comes_closed():
    assert tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["server"]["address"] == "127.0.0.1"


@pytest.mark.parametrize("opened", [False, True])
def test_every_page_of_an_open_server_warns(monkeypatch, opened):
    def script():
        from pages.ui.common import page_frame

        page_frame.begin_page()

    monkeypatch.setattr(exposure, "is_open", lambda: opened)
    page = AppTest.from_function(script, default_timeout=SECONDS).run()
    assert [one.value for one in page.warning] == [exposure.OPEN_WARNING] * opened
