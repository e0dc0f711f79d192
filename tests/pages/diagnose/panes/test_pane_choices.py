"""What may stand beside the open image."""

from unittest.mock import MagicMock

import pytest

from meddx.model.card import read_card
from meddx.types import ImageHeader, Refusal
from pages.ui.common.session import Session
from pages.ui.diagnose.panes import layout
from pages.ui.diagnose.panes.layout import lay_out, shown_models, viewer_group
from pages.ui.diagnose.panes.pane_choices import choose, chosen_in, image_titles, pane_choices
from tests.pages.fake import drawable


@pytest.fixture
def cards(untrained_models):
    """Cards of two models of chest films, by id."""
    names = ("untrained", "untrained-multi")
    return {name: read_card(untrained_models / name / "card.toml") for name in names}


@pytest.fixture
def session():
    """A film of patient A, open; one of patient B; a prior of A; a file that was refused."""
    session = Session()
    images = [("now", "A", "1", "2024-05-06"), ("other", "B", "2", ""), ("prior", "A", "3", "2020-01-02")]
    for name, patient, study, date in images:
        case = session.add(name, name.encode())
        case.header = ImageHeader(patient, study, name=f"Name {patient}", study_date=date, modality="DX", view="PA")
    session.refuse("letter", Refusal("not-an-image", "It is none."))
    session.open(session.cases[0])
    return session


def series(session, places=3):
    """A CT series of patient A, added to the session: its images."""
    cases = [session.add(str(place), bytes([place])) for place in range(places)]
    for place, case in enumerate(cases):
        case.header = ImageHeader("A", "4", series="5", modality="CT", position=float(place))
    return cases


def test_images_of_the_same_patient_come_first_and_refused_files_not_at_all(session):
    _, other, prior, _ = session.cases
    assert image_titles(session) == {
        prior.id: "Same patient · 2020-01-02 · DX · PA",
        other.id: "Another patient · DX · PA · other",
    }


def test_two_images_of_one_study_are_told_apart(session):
    _, _, prior, _ = session.cases
    twin = session.add("twin", b"twin")
    twin.header = prior.header
    assert list(image_titles(session).values())[:2] == [
        "Same patient · 2020-01-02 · DX · PA · prior",
        "Same patient · 2020-01-02 · DX · PA · twin",
    ]


def test_hidden_patient_data_are_in_no_title(session):
    session.hides_patient = True
    titles = ["Same patient · DX · PA · Image 3", "Another patient · DX · PA · Image 2"]
    assert list(image_titles(session).values()) == titles


def test_the_open_image_never_stands_beside_itself_and_a_removed_one_is_gone(session, card):
    now, other, _, _ = session.cases
    pane = session.further_panes[0]
    assert chosen_in(pane, session, card) == ""
    choose(pane, other.id, session)
    assert chosen_in(pane, session, card) == other.id
    session.open(other)
    assert chosen_in(pane, session, card) == ""
    session.open(now)
    assert chosen_in(pane, session, card) == other.id
    session.remove(other)
    assert chosen_in(pane, session, card) == ""


def test_another_image_of_the_open_series_may_stand_beside_it(session, card):
    images = series(session)
    session.open(images[2])
    [key] = [key for key, title in image_titles(session).items() if title.startswith("Another image of this series")]
    pane = session.further_panes[0]
    choose(pane, key, session)
    pane.case = images[0].id  # scrolled there
    assert chosen_in(pane, session, card) == key


def test_other_models_are_offered_where_they_fit_the_image(session, cards):
    card = cards["untrained"]

    def offered():
        return [
            choice
            for choice, title in pane_choices(session.further_panes[0], session, card, cards).items()
            if "This image by" in title
        ]

    assert offered() == ["model untrained-multi"], "never the chosen one"
    session.cases[0].draw(drawable(modality="CT"))
    assert offered() == []


def test_a_pane_shows_no_model_that_the_first_one_shows(session, cards):
    pane = session.further_panes[0]
    choose(pane, "model untrained-multi", session)
    assert chosen_in(pane, session, cards["untrained"]) == "model untrained-multi"
    assert chosen_in(pane, session, cards["untrained-multi"]) == ""
    session.layout = 2
    assert shown_models(session, cards["untrained"], cards) == [cards["untrained-multi"]]
    assert shown_models(session, cards["untrained-multi"], cards) == []
    session.layout = 1
    assert shown_models(session, cards["untrained"], cards) == []


def test_a_model_stands_in_one_pane_only(session, cards):
    card, first, second = cards["untrained"], *session.further_panes[:2]
    session.layout = 4
    choose(first, "model untrained-multi", session)
    assert "model untrained-multi" in pane_choices(first, session, card, cards)
    assert "model untrained-multi" not in pane_choices(second, session, card, cards)
    session.layout = 2
    choose(second, "model untrained-multi", session)  # before the first one was given it, in four panes
    session.layout = 4
    assert [chosen_in(pane, session, card) for pane in (first, second)] == ["model untrained-multi", ""]


def test_new_panes_begin_with_the_patients_priors_and_keep_what_was_chosen(session):
    _, other, prior, _ = session.cases
    lay_out(session, 2)
    assert [pane.case for pane in session.further_panes] == [prior.id, "", ""]
    choose(session.further_panes[0], other.id, session)
    lay_out(session, 4)
    assert [pane.case for pane in session.further_panes] == [other.id, prior.id, ""]
    lay_out(session, 1)
    lay_out(session, 4)
    assert [pane.case for pane in session.further_panes] == [other.id, prior.id, ""]


def test_a_prior_that_is_known_only_later_fills_a_pane_whatever_another_shows(session, monkeypatch):
    monkeypatch.setattr(layout, "st", MagicMock(session_state={}))
    _, other, prior, _ = session.cases
    read, prior.header = prior.header, None
    lay_out(session, 4)
    choose(session.further_panes[2], other.id, session)
    layout.render_layout(session)
    assert [pane.case for pane in session.further_panes] == ["", "", other.id]
    prior.header = read
    layout.render_layout(session)
    assert [pane.case for pane in session.further_panes] == [prior.id, "", other.id]


def test_a_pane_that_the_reader_leaves_empty_stays_so_until_panes_are_laid_out_anew(session, monkeypatch):
    monkeypatch.setattr(layout, "st", MagicMock(session_state={}))
    _, _, prior, _ = session.cases
    read, prior.header = prior.header, None
    lay_out(session, 2)
    pane = session.further_panes[0]
    layout.render_layout(session)
    assert pane.case == ""
    prior.header = read
    choose(pane, "", session)
    session.cases[1].header = None  # of another patient, still to be read
    layout.render_layout(session)
    assert pane.case == ""
    lay_out(session, 2)
    assert pane.case == prior.id


def test_panes_move_together_only_where_the_reader_wants(session):
    assert viewer_group(session, 0) == ""
    session.layout = 4
    assert len({viewer_group(session, pane) for pane in range(4)}) == 1
    session.links_panes = False
    assert len({viewer_group(session, pane) for pane in range(4)}) == 4
