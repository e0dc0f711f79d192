"""The choice of heat map in Diagnose, with an engine that does no work."""

import shutil
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from meddx.explain.methods import METHODS
from meddx.types import JobStatus
from pages.ui.diagnose.heat_map import map_requests
from tests.pages.fake import explanation
from tests.pages.test_diagnose import NAVIGATION, upload, words


@pytest.fixture
def models(untrained_models, tmp_path, monkeypatch):
    shutil.copytree(untrained_models / "untrained", tmp_path / "untrained")
    monkeypatch.setenv("MEDDX_MODELS", str(tmp_path))
    return tmp_path


@pytest.fixture
def page(engine, models):
    return AppTest.from_file(str(NAVIGATION), default_timeout=30).run()


def chooser(page):
    [box] = [box for box in page.selectbox if box.label == "Heat map"]
    return box


def choose(page, method):
    page = chooser(page).set_value(method).run()
    assert not page.exception
    return page


def button(page, label):
    return next((button for button in page.button if button.label == label), None)


def write_record(folder, card, recommended):
    rows = "".join(f'[[methods]]\nname = "{name}"\ntitle = "{METHODS[name].title}"\n' for name in METHODS)
    (folder / "untrained" / "explanations.toml").write_text(
        f'model = "untrained"\nversion = "1.0.0"\nweights_sha256 = "{card.weights.sha256}"\nimages = "none"\n'
        f'command = "by hand"\nrecommended = "{recommended}"\nwhy = "It found the lesions."\n{rows}'
    )


def test_grad_cam_comes_first_and_is_not_asked_for(page, engine):
    page = upload(page, ("a.dcm", b"image"))
    assert chooser(page).value == "grad-cam"
    assert chooser(page).options == [
        METHODS[name].title + (" · slow" if map_requests.is_slow(name) else "") for name in METHODS
    ]
    assert engine.asked == ["diagnose", "predict"]
    assert "At most 0.5 logit units for Effusion" in words(page)


def test_the_recommended_method_comes_first_where_there_is_a_record(page, engine, models, card):
    write_record(models, card, "layer-cam")
    page = upload(page, ("a.dcm", b"image"))
    assert chooser(page).value == "layer-cam"
    assert "LayerCAM · recommended" in chooser(page).options
    assert chooser(page).help == "It found the lesions."
    assert engine.asked[-1] == "layer-cam"


def test_a_record_of_other_weights_is_named_and_not_followed(page, models, card):
    other = card.model_copy(update={"weights": card.weights.model_copy(update={"sha256": "0" * 64})})
    write_record(models, other, "layer-cam")
    page = upload(page, ("a.dcm", b"image"))
    assert chooser(page).value == "grad-cam"
    assert "was measured on other weights" in page.warning[0].value


def test_a_quick_method_answers_at_once_and_is_asked_once(page, engine):
    page = upload(page, ("a.dcm", b"image"))
    for method in ("hires-cam", "grad-cam", "hires-cam"):
        page = choose(page, method)
    assert engine.asked.count("hires-cam") == 1
    assert engine.started == []
    assert "At most 0.3 logit units for Effusion" in words(page)
    assert "image" not in engine.asked


def test_a_relative_map_says_that_images_cannot_be_compared(page):
    page = choose(upload(page, ("a.dcm", b"image")), "eigen-cam")
    assert "images cannot be compared" in words(page)


def test_the_choice_holds_for_the_next_image(page, engine):
    page = choose(upload(page, ("a.dcm", b"image")), "hires-cam")
    page = upload(page, ("b.dcm", b"other image"))
    assert chooser(page).value == "hires-cam"
    assert engine.asked.count("hires-cam") == 2


def test_a_slow_method_runs_as_a_job_and_its_maps_are_kept(page, engine):
    page = choose(upload(page, ("a.dcm", b"image")), "occlusion")
    [(kind, arguments)] = engine.started
    assert (kind, arguments) == (
        "explain",
        {"data": b"image", "model": "untrained", "method": "occlusion", "frame": 0},
    )
    assert button(page, "Stop")
    [id] = engine.statuses
    engine.statuses[id] = replace(engine.statuses[id], state="done", result=explanation("occlusion", [[0.25, -0.5]]))
    page = page.run()
    assert "At most 0.25 logit units for Effusion, against it at most 0.5." in words(page)
    assert button(page, "Stop") is None
    page = choose(choose(page, "grad-cam"), "occlusion")
    assert len(engine.started) == 1


def test_a_stopped_map_is_computed_only_when_asked_for(page, engine):
    page = choose(upload(page, ("a.dcm", b"image")), "rise")
    page = button(page, "Stop").click().run()
    assert [job.state for job in engine.statuses.values()] == ["cancelled"]
    page = page.run()
    assert len(engine.started) == 1
    button(page, "Compute RISE").click().run()
    assert len(engine.started) == 2


def test_a_reader_who_turns_to_another_slow_map_stops_the_first(page, engine):
    page = choose(choose(upload(page, ("a.dcm", b"image")), "rise"), "occlusion")
    assert [job.state for job in engine.statuses.values()] == ["cancelled", "waiting"]


def test_a_map_that_failed_says_why(page, engine):
    page = choose(upload(page, ("a.dcm", b"image")), "rise")
    [id] = engine.statuses
    engine.statuses[id] = JobStatus(id, "explain", "failed", message="The job ran out of memory.")
    page = page.run()
    assert "The job ran out of memory." in words(page)
    assert button(page, "Compute RISE")


def test_a_quick_map_that_failed_says_why(page, engine):
    page = upload(page, ("a.dcm", b"image"))
    engine.fails = 1
    page = choose(page, "hires-cam")
    assert "The engine stopped while answering." in words(page)
    page = button(page, "Compute HiResCAM").click().run()
    assert "At most 0.3 logit units for Effusion" in words(page)
