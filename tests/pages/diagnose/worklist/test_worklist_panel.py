from pages.ui.common.image_route import Thumbnail
from pages.ui.common.session import Session
from pages.ui.diagnose.worklist import worklist_panel
from tests.pages.fake import prediction

SCORES = {"NORMAL": 0.3, "EFFUSION": 0.62, "NODULE": 0.08}


def test_the_list_counts_what_is_read_and_marks_what_is_open(card):
    session = Session()
    one, two = session.add("one", b"image"), session.add("two", b"image")
    one.answers[card.key, 0] = prediction(SCORES)
    session.open(two)
    one.thumbnail, two.thumbnail = Thumbnail(b"jpeg"), Thumbnail(b"")
    data = worklist_panel.worklist_data(session, card)
    assert [row["current"] for row in data["rows"]] == [False, True]
    assert (data["count"], data["progress"]) == ("2 images", "1 of 2 read")
    assert data["rows"][0]["thumbnail"].startswith("/image/")
    assert data["rows"][1]["thumbnail"] == "", "an image that gives no picture"


def test_a_filter_that_nothing_passes_any_more_stays_and_says_so(card):
    session = Session(filter="finding NODULE")
    session.add("one", b"image").answers[card.key, 0] = prediction(SCORES)
    data = worklist_panel.worklist_data(session, card)
    assert (data["rows"], data["empty"]) == ([], "No image passes this filter now.")
    assert data["filters"] == {"": "All images (1)", "finding NODULE": "Nodule (0)", "none": "No finding (1)"}
    assert data["count"] == "1 image"
