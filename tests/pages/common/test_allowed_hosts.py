"""Only this server's own names are answered, and only its own pages connect to it."""

import asyncio

import pytest
import streamlit as st

from pages.ui.common import allowed_hosts


def status(kind, **headers):
    """Of the answer: of the app behind, 200, or of the refusal."""
    sent = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200})

    async def send(message):
        sent.append(message)

    scope = {
        "type": kind, "path": "/", "extensions": {"websocket.http.response": {}},
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    asyncio.run(allowed_hosts.AllowedHosts(app)(scope, None, send))
    return sent[0]["status"]


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8501", "LOCALHOST.", "127.0.0.1:8501", "[::1]:8501", "10.1.2.3"]
)
def test_localhost_and_addresses_are_answered(host):
    assert status("http", host=host) == 200
    assert status("websocket", host=host, origin=f"http://{host}") == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example:8501", "localhost.evil.example", "a@localhost.evil", "[::1", "", " "],
)
def test_a_foreign_name_is_refused_although_its_page_is_of_the_same_origin(host):
    assert status("http", host=host) == 400
    assert status("websocket", host=host, origin=f"http://{host}") == 400


def test_a_request_without_a_host_is_refused():
    assert status("http") == 400


def test_another_site_opens_no_websocket_but_one_that_is_trusted(monkeypatch):
    host = "127.0.0.1:8501"
    assert status("websocket", host=host, origin="http://evil.example") == 403
    assert status("websocket", host=host, origin="http://127.0.0.1:9999") == 403
    assert status("websocket", host=host, origin="null") == 403
    assert status("websocket", host=host) == 200  # no browser
    real = st.get_option
    options = {"server.corsAllowedOrigins": ["https://portal.example"]}
    monkeypatch.setattr(st, "get_option", lambda name: options.get(name) or real(name))
    assert status("websocket", host=host, origin="https://portal.example") == 200


def test_names_are_added_by_the_setting(monkeypatch):
    options = {"server.allowedHosts": ["meddx.Hospital.example", "*.ward.example"]}
    monkeypatch.setattr(st, "get_option", options.get)
    assert allowed_hosts.host_allowed("meddx.hospital.example:443")
    assert allowed_hosts.host_allowed("a.ward.example")
    assert not allowed_hosts.host_allowed("ward.example")
    assert not allowed_hosts.host_allowed("notward.example")
    assert not allowed_hosts.host_allowed("hospital.example")
    assert allowed_hosts.host_allowed("127.0.0.1")
