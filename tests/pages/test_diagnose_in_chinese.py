"""Diagnose for a reader of Chinese: nothing that it draws of an image with findings is left in English."""

import json
import re
from collections.abc import Iterator
from html import unescape

import pytest
from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest

from pages.ui.common.language.catalogue import read_catalogue
from studies.catalogues import untranslated
from tests.pages.test_diagnose import NAVIGATION, upload
from tests.patience import SECONDS

CHINESE = "zh_CN"
NOT_READ = {"id", "key", "component_name", "js_content", "css_content", "html_content", "deferred_file_id"}
"""Fields of what a page sends to the browser that hold no text for the reader."""
NOT_SAID = {"samples", "name", "file", "question", "url", "id", "label"}
"""The same of the data of components; "name" is of a file, "label" a key."""
ENGLISH = re.compile(r"[A-Za-z][A-Za-z'-]*(?:[ ,;:.]+[A-Za-z][A-Za-z'-]*){2,}")
"""Three words or more in a row: longer than the name of any model or method."""


@pytest.fixture
def page(engine, untrained_models, monkeypatch):
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))
    page = AppTest.from_file(str(NAVIGATION), default_timeout=SECONDS)
    page.session_state["chosen language"] = CHINESE
    return upload(page.run(), ("a.dcm", b"image"))


def test_an_image_with_findings_is_drawn_in_chinese(page):
    assert not page.exception
    drawn = [text for element in _elements(page.main) + _elements(page.sidebar) for text in _texts(element)]
    print([t[:60] for t in drawn])
    assert any("同意" in text for text in drawn), "the findings are drawn"
    assert any("窗宽窗位" in text for text in drawn), "the viewer is drawn"
    assert [found[0] for text in drawn if (found := ENGLISH.search(_without_what_waits(text)))] == []


def _elements(block):
    children = block.children.values()
    return [one for child in children for one in ([child, *_elements(child)] if hasattr(child, "children") else [child])]


def _texts(element) -> Iterator[str]:
    """Every text of an element; not of a code block, which is an export to copy."""
    if element.proto is not None and element.type != "code":
        for text in _of_message(element.proto):
            if text.startswith(("{", "[")):
                yield from _of_data(json.loads(text))
            elif not text.startswith("<style>"):
                yield unescape(re.sub(r"<[^>]*>", "。", text))


def _of_message(message: Message) -> Iterator[str]:
    for field, value in message.ListFields():
        if field.name in NOT_READ:
            continue
        is_map = field.message_type is not None and field.message_type.GetOptions().map_entry
        for one in value.values() if is_map else value if field.is_repeated else [value]:
            if isinstance(one, Message):
                yield from _of_message(one)
            elif isinstance(one, str):
                yield one


def _of_data(data) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for key, value in data.items():
            if key not in NOT_SAID:
                yield from _of_data(value)
    elif isinstance(data, list):
        for value in data:
            yield from _of_data(value)


def _without_what_waits(text: str) -> str:
    """The text without sentences of meddx that the catalogue has and nobody has translated yet."""
    for sentence in untranslated(read_catalogue(CHINESE)):
        if ENGLISH.search(sentence):
            pattern = ".+?".join(map(re.escape, re.split(r"\{\w+\}", sentence)))
            text = re.sub(pattern, "", text, flags=re.IGNORECASE)
    return text
