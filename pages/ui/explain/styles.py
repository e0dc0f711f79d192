"""The style sheet of the Explain page: tables as on the Models page, with narrow cells."""

from pathlib import Path

from pages.ui.common import html

EXPLAIN_STYLE = html.STYLE + f"<style>{(Path(__file__).parent / 'explain.css').read_text(encoding='utf-8')}</style>"
