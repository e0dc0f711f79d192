import pytest
from streamlit.testing.v1 import AppTest

from meddx.types import ReaderOpinion
from pages.ui.common.given import NOTHING
from pages.ui.common.session import SessionCase
from pages.ui.diagnose.findings import findings_panel, opinion_panel
from tests.pages.fake import prediction
from tests.patience import SECONDS

SCORES = {"NORMAL": 0.3, "EFFUSION": 0.62, "NODULE": 0.08}


def test_an_opinion_is_of_one_frame_one_label_and_one_card(card):
    other = card.model_copy(update={"version": "2.0.0"})
    case = SessionCase("a", b"image", opinions={(card.key, 0, NOTHING, "NODULE"): ReaderOpinion("unsure")})
    assert opinion_panel.opinions_on(case, card) == {"NODULE": ReaderOpinion("unsure")}
    case.turn_to(1)
    assert opinion_panel.opinions_on(case, card) == {}
    case.turn_to(0)
    assert opinion_panel.opinions_on(case, other) == {}


@pytest.mark.parametrize(
    ("opinion", "text"),
    [
        (None, ""),
        (ReaderOpinion("disagree", "artefact"), "You disagree"),
        (ReaderOpinion("unsure"), "You are unsure"),
        (ReaderOpinion(None, "artefact"), "Your note"),
    ],
)
def test_the_finding_says_what_the_reader_thinks_of_it(card, opinion, text):
    opinions = {} if opinion is None else {"EFFUSION": opinion}
    rows = findings_panel.findings_data(prediction(SCORES), card, "NODULE", opinions=opinions)["rows"]
    assert {row["label"]: row["opinion"] for row in rows} == {"NORMAL": "", "EFFUSION": text, "NODULE": ""}


def panel():
    import streamlit as st

    from pages.ui.diagnose.findings.opinion_panel import render_opinion

    card = st.session_state["card"]
    render_opinion(st.session_state["case"], card, card.labels[1])


def test_a_card_that_replaces_another_is_asked_about_anew(card):
    page = AppTest.from_function(panel, default_timeout=SECONDS)
    page.session_state["case"] = case = SessionCase("a", b"image")
    page.session_state["card"] = card
    page.run()
    page.button_group[0].set_value("agree").run()
    assert list(case.opinions.values()) == [ReaderOpinion("agree")]
    page.session_state["card"] = replaced = card.model_copy(update={"version": "2.0.0"})
    page.run()
    assert page.button_group[0].value is None
    assert opinion_panel.opinions_on(case, replaced) == {}
