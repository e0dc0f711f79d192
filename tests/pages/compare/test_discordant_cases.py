"""Cases that only one system got right."""

from dataclasses import replace

from streamlit.testing.v1 import AppTest

from meddx.evaluate.paired.discordant_cases import DiscordantCase
from meddx.types import StoredFrame
from pages.ui.common import recorded_images
from pages.ui.compare import discordant_cases
from tests.evaluate.paired.systems import system
from tests.patience import SECONDS

TITLES = {"NORMAL": "Normal", "EFFUSION": "Pleural effusion"}
CASE = DiscordantCase("c1", "NORMAL", True, "NORMAL", "EFFUSION", 0.8, 0.95)


def pair():
    p, true = [[0.8, 0.2]], [[1, 0]]
    return system("a", p, true), replace(system("b", p, true), scored=False)


def test_predictions_have_a_probability_where_the_system_gives_one():
    [row] = discordant_cases.discordant_table([CASE], pair(), TITLES)
    assert row == {
        "Case": "c1", "True label": "Normal", "Correct": "A", "Predicted by A": "Normal, 80\N{NO-BREAK SPACE}%",
        "Predicted by B": "Pleural effusion",
    }  # fmt: skip


def test_the_sentence_counts_each_system():
    sentence = discordant_cases.discordant_sentence([CASE, replace(CASE, a_is_right=False), CASE], pair(), 40)
    assert sentence.startswith("3 of 40 cases: only A is correct in 2, only B in 1.")
    assert discordant_cases.discordant_sentence([], pair(), 40) == (
        "0 of 40 cases: only A is correct in 0, only B in 0."
    )


def test_the_disputed_label_is_the_disease_of_the_wrong_prediction_or_of_the_truth(cards):
    assert discordant_cases.disputed_label(CASE, cards[0]) == "EFFUSION"
    missed = replace(CASE, truth="NODULE", called_b="NORMAL")
    assert discordant_cases.disputed_label(missed, cards[0]) == "NODULE"
    assert discordant_cases.disputed_label(replace(missed, truth="x"), cards[0]) is None


def test_a_case_of_the_same_name_in_another_data_set_is_another_image(monkeypatch):
    def script():
        import streamlit as st

        from pages.ui.compare import discordant_cases

        for model in ("first", "second", "second"):
            case = discordant_cases._image("test/000001", model)
            st.write(f"{case.data.decode()} {case.id}")

    monkeypatch.setattr(recorded_images, "recorded_image", lambda model, name: StoredFrame(f"{model} {name}".encode()))
    page = AppTest.from_function(script, default_timeout=SECONDS).run()
    assert not page.exception
    (one, first), (two, second), (three, again) = (said.value.rsplit(" ", 1) for said in page.markdown)
    assert (one, two, three) == ("first test/000001", "second test/000001", "second test/000001")
    assert first != second == again
