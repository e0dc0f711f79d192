"""How the page looks."""

from pathlib import Path

from pages.ui.evaluate import look

STYLE = look.STYLE + f"<style>{(Path(__file__).parent / 'compare.css').read_text(encoding='utf-8')}</style>"
