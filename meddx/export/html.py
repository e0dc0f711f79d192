"""Build HTML documents: texts are escaped here; table cells are already HTML."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = (Path(__file__).parent / "report.css").read_text(encoding="utf-8")
NOT_STATED = "not stated"


def html_document(title: str, parts: Iterable[str]) -> str:
    """Return a complete document whose content security policy forbids scripts and requests."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body><main>{''.join(parts)}</main></body></html>"
    )


def fact_list(named: Mapping[str, str]) -> str:
    """Return a definition list of names and facts; "not stated" where it is empty."""
    listed = "".join(f"<dt>{escape(name)}</dt><dd>{escape(fact)}</dd>" for name, fact in named.items())
    return f"<dl>{listed}</dl>" if listed else f"<p>{NOT_STATED}</p>"


def html_section(title: str, body: str) -> str:
    """Return a section with its heading. body: HTML."""
    return f"<section><h2>{escape(title)}</h2>{body}</section>"


def html_table(
    caption: str, head: Sequence[str], rows: Iterable[tuple[str, Sequence[str]]], kind: str = "numbers"
) -> str:
    """Return a table. caption, head and row names are escaped; cells are already HTML; kind: its CSS class."""
    heads = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    lines = "".join(
        f'<tr><th scope="row">{escape(name)}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'
        for name, cells in rows
    )
    return (
        f'<table class="{kind}"><caption>{escape(caption)}</caption><thead><tr>{heads}</tr></thead>'
        f"<tbody>{lines}</tbody></table>"
    )
