import pytest

from meddx.types import Prediction, Refusal
from pages.ui import asking
from pages.ui.session import Case
from tests.pages.fake import NO_FILM, NOT_ACCEPTED

pytestmark = pytest.mark.usefixtures("engine")


def answered(case, model="untrained", draw=True):
    """Ask, wait and ask again, as a page does."""
    asking.ask(case, model, draw)
    asking.wait(case, 10)
    assert asking.ask(case, model, draw) is False
    return case.answers.get((model, case.frame))


def test_film_and_answer_come_with_one_question(engine):
    case = Case("a", b"film")
    assert isinstance(answered(case), Prediction)
    assert case.drawn is not None
    assert engine.asked == ["diagnose", "predict"], "diagnose alone was asked; it predicts itself"


def test_another_model_is_asked_without_reading_the_film_again(engine):
    case = Case("a", b"film")
    answered(case)
    url = case.drawn[1]
    engine.asked.clear()
    assert isinstance(answered(case, "other"), Prediction)
    assert engine.asked == ["predict"]
    assert case.drawn[1] == url


def test_a_film_read_ahead_is_only_drawn_when_opened(engine):
    case = Case("a", b"film")
    answered(case, draw=False)
    assert (engine.asked, case.drawn) == (["predict"], None)
    answered(case)
    assert engine.asked == ["predict", "film"]
    assert case.drawn is not None


def test_a_refused_answer_leaves_the_film(engine):
    case = Case("a", NOT_ACCEPTED)
    assert answered(case).rule == "modality-not-accepted"
    assert case.drawn is not None
    assert case.unreadable is None


@pytest.mark.parametrize("ahead", [False, True], ids=["opened", "read ahead, then opened"])
def test_bytes_that_are_no_film_are_unreadable(ahead):
    case = Case("a", NO_FILM)
    if ahead:
        assert isinstance(answered(case, draw=False), Refusal)
    answered(case)
    assert case.unreadable == Refusal("not-an-image", "The file is no image.")


def test_a_failure_is_kept_until_the_reader_asks_again(engine):
    engine.fails = 1
    case = Case("a", b"film")
    assert answered(case) is None
    assert case.troubles == {("untrained", 0): "The engine stopped while answering."}
    asking.retry(case, "untrained")
    assert isinstance(answered(case), Prediction)


def test_films_are_read_ahead_until_all_are_settled(engine):
    cases = [Case(str(n), data) for n, data in enumerate([b"1", NO_FILM, b"3", b"4", NOT_ACCEPTED])]
    while asking.ask_ahead(cases, "untrained"):
        assert sum(case.pending is not None for case in cases) <= 2
        for case in cases:
            asking.wait(case, 10)
    assert all(("untrained", 0) in case.answers for case in cases)
    assert engine.asked == ["predict"] * 5
