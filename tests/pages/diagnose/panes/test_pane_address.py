"""What the further panes show, written into an address without names, and opened from one."""

import pytest

from pages.ui.common.session import Session
from pages.ui.diagnose.panes.pane_address import find_awaited, open_parts, panes_parameter
from pages.ui.diagnose.panes.pane_choices import choose, missing_message
from tests.pages.test_diagnose import upload, words


@pytest.fixture
def session():
    """Two films and a sample, the first film open."""
    session = Session()
    for name in ("Quartz^Zebedee.dcm", "b.dcm"):
        session.add(name, name.encode())
    session.open(session.cases[0])
    return session


def test_one_pane_needs_no_parameter(session):
    choose(session.further_panes[0], session.cases[1].id, session)
    assert panes_parameter(session) == {}


def test_what_four_panes_show_is_opened_in_another_session_as_it_was_written(session, card):
    _, film = session.cases
    session.layout = 4
    choose(session.further_panes[0], film.id, session)
    session.further_panes[0].frame = 6
    choose(session.further_panes[2], f"model {card.id}", session)
    written = panes_parameter(session)
    assert written == {"beside": [f"film.{film.digest[:16]}.7", "", f"model.{card.id}"]}

    other = Session()
    open_parts(other, written["beside"], {card.id: card})
    assert other.layout == 4
    assert panes_parameter(other) == written, "the film that is not there is still asked for"
    assert f"{film.digest[:4]} {film.digest[4:8]}" in missing_message(other.further_panes[0])
    arrived = other.add("copy.dcm", film.data)
    find_awaited(other)
    assert (other.further_panes[0].case, other.further_panes[0].frame) == (arrived.id, 6)
    assert panes_parameter(other) == written


def test_a_sample_beside_the_open_film_is_added_to_the_session(session):
    open_parts(session, ["case.phantom/effusion"], {})
    assert session.layout == 2
    assert session.find(session.further_panes[0].case).library == "phantom/effusion"
    assert panes_parameter(session) == {"beside": ["case.phantom/effusion"]}


@pytest.mark.parametrize(
    "part", ["x", "film.", "film.xyz", "film.../../etc", "case.phantom/unicorn", "model.none", "film." + "9" * 5000]
)
def test_what_breaks_its_form_is_nothing(session, card, part):
    open_parts(session, [part, part, part, part], {card.id: card})
    assert panes_parameter(session) == {"beside": ["", "", ""]}


def test_a_model_is_opened_in_one_pane_only(session, card):
    open_parts(session, [f"model.{card.id}"] * 3, {card.id: card})
    assert panes_parameter(session) == {"beside": [f"model.{card.id}", "", ""]}


def test_without_the_parameter_the_panes_stay(session):
    session.layout = 4
    open_parts(session, [], {})
    assert session.layout == 4


def test_a_link_opens_its_panes_once_its_film_is_there(visit):
    page = visit(film=Session().add("", b"image").digest[:16], beside="model.untrained-multi")
    assert "This link shows a film that is not here" in words(page)
    page = upload(page, ("a.dcm", b"image"))
    assert not page.exception
    assert page.session_state["images"].layout == 2
    [choice] = [one for one in page.selectbox if one.label == "Pane 2"]
    assert choice.value == "model untrained-multi"
