"""HTML for headings, boxes and tables in one style; every text is escaped."""

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from pages.ui.common.language.catalogue import ENGLISH
from pages.ui.common.language.language import language
from pages.ui.common.language.translated import translated

STYLE = f"<style>{(Path(__file__).parent / 'tables.css').read_text(encoding='utf-8')}</style>"


class English(str):
    """A text in English whatever the reader's language, which HTML then says of it."""

    __slots__ = ()


def card_text(text: str) -> str:
    """Return a text of a model card in the reader's language, where it has a translation, else marked as English."""
    found = translated(text)
    return English(text) if found == text and language() != ENGLISH else found


def page_heading(title: str, summary: str) -> str:
    """Return the page's heading with a sentence below it."""
    return f'<h1 class="card-title">{escape(title)}</h1><p class="summary"{_lang(summary)}>{escape(summary)}</p>'


def titled_box(kind: str, title: str, paragraphs: dict[str, str] | Sequence[str]) -> str:
    """Return a titled box of named paragraphs, or of a list. kind: CSS class."""
    if isinstance(paragraphs, dict):
        items = "".join(f"<dt>{escape(name)}</dt>{_element('dd', text)}" for name, text in paragraphs.items())
        body = f"<dl>{items}</dl>"
    else:
        body = "<ul>" + "".join(_element("li", text) for text in paragraphs) + "</ul>"
    return f'<section class="box {kind}"><h2>{escape(title)}</h2>{body}</section>'


def _element(tag: str, text: str) -> str:
    return f"<{tag}{_lang(text)}>{escape(text)}</{tag}>"


def _lang(text: str) -> str:
    return ' lang="en"' if isinstance(text, English) else ""


def inline(text: str) -> str:
    """Return a text within a sentence, which says where it is English."""
    return f'<span lang="en">{escape(text)}</span>' if isinstance(text, English) and text else escape(text)


def missing(words: str) -> str:
    """Return words that stand in place of a value, such as "not measured"."""
    return f'<span class="none">{escape(words)}</span>'


def side_by_side(left: str, right: str) -> str:
    """Return two pieces of HTML side by side, one below the other on a narrow screen."""
    return f'<div class="beside">{left}{right}</div>'


def data_table(
    kind: str, caption: str, head: Sequence[str], rows: Iterable[tuple[str, Sequence[str]]], *, scrolls: bool = False
) -> str:
    """Return a table whose first column names its rows. Escapes caption and names; head and cells are HTML already.

    scrolls: whether it is wider than a usual window, so that the keyboard must reach it.
    """
    heads = "".join(f'<th scope="col">{cell}</th>' if cell else "<td></td>" for cell in head)
    lines = "".join(
        f'<tr><th scope="row">{escape(name)}</th>' + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
        for name, cells in rows
    )
    region = f' tabindex="0" role="region" aria-label="{escape(caption)}"' if scrolls else ""
    return (
        f'<div class="scroll"{region}><table class="numbers {kind}"><caption>{escape(caption)}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></div>"
    )
