"""The images that may stand beside the open one."""

from meddx.types import ImageHeader, Refusal
from pages.ui.common.session import Session
from pages.ui.diagnose.second_pane import beside, beside_titles


def session_of_two_patients():
    """A film of patient A, open; one of patient B; a prior of A; a file that was refused."""
    session = Session()
    images = [("now", "A", "1", "2024-05-06"), ("other", "B", "2", ""), ("prior", "A", "3", "2020-01-02")]
    for name, patient, study, date in images:
        case = session.add(name, name.encode())
        case.header = ImageHeader(patient, study, name=f"Name {patient}", study_date=date, modality="DX", view="PA")
    session.refuse("letter", Refusal("not-an-image", "It is none."))
    session.open(session.cases[0])
    return session


def test_images_of_the_same_patient_come_first_and_refused_files_not_at_all():
    session = session_of_two_patients()
    _, other, prior, _ = session.cases
    assert beside_titles(session) == {
        prior.id: "Same patient · 2020-01-02 · DX · PA",
        other.id: "DX · PA · other",
    }


def test_hidden_patient_data_are_in_no_title():
    session = session_of_two_patients()
    session.hides_patient = True
    assert list(beside_titles(session).values()) == ["Same patient · DX · PA · Image 3", "DX · PA · Image 2"]


def test_the_open_image_never_stands_beside_itself_and_a_removed_one_is_gone():
    session = session_of_two_patients()
    _, other, _, _ = session.cases
    assert beside(session) is None
    session.beside = other.id
    assert beside(session) is other
    session.open(other)
    assert beside(session) is None
    session.open(session.cases[0])
    session.remove(other)
    assert beside(session) is None
