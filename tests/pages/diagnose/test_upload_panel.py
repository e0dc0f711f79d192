import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.test_diagnose import NAVIGATION, upload
from tests.patience import SECONDS
from tests.untrained import write_model


@pytest.fixture
def page(engine, untrained_models, monkeypatch):
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))
    return AppTest.from_file(str(NAVIGATION), default_timeout=SECONDS).run()


def test_the_first_of_several_files_is_opened(page):
    page = upload(page, ("a.dcm", b"image"), ("b.dcm", b"other image"))
    session = page.session_state["images"]
    assert [case.name for case in session.cases] == ["a.dcm", "b.dcm"]
    assert session.current.name == "a.dcm"
    assert session.uploads == 1


def test_a_later_upload_opens_its_first_file(page):
    page = upload(upload(page, ("a.dcm", b"image")), ("b.dcm", b"other image"))
    assert page.session_state["images"].current.name == "b.dcm"
    assert page.session_state["images"].uploads == 2


def test_a_sample_is_named_a_phantom_and_read_by_a_synthetic_model(engine, tmp_path, monkeypatch):
    write_model(tmp_path, "patients")
    write_model(tmp_path, "phantoms", synthetic=True)
    monkeypatch.setenv("MEDDX_MODELS", str(tmp_path))
    page = AppTest.from_file(str(NAVIGATION), default_timeout=SECONDS).run()
    assert page.selectbox(key="model en").value == "patients"
    page = page.button(key="sample-Effusion").click().run()
    assert page.session_state["images"].current.name == "Phantom: effusion"
    assert page.selectbox(key="model en").value == "phantoms"
