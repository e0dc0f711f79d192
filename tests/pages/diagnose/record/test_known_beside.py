"""What is known beside an image, and that no result of another record is ever shown."""

from dataclasses import replace

import pytest

from meddx.types import Explanation, ImageHeader, JobStatus, Prediction, ReaderOpinion
from pages.ui.common import engine_requests
from pages.ui.common.case_table import read_case_table
from pages.ui.common.given import NOTHING, GivenBeside
from pages.ui.common.session import Session, SessionCase
from pages.ui.diagnose.findings import opinion_panel, recording
from pages.ui.diagnose.heat_map import map_requests
from pages.ui.diagnose.map_check import quick_check_requests
from pages.ui.diagnose.record import asking
from pages.ui.diagnose.record.known_beside import Known, derive_all, is_known, known_fields, listed_row
from tests.pages.fake import explanation, prediction
from tests.patience import SECONDS

HEADER = ImageHeader(age_years=61.0, sex="female")


@pytest.fixture
def opened(engine, monkeypatch):
    session = Session()
    case = session.add("a.dcm", b"image")
    case.header = HEADER
    session.open(case)
    for module in (map_requests, quick_check_requests):
        monkeypatch.setattr(module, "session", lambda: session)
    return session, case


def given(session, case, card):
    assert is_known(session, case, card)
    return case.key(card.key)[2]


def test_the_reader_comes_before_the_table_and_that_before_the_header(opened, fused):
    session, case = opened
    assert given(session, case, fused) == GivenBeside((("age", "61"), ("sex", "F")))
    session.table = read_case_table(b"file,age,smoker,note\na.dcm,44,yes,Cough\n")
    assert given(session, case, fused) == GivenBeside((("age", "44"), ("sex", "F"), ("smoker", "yes")), "Cough")
    case.entered[fused.key], case.note = {"age": "20", "sex": ""}, ""
    assert given(session, case, fused) == GivenBeside((("age", "20"), ("smoker", "yes")))
    assert known_fields(case, fused, HEADER, listed_row(session, case)) == {
        "age": Known("20", "reader"), "sex": Known("", "reader"), "smoker": Known("yes", "table"),
    }  # fmt: skip


def test_a_model_for_images_alone_is_asked_at_once_and_without_any_of_it(opened, card, engine):
    session, case = opened
    case.header, case.note = None, "Cough"
    assert given(session, case, card) == NOTHING
    asking.ask_briefly(session, case, card)
    assert engine.beside == [{}]


def test_no_answer_is_asked_for_until_the_header_has_been_read(opened, fused, engine):
    session, case = opened
    case.header, engine.headers = None, {b"image": HEADER}
    assert not is_known(session, case, fused)
    assert engine.beside == []
    asking.ask_briefly(session, case, fused)
    assert engine.beside == [{"record": {"age": "61", "sex": "F"}}]
    assert isinstance(case.answers[case.key(fused.key)], Prediction)


def test_another_record_is_another_question_and_the_first_is_not_asked_again(opened, fused, engine):
    session, case = opened
    asking.ask_briefly(session, case, fused)
    first = case.key(fused.key)
    case.entered[fused.key] = {"age": "20"}
    assert asking.ask_answer(session, case, fused)
    assert case.key(fused.key) not in case.answers
    asking.ask_briefly(session, case, fused)
    assert engine.beside[-1] == {"record": {"age": "20", "sex": "F"}}
    assert engine.asked == ["diagnose", "predict", "predict"], "the image is not drawn again"
    case.entered.clear()
    assert not asking.ask_answer(session, case, fused)
    assert case.key(fused.key) == first
    assert len(engine.beside) == 2


def test_an_answer_that_comes_late_is_kept_as_that_of_its_own_record(opened, fused, engine, monkeypatch):
    session, case = opened
    asked = []
    monkeypatch.setattr(engine_requests, "run_in_background", lambda request: asked.append(request) or NotYet())
    asking.ask_answer(session, case, fused)
    late = case.pending
    case.entered[fused.key] = {"age": "20"}
    assert asking.ask_answer(session, case, fused)
    assert len(asked) == 1, "one at a time"
    late.future.answer = prediction({"NORMAL": 1.0})
    assert asking.ask_answer(session, case, fused)
    assert case.key(fused.key) not in case.answers
    assert late.key in case.answers
    assert len(asked) == 2


class NotYet:
    """A request whose answer a test brings."""

    answer = None

    def done(self):
        return self.answer is not None

    def cancelled(self):
        return False

    def result(self):
        return self.answer


def test_an_image_that_is_not_of_the_session_has_its_header_read_too(opened, fused, engine):
    session, _ = opened
    case = SessionCase("recorded", b"elsewhere")
    engine.headers = {b"elsewhere": HEADER}
    asking.ask_briefly(session, case, fused)
    assert engine.beside == [{"record": {"age": "61", "sex": "F"}}]


def test_every_image_follows_a_change_of_the_table(opened, fused):
    session, case = opened
    other = session.add("b.dcm", b"other")
    other.header = HEADER
    session.table = read_case_table(b"file,age\na.dcm,44\nb.dcm,45\n")
    derive_all(session, fused)
    assert [one.key(fused.key)[2].record[0] for one in (case, other)] == [("age", "44"), ("age", "45")]
    session.table = None
    derive_all(session, fused)
    assert [one.key(fused.key)[2].record[0] for one in (case, other)] == [("age", "61")] * 2


def test_an_image_that_is_opened_meanwhile_has_its_header_read_next(opened, fused, engine, monkeypatch):
    session, _ = opened
    others = [session.add(f"{number}.dcm", b"image %d" % number) for number in range(4)]
    read = []

    def header(data):
        read.append(data)
        session.open(others[3])
        return HEADER

    monkeypatch.setattr(engine, "header", header)
    engine_requests.request_headers(session, others[0])
    engine_requests.wait_for_headers(session, SECONDS)
    assert read == [b"image 0", b"image 3", b"image 1", b"image 2"]


def test_an_opinion_is_recorded_with_the_answer_that_the_reader_saw(opened, fused, monkeypatch):
    session, case = opened
    asking.ask_briefly(session, case, fused)
    seen = case.key(fused.key)
    case.entered[fused.key] = {"age": "20"}
    asking.ask_briefly(session, case, fused)  # in the same run, before the opinion
    monkeypatch.setattr(recording, "records_on", lambda: True)
    monkeypatch.setattr(recording, "_send", lambda case: None)
    recording.record_opinion(case, fused, (*seen, "NODULE"), ReaderOpinion("agree"))
    [pending] = case.unrecorded
    assert pending.key == seen != case.key(fused.key)
    assert pending.answer.prediction is case.answers[seen]


def test_maps_checks_and_opinions_are_those_of_the_present_record(opened, fused, engine):
    session, case = opened
    is_known(session, case, fused)
    before = case.key(fused.key)
    map_requests.latest_map(case, (*before, "gradients"))
    quick_check_requests.latest_quick_check(case, (*before, "NODULE", "gradients"), explanation("gradients"))
    case.opinions[*before, "NODULE"] = ReaderOpinion("agree")
    assert opinion_panel.opinions_on(case, fused) == {"NODULE": ReaderOpinion("agree")}

    case.entered[fused.key] = {"age": "20"}
    is_known(session, case, fused)
    after = case.key(fused.key)
    assert opinion_panel.opinions_on(case, fused) == {}
    assert isinstance(map_requests.latest_map(case, (*after, "gradients")), Explanation)
    quick_check_requests.latest_quick_check(case, (*after, "NODULE", "gradients"), explanation("gradients"))
    assert [one["record"]["age"] for one in engine.beside] == ["61", "20"]
    assert [one["record"]["age"] for one in engine.quick_checks] == ["61", "20"]
    assert [key[2] for key in case.maps] == [after[2]], "maps of other records are not piled up"


def test_a_slow_map_of_another_record_is_cancelled_and_never_shown(opened, fused, engine):
    session, case = opened
    is_known(session, case, fused)
    map_requests.latest_map(case, (*case.key(fused.key), "rise"))
    [first] = engine.statuses
    case.entered[fused.key] = {"age": "20"}
    is_known(session, case, fused)
    after = (*case.key(fused.key), "rise")
    assert isinstance(map_requests.latest_map(case, after), JobStatus)
    assert engine.statuses[first].state == "cancelled"
    engine.statuses[first] = replace(engine.statuses[first], state="done", result=explanation("rise"))
    assert isinstance(map_requests.latest_map(case, after), JobStatus)
    assert [arguments["record"]["age"] for _, arguments in engine.started] == ["61", "20"]


def test_all_of_it_goes_with_the_session(opened, fused, engine):
    session, case = opened
    session.table = read_case_table(b"file,age\na.dcm,44\n")
    case.entered[fused.key], case.note = {"age": "20"}, "Cough"
    asking.ask_briefly(session, case, fused)
    key = case.key(fused.key)
    quick_check_requests.latest_quick_check(case, (*key, "NODULE", "grad-cam"), explanation("grad-cam"))
    case.opinions[*key, "NODULE"] = ReaderOpinion("agree")
    case.patient = {"Age": "61 years"}
    session.drop_all()
    assert session.table is None
    left = {name: value for name, value in vars(case).items() if "Cough" in repr_of(value) or "years" in repr_of(value)}
    assert left == {}


def repr_of(value):
    """The value with what its parts keep out of their repr."""
    if isinstance(value, GivenBeside):
        return f"{value.record} {value.note}"
    if isinstance(value, dict):
        return " ".join(repr_of(one) for pair in value.items() for one in pair)
    if isinstance(value, tuple | list):
        return " ".join(map(repr_of, value))
    return "61 years" if value == HEADER else repr(value)
