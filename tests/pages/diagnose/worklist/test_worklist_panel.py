import pytest

from meddx.types import Refusal
from pages.ui.common.session import Session, SessionCase
from pages.ui.diagnose.worklist import worklist_panel
from tests.pages.fake import prediction

SCORES = {"NORMAL": 0.3, "EFFUSION": 0.62, "NODULE": 0.08}
QUESTION = ("untrained", 0)


@pytest.mark.parametrize(
    ("known", "summary"),
    [
        ({}, ("waiting", "Being read")),
        ({"answers": {QUESTION: prediction(SCORES, ["EFFUSION", "NODULE"])}}, ("finding", "Effusion, Nodule")),
        ({"answers": {QUESTION: prediction(SCORES)}}, ("below", "No label at its threshold")),
        ({"answers": {QUESTION: Refusal("rule", "Not this.")}}, ("refused", "Refused: Not this.")),
        ({"unreadable": Refusal("rule", "No image.")}, ("refused", "Refused: No image.")),
        ({"troubles": {QUESTION: "It died."}}, ("trouble", "Not answered")),
        ({"answers": {("other", 0): prediction(SCORES, ["NODULE"])}}, ("waiting", "Being read")),
    ],
)
def test_one_line_says_what_is_known_of_an_image(card, known, summary):
    assert worklist_panel.case_summary(SessionCase("a", b"image", **known), card) == summary


def test_the_list_counts_what_is_read_and_marks_what_is_open(card):
    session = Session()
    one, two = session.add("one", b"image"), session.add("two", b"image")
    one.answers[QUESTION] = prediction(SCORES)
    session.open(two)
    data = worklist_panel.worklist_data(session, card)
    assert [row["current"] for row in data["rows"]] == [False, True]
    assert (data["count"], data["progress"]) == ("2 images", "1 of 2 read")
