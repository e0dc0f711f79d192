import threading
from concurrent.futures import Future, wait

import pytest

from meddx.engine.contract import Diagnosis
from meddx.errors import CardError, Refused
from meddx.types import Prediction, Refusal
from pages.ui.common import engine_requests
from pages.ui.common.given import NOTHING
from pages.ui.common.request_line import ASKED_AT_ONCE, RequestLine
from pages.ui.common.session import Session, SessionCase
from tests.engine.test_job_runner import until
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


def wait_for_all(cases):
    wait([case.pending.future for case in cases if case.pending is not None], SECONDS)


def test_images_are_read_ahead_one_after_the_other_without_being_looked_at(engine):
    cases = [SessionCase(str(n), data) for n, data in enumerate([b"1", NO_FILM, b"3", b"4", NOT_ACCEPTED])]
    line = RequestLine()
    assert engine_requests.request_ahead(line, cases, "untrained")
    wait_for_all(cases)
    assert engine.asked == ["predict"] * 5
    assert engine.hurried == [False] * 5, "the heat maps of the open image do not wait for them"
    assert not engine_requests.request_ahead(line, cases, "untrained")
    assert all(("untrained", 0, NOTHING) in case.answers for case in cases)


@pytest.fixture
def busy(engine, monkeypatch):
    """An engine that answers nothing before this event is set, and says for what it was asked."""
    answers, predict = threading.Event(), engine.predict

    def waits(data, model, frame=0, **_):
        asked.append((data, model))
        assert answers.wait(SECONDS)
        return predict(data, model, frame)

    answers.asked = asked = []
    monkeypatch.setattr(engine, "predict", waits)
    yield answers
    answers.set()


def asked_ahead(busy, model="untrained"):
    """Images that wait their turn, behind as many as are asked at a time."""
    line, cases = RequestLine(), [SessionCase(str(n), b"%d" % n) for n in range(6)]
    engine_requests.request_ahead(line, cases, model)
    until(lambda: len(busy.asked) == ASKED_AT_ONCE)
    return line, cases


def test_an_image_that_is_opened_does_not_wait_its_turn(busy):
    _, cases = asked_ahead(busy)
    for _ in range(3):  # as often as the page looks
        assert engine_requests.request_case(cases[5], "untrained", draw=True)
    until(lambda: len(busy.asked) == ASKED_AT_ONCE + 1)
    assert busy.asked[ASKED_AT_ONCE] == (b"5", "untrained")
    busy.set()
    wait_for_all(cases)
    assert engine_requests.request_case(cases[5], "untrained", draw=True) is False
    assert cases[5].drawn is not None
    assert sorted(data for data, _ in busy.asked) == [b"0", b"1", b"2", b"3", b"4", b"5"], "none is asked for twice"


def test_another_model_takes_the_places_of_one_that_was_left(busy):
    line, cases = asked_ahead(busy, "left")
    engine_requests.request_ahead(line, cases, "chosen")
    busy.set()
    while engine_requests.request_ahead(line, cases, "chosen"):
        wait_for_all(cases)
    assert sorted(busy.asked) == sorted(
        [(case.data, "left") for case in cases[:ASKED_AT_ONCE]] + [(case.data, "chosen") for case in cases]
    )


def test_a_model_that_was_left_is_not_asked_about_images_far_down_the_list(busy):
    many = engine_requests._AHEAD
    line, cases = RequestLine(), [SessionCase(str(n), b"%d" % n) for n in range(2 * many)]
    for case in cases[:many]:
        case.answers[case.key("left")] = Refusal("answered", "Answered.")
    engine_requests.request_ahead(line, cases, "left")
    until(lambda: len(busy.asked) == ASKED_AT_ONCE)
    engine_requests.request_ahead(line, cases, "chosen")
    busy.set()
    wait_for_all(cases)
    assert [model for _, model in busy.asked].count("left") == ASKED_AT_ONCE


def test_an_image_that_is_removed_is_not_asked_about_any_more(busy, engine):
    session = Session()
    cases = [session.add(str(n), b"%d" % n) for n in range(5)]
    engine_requests.request_ahead(session.line, cases, "untrained")
    engine_requests.request_thumbnails(session.line, cases)
    session.remove(cases[3])
    busy.set()
    wait_for_all(cases)
    wait([case.thumbnail for case in cases], SECONDS)
    assert b"3" not in [data for data, _ in busy.asked]
    assert engine.asked.count("thumbnail") == 4


def test_where_the_state_of_the_engine_cannot_be_had_the_request_fails_and_the_next_is_asked(monkeypatch):
    class Garbled:
        def status(self):
            raise OSError

    line = RequestLine()
    with monkeypatch.context() as patch:
        patch.setattr(engine_requests.local, "engine", Garbled)
        failed = [engine_requests.run_in_turn(line, lambda: "never") for _ in range(2 * ASKED_AT_ONCE)]
        assert all(isinstance(one.exception(SECONDS), OSError) for one in failed)
    assert engine_requests.run_in_turn(line, lambda: "asked").result(SECONDS) == "asked"


def test_nothing_more_is_asked_for_a_session_that_has_ended(busy):
    session = Session()
    cases = [session.add(str(n), b"%d" % n) for n in range(5)]
    engine_requests.request_ahead(session.line, cases, "untrained")
    until(lambda: len(busy.asked) == ASKED_AT_ONCE)
    asked = [case.pending.future for case in cases]
    session.drop_all()
    busy.set()
    wait(asked, SECONDS)
    assert len(busy.asked) == ASKED_AT_ONCE


def test_an_empty_file_behind_another_is_settled_too(engine):
    cases, line = [SessionCase("a.dcm", b"1"), SessionCase("empty.dcm", b"")], RequestLine()
    for _ in range(3):
        engine_requests.request_ahead(line, cases, "untrained")
        for case in cases:
            engine_requests.wait_briefly(case, 10)
    assert not engine_requests.request_ahead(line, cases, "untrained")
    assert all(engine_requests.is_settled(case, "untrained") for case in cases)
    assert cases[1].answers["untrained", 0, NOTHING].rule == "not-an-image"


def test_an_image_that_the_session_has_no_room_for_is_not_asked_about(engine):
    full = SessionCase("large.dcm", b"", rejected=Refusal("session-full", "No room."))
    assert not engine_requests.request_ahead(RequestLine(), [full], "untrained")
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
    line = RequestLine()
    engine_requests.request_thumbnails(line, [*cases, full])
    wait([case.thumbnail for case in cases], SECONDS)
    assert engine_requests.request_thumbnails(line, [*cases, full]) is False
    assert [case.thumbnail.jpeg for case in cases] == [b"jpeg", b"", b"jpeg"]
    assert engine.asked == ["thumbnail"] * 3
    assert full.thumbnail is None


def test_a_thumbnail_whose_request_was_cancelled_is_asked_for_again(engine):
    case, line = SessionCase("a", b"image"), RequestLine()
    case.thumbnail = Future()
    case.thumbnail.cancel()
    assert engine_requests.request_thumbnails(line, [case])
    wait([case.thumbnail], SECONDS)
    assert engine_requests.request_thumbnails(line, [case]) is False
    assert case.thumbnail.jpeg == b"jpeg"


def test_a_thumbnail_is_asked_for_again_where_the_engine_did_not_answer(engine):
    engine.fails = 1
    case, line = SessionCase("a", b"image"), RequestLine()
    assert engine_requests.request_thumbnails(line, [case])
    wait([case.thumbnail], SECONDS)
    assert engine_requests.request_thumbnails(line, [case]), "asked for again"
    wait([case.thumbnail], SECONDS)
    assert engine_requests.request_thumbnails(line, [case]) is False
    assert (case.thumbnail.jpeg, engine.asked) == (b"jpeg", ["thumbnail"] * 2)
