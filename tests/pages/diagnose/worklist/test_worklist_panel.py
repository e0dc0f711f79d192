from meddx.types import ImageHeader
from pages.ui.common.given import NOTHING
from pages.ui.common.image_route import Thumbnail
from pages.ui.common.session import Session
from pages.ui.diagnose.worklist import worklist_panel
from tests.pages.fake import prediction

SCORES = {"NORMAL": 0.3, "EFFUSION": 0.62, "NODULE": 0.08}


def test_the_list_counts_what_is_read_and_marks_what_is_open(card):
    session = Session()
    one, two = session.add("one", b"image"), session.add("two", b"image")
    one.answers[card.key, 0, NOTHING] = prediction(SCORES)
    session.open(two)
    one.thumbnail, two.thumbnail = Thumbnail(b"jpeg"), Thumbnail(b"")
    data = worklist_panel.worklist_data(session, card)
    assert [row["current"] for row in data["rows"]] == [False, True]
    assert (data["count"], data["progress"]) == ("2 images", "1 of 2 read")
    assert data["rows"][0]["thumbnail"].startswith("/image/")
    assert data["rows"][1]["thumbnail"] == "", "an image that gives no picture"


def test_a_filter_that_nothing_passes_any_more_stays_and_says_so(card):
    session = Session(filter="finding NODULE")
    session.add("one", b"image").answers[card.key, 0, NOTHING] = prediction(SCORES)
    data = worklist_panel.worklist_data(session, card)
    assert (data["rows"], data["empty"]) == ([], "No image passes this filter now.")
    assert data["filters"] == {"": "All images (1)", "finding NODULE": "Nodule (0)", "none": "No finding (1)"}
    assert data["count"] == "1 image"


def series(card):
    """A session with a CT series, of which the second image has a finding, and a film."""
    session = Session()
    for number in range(3):
        case = session.add(f"Bea-{number}", b"image")
        case.header = ImageHeader(
            "B", "1", "1.1", "Bea", series_title="Bea's lung", series_number=4, position=1.0 * number, modality="CT"
        )
        case.answers[card.key, 0, NOTHING] = prediction(SCORES, ["EFFUSION"] if number == 1 else [])
    session.add("film", b"image").header = ImageHeader()
    return session


def test_a_series_is_one_row_with_the_state_of_its_most_urgent_image(card):
    session = series(card)
    first, second = worklist_panel.worklist_data(session, card)["rows"]
    assert (first["name"], first["facts"], first["patient"]) == ("Series 4: Bea's lung", "CT · 3 images", "Bea")
    assert (first["state"], first["status"]) == ("finding", "Image 2: Effusion")
    assert (second["name"], second["patient"]) == ("film", "")
    session.open(session.cases[0])
    first, _ = worklist_panel.worklist_data(session, card)["rows"]
    assert (first["current"], first["id"]) == (True, session.cases[0].id)
    session.order = "urgent"
    assert len(worklist_panel.worklist_data(session, card)["rows"]) == 4, "image by image in every other order"


def test_one_switch_hides_every_word_of_the_files_about_the_patient(card):
    session = series(card)
    for order in ("study", "added"):
        session.order, session.hides_patient = order, False
        assert "Bea" in str(worklist_panel.worklist_data(session, card))
        session.hides_patient = True
        assert "Bea" not in str(worklist_panel.worklist_data(session, card))


def test_of_a_series_of_which_a_filter_shows_a_part_no_more_is_removed(card):
    session = series(card)
    session.filter = "finding EFFUSION"
    (row,) = worklist_panel.worklist_data(session, card)["rows"]
    worklist_panel._remove(session, card, session.find(row["id"]))
    assert [case.name for case in session.cases] == ["Bea-0", "Bea-2", "film"]
    session.filter = ""
    worklist_panel._remove(session, card, session.cases[0])
    assert [case.name for case in session.cases] == ["film"]


def test_the_number_of_an_image_is_that_of_the_viewer_also_where_a_filter_leaves_some_out(card):
    session = series(card)
    session.cases[2].answers[card.key, 0, NOTHING] = prediction(SCORES | {"NODULE": 0.9}, ["EFFUSION", "NODULE"])
    session.filter = "finding EFFUSION"
    (row,) = worklist_panel.worklist_data(session, card)["rows"]
    assert row["facts"] == "CT · 2 images"
    assert row["status"].startswith("Image 3: ")


def test_what_the_reader_asks_for_is_done_once_and_draws_the_rest_of_the_page_again(card, monkeypatch):
    """Also the switch for patient data: the list of images to show beside the open one names studies and files too."""
    session, reruns = series(card), []
    asked = [
        {"number": 1, "name": "view", "value": {"order": "name", "filter": "", "hidesPatient": True}},
        {"number": 2, "name": "open", "value": session.cases[1].id},
        {"number": 3, "name": "remove", "value": "unknown"},
    ]
    monkeypatch.setattr(worklist_panel, "_mount", lambda **_: {})
    monkeypatch.setattr(worklist_panel.st, "rerun", lambda: reruns.append("page"))
    monkeypatch.setattr(worklist_panel.st, "session_state", {"worklist": {"asked": asked}})
    worklist_panel._list(session, card, False, 1, 0)
    assert reruns == ["page"]
    assert (session.order, session.hides_patient, session.current) == ("name", True, session.cases[1])
    session.hides_patient = False
    worklist_panel._list(session, card, False, 1, 3)
    assert reruns == ["page"]
    assert not session.hides_patient, "what was heard is not done again"
