"""Own labelled images without a browser: what was found, what is asked of the engine, how an evaluation ended."""

import io
from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from meddx.config import ROOT
from meddx.engine.contract import EvaluationResult, StoredJob
from meddx.evaluate.predictions import Predictions, write_predictions
from meddx.types import JobStatus, Refusal
from pages.ui.common import engine_upload
from tests.patience import SECONDS

PAGE = str(ROOT / "pages" / "evaluate.py")
FOUND = {"images": 9, "classes": {"normal": 4, "Lesions": 5}, "no_image": 1, "missing": 0, "unlabelled": 2}
UPLOAD = "u" * 22


JOB = "j" * 22


@pytest.fixture(autouse=True)
def _settings(untrained_models, monkeypatch, tmp_path):
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))
    monkeypatch.setenv("MEDDX_JOBS", str(tmp_path / "the engine's own" / "jobs"))
    monkeypatch.setenv("MEDDX_EVALUATE_ROOTS", str(tmp_path))
    yield
    assert list(tmp_path.iterdir()) == [], "pages leave the engine's folders alone"


def stored(engine, id=JOB, **fields):
    """A stored evaluation."""
    arguments = {"model": "untrained", "title": "Ward 3", "classes": {}} | fields.pop("arguments", {})
    engine.records[id] = StoredJob(id, "evaluate", arguments, **{"state": "running", "created": 1e9} | fields)
    return id


def opened(**address):
    page = AppTest.from_file(PAGE, default_timeout=SECONDS)
    for name, value in {"source": "images", "model": "untrained", **address}.items():
        page.query_params[name] = value
    return run(page)


def run(page):
    page.run()
    assert not page.exception
    return page


def words(page):
    said = [element.proto.body for element in page.get("html")]
    return " ".join(said + [element.value for element in [*page.markdown, *page.caption, *page.warning]])


def button(page, title):
    return next(one for one in page.button if one.label.startswith(title))


def surveyed(engine, result=FOUND, **address):
    """The page after the survey of an upload."""
    page = opened(**address or {"upload": UPLOAD})
    id, status = next(iter(engine.statuses.items()))
    engine.statuses[id] = replace(status, state="done", result=result)
    return run(page)


def test_what_was_found_is_mapped_by_the_reader_and_measured(engine):
    page = surveyed(engine)
    assert engine.started == [("inspect_labelled_set", {"upload": UPLOAD})]
    said = words(page)
    assert "9 images of 2 classes" in said
    assert "Skipped files that are not images: 1." in said
    assert "Skipped images without a label: 2." in said
    assert [one.value for one in page.multiselect] == [["NORMAL"], []]  # "Lesions" is no label's name
    assert "5 of 9 images are left out" in said
    page.multiselect[1].set_value(["EFFUSION", "NODULE"])
    page.text_input[0].set_value("Ward 3")
    page.checkbox[0].uncheck()
    button(run(page), "Evaluate").click()
    page = run(page)
    assert engine.started[1:] == [
        (
            "evaluate",
            {
                "upload": UPLOAD,
                "model": "untrained",
                "classes": {"normal": ["NORMAL"], "Lesions": ["EFFUSION", "NODULE"]},
                "title": "Ward 3",
                "owner": "",
                "images_until": 0,
            },
        )
    ]
    assert page.query_params["job"] == "job-1"
    assert "upload" not in page.query_params


def given(page, *files):
    page.file_uploader[0].set_value([(name, data, "application/zip") for name, data in files])
    return run(page)


def test_uploaded_images_go_to_the_engine_and_leave_the_page(engine):
    page = given(opened(), ("ward 3.zip", b"PK"), ("labels.csv", b"path,label"))
    assert engine.uploads == [{"ward 3.zip": b"PK", "labels.csv": b"path,label"}]
    assert page.query_params["upload"] == UPLOAD
    assert engine.started == [("inspect_labelled_set", {"upload": UPLOAD})]
    assert page.session_state["evaluate-images-name"] == "ward 3"


def test_a_callback_that_is_called_again_finds_the_images_gone_and_does_nothing(engine, monkeypatch):
    deleted = object()  # as Streamlit has it: without name and size
    held = {"evaluate-images files 0": [deleted], "evaluate-images uploads": 1}
    monkeypatch.setattr(engine_upload.st, "session_state", held)
    engine_upload._take("evaluate-images", "files", "evaluate-images files 0", lambda *_: None)
    assert (engine.uploads, held["evaluate-images uploads"]) == ([], 1)


def test_images_given_while_the_engine_starts_are_handed_over_once_it_is_up(engine):
    page = opened()
    engine.fails, engine.state = 2, "starting"  # when they are given, and when the page is drawn with them
    page = given(page, ("ward 3.zip", b"PK"))
    assert "The engine is starting" in words(page)
    assert engine.uploads == []
    engine.fails, engine.state = 0, "ready"
    page = run(page)
    assert engine.uploads == [{"ward 3.zip": b"PK"}]
    assert page.query_params["upload"] == UPLOAD


def test_images_that_the_engine_does_not_take_are_given_again(engine, monkeypatch):
    page = opened()
    engine.fails = 1
    page = given(page, ("ward 3.zip", b"PK"))
    assert "The engine is not up yet." in words(page)
    assert page.file_uploader[0].value == []
    monkeypatch.setenv("MEDDX_MAX_UPLOAD_BYTES", "1")
    page = given(page, ("ward 3.zip", b"PK"))
    assert "At most 1 MB can be uploaded at a time. Upload less" in words(page)
    assert engine.uploads == []


def test_a_mapping_that_cannot_be_measured_says_why_and_cannot_be_started(engine):
    page = surveyed(engine)
    page.multiselect[1].set_value(["NORMAL", "NODULE"])
    page = run(page)
    assert "Two classes share a label" in words(page)
    assert button(page, "Evaluate").disabled
    for choice in page.multiselect:
        choice.set_value([])
    assert "Choose a label for at least one class." in words(run(page))


def test_labels_of_a_multilabel_model_are_not_merged(engine):
    page = surveyed(engine, upload=UPLOAD, model="untrained-multi")
    assert not page.multiselect
    page.selectbox[1].set_value("NODULE")
    button(run(page), "Evaluate").click()
    run(page)
    assert engine.started[1][1]["classes"] == {"normal": ["NORMAL"], "Lesions": ["NODULE"]}


def test_a_folder_of_the_server_that_may_not_be_read_is_refused_in_words(engine):
    page = opened(folder="/etc")
    assert engine.started == [("inspect_labelled_set", {"folder_of_images": "/etc"})]
    reason = "There is no such folder among those that this server may read: choose one of those listed."
    engine.statuses["job-0"] = JobStatus(
        "job-0", "inspect_labelled_set", "failed", message=reason, result=Refusal("not-allowed", reason)
    )
    page = run(page)
    assert reason in words(page)
    button(page, "Choose other files").click()
    assert "Evaluate a model on your own images" in words(run(page))


def done(engine, **changes):
    """An evaluation of 30 images by two classes, the second made of two labels; two images were refused."""
    generator = np.random.default_rng(3)
    targets = np.eye(2, dtype=bool)[np.arange(30) % 2]
    sick = np.clip(generator.normal(np.where(targets[:, 1], 0.7, 0.3), 0.2), 0.01, 0.99)
    p = np.stack([1 - sick, sick], axis=1)
    cases = tuple(f"case {number}" for number in range(30))
    labels = ("NORMAL", "EFFUSION or NODULE")
    file = io.BytesIO()
    write_predictions(file, Predictions(labels, cases, cases, targets, np.log(p).astype(np.float32), p))
    refused = {f"bad {number}": Refusal("not-an-image", "The file is no image.") for number in range(2)}
    engine.results[JOB] = EvaluationResult(file.getvalue(), refused)
    result = {
        "model": "untrained", "version": "1.0.0", "title": "Untrained", "labels": labels, "n": 30, "left_out": 4,
        "refused": {"not-an-image": 2},
    }  # fmt: skip
    arguments = {"classes": {"fine": ["NORMAL"], "ill": ["EFFUSION", "NODULE"]}, "folder_of_images": "set"}
    return stored(engine, arguments=arguments, state="done", done=32, total=32, ended=1e9 + 60, result=result | changes)


def test_a_finished_evaluation_shows_its_numbers_and_what_was_skipped(engine):
    job = done(engine)
    page = opened(job=job)
    said = words(page)
    assert "Ward 3: Untrained exclusive" in said
    assert "30 labelled images, 2 skipped." in said
    assert "Skipped cases: 2 of 32" in [one.label for one in page.expander]
    assert "The file is no image." in said
    assert list(page.dataframe[0].value["Case"]) == ["bad 0", "bad 1"]
    assert "Effusion or Nodule" in page.button_group[0].options[1]
    assert "has no threshold of its own" in said
    page.session_state[f"calibration {page.session_state['evaluate'].subject.key}"] = "Prediction sets"
    assert "none for a class that combines several labels" in words(run(page))


@pytest.mark.parametrize(("changes", "now"), [({"version": "0.9.0"}, "1.0.0 is installed"), ({"model": "x"}, "is not")])
def test_thresholds_of_another_version_are_not_used(engine, changes, now):
    page = opened(job=done(engine, **changes))
    said = words(page)
    assert "This result cannot be shown" in said
    assert now in said
    assert not page.slider


def test_an_evaluation_that_ended_without_numbers_says_why_and_can_be_deleted(engine):
    job = stored(engine, state="cancelled", done=3, total=8, ended=1e9)
    page = opened(job=job)
    assert "Cancelled after 3 of 8 images." in words(page)
    button(page, "Delete").click()
    assert "Evaluate a model on your own images" in words(run(page))
    assert engine.records == {}
    assert "Evaluation not found" in words(opened(job=job))


def test_what_could_not_be_deleted_is_said(engine):
    page = opened(job=stored(engine, state="cancelled", ended=1e9))
    engine.fails = 1
    button(page, "Delete").click()
    page = run(page)
    assert "The evaluation was not deleted" in words(page)
    assert list(engine.records) == [JOB]


def test_while_the_engine_is_not_up_the_page_says_so_and_goes_on_by_itself(engine):
    job = done(engine)
    for address, there in (({"job": job}, "30 labelled images"), ({}, "30 images evaluated, 2 skipped")):
        engine.fails = 2  # the page's question, and that of the fragment that repeats it
        page = opened(**address)
        assert "The engine gives no answer yet" in words(page)
        assert there in words(run(page))


def test_past_and_running_evaluations_are_listed_and_taken_up_again(engine):
    finished = done(engine)
    job = stored(engine, "k" * 22, arguments={"title": "Ward 4"}, done=5, total=20)
    page = opened()
    assert {"5 of 20 images", "30 images evaluated, 2 skipped"} <= {one.value for one in page.caption}
    engine.statuses[job] = JobStatus(job, "evaluate", "running", 6, 20, 61.0, "Reading images")
    button(page, "Ward 4").click()
    page = run(page)
    assert page.query_params["job"] == job
    assert "Ward 4: Untrained exclusive" in words(page)
    button(page, "Cancel").click()
    run(page)
    assert engine.statuses[job].state == "cancelled"
    button(page, "All evaluations").click()
    page = run(page)
    button(page, "Ward 3").click()
    assert run(page).query_params["job"] == finished
