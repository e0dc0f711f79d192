"""The frames between which the viewer scrolls."""

import pytest

from meddx.types import ImageHeader
from pages.ui.common import account_engine
from pages.ui.common.session import Session
from pages.ui.common.viewer.image_viewer import Turn
from pages.ui.diagnose import case_frames
from pages.ui.diagnose.case_frames import frames_of, stack_url, turned_to


@pytest.fixture
def turns(monkeypatch):
    """What the browser says that the reader has turned to, the last first."""
    said: list[Turn] = []
    monkeypatch.setattr(case_frames, "turns", lambda key: said)
    monkeypatch.setattr(account_engine, "own_engine", lambda: None)  # nobody fetches an image here
    return said


def arrive(session, place):
    """An image of one CT series, at this place along it."""
    case = session.add(str(place), bytes([place]))
    case.header = ImageHeader("A", "1", series="2", modality="CT", position=float(place))
    return case


@pytest.mark.parametrize("arriving", [(1,), (0, 1), (0, 1, 3, 5, 7)])
def test_a_turn_opens_the_image_that_lay_there_although_others_have_come_between(turns, arriving):
    session = Session()
    shown = [arrive(session, place) for place in (2, 4, 6)]
    session.open(shown[0])
    stack_url(session, frames_of(session, shown[0])[0])
    turns.append(Turn(1, shown[0].id, session.stack.url))
    for place in arriving:  # each draws the page anew before the browser is heard
        arrive(session, place)
        stack_url(session, frames_of(session, shown[0])[0])
    assert turned_to(session, session.stack, "viewer") == (shown[1], 0)


def test_the_last_turn_counts_and_one_in_a_stack_long_gone_does_not(turns):
    session = Session()
    first, second = arrive(session, 0), arrive(session, 1)
    session.open(first)
    address = stack_url(session, frames_of(session, first)[0])
    turns += [Turn(1, first.id, address), Turn(0, first.id, address)]
    assert turned_to(session, session.stack, "viewer") == (second, 0)
    turns[:] = [Turn(1, first.id, "/stack/another"), Turn(7, first.id, address)]
    assert turned_to(session, session.stack, "viewer") is None
    turns[:] = [Turn(1, first.id, address)]
    session.remove(second)
    assert turned_to(session, session.stack, "viewer") is None
