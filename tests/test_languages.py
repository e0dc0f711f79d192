"""Every sentence that a reader meets is in every catalogue, whole, and nothing else is."""

import ast
import re

import pytest

from meddx.config import ROOT
from pages.ui.common.language.catalogue import ENGLISH, languages, read_catalogue
from studies.catalogues import KEYWORDS, sentences_to_translate, untranslated

OTHERS = [code for code in languages() if code != ENGLISH]
RUN = "run python -m studies.catalogues"


@pytest.fixture(scope="module")
def wanted():
    return sentences_to_translate()


@pytest.fixture(params=OTHERS)
def catalogue(request):
    return read_catalogue(request.param)


def test_a_catalogue_has_the_sentences_of_the_code_and_no_others(catalogue, wanted):
    ids = [{message.id for message in one} for one in (catalogue, wanted)]
    assert ids[0] == ids[1], RUN


def test_every_sentence_that_a_page_marks_is_found(wanted):
    """Babel looks into no f-string: what is marked inside one would stay in English unseen."""
    ids = {message.id if isinstance(message.id, str) else message.id[0] for message in wanted}
    marked = {sentence for path in (ROOT / "pages").rglob("*.py") for sentence in _marked(ast.parse(path.read_text()))}
    assert marked - ids == set()


def _marked(module):
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEYWORDS:
            yield from (one.value for one in node.args[:1] if isinstance(one, ast.Constant))


def test_every_sentence_has_a_translation(catalogue):
    assert untranslated(catalogue) == [], RUN


def test_a_translation_has_the_values_of_its_sentence(catalogue):
    wrong = [message.id for message in catalogue if message.id and not _same_values(message)]
    assert wrong == []


def _same_values(message):
    """Whether each form of the translation has the values of the English one: of one thing or of many."""
    english = {frozenset(_values(one)) for one in ([message.id] if isinstance(message.id, str) else message.id)}
    forms = [message.string] if isinstance(message.string, str) else message.string
    return all(frozenset(_values(form)) in english for form in forms if form)


def _values(sentence):
    return re.findall(r"(?<!\{)\{(\w*)\}(?!\})", sentence)


def test_the_audit_log_hears_of_exports_in_english():
    titles = {where: call.args[0] for where, call in _calls_in_pages("render_download")}
    assert titles
    assert [where for where, title in titles.items() if _is_translated(title)] == []


WIDGETS = (
    "text_input", "text_area", "selectbox", "multiselect", "checkbox", "toggle", "date_input", "number_input",
)  # fmt: skip


def test_what_a_reader_entered_stays_when_the_language_changes():
    """Streamlit knows a widget without key by its label, and empties it where that changes."""
    named = [(where, call) for where, call in _calls_in_pages(*WIDGETS) if call.args and _is_translated(call.args[0])]
    assert named
    assert [where for where, call in named if "key" not in {keyword.arg for keyword in call.keywords}] == []


def test_what_is_refused_is_kept_in_english():
    """It stays in a session whose language may change, and goes into exports and the log; pages translate it."""
    refusals = {where: call.args for where, call in _calls_in_pages("Refused", "Refusal", "EngineUnavailable")}
    assert refusals
    assert [where for where, values in refusals.items() if any(map(_holds_a_translation, values))] == []


def _holds_a_translation(value):
    return any(_is_translated(node) for node in ast.walk(value))


def _calls_in_pages(*names):
    """Yield where and how pages call functions or methods of these names."""
    for path in sorted((ROOT / "pages").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in names:
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def _is_translated(value):
    """Whether an expression is a sentence in the reader's language: _("..."), or one with values."""
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == "format":
        value = value.func.value
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in ("_", "translated")
