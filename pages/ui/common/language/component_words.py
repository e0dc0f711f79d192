"""The sentences of a component: data of its own, which the script in words.js writes into its markup."""

from collections.abc import Mapping
from pathlib import Path

from pages.ui.common.language.language import _

WORDS_SCRIPT = (Path(__file__).parent / "words.js").read_text(encoding="utf-8") + "\n"
"""To be put before a component's own script: fillWords, withValues and paragraph."""


def component_words(sentences: Mapping[str, str]) -> dict[str, str]:
    """Return a component's sentences, marked with N_ and by key, in the reader's language."""
    return {key: _(sentence) for key, sentence in sentences.items()}
