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
from pages.ui.common.language.formatting import capital
from pages.ui.common.language.language import _
from pages.ui.common.language.translated import translated
from pages.ui.common.presses import was_pressed

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
    """Return what a word of the glossary means, in the reader's language.

    word: in English. Raises KeyError for one that has no row.
    """
    return translated(words()[word])


def render_glossary_button() -> None:
    """Draw the button that opens the glossary."""
    if was_pressed(st.button, _("Glossary"), type="tertiary", key="glossary"):
        st.dialog(_("Glossary"), width="large")(_content)()


def _content() -> None:
    hint = _("A word, such as cut-off")
    wanted = st.text_input(_("Search"), key="glossary-search", placeholder=hint).strip().casefold()
    parts = {
        _("Words on the pages"): words(),
        _("Metrics"): {metric.title: metric.meaning for metric in METRICS},
        _("Heat maps"): {method.title: f"{method.colours} {method.paper}" for method in METHODS.values()},
    }
    found = 0
    for title, entries in parts.items():
        both = {word: (translated(word), translated(text)) for word, text in entries.items()}
        shown = [drawn for word, drawn in both.items() if wanted in " ".join((word, *drawn)).casefold()]
        found += len(shown)
        if shown:
            rows = "".join(f"<dt>{escape(word)}</dt><dd>{escape(text)}</dd>" for word, text in shown)
            st.html(f'<section class="glossary"><h2>{escape(title)}</h2><dl>{rows}</dl></section>')
    if not found:
        st.caption(_("No word of the glossary fits."))


def _plain(cell: str) -> str:
    return cell.replace("`", "").replace('"', "").strip()


def _sentence(text: str) -> str:
    return capital(text) + ("" if text.endswith(".") else ".")
