from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pages.ui.common.language import catalogue, templates

HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'


@pytest.fixture
def write_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, dict[str, str]], None]]:
    """Write the catalogue of a language, sentence of meddx/ -> translation, in place of the others."""

    def write(code: str, sentences: dict[str, str]) -> None:
        entries = (f'#. meddx/x.py\nmsgid "{english}"\nmsgstr "{other}"\n' for english, other in sentences.items())
        (tmp_path / f"{code}.po").write_text(HEAD + "\n".join(entries), encoding="utf-8")

    def forget() -> None:
        catalogue.languages.cache_clear()
        catalogue.translations.cache_clear()
        templates.known_sentences.cache_clear()

    monkeypatch.setattr(catalogue, "CATALOGUES", tmp_path)
    forget()
    yield write
    forget()
