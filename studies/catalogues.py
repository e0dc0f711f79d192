"""Write the catalogue of every language anew: what the code says now, with the translations that there are.

    python -m studies.catalogues            # prints how many sentences of each language wait for a translation

To begin a language, copy a catalogue to pages/ui/common/language/catalogues/CODE.po and empty its translations.
"""

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from pages.ui.common.language.catalogue import CATALOGUES, ENGLISH, languages, read_catalogue
from studies.engine_sentences import engine_sentences

ROOT = Path(__file__).parents[1]
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}


def sentences_to_translate() -> Catalog:
    """Return every sentence that the pages mark, and every one of meddx/ that they draw, without translations.

    The file that a sentence of meddx/ is of stands in its comment, by which `translated` knows it.
    """
    catalogue = Catalog(project="meddx")
    found = extract_from_dir(ROOT / "pages", [("**.py", "python")], keywords=KEYWORDS, strip_comment_tags=True)
    for _file, _line, sentence, _comments, _context in found:
        catalogue.add(sentence)
    for sentence, file in engine_sentences():
        catalogue.add(sentence, auto_comments=[file])
    return catalogue


def updated(language: str, sentences: Catalog) -> Catalog:
    """Return a language's catalogue with exactly these sentences, in the order of their English."""
    catalogue = read_catalogue(language)
    catalogue.update(sentences, no_fuzzy_matching=True, update_header_comment=False)
    catalogue.obsolete.clear()
    for message in catalogue:
        message.flags.clear()  # Babel takes "% c" of "95 % coverage" for a format
        message.auto_comments = sorted(message.auto_comments)[:1]
    return catalogue


def untranslated(catalogue: Catalog) -> list[str]:
    """Return the English of sentences without a translation, or with one form of several missing."""
    return [
        str(message.id if isinstance(message.id, str) else message.id[0])
        for message in catalogue
        if message.id and not all([message.string] if isinstance(message.string, str) else message.string or [None])
    ]


def main() -> None:
    """Write the catalogues and print what is missing."""
    sentences = sentences_to_translate()
    for language in languages():
        if language == ENGLISH:
            continue
        catalogue = updated(language, sentences)
        path = CATALOGUES / f"{language}.po"
        head = path.read_bytes().partition(b"\n\n")[0]  # Babel's own would hold the minute, and change at every run
        with path.open("wb") as file:
            file.write(head + b"\n\n")
            write_po(file, catalogue, width=0, omit_header=True, no_location=True, sort_output=True)
        missing = untranslated(catalogue)
        print(f"{language}: {len(missing)} of {len(catalogue)} sentences have no translation")
        for sentence in missing:
            print(f"  {sentence}")


if __name__ == "__main__":
    main()
