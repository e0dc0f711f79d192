from concurrent.futures import Future, wait

import pytest

from meddx.engine.contract import Diagnosis
from meddx.errors import CardError, Refused
from meddx.types import Prediction, Refusal
from pages.ui.common import engine_requests
from pages.ui.common.given import NOTHING
from pages.ui.common.session import Session, SessionCase
from tests.pages.fake import NO_FILM, NOT_ACCEPTED, drawable
from tests.patience import SECONDS

pytestmark = pytest.mark.usefixtures("engine")


def answered(case, model="untrained", draw=True):
    """Ask, wait and ask again, as a page does."""
    engine_requests.request_case(case, model, draw)
    engine_requests.wait_briefly(case, 10)
    assert engine_requests.request_case(case, model, draw) is False
    return case.answers.get(case.key(model))


def test_image_and_answer_come_with_one_question(engine):
    case = SessionCase("a", b"image")
    assert isinstance(answered(case), Prediction)
    assert case.drawn is not None
    assert engine.asked == ["diagnose", "predict"], "diagnose alone was asked; it predicts itself"


def test_another_model_is_asked_without_reading_the_image_again(engine):
    case = SessionCase("a", b"image")
    answered(case)
    url = case.drawn[1]
    engine.asked.clear()
    assert isinstance(answered(case, "other"), Prediction)
    assert engine.asked == ["predict"]
    assert case.drawn[1] == url


def test_what_a_file_says_is_kept_by_the_script_and_not_while_it_draws():
    session = Session()
    cases = [session.add(name, name.encode()) for name in "abc"]
    assert engine_requests.request_headers(session)
    wait([session.headers], SECONDS)
    assert [case.header for case in cases] == [None, None, None]
    assert not engine_requests.request_headers(session)
    assert None not in [case.header for case in cases]


def test_what_was_read_of_a_session_that_has_ended_is_dropped():
    session = Session()
    session.add("a", b"a")
    engine_requests.request_headers(session)
    wait([session.headers], SECONDS)
    session.drop_all()
    assert session.headers_read.empty()


def test_an_image_read_ahead_is_only_drawn_when_opened(engine):
    case = SessionCase("a", b"image")
    answered(case, draw=False)
    assert (engine.asked, case.drawn) == (["predict"], None)
    answered(case)
    assert engine.asked == ["predict", "image"]
    assert case.drawn is not None


def test_a_refused_answer_leaves_the_image(engine):
    case = SessionCase("a", NOT_ACCEPTED)
    assert answered(case).rule == "modality-not-accepted"
    assert case.drawn is not None
    assert case.unreadable is None


@pytest.mark.parametrize("ahead", [False, True], ids=["opened", "read ahead, then opened"])
def test_bytes_that_are_no_image_are_unreadable(ahead):
    case = SessionCase("a", NO_FILM)
    if ahead:
        assert isinstance(answered(case, draw=False), Refusal)
    answered(case)
    assert case.unreadable == Refusal("not-an-image", "The file is no image.")


def test_a_failure_is_kept_until_the_reader_asks_again(engine):
    engine.fails = 1
    case = SessionCase("a", b"image")
    assert answered(case) is None
    assert case.errors[("untrained", 0, NOTHING)] == "The engine stopped while answering."
    assert engine_requests.image_error(case) == "The engine stopped while answering.", "the viewer says so too"
    engine_requests.retry(case, "untrained")
    assert isinstance(answered(case), Prediction)
    assert engine_requests.image_error(case) is None
    assert case.drawn is not None


def test_an_image_that_was_answered_ahead_and_then_not_drawn_says_why_and_is_asked_for_again(engine):
    case = SessionCase("a", b"image")
    answered(case, draw=False)
    engine.fails = 1
    assert isinstance(answered(case), Prediction)
    assert (case.drawn, engine_requests.image_error(case)) == (None, "The engine stopped while answering.")
    engine_requests.retry(case, "untrained")
    answered(case)
    assert case.drawn is not None


def test_a_model_that_cannot_be_used_leaves_the_image(engine, monkeypatch):
    def fails(data, model, frame=0):
        raise CardError("Model untrained failed: no weights")

    monkeypatch.setattr(engine, "diagnose", fails)
    case = SessionCase("a", b"image")
    engine_requests.request_case(case, "untrained", draw=True)
    engine_requests.wait_briefly(case, 10)
    assert engine_requests.request_case(case, "untrained", draw=True), "the image alone"
    assert answered(case) is None
    assert case.drawn is not None
    assert case.errors == {("untrained", 0, NOTHING): "Model untrained failed: no weights"}


def test_images_are_read_ahead_until_all_are_settled(engine):
    cases = [SessionCase(str(n), data) for n, data in enumerate([b"1", NO_FILM, b"3", b"4", NOT_ACCEPTED])]
    while engine_requests.request_ahead(cases, "untrained"):
        assert sum(case.pending is not None for case in cases) <= 2
        for case in cases:
            engine_requests.wait_briefly(case, 10)
    assert all(("untrained", 0, NOTHING) in case.answers for case in cases)
    assert engine.asked == ["predict"] * 5


def test_an_empty_file_behind_another_is_settled_too(engine):
    cases = [SessionCase("a.dcm", b"1"), SessionCase("empty.dcm", b"")]
    for _ in range(3):
        engine_requests.request_ahead(cases, "untrained")
        for case in cases:
            engine_requests.wait_briefly(case, 10)
    assert not engine_requests.request_ahead(cases, "untrained")
    assert all(engine_requests.is_settled(case, "untrained") for case in cases)
    assert cases[1].answers["untrained", 0, NOTHING].rule == "not-an-image"


def test_an_image_that_the_session_has_no_room_for_is_not_asked_about(engine):
    full = SessionCase("large.dcm", b"", rejected=Refusal("session-full", "No room."))
    assert not engine_requests.request_ahead([full], "untrained")
    assert engine.asked == []


@pytest.mark.parametrize("damaged", [0, 1])
def test_a_damaged_frame_says_why_and_the_others_are_drawn_and_answered(engine, monkeypatch, damaged):
    def diagnose(data, model, frame=0):
        if frame == damaged:
            raise Refused("cannot-be-decoded", "The frame is damaged.", 3)
        return Diagnosis(drawable(frame=frame, frames=3), engine.predict(data, model, frame))

    monkeypatch.setattr(engine, "diagnose", diagnose)
    case = SessionCase("cine", b"image")
    for frame in (0, 1, 2, damaged):
        case.turn_to(frame)
        answer = answered(case)
        assert case.frames == 3
        if frame == damaged:
            assert case.unreadable == Refusal("cannot-be-decoded", "The frame is damaged.")
            assert case.drawn is None
        else:
            assert case.unreadable is None
            assert isinstance(answer, Prediction)
            assert case.drawn[0].frame == frame


def test_every_image_gets_a_thumbnail_once_and_one_that_gives_none_is_not_asked_for_again(engine):
    cases = [SessionCase("a", b"image"), SessionCase("b", NO_FILM), SessionCase("c", b"third")]
    full = SessionCase("d", b"", rejected=Refusal("session-full", "Too many."))
    for _ in range(3):  # a few are asked for at a time
        engine_requests.request_thumbnails([*cases, full])
        wait([case.thumbnail for case in cases if isinstance(case.thumbnail, Future)], SECONDS)
    assert engine_requests.request_thumbnails([*cases, full]) is False
    assert [case.thumbnail.jpeg for case in cases] == [b"jpeg", b"", b"jpeg"]
    assert engine.asked == ["thumbnail"] * 3
    assert full.thumbnail is None


def test_a_thumbnail_is_asked_for_again_where_the_engine_did_not_answer(engine):
    engine.fails = 1
    case = SessionCase("a", b"image")
    assert engine_requests.request_thumbnails([case])
    wait([case.thumbnail], SECONDS)
    assert engine_requests.request_thumbnails([case]), "asked for again"
    wait([case.thumbnail], SECONDS)
    assert engine_requests.request_thumbnails([case]) is False
    assert (case.thumbnail.jpeg, engine.asked) == (b"jpeg", ["thumbnail"] * 2)
