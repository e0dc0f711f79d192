"""What a catalogue says of the sentences of meddx/: whole ones, and templates, which finished sentences may fit."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pages.ui.common.language.catalogue import read_catalogue

SENTENCE_END = re.compile(r"(?<=[.!?]) (?=[A-Z“{])")
WIDE_STOPS = ("。", "！", "？")
_TRANSLATED_END = re.compile(rf"(?<=[{''.join(WIDE_STOPS)}])(?=.)|(?<=[.!?]) (?=[\w“{{])")
_VALUE = re.compile(r"(?<!\{)\{(\w+)\}(?!\})")
_QUOTED = re.compile(r"(?<!\w)'[^']*'(?!\w)")
_WITHIN_A_SENTENCE = r"(?P<{}>(?:(?![.!?] [A-Z“]).)*?)"
_WORD = re.compile(r"[A-Za-z]+")


@dataclass(frozen=True)
class Template:
    """A sentence with values in it. letters: how many it has beside its values. quoted: values within quotes."""

    letters: int
    quoted: frozenset[str]
    pattern: re.Pattern[str]
    translation: str


class Sentences:
    """What a language has: sentences without values, and templates by their longest word."""

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        self._whole: dict[str, str] = {}
        self._templates: dict[str, list[Template]] = {}
        patterns = set[re.Pattern[str]]()
        for english, translation in pairs:
            if _VALUE.search(english):
                pieces = _VALUE.split(english)
                quoted = frozenset(_VALUE.findall(" ".join(_QUOTED.findall(english))))
                template = _template(pieces, translation, quoted)
                if template.pattern not in patterns:
                    patterns.add(template.pattern)
                    self._templates.setdefault(_longest_word(pieces[::2]), []).append(template)
            else:
                self._whole.setdefault(_key(english), translation)

    def whole(self, text: str) -> str | None:
        """Return the translation of a sentence without values; its first letter's case and full stop do not count."""
        return self._whole.get(_key(text))

    def templates(self, text: str) -> list[Template]:
        """Return the templates that a text may fit, the longest first."""
        words = {"", *_WORD.findall(text)}
        fitting = [one for word in words for one in self._templates.get(word, ())]
        return sorted(fitting, key=lambda one: (-one.letters, -len(one.pattern.pattern), one.pattern.pattern))


@lru_cache(maxsize=16)
def known_sentences(code: str) -> Sentences:
    """Return a language's sentences of meddx/, and those of pages that have no value.

    Not the single words of pages: a label of a user's model, such as "Dark", may be one of them.
    """
    catalogue = [
        (message.id, message.string, bool(message.auto_comments))
        for message in read_catalogue(code)
        if isinstance(message.id, str) and isinstance(message.string, str) and message.id and message.string
    ]
    of_meddx = [(english, translation) for english, translation, comments in catalogue if comments]
    of_pages = [
        (english, translation)
        for english, translation, comments in catalogue
        if " " in english and not _VALUE.search(english)
    ]
    return Sentences([*of_meddx, *_single(of_meddx), *of_pages])


def _single(pairs: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield each sentence of a message of several, where its translation has as many with the same values."""
    for english, translation in pairs:
        ones, others = SENTENCE_END.split(english), _TRANSLATED_END.split(translation)
        same = len(ones) == len(others) > 1
        if same and all(set(_VALUE.findall(a)) == set(_VALUE.findall(b)) for a, b in zip(ones, others, strict=True)):
            yield from ((a, b) for a, b in zip(ones, others, strict=True) if _WORD.search(_VALUE.sub("", a)))


def _template(pieces: Sequence[str], translation: str, quoted: frozenset[str]) -> Template:
    """Return the template of text, name, text, name, ... text."""
    fixed = [re.escape(piece.replace("{{", "{").replace("}}", "}")) for piece in pieces[::2]]
    values = [_WITHIN_A_SENTENCE.format(name) for name in pieces[1::2]]
    return Template(
        letters=sum(letter.isalpha() for piece in pieces[::2] for letter in piece),
        quoted=quoted,
        pattern=re.compile("".join(map("".join, zip(fixed, [*values, ""], strict=True))), re.DOTALL),
        translation=translation,
    )


def _longest_word(pieces: Sequence[str]) -> str:
    """Return the longest word of a template that no value can be part of, "" where there is none."""
    words = [
        found[0]
        for place, piece in enumerate(pieces)
        for found in _WORD.finditer(piece)
        if (found.start() > 0 or place == 0) and (found.end() < len(piece) or place == len(pieces) - 1)
    ]
    return max(words, key=len, default="")


def _key(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:].removesuffix(".")
