"""Sentences, numbers and dates in the language that the reader chose, or else the browser's.

Pages mark their sentences as gettext does: `_("Cut-off")`, `_("{count} cases").format(count=number(3))`, `ngettext`
where a number decides the form, and `N_` where a module-level table holds a sentence that is drawn later through `_`.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import streamlit as st
from babel import Locale, negotiate_locale
from babel.dates import format_date
from babel.numbers import format_decimal
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.ui.common.language.catalogue import ENGLISH, languages, translations

LANGUAGE_COOKIE = "meddx-language"
"""The cookie in which the browser keeps the reader's choice; it holds the code of a language and nothing else."""
_CHOSEN, _OF_BROWSER = "chosen language", "language of the browser"
_of_request: ContextVar[str] = ContextVar("language of a request", default=ENGLISH)


def language() -> str:
    """Return the code of the language in which the page is drawn: the reader's choice, the browser's, or English.

    The browser's is read once a session, since every sentence asks.
    """
    if get_script_run_ctx(suppress_warning=True) is None:
        return _of_request.get()
    chosen = str(st.session_state.get(_CHOSEN))
    if chosen in languages():
        return chosen
    if _OF_BROWSER not in st.session_state:
        kept = str(st.context.cookies.get(LANGUAGE_COOKIE))
        st.session_state[_OF_BROWSER] = kept_language("", kept, st.context.locale)
    return str(st.session_state[_OF_BROWSER])


def kept_language(chosen: str, kept: str, locale: str | None) -> str:
    """Return the language chosen in this session, else the one that the browser keeps, else that of its locale."""
    return next((code for code in (chosen, kept) if code in languages()), language_of_browser(locale))


@contextmanager
def drawn_in(code: str) -> Iterator[None]:
    """Draw in a language what is no page of Streamlit's, such as the form to sign in with."""
    token = _of_request.set(code)
    try:
        yield
    finally:
        _of_request.reset(token)


def language_of_browser(locale: str | None) -> str:
    """Return the language for a browser's locale such as "zh-CN": English where no catalogue is of its language."""
    if not locale:
        return ENGLISH
    exact = negotiate_locale([locale.replace("-", "_")], list(languages()))
    same = [code for code in languages() if code.split("_")[0] == locale.replace("-", "_").split("_")[0]]
    return exact or next(iter(same), ENGLISH)


def choose_language(code: str) -> None:
    """Draw this session's pages in a language of `languages()` from now on."""
    st.session_state[_CHOSEN] = code


def language_name(code: str) -> str:
    """Return what a language calls itself, beginning as a name: "English", "中文"."""
    name = Locale.parse(code).get_language_name() or code
    return name[:1].upper() + name[1:]


def _(sentence: str) -> str:
    """Return a sentence in the reader's language; the sentence itself in English, and where no catalogue has it."""
    found = translations(language())
    return sentence if found is None or not sentence else found.gettext(sentence)


def N_(sentence: str) -> str:  # noqa: N802  (gettext's own name)
    """Return the sentence as it is: marks one that is translated where it is drawn."""
    return sentence


def ngettext(one: str, many: str, count: int) -> str:
    """Return the form of a sentence for that number of things."""
    found = translations(language())
    if found is None:
        return one if count == 1 else many
    return found.ngettext(one, many, count)


def number(value: float, digits: int = 0) -> str:
    """Return a number with that many decimals, grouped as the reader's language does."""
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return format_decimal(value, format=pattern, locale=language())


def date(day: dt.date) -> str:
    """Return a date as the reader's language writes it; 2026-11-29 in English, which has two orders of numbers."""
    return day.isoformat() if language() == ENGLISH else format_date(day, "medium", locale=language())
