"""HTML for headings, boxes and tables in one style; every text is escaped."""

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

STYLE = f"<style>{(Path(__file__).parent / 'tables.css').read_text(encoding='utf-8')}</style>"


def page_heading(title: str, summary: str) -> str:
    """Return the page's heading with a sentence below it."""
    return f'<h1 class="card-title">{escape(title)}</h1><p class="summary">{escape(summary)}</p>'


def titled_box(kind: str, title: str, paragraphs: dict[str, str] | Sequence[str]) -> str:
    """Return a titled box of named paragraphs, or of a list. kind: CSS class."""
    if isinstance(paragraphs, dict):
        items = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in paragraphs.items())
        body = f"<dl>{items}</dl>"
    else:
        body = "<ul>" + "".join(f"<li>{escape(text)}</li>" for text in paragraphs) + "</ul>"
    return f'<section class="box {kind}"><h2>{escape(title)}</h2>{body}</section>'


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
