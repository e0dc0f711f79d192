"""Finished English sentences of meddx/ in the reader's language.

meddx/ makes its sentences in English: refusals, cautions, verdicts, titles. studies/engine_sentences.py finds their
templates in the source; here a finished sentence is held against them, and its values put into the translation.
"""

import re
from dataclasses import dataclass, field
from functools import reduce

from meddx.export.language import IN_ENGLISH, ExportLanguage
from meddx.formatting import SPACE
from pages.ui.common.language.catalogue import ENGLISH
from pages.ui.common.language.formatting import percent_sign
from pages.ui.common.language.language import _, drawn_in, language
from pages.ui.common.language.templates import SENTENCE_END, WIDE_STOPS, Sentences, known_sentences

_LATIN = re.compile("[A-Za-z]{2}")
_NEXT_OF_A_LIST = re.compile(r", and |, | and ")
_OR = " or "
_KEYWORD = re.compile(r"(?:[A-Z][a-z]+){2,}|Modality|[A-Z]{2,}")
"""A name of DICOM's, or a code: the same in every language."""
_MEMBER = re.compile(r"(?P<name>.*?)(?P<number> [(<>]?\W?\d[^A-Za-z]*)?")
_IN_BRACKETS = re.compile(r"(?P<before>[^()]+) \((?P<within>[^()]+)\)")
_QUOTED = re.compile("'[^']*'")
_SHORT = 10
"""Letters of a template below which it fits many a text: it comes last, and its values must be known as well."""
_LONGEST = 1500
"""Characters of a text beyond which it is none of meddx/'s, but a reader's own."""
_DEEPEST = 8
"""Values within values beyond which a text is a reader's own, too."""


@dataclass
class _Call:
    """Hold one call of `translated`: what was found, and how deep it is. Never kept beyond it: texts hold names."""

    known: Sentences
    found: dict[str, str | None] = field(default_factory=dict)
    depth: int = 0


def translated(sentence: str) -> str:
    """Return a finished sentence of meddx/ in the reader's language; what no translation fits stays in English.

    Several sentences are translated one by one, and so are the values in one, the members of a list, and what follows
    a title and a colon.
    """
    code = language()
    if code == ENGLISH:
        return sentence
    return _translated(sentence, _Call(known_sentences(code))).replace(f"{SPACE}%", percent_sign())


def export_language() -> ExportLanguage:
    """Return the reader's language for an export that is prose, which may be made later, when no page is drawn."""
    code = language()
    if code == ENGLISH:
        return IN_ENGLISH

    def translation(sentence: str) -> str:
        with drawn_in(code):
            return translated(sentence)

    return ExportLanguage(code.replace("_", "-"), translation, comma=_(", "), colon=_(": "), stop=_("."))


def _translated(text: str, call: _Call) -> str:
    found = _found(text.strip(), call) if _LATIN.search(text) else None
    return text if found is None else found


def _found(text: str, call: _Call) -> str | None:
    """Return the translation of a text, None where there is none."""
    if len(text) > _LONGEST or call.depth >= _DEEPEST:
        return None
    if text not in call.found:
        call.depth += 1
        call.found[text] = _by_any_way(text, call)
        call.depth -= 1
    return call.found[text]


def _by_any_way(text: str, call: _Call) -> str | None:
    ways = (_whole, _from_long_template, _one_by_one, _as_list, _titled, _from_short_template, _with_brackets)
    return next((found for way in ways if (found := way(text, call)) is not None), None)


def _whole(text: str, call: _Call) -> str | None:
    found = call.known.whole(text)
    if found is None:
        return None
    without = found.removesuffix(".").removesuffix(_("."))
    return without + _(".") if text.endswith(".") else without


def _from_long_template(text: str, call: _Call) -> str | None:
    return _from_template(text, call, short=False)


def _from_short_template(text: str, call: _Call) -> str | None:
    found = _from_template(text.removesuffix("."), call, short=True)
    return found + _(".") if found and text.endswith(".") else found


def _from_template(text: str, call: _Call, *, short: bool) -> str | None:
    for template in call.known.templates(text):
        if (template.letters < _SHORT) == short and (match := template.pattern.fullmatch(text)):
            values = match.groupdict()
            parts = {
                name: part if name in template.quoted else _found(part.strip(), call) for name, part in values.items()
            }
            known = {name: found for name, found in parts.items() if found is not None}
            rest = "".join(part for name, part in values.items() if name not in known)
            if not short or not _LATIN.search(_QUOTED.sub("", rest)):
                return template.translation.format_map(values | known)
    return None


def _one_by_one(text: str, call: _Call) -> str | None:
    parts = SENTENCE_END.split(text)
    if len(parts) == 1:
        return None
    done = [_translated(sentence, call) for sentence in parts]
    return "".join(one if one.endswith(WIDE_STOPS) else f"{one} " for one in done).strip()


def _as_list(text: str, call: _Call) -> str | None:
    """Return a list whose every member is known, alone or before a number, or is quoted or a name of DICOM's."""
    if _OR in _QUOTED.sub("", text):
        return _as_choice(text.split(_OR), call)
    members = [_member(member, call) for member in _NEXT_OF_A_LIST.split(text)]
    return None if None in members else _(", ").join(filter(None, members))


def _as_choice(texts: list[str], call: _Call) -> str | None:
    if all(map(_KEYWORD.fullmatch, texts)):
        return reduce(lambda text, other: _("{attribute} or {other}").format(attribute=text, other=other), texts)
    members = [member for text in texts if (member := _member(text, call))]
    if len(members) < len(texts):
        return None
    return reduce(lambda text, other: _("{label} or {other}").format(label=text, other=other), members)


def _with_brackets(text: str, call: _Call) -> str | None:
    """Return words with others in brackets behind them, where both are known or hold no words."""
    if (match := _IN_BRACKETS.fullmatch(text)) is None:
        return None
    before, within = (_found(part, call) if _LATIN.search(part) else part for part in match.groups())
    return None if before is None or within is None else _("{text} ({remark})").format(text=before, remark=within)


def _member(text: str, call: _Call) -> str | None:
    if _QUOTED.fullmatch(text) or _KEYWORD.fullmatch(text):
        return text
    found = _MEMBER.fullmatch(text)
    name = found and _whole(found["name"], call)
    return name and name + (found["number"] or "" if found else "")


def _titled(text: str, call: _Call) -> str | None:
    title, colon, rest = text.partition(": ")
    heading = _whole(title, call) if colon else None
    return None if heading is None else heading + _(": ") + _translated(rest, call)
