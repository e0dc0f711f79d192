"""Draw a page in Chinese, and find what English it still draws."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from html.parser import HTMLParser

from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest

CHINESE = "zh_CN"
_WORD = "[A-Za-z][A-Za-z'-]*"
_SENTENCE = re.compile(rf"(?<![\w./-]){_WORD}(?:[,;:]? {_WORD}){{2,}}(?![\w./-])")
"""Three words or more in a row."""
_COMMAND = re.compile(r"`[^`]*`|(?:python -m )?meddx [a-z][^#。；，\n]*|--[a-z]+ [A-Z.a-z]+")
_SPOKEN = ("alt", "aria-label", "placeholder", "title")
"""Attributes of HTML that a reader sees or hears."""
_COMPONENT = frozenset({"html_content", "json"})
"""Fields of a component that its reader meets: its markup, and its data."""
_SILENT = frozenset(
    {"id", "form_id", "user_key", "element_id", "css_key", "icon", "file", "data_id", "group_id", "columns"}
)
"""Fields of Streamlit's messages that nobody sees."""


def in_chinese(page: AppTest) -> AppTest:
    """Return the page, run in Chinese."""
    page.session_state["chosen language"] = CHINESE
    page.run()
    assert not page.exception
    return page


def english_left(page: AppTest, *allowed: str) -> list[str]:
    """Return what the page draws in three English words or more, but for HTML that says lang="en" and `allowed`.

    allowed: texts that are not the pages' own, such as a model card's.
    """
    return english_in(drawn_texts(page), *allowed)


def english_in(texts: Iterable[str], *allowed: str) -> list[str]:
    """Return what texts say in three English words or more. allowed: as above."""
    left = set()
    of_others = re.compile("|".join(map(re.escape, sorted(filter(None, allowed), key=len, reverse=True))) or "(?!)")
    for text in texts:
        left |= set(_SENTENCE.findall(_COMMAND.sub("…", of_others.sub("…", text))))
    return sorted(left)


def drawn_texts(page: AppTest) -> Iterator[str]:
    """Yield every text that a page draws: of elements, their labels, help, options, charts and tables."""
    blocks = [page._tree]
    while blocks:
        block = blocks.pop()
        for node in block.children.values():
            if getattr(node, "children", None) is not None:
                blocks.append(node)
            if isinstance(proto := getattr(node, "proto", None), Message):
                yield from _of_message(proto)
            if node.type in ("table", "arrow_table", "dataframe", "arrow_data_frame"):
                table = node.value
                titles = json.loads(getattr(node.proto, "columns", "") or "{}")
                yield from (titles.get(name, {}).get("label") or str(name) for name in table.columns)
                yield from (str(cell) for cell in table.to_numpy().ravel())


def texts_of_html(html: str) -> list[str]:
    """Return what HTML says, but for what it marks as English."""
    reader = _Html()
    reader.feed(html)
    return reader.texts


def _of_message(message: Message) -> Iterator[str]:
    name = message.DESCRIPTOR.name
    for field, value in message.ListFields():
        if field.name in _SILENT:
            continue
        for one in value if isinstance(value, Sequence) and not isinstance(value, str | bytes) else [value]:
            if isinstance(one, Message):
                yield from _of_message(one)
            elif isinstance(one, str):
                yield from _of_text(name, field.name, one)


def _of_text(message: str, field: str, text: str) -> Iterator[str]:
    if message == "BidiComponent" and field not in _COMPONENT:
        return
    if message == "Html" or field == "html_content" or (message == "Markdown" and "<span" in text):
        yield from texts_of_html(text)
    elif field == "json" or (message == "PlotlyChart" and field == "spec"):
        yield from _of_json(json.loads(text))
    elif message != "PlotlyChart" or field == "alt":
        yield text


def _of_json(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value.replace("<br>", "\n")
    elif isinstance(value, dict):
        for name, one in value.items():
            if name not in ("family", "template", "url", "file"):
                yield from _of_json(one)
    elif isinstance(value, list):
        for one in value:
            yield from _of_json(one)


class _Html(HTMLParser):
    """Collects the texts of HTML that it does not mark as English, nor as style."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._skipping: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if self._skipping or tag in ("style", "script", "code") or said.get("lang") == "en":
            if tag not in ("br", "img", "input"):
                self._skipping.append(tag)
            return
        self.texts += [said[name] for name in _SPOKEN if said.get(name)]

    def handle_endtag(self, tag: str) -> None:
        if self._skipping and self._skipping[-1] == tag:
            self._skipping.pop()

    def handle_data(self, data: str) -> None:
        if not self._skipping:
            self.texts.append(data)
