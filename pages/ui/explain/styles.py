"""How the Explain page looks: tables as on the Models page, in narrow cells."""

from pathlib import Path

from pages.ui.common import html

EXPLAIN_STYLE = html.STYLE + f"<style>{(Path(__file__).parent / 'explain.css').read_text(encoding='utf-8')}</style>"
