"""The page's states without a browser; what is drawn in components is tested in tests/browser."""

import time
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from meddx.types import EngineStatus, OodScore, ReaderOpinion, Refusal
from pages.ui.common import engine_state
from pages.ui.common.given import NOTHING
from pages.ui.diagnose.panes import image_panes
from tests.pages.fake import NO_FILM, prediction
from tests.patience import SECONDS
from tests.untrained import label, toml, write_model

NAVIGATION = Path(__file__).parents[2] / "pages" / "navigation.py"


@pytest.fixture
def page(engine, untrained_models, monkeypatch):
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))
    return AppTest.from_file(str(NAVIGATION), default_timeout=SECONDS).run()


def words(page):
    """The text of all st.html elements."""
    return " ".join(element.proto.body for element in page.get("html"))


def upload(page, *images):
    return page.file_uploader[0].set_value([(name, data, "application/octet-stream") for name, data in images]).run()


def test_the_empty_page_says_what_to_do_and_what_this_is_not(page):
    assert not page.exception
    assert "Drop an image in" in words(page)
    assert "For research use only" in words(page)
    assert [button.label for button in page.main.button] == ["Healthy", "Consolidation", "Effusion", "Both"]


def test_without_models_the_page_says_so(engine, tmp_path, monkeypatch):
    monkeypatch.setenv("MEDDX_MODELS", str(tmp_path))
    page = AppTest.from_file(str(NAVIGATION), default_timeout=SECONDS).run()
    assert page.header[0].value == "No model is installed"
    assert "For research use only" in words(page)


def test_pacs_are_offered_where_any_is_configured_and_what_is_wrong_with_the_file_is_said(page, tmp_path, monkeypatch):
    assert "Open from PACS" not in [expander.label for expander in page.expander]
    monkeypatch.setenv("MEDDX_PACS", str(tmp_path / "away.toml"))
    page = page.run()
    assert not page.exception
    assert "Open from PACS" in [expander.label for expander in page.expander]
    assert "away.toml cannot be read" in words(page)


def test_the_bytes_leave_the_uploader(page):
    page = upload(page, ("a.dcm", b"image"))
    assert not page.exception
    session = page.session_state["images"]
    assert [case.data for case in session.cases] == [b"image"]
    assert page.file_uploader[0].value == []


def test_a_bad_file_is_refused_and_the_others_stay(page):
    page = upload(page, ("letter.txt", NO_FILM), ("a.dcm", b"image"))
    assert "This file cannot be read" in words(page)
    assert "The file is no image." in words(page)
    assert len(page.session_state["images"].cases) == 2


def test_a_failed_engine_offers_to_ask_again(page, engine):
    engine.fails = 1
    page = upload(page, ("a.dcm", b"image"))
    assert "The engine stopped while answering." in words(page)
    [again] = [button for button in page.button if button.label == "Try again"]
    page = again.click().run()
    assert "The engine stopped" not in words(page)
    assert page.session_state["images"].current.answers


def test_what_is_uploaded_above_the_limit_is_refused_by_name(page, monkeypatch):
    monkeypatch.setenv("MEDDX_MAX_UPLOAD_BYTES", "6")
    page = upload(page, ("a.dcm", b"image"), ("b.dcm", b"image"))
    first, second = page.session_state["images"].cases
    assert first.unreadable is None
    assert second.unreadable.rule == "session-full"


def test_until_one_is_chosen_a_model_for_radiographs_of_patients_reads_the_images(engine, tmp_path, monkeypatch):
    for name, modality, synthetic in (("a", ["DX"], True), ("b", ["SM"], False), ("c", ["CR", "DX"], False)):
        accepts = {"modality": modality, "body_part": [], "unlabelled_images": True}
        write_model(tmp_path, name, accepts=accepts, synthetic=synthetic)
    monkeypatch.setenv("MEDDX_MODELS", str(tmp_path))
    page = AppTest.from_file(str(NAVIGATION), default_timeout=SECONDS).run()
    assert page.selectbox(key="model en").value == "c"


def test_a_model_that_failed_to_load_is_named_with_its_reason_and_others_are_not(page, monkeypatch):
    failed = {"untrained": "Model untrained failed: the weights are broken.", "elsewhere": "Not on this page."}
    monkeypatch.setattr(engine_state, "latest", lambda: EngineStatus("ready", failed=failed))
    page = page.run()
    assert [warning.value for warning in page.sidebar.warning] == ["Model untrained failed: the weights are broken."]


def note_on(page, title):
    return [entry for entry in page.text_input if entry.label == f"Note on {title}"]


def test_the_reader_disagrees_and_changes_it_back(page):
    page = upload(page, ("a.dcm", b"image"))
    assert note_on(page, "Effusion") == []
    page = page.button_group[0].set_value("disagree").run()
    page = note_on(page, "Effusion")[0].set_value(" artefact ").run()
    assert not page.exception
    [case] = page.session_state["images"].cases
    assert list(case.opinions.values()) == [ReaderOpinion("disagree", "artefact")]
    page = page.button_group[0].set_value(None).run()
    assert list(case.opinions.values()) == [ReaderOpinion(None, "artefact")], "the note stays"
    page = note_on(page, "Effusion")[0].set_value("").run()
    assert (case.opinions, note_on(page, "Effusion")) == ({}, [])


def test_what_speaks_against_relying_on_the_findings_stands_above_them(page, engine, monkeypatch):
    predict = engine.predict
    monkeypatch.setattr(
        engine, "predict", lambda *asked, **beside: replace(predict(*asked, **beside), cautions=("A negative.",))
    )
    page = upload(page, ("a.dcm", b"image"))
    assert "Check this image" in words(page)
    assert "A negative." in words(page)


def test_a_model_that_is_replaced_by_one_of_other_labels_is_drawn_with_its_own(engine, tmp_path, monkeypatch):
    card = write_model(tmp_path, "untrained") / "card.toml"
    monkeypatch.setenv("MEDDX_MODELS", str(tmp_path))
    page = upload(AppTest.from_file(str(NAVIGATION), default_timeout=SECONDS).run(), ("a.dcm", b"image"))
    [case] = page.session_state["images"].cases
    assert case.labels == {"untrained": "EFFUSION"}
    card.write_text(toml(tomllib.loads(card.read_text()) | {"labels": [label("NORMAL"), label("NODULE")]}))
    answer = prediction({"NORMAL": 0.2, "NODULE": 0.8}, ["NODULE"], ["NODULE"])
    monkeypatch.setattr(engine, "predict", lambda *_, **__: answer)
    page = page.run()
    assert not page.exception
    assert case.labels == {"untrained": "NODULE"}


@pytest.mark.parametrize("arriving", ["answer", "refused frame"])
def test_what_arrives_while_the_page_is_drawn_is_drawn(page, monkeypatch, arriving):
    draw, drawn = image_panes.render_panes, []

    def drawing_while_something_arrives(images, shows, view, cards):
        drawn.append((len(shows.case.answers), len(shows.case.damaged)))
        draw(images, shows, view, cards)
        if arriving == "answer":
            shows.case.answers["another", 0, NOTHING] = prediction({"NORMAL": 0.5})
        else:
            shows.case.damaged[0] = Refusal("no-pixels", "This image has no pixels.")

    upload(page, ("a.dcm", b"image"))
    monkeypatch.setattr(image_panes, "render_panes", drawing_while_something_arrives)
    page.run()
    assert drawn == [(1, 0), (2, 0) if arriving == "answer" else (1, 1)]


def test_the_exports_say_why_there_are_none(page):
    page = upload(page, ("a.dcm", b"image"))
    case = page.session_state["images"].current
    case.drawn, case.damaged[0] = None, Refusal("no-pixels", "This image has no pixels.")
    assert "No image to show." in [caption.value for caption in page.run().caption]


def test_models_are_asked_one_after_the_other_until_the_image_is_like_what_one_learned_from(
    engine, tmp_path, monkeypatch
):
    for name in "abcd":
        accepts = {"modality": ["DX"], "body_part": [], "unlabelled_images": True}
        write_model(tmp_path, name, accepts=accepts, title=f"Model {name}")
    asked = []

    def predict(_data, model, *_asked, **_beside):
        asked.append(model.partition(":")[0])
        answer = prediction({"NORMAL": 0.2, "EFFUSION": 0.7, "NODULE": 0.1}, model=model)
        return replace(answer, ood=OodScore(3.0 if asked[-1] == "c" else 9.0, 7.0))

    monkeypatch.setattr(engine, "predict", predict)
    monkeypatch.setenv("MEDDX_MODELS", str(tmp_path))
    page = AppTest.from_file(str(NAVIGATION), default_timeout=SECONDS)
    page.query_params["model"] = "a"
    page = upload(page.run(), ("a.dcm", b"image"))
    end = time.monotonic() + SECONDS
    while "Another model may fit" not in words(page) and time.monotonic() < end:
        page = page.run()
    assert "Another model may fit: Model c" in words(page)
    assert asked == ["a", "b", "c"]


def test_a_model_that_fits_the_file_is_proposed_with_the_reason_and_chosen_by_the_reader_alone(
    engine, tmp_path, monkeypatch
):
    for name, modality in (("films", ["DX"]), ("slices", ["MR"])):
        accepts = {"modality": modality, "body_part": [], "unlabelled_images": True}
        write_model(tmp_path, name, accepts=accepts, title=f"Model of {name}")
    monkeypatch.setenv("MEDDX_MODELS", str(tmp_path))
    page = AppTest.from_file(str(NAVIGATION), default_timeout=SECONDS)
    page.query_params["model"] = "slices"
    page = upload(page.run(), ("a.dcm", b"image"))
    end = time.monotonic() + SECONDS
    while "Another model may fit" not in words(page) and time.monotonic() < end:
        page = page.run()
    assert "Another model may fit: Model of films" in words(page)
    assert "What the file states (modality) suits this model; whether its pixels do was not measured." in words(page)
    assert page.selectbox(key="model en").value == "slices"
    assert ":not(.st-key-proposal-slices) { display: none; }" in words(page)
    page = page.button(key="use films").click().run()
    assert page.selectbox(key="model en").value == "films"
    assert ":not(.st-key-proposal-films) { display: none; }" in words(page), "what was proposed before is hidden"
    assert "Another model may fit" not in words(page.run())
