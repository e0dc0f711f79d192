"""The reader's own opinion of the result on one label: agree, disagree or unsure, and a note."""

from functools import partial

import streamlit as st

from meddx.model.card import Card, Label
from meddx.types import ReaderOpinion
from pages.ui.common.session import OpinionKey, SessionCase

LONGEST_NOTE = 500
"""Characters."""
_VERDICTS = {"agree": "Agree", "disagree": "Disagree", "unsure": "Unsure"}
_TEXTS = {"agree": "You agree", "disagree": "You disagree", "unsure": "You are unsure", None: "Your note"}
_HELP = "Kept with the image until this session ends, and part of its exports. Nothing is saved on this server."


def render_opinion(case: SessionCase, card: Card, label: Label) -> None:
    """Draw the choice and, once it is made, room for a note; keep both with the image."""
    key: OpinionKey = (card.key, case.frame, label.name)
    opinion = case.opinions.get(key, ReaderOpinion())
    name = f"{case.id} {card.key} {case.frame} {label.name}"
    keep = partial(_keep, case, key, f"verdict {name}", f"note {name}")  # in a callback: the findings above show it
    with st.container(key="opinion", gap="small"):
        verdict = st.segmented_control(
            f"Your opinion on {label.title}",
            list(_VERDICTS),
            default=opinion.verdict,
            format_func=lambda verdict: _VERDICTS[verdict],
            key=f"verdict {name}",
            help=_HELP,
            on_change=keep,
        )
        if verdict or opinion.note:
            st.text_input(
                f"Note on {label.title}",
                opinion.note,
                max_chars=LONGEST_NOTE,
                key=f"note {name}",
                placeholder=f"Note on {label.title}",
                label_visibility="collapsed",
                on_change=keep,
            )


def _keep(case: SessionCase, key: OpinionKey, verdict: str, note: str) -> None:
    opinion = ReaderOpinion(st.session_state[verdict], str(st.session_state.get(note, "")).strip())
    if opinion == ReaderOpinion():
        case.opinions.pop(key, None)
    else:
        case.opinions[key] = opinion


def opinions_on(case: SessionCase, card: Card) -> dict[str, ReaderOpinion]:
    """Return the reader's opinions of the model's results on the present frame, by label."""
    return {
        label: opinion
        for (key, frame, label), opinion in case.opinions.items()
        if (key, frame) == (card.key, case.frame)
    }


def opinion_text(opinion: ReaderOpinion | None) -> str:
    """Return the opinion in words, "" where there is none."""
    return "" if opinion is None else _TEXTS[opinion.verdict]
