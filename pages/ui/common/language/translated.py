"""Finished English sentences of meddx/ in the reader's language.

meddx/ makes its sentences in English: refusals, cautions, verdicts, titles. studies/engine_sentences.py finds their
templates in the source; here a finished sentence is held against them, and its values put into the translation.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from babel.messages.catalog import Message

from pages.ui.common.language.catalogue import ENGLISH, read_catalogue
from pages.ui.common.language.language import language

_VALUE = re.compile(r"(?<!\{)\{(\w+)\}(?!\})")
_NEXT_SENTENCE = re.compile(r"(?<=[.!?]) (?=[A-Z“])")
_NEXT_OF_A_LIST = re.compile(r", and |, | and ")
_MEMBER = re.compile(r"(?P<name>.*?)(?P<number> [(<>]?\W?\d[^A-Za-z]*)?")
_SHORT = 10
"""Letters of a template below which it fits many a text, so that its values must be known as well."""
_LATIN = re.compile("[A-Za-z]{2}")
_QUOTED = re.compile(r"'[^']*'")
_WITHIN_A_SENTENCE = r"((?:(?![.!?] [A-Z“]).)*?)"


@dataclass(frozen=True)
class _Template:
    """A sentence with values in it.

    fixed: its longest part without one, which a sentence must hold to fit. letters: how many it has beside its values.
    """

    fixed: str
    letters: int
    pattern: re.Pattern[str]
    values: tuple[str, ...]
    translation: str


@dataclass(frozen=True)
class _Sentences:
    """What a language has: whole sentences by `_key`, and templates, those that say most first."""

    whole: dict[str, str]
    templates: tuple[_Template, ...]


def translated(sentence: str) -> str:
    """Return a finished sentence of meddx/ in the reader's language; what no translation fits stays in English.

    Several sentences are translated one by one, and so are the values in one and the members of a list.
    """
    code = language()
    return sentence if code == ENGLISH else _translated(sentence, _sentences(code))


def _translated(text: str, known: _Sentences) -> str:
    if not _LATIN.search(text):
        return text
    for way in (_whole, _from_template, _one_by_one, _as_list):
        if (found := way(text.strip(), known)) is not None:
            return found
    return text


def _whole(text: str, known: _Sentences) -> str | None:
    """Return the translation of a sentence without values; a full stop and the first letter's case do not count."""
    found = known.whole.get(_key(text))
    return found if found is None or text.endswith(".") else found.removesuffix("。").removesuffix(".")


def _from_template(text: str, known: _Sentences) -> str | None:
    for template in known.templates:
        if template.fixed in text and (found := template.pattern.fullmatch(text)):
            parts = [_translated(part, known) for part in found.groups()]
            if template.letters >= _SHORT or not any(_LATIN.search(_QUOTED.sub("", part)) for part in parts):
                return template.translation.format_map(dict(zip(template.values, parts, strict=True)))
    return None


def _one_by_one(text: str, known: _Sentences) -> str | None:
    sentences = _NEXT_SENTENCE.split(text)
    if len(sentences) == 1:
        return None
    done = [_translated(sentence, known) for sentence in sentences]
    return "".join(one if one.endswith(("。", "！", "？")) else f"{one} " for one in done).strip()


def _as_list(text: str, known: _Sentences) -> str | None:
    """Return a list whose every member is known, alone or before a number."""
    members = [_member(member, known) for member in _NEXT_OF_A_LIST.split(text)]
    return None if None in members else "、".join(filter(None, members))


def _member(text: str, known: _Sentences) -> str | None:
    found = _MEMBER.fullmatch(text)
    name = found and _whole(found["name"], known)
    return name and name + (found["number"] or "" if found else "")


def _key(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:].removesuffix(".")


@lru_cache(maxsize=16)
def _sentences(code: str) -> _Sentences:
    """Return a language's translations of sentences that are not of the pages themselves."""
    whole, templates = {}, []
    for message in read_catalogue(code):
        if not (message.auto_comments and isinstance(message.id, str) and message.id and message.string):
            continue
        if _VALUE.search(message.id):
            templates.append(_template(message))
        else:
            whole[_key(message.id)] = str(message.string)
    templates.sort(key=lambda one: -one.letters)
    return _Sentences(whole, tuple(templates))


def _template(message: Message) -> _Template:
    pieces = _VALUE.split(str(message.id))
    fixed = [piece.replace("{{", "{").replace("}}", "}") for piece in pieces[::2]]
    pattern = _WITHIN_A_SENTENCE.join(map(re.escape, fixed))
    return _Template(
        fixed=max(fixed, key=len),
        letters=sum(letter.isalpha() for piece in fixed for letter in piece),
        pattern=re.compile(pattern, re.DOTALL),
        values=tuple(pieces[1::2]),
        translation=str(message.string),
    )
