"""Diagnose for a reader of Chinese: nothing that it draws of an image with findings is left in English."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.chinese import drawn_texts, english_left, in_chinese
from tests.pages.test_diagnose import NAVIGATION, upload
from tests.patience import SECONDS


@pytest.fixture
def page(engine, untrained_models, monkeypatch):
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))
    return in_chinese(AppTest.from_file(str(NAVIGATION), default_timeout=SECONDS))


def test_without_an_image_it_is_in_chinese(page):
    assert english_left(page) == []


def test_an_image_with_findings_is_drawn_in_chinese(page):
    page = upload(page, ("a.dcm", b"image"))
    assert not page.exception
    drawn = set(drawn_texts(page))
    assert {"同意", "预设窗宽窗位", "已校准的概率"} <= drawn, "reader's opinion, viewer and findings"
    assert english_left(page) == []
