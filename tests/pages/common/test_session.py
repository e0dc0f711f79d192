from pages.ui.common.image_stack import ImageStack
from pages.ui.common.session import MAX_DRAWN, Session
from tests.pages.fake import FakeEngine, drawable


def test_a_session_refuses_more_than_its_share_and_drops_the_bytes(monkeypatch):
    monkeypatch.setenv("MEDDX_MAX_UPLOAD_BYTES", "10")
    session = Session()
    assert session.add("a", b"123456").unreadable is None
    refused = session.add("b", b"12345")
    assert (refused.unreadable.rule, refused.data) == ("session-full", b"")
    assert session.add("c", b"1234").unreadable is None


def test_only_the_images_opened_last_stay_drawn():
    session = Session()
    cases = [session.add(str(n), b"image") for n in range(MAX_DRAWN + 1)]
    for case in cases:
        session.open(case)
        case.draw(drawable())
    session.open(cases[1])
    assert [case.drawn is None for case in cases] == [True] + [False] * MAX_DRAWN


def test_removing_the_open_image_opens_its_neighbour():
    session = Session()
    one, two, three = (session.add(name, b"image") for name in "123")
    session.open(two)
    session.remove(two)
    assert session.current is three
    session.remove(three)
    assert session.current is one
    session.remove(one)
    assert session.current is None


def test_a_frame_that_comes_late_is_not_drawn():
    case = Session().add("a", b"image")
    case.turn_to(1)
    case.draw(drawable(frame=0))
    assert case.drawn is None
    case.draw(drawable(frame=1))
    assert case.drawn is not None


def test_what_is_removed_leaves_the_stacks_that_the_browser_fetches():
    session = Session()
    first, second, third = (session.add(name, b"image") for name in "abc")
    session.stack = ImageStack([(first, 0), (second, 0)], FakeEngine(), lambda image, id: {})
    pane = session.further_panes[1]
    pane.stack = beside = ImageStack([(third, 0)], FakeEngine(), lambda image, id: {})
    session.remove(second)
    assert (session.stack, pane.stack) == (None, beside), "the address of its frames ends with it"
    session.remove(third)
    assert pane.stack is None
