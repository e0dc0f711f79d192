"""The reader's own opinion of the result on one label: agree, disagree or unsure, the right label, and a note."""

from functools import partial

import streamlit as st

from meddx.model.card import Card, Label
from meddx.records.access import records_on
from meddx.types import ReaderOpinion
from pages.ui.common.language.choice_boxes import kept_choice, select_box
from pages.ui.common.language.language import N_, _
from pages.ui.common.language.translated import translated
from pages.ui.common.session import LabelKey, SessionCase
from pages.ui.diagnose.findings import recording

LONGEST_NOTE = 500
"""Characters."""
_VERDICTS = {"agree": N_("Agree"), "disagree": N_("Disagree"), "unsure": N_("Unsure")}
_TEXTS = {
    "agree": N_("You agree"), "disagree": N_("You disagree"), "unsure": N_("You are unsure"), None: N_("Your note"),
}  # fmt: skip
_HELP = N_("Kept with the image until this session ends, and part of its exports. Nothing is saved on this server.")
_HELP_RECORDS = N_("Recorded on this server at once, with the findings, and part of the image's exports.")


def render_opinion(case: SessionCase, card: Card, label: Label) -> None:
    """Draw the choice and, once it is made, room for a note; keep both with the image."""
    key: LabelKey = (*case.key(card.key), label.name)
    opinion = case.opinions.get(key, ReaderOpinion())
    name = " ".join(map(str, (case.id, *key)))
    title = translated(label.title)
    keep = partial(_keep, case, card, key, name)  # in a callback: the findings above show it
    with st.container(key="opinion", gap="small"):
        verdict = st.segmented_control(
            _("Your opinion on {label}").format(label=title),
            list(_VERDICTS),
            default=opinion.verdict,
            format_func=lambda verdict: _(_VERDICTS[verdict]),
            key=f"verdict {name}",
            help=_(_HELP_RECORDS if records_on() else _HELP),
            on_change=keep,
        )
        if verdict == "disagree":
            titles = {one.name: translated(one.title) for one in card.labels if one.name != label.name}
            select_box(
                _("Right instead of {label}").format(label=title),
                list(titles),
                index=list(titles).index(opinion.corrected) if opinion.corrected in titles else None,
                format_func=lambda other: titles[other],
                key=f"corrected {name}",
                placeholder=_("Right label, if another one of these"),
                label_visibility="collapsed",
                on_change=keep,
            )
        if verdict or opinion.note:
            about = _("Note on {label}").format(label=title)
            st.text_input(
                about,
                opinion.note,
                max_chars=LONGEST_NOTE,
                key=f"note {name}",
                placeholder=about,
                label_visibility="collapsed",
                on_change=keep,
            )


def _keep(case: SessionCase, card: Card, key: LabelKey, name: str) -> None:
    verdict = st.session_state[f"verdict {name}"]
    corrected = kept_choice(f"corrected {name}") if verdict == "disagree" else None
    note = str(st.session_state.get(f"note {name}", "")).strip()
    opinion = ReaderOpinion(verdict, note, "" if corrected is None else str(corrected))
    if opinion == case.opinions.get(key, ReaderOpinion()):
        return
    if opinion == ReaderOpinion():
        case.opinions.pop(key, None)
    else:
        case.opinions[key] = opinion
    recording.record_opinion(case, card, key, opinion)


def opinions_on(case: SessionCase, card: Card) -> dict[str, ReaderOpinion]:
    """Return the reader's opinions of the model's results on the present frame, by label."""
    return {label: opinion for (*key, label), opinion in case.opinions.items() if tuple(key) == case.key(card.key)}


def opinion_text(opinion: ReaderOpinion | None) -> str:
    """Return the opinion in words, "" where there is none."""
    return "" if opinion is None else _(_TEXTS[opinion.verdict])
