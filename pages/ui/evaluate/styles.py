"""The style sheet of the Evaluate page."""

from pathlib import Path

from pages.ui.common import html

EVALUATE_STYLE = html.STYLE + f"<style>{(Path(__file__).parent / 'evaluate.css').read_text(encoding='utf-8')}</style>"
