"""What may stand beside the open image."""

import numpy as np
import pytest

from meddx.types import ImageHeader, Refusal
from pages.ui.common.session import Session
from pages.ui.diagnose.panes.layout import lay_out, shown_models, viewer_group
from pages.ui.diagnose.panes.pane_choices import choose, chosen_in, image_titles, pane_choices
from tests.pages.fake import drawable


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


def test_other_models_are_offered_where_they_fit_the_image(session, card, untrained_models):
    from pages.ui.common.installed_models import installed_models

    cards = installed_models().cards
    now = session.cases[0]
    other = next(one for one in cards.values() if one.id != card.id)
    offered = [title for title in pane_choices(session, card, cards).values() if title.startswith("This image by")]
    assert offered
    now.draw(drawable(modality="CT"))
    del np, other
