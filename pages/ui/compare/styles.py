"""The style sheet of the Compare page."""

from pathlib import Path

from pages.ui.evaluate import styles

COMPARE_STYLE = (
    styles.EVALUATE_STYLE + f"<style>{(Path(__file__).parent / 'compare.css').read_text(encoding='utf-8')}</style>"
)
