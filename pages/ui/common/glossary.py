"""The glossary: what the technical words on the pages mean.

docs/words.md is the one source of the words; metrics and methods of heat maps are explained by their own tables.
"""

import re
from functools import lru_cache
from html import escape

import streamlit as st

from meddx.config import ROOT
from meddx.evaluate.metric_registry import METRICS
from meddx.explain.methods import METHODS
from pages.ui.common.language.language import _

_WORDS = ROOT / "docs" / "words.md"
_ROW = re.compile(r"^\| (?P<word>[^|]+) \| (?P<meaning>[^|]+) \|")


@lru_cache(maxsize=1)
def words() -> dict[str, str]:
    """Return word -> meaning of the table "On pages", in its order, as plain sentences."""
    text = _WORDS.read_text(encoding="utf-8")
    section = text.partition("## On pages")[2].partition("\n## ")[0]
    rows = [found for line in section.splitlines() if (found := _ROW.match(line))]
    return {_plain(row["word"]): _sentence(_plain(row["meaning"])) for row in rows[1:]}  # the first is the head


def meaning(word: str) -> str:
    """Return what a word of the glossary means. Raises KeyError for one that has no row."""
    return words()[word]


def render_glossary_button() -> None:
    """Draw the button that opens the glossary."""
    if st.button(_("Glossary"), type="tertiary", key="glossary"):
        st.dialog(_("Glossary"), width="large")(_content)()


def _content() -> None:
    wanted = st.text_input("Search", key="glossary-search", placeholder="A word, such as cut-off").strip().casefold()
    parts = {
        "Words on the pages": words(),
        "Metrics": {metric.title: metric.meaning for metric in METRICS},
        "Heat maps": {method.title: f"{method.colours} {method.paper}" for method in METHODS.values()},
    }
    found = 0
    for title, entries in parts.items():
        shown = {word: text for word, text in entries.items() if wanted in f"{word} {text}".casefold()}
        found += len(shown)
        if shown:
            rows = "".join(f"<dt>{escape(word)}</dt><dd>{escape(text)}</dd>" for word, text in shown.items())
            st.html(f'<section class="glossary"><h2>{escape(title)}</h2><dl>{rows}</dl></section>')
    if not found:
        st.caption("No word of the glossary fits.")


def _plain(cell: str) -> str:
    return cell.replace("`", "").replace('"', "").strip()


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")
