"""Numbers as text, as meddx.formatting writes them, in the reader's language."""

import math
from collections.abc import Iterable

from babel import Locale

from meddx import formatting
from pages.ui.common.language.catalogue import ENGLISH
from pages.ui.common.language.language import N_, _, language

_PERCENT = f"{formatting.SPACE}%"
N_("not defined")
_WIDE_STOP = "。"


def decimal(value: float, digits: int = 3) -> str:
    """Return a number with that many decimals; "not defined" for NaN, the sign of infinity where it has no bound."""
    return _written(formatting.decimal(value, digits))


def percent(share: float, digits: int = 0) -> str:
    """Return a share in [0, 1] in percent, never rounded to a certainty; "not defined" for NaN."""
    return _written(formatting.percent(share, digits))


def probability(p: float, digits: int = 0) -> str:
    """Return a model's probability in percent: never 0 % or 100 %."""
    return _written(formatting.probability(p, digits))


def signed(value: float, digits: int = 3) -> str:
    """Return a difference with its sign, a true minus; without one where it rounds to 0; "not defined" for NaN."""
    return _written(formatting.signed(value, digits))


def span(low: float, high: float, digits: int = 3) -> str:
    """Return an interval of decimals; "not defined" where it has no limits."""
    if math.isnan(low):
        return _(formatting.NOT_DEFINED)
    return range_text(decimal(low, digits), decimal(high, digits))


def percent_span(low: float, high: float, digits: int = 1) -> str:
    """Return an interval of shares in percent, the sign once; "not defined" where it has no limits."""
    return _(formatting.NOT_DEFINED) if math.isnan(low) else span(100 * low, 100 * high, digits) + percent_sign()


def range_text(low: str, high: str) -> str:
    """Return two limits as a range: "0.1 to 0.9"."""
    return _("{low} to {high}").format(low=low, high=high)


def _written(text: str) -> str:
    return _(text) if text == formatting.NOT_DEFINED else text.replace(_PERCENT, percent_sign())


def percent_sign() -> str:
    """Return the sign with what precedes it: a space in English, by the SI brochure, else as the locale has it."""
    code = language()
    return _PERCENT if code == ENGLISH else str(Locale.parse(code).percent_formats[None].suffix[0])


def listed(parts: Iterable[str]) -> str:
    """Return the parts as a list: "a, b, c"."""
    return _(", ").join(parts)


def clauses(parts: Iterable[str]) -> str:
    """Return the parts as clauses of a sentence: "a; b; c"."""
    return _("; ").join(parts)


def capital(text: str) -> str:
    """Return the text with a capital first letter, where its script has capitals."""
    return text[:1].upper() + text[1:]


def paragraph(sentences: Iterable[str]) -> str:
    """Return the sentences as one text; no space follows a full-width stop."""
    return "".join(one if one.endswith(_WIDE_STOP) else f"{one} " for one in sentences if one).strip()
