"""The style sheet of the Worklist page."""

from pathlib import Path

WORKLIST_STYLE = f"<style>{(Path(__file__).parent / 'worklist.css').read_text(encoding='utf-8')}</style>"
