import datetime as dt

import anyio
import httpx
import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from streamlit.testing.v1 import AppTest

from pages.ui.common.language.language import LANGUAGE_COOKIE, _, date, drawn_in, kept_language, number
from pages.ui.common.language.request_language import RequestLanguage
from tests.patience import SECONDS


@pytest.mark.parametrize(
    ("chosen", "kept", "locale", "language"),
    [
        ("", "", "zh-CN", "zh_CN"),
        ("", "", "zh", "zh_CN"),
        ("", "", "fr-FR", "en"),
        ("", "", None, "en"),
        ("", "en", "zh-CN", "en"),
        ("zh_CN", "en", "en-GB", "zh_CN"),
        ("../etc", "<script>", "a;b,c", "en"),
    ],
)
def test_the_choice_comes_before_what_the_browser_keeps_and_that_before_its_locale(chosen, kept, locale, language):
    assert kept_language(chosen, kept, locale) == language


@pytest.mark.parametrize(
    ("headers", "text"),
    [
        ({"accept-language": "zh-CN,zh;q=0.9,en;q=0.8"}, "诊断"),
        ({"accept-language": "zh-CN", "cookie": f"{LANGUAGE_COOKIE}=en"}, "Diagnose"),
        ({"cookie": f"{LANGUAGE_COOKIE}=zh_CN"}, "诊断"),
        ({}, "Diagnose"),
    ],
)
def test_what_is_drawn_without_streamlit_has_the_language_of_the_request(headers, text):
    async def ask():
        app = Starlette(
            routes=[Route("/", lambda request: PlainTextResponse(_("Diagnose")))],
            middleware=[Middleware(RequestLanguage)],
        )
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://server") as client:
            return (await client.get("/", headers=headers)).text

    assert anyio.run(ask) == text


def test_the_cookies_are_read_once_and_a_choice_counts_in_the_run_that_makes_it(monkeypatch):
    def page():
        import streamlit as st

        from pages.ui.common.language.language import _, choose_language

        st.text(_("Diagnose"))
        st.text(_("Diagnose"))
        choose_language("en")
        st.text(_("Diagnose"))

    reads = []
    cookies = property(lambda context: reads.append(1) or {LANGUAGE_COOKIE: "zh_CN"})
    monkeypatch.setattr(type(st.context), "cookies", cookies)
    assert [text.value for text in AppTest.from_function(page, default_timeout=SECONDS).run().text] == [
        "诊断",
        "诊断",
        "Diagnose",
    ]
    assert len(reads) == 1


def test_numbers_and_dates_are_those_of_the_language():
    assert (number(12345.678, 1), date(dt.date(2026, 11, 29))) == ("12,345.7", "2026-11-29")
    with drawn_in("zh_CN"):
        assert (number(12345.678, 1), date(dt.date(2026, 11, 29))) == ("12,345.7", "2026年11月29日")
