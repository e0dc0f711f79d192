from urllib.parse import parse_qs, urlsplit

import pytest
import streamlit as st

from pages.ui.sign_in.addresses import cookie_header, safe_target, sign_in_address, token_of


@pytest.fixture(params=["", "/reading/room"])
def below(request, monkeypatch):
    monkeypatch.setattr(st, "get_option", {"server.baseUrlPath": request.param.strip("/")}.get)
    return request.param


def test_where_one_wanted_to_go_is_kept(below):
    then = f"{below}/models?model=a&b=c"
    address = urlsplit(sign_in_address(then))
    assert address.path == f"{below}/sign-in"
    assert parse_qs(address.query) == {"then": [then]}
    assert safe_target(then) == then


@pytest.mark.parametrize(
    "then",
    ["", "https://evil.example/", "//evil.example", "/\\evil.example", "models", "/a\r\nSet-Cookie: b", "javascript:x"],
)
def test_no_other_site_is_gone_to(below, then):
    assert safe_target(then) == f"{below}/"


def test_the_cookie_is_for_no_script_and_over_tls_alone(below):
    said = cookie_header("secret", "meddx.example", "https")
    assert said.startswith("meddx_sign_in=secret; ")
    parts = said.split("; ")
    assert {"HttpOnly", "SameSite=Lax", "Secure", f"Path={below or '/'}"} <= set(parts)
    assert "Secure" in cookie_header("secret", "meddx.example", "http")
    assert "Secure" not in cookie_header("secret", "127.0.0.1:8501", "http")
    assert "Max-Age=0" in cookie_header("", "127.0.0.1:8501", "http")
    assert "Max-Age" not in said


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("meddx_sign_in=a", "a"),
        ("b=c; meddx_sign_in=a; d=e", "a"),
        ("meddx_sign_in=", None),
        ("other=a", None),
        ("", None),
    ],
)
def test_the_secret_of_a_request(header, token):
    assert token_of({"cookie": header}) == token
    assert token_of({}) is None
