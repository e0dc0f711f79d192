"""The fields and the note that the chosen model takes beside the image; a change is answered at once."""

from functools import partial
from html import escape

import streamlit as st

from meddx.model.card import Card
from meddx.model.note_words import words_of
from meddx.model.record_encoding import NO_WORDS, YES_WORDS
from meddx.model.record_fields import CategoryField, NumberField, RecordField
from pages.ui.common.language.choice_boxes import own_key, select_box
from pages.ui.common.language.language import N_, _
from pages.ui.common.language.translated import translated
from pages.ui.common.session import SessionCase, session
from pages.ui.diagnose.record import asking, table_upload
from pages.ui.diagnose.record.field_words import field_state, field_title, left_out, note_state
from pages.ui.diagnose.record.known_beside import Known, known_fields, known_note, listed_row

_HELP = N_(
    "Prefilled from the image's header and from a table that you add. Change a field, and the answer follows. All of "
    "it stays in this session, with the image: exports say which fields were given, and never their values."
)
_NOT_GIVEN = N_("Not given")
_LONGEST_NUMBER, _LONGEST_NOTE = 30, 20_000
"""Characters."""
_A_ROW = 2
_YES_NO = {"yes": N_("Yes"), "no": N_("No")}


def render_record(case: SessionCase, card: Card) -> None:
    """Draw a widget for each field and the note; nothing for a model that takes images alone."""
    if not card.is_fused or case.header is None or case.unreadable is not None:
        return
    row = listed_row(session(), case)
    known = known_fields(case, card, case.header, row)
    faults = left_out(card.fields, known)
    with st.container(key="record", gap="small"):
        title = _("Record and note") if card.fields and card.note else _("Record") if card.fields else _("Note")
        st.subheader(title, anchor=False, help=_(_HELP))
        for start in range(0, len(card.fields), _A_ROW):
            for place, field in zip(st.columns(_A_ROW, gap="small"), card.fields[start : start + _A_ROW], strict=False):
                with place:
                    _render_field(case, card, field, known[field.name])
                    _render_state(*field_state(field, known[field.name], faults.get(field.name)))
        if card.note is not None:
            note = known_note(case, card, row)
            _render_note(case, card, note)
            _render_state(*note_state(note, card.note.words, len(words_of(note.text))))
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            table_upload.render_table_upload(row)
            if case.entered.get(card.key) or case.note is not None:
                st.button(_("Take back what was entered"), key="take back", on_click=_take_back, args=(case, card))


def _render_state(state: str, words: str) -> None:
    st.html(f'<p class="field-state {state}">{escape(words)}</p>')


def _render_field(case: SessionCase, card: Card, field: RecordField, known: Known) -> None:
    key, is_number = _key(case, card, field.name), isinstance(field, NumberField)
    kept_under = key if is_number else own_key(key)
    title, keep = field_title(field), partial(_keep_field, case, card, field, kept_under)
    began = _began(case, kept_under, known.text)
    if is_number:  # a number's own widget cannot begin with a value and yet be emptied
        st.text_input(title, began, max_chars=_LONGEST_NUMBER, key=key, placeholder=_(_NOT_GIVEN), on_change=keep)
        return
    if isinstance(field, CategoryField):
        titles = {value: translated(value) for value in field.values}
    else:
        titles = {value: _(title) for value, title in _YES_NO.items()}
    options = ["", *titles]
    select_box(
        title, options, index=options.index(_option(field, began)), key=key, on_change=keep,
        format_func=lambda value: titles.get(value, _(_NOT_GIVEN)),
    )  # fmt: skip


def _render_note(case: SessionCase, card: Card, known: Known) -> None:
    key = _key(case, card, "")
    st.text_area(
        _("Note"),
        _began(case, key, known.text),
        height=96,
        max_chars=_LONGEST_NOTE,
        key=key,
        placeholder=_("Paste the note here, then press Ctrl+Enter"),
        on_change=partial(_keep_note, case, card, key),
    )


def _key(case: SessionCase, card: Card, field: str) -> str:
    """Return the key of a field's widget, "" for the note; a new one after a change that no widget made."""
    return f"beside {case.id} {card.key} {field} {table_upload.changes()}"


def _began(case: SessionCase, key: str, text: str) -> str:
    """Return the text that a widget began with, as long as it is drawn.

    It is the widget's default. What is set in the session state instead is sent to the browser in one run only: where
    the next run overtakes that one, the field looks empty, and the answer is with the value all the same.
    """
    if key not in st.session_state:
        case.began[key] = text
    return case.began.setdefault(key, text)


def _option(field: RecordField, text: str) -> str:
    """Return the option that a text means, "" for none."""
    word = text.strip().casefold()
    if isinstance(field, CategoryField):
        return next((value for value in field.values if value.casefold() == word), "")
    return "yes" if word in YES_WORDS else "no" if word in NO_WORDS else ""


def _keep_field(case: SessionCase, card: Card, field: RecordField, key: str) -> None:
    case.entered.setdefault(card.key, {})[field.name] = str(st.session_state[key]).strip()
    asking.ask_briefly(session(), case, card)


def _keep_note(case: SessionCase, card: Card, key: str) -> None:
    case.note = str(st.session_state[key])
    asking.ask_briefly(session(), case, card)


def _take_back(case: SessionCase, card: Card) -> None:
    case.entered.pop(card.key, None)
    case.note = None
    table_upload.redraw()
    asking.ask_briefly(session(), case, card)
