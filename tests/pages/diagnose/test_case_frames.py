"""The frames between which the viewer scrolls."""

import pytest

from meddx.types import ImageHeader
from pages.ui.common import account_engine
from pages.ui.common.session import Session, SessionCase
from pages.ui.common.viewer.image_viewer import Turn
from pages.ui.diagnose import case_frames
from pages.ui.diagnose.case_frames import follow_stack, frames_of, stack_url


@pytest.fixture
def turns(monkeypatch):
    """What the browser says that the reader has turned to, the last first."""
    said: list[Turn] = []
    monkeypatch.setattr(case_frames, "follow_turns", lambda key, follow: any(map(follow, said)))
    monkeypatch.setattr(account_engine, "own_engine", lambda: None)  # nobody fetches an image here
    return said


def arrive(session, place, series="2"):
    """An image of a CT series, at this place along it."""
    case = session.add(f"{series} {place}", f"{series} {place}".encode())
    case.header = ImageHeader("A", "1", series=series, modality="CT", position=float(place))
    return case


def draw(session):
    """Give the viewer the stack of the open image."""
    stack_url(session, frames_of(session, session.current)[0])
    return session.stack


def turned_to(session):
    """The cases and frames to which a script that runs now turns."""
    followed: list[tuple[SessionCase, int]] = []
    frames = frames_of(session, session.current)[0]
    was = follow_stack(session.stack, frames, "viewer", lambda case, frame: followed.append((case, frame)))
    assert was == bool(followed)
    return followed


@pytest.mark.parametrize("arriving", [(1,), (0, 1), (0, 1, 3, 5, 7)])
def test_a_turn_opens_the_image_that_lay_there_although_others_have_come_between(turns, arriving):
    session = Session()
    shown = [arrive(session, place) for place in (2, 4, 6)]
    session.open(shown[0])
    turns.append(Turn(1, shown[0].id, draw(session).url))
    for place in arriving:  # each draws the page anew before the browser is heard
        arrive(session, place)
        draw(session)
    assert turned_to(session) == [(shown[1], 0)]


def test_the_last_turn_counts_and_one_in_a_stack_long_gone_does_not(turns):
    session = Session()
    first, second = arrive(session, 0), arrive(session, 1)
    session.open(first)
    address = draw(session).url
    turns += [Turn(1, first.id, address), Turn(0, first.id, address)]
    assert turned_to(session) == [(second, 0)]
    turns[:] = [Turn(1, first.id, "/stack/another"), Turn(7, first.id, address)]
    assert turned_to(session) == []
    turns[:] = [Turn(1, first.id, address)]
    session.remove(second)
    assert turned_to(session) == []


@pytest.mark.parametrize("drawn", [False, True], ids=["not drawn yet", "drawn"])
@pytest.mark.parametrize("images", [1, 2], ids=["a film", "a series"])
def test_a_turn_that_was_still_on_its_way_does_not_take_the_reader_back_to_the_series_before(turns, images, drawn):
    session = Session()
    before = [arrive(session, place) for place in range(3)]
    opened, *_ = [arrive(session, place, series="3") for place in range(images)]
    session.open(before[0])
    turns.append(Turn(2, before[0].id, draw(session).url))
    session.open(opened)
    if drawn:
        draw(session)
    assert turned_to(session) == []
