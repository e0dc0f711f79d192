"""A server that others can reach says who gets in."""

import tomllib

import pytest
import streamlit as st

from meddx.accounts.accounts import Accounts
from meddx.config import ROOT
from pages.ui.common import exposure


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


@pytest.fixture
def opened(tmp_path, monkeypatch):
    monkeypatch.setenv("MEDDX_ACCOUNTS", str(tmp_path / "accounts.sqlite"))
    options = {"server.address": "0.0.0.0"}
    monkeypatch.setattr(st, "get_option", options.get)
    return options


def test_an_open_server_says_at_its_start_who_gets_in(opened, monkeypatch):
    assert exposure.warning() == exposure.CLOSED
    Accounts().add("ana", "reader", "a long password")
    assert exposure.warning() == exposure.WITHOUT_TLS
    opened["server.sslCertFile"] = "certificate.pem"
    assert exposure.warning() == ""
    monkeypatch.setenv("MEDDX_SIGN_IN", "elsewhere")
    assert exposure.warning() == exposure.OPEN
    opened["server.address"] = "127.0.0.1"
    assert exposure.warning() == ""
