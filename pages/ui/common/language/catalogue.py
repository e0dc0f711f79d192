"""The catalogues: one gettext file a language, which holds every sentence of the pages and of the engine's messages."""

import io
from functools import lru_cache
from gettext import GNUTranslations
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

CATALOGUES = Path(__file__).parent / "catalogues"
ENGLISH = "en"


@lru_cache(maxsize=1)
def languages() -> tuple[str, ...]:
    """Return the language codes that can be chosen, English first: a further language is a file in `catalogues/`."""
    return (ENGLISH, *sorted(path.stem for path in CATALOGUES.glob("*.po")))


def read_catalogue(language: str) -> Catalog:
    """Return the catalogue of a language other than English.

    Raises FileNotFoundError for a language that has none.
    """
    with (CATALOGUES / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


@lru_cache(maxsize=16)
def translations(language: str) -> GNUTranslations | None:
    """Return the translations of a language, None for English, whose sentences are in the code."""
    if language == ENGLISH:
        return None
    compiled = io.BytesIO()
    write_mo(compiled, read_catalogue(language))
    compiled.seek(0)
    return GNUTranslations(compiled)
