"""De-identification of what readers add, through a worker of its own, and what of an upload lies on the disk."""

import threading
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import uvicorn

from meddx.engine.client import EngineClient
from meddx.engine.http_app import application
from meddx.engine.job_store import UPLOADS
from meddx.engine.service import Service
from meddx.errors import Refused
from meddx.imaging.deidentification import on_reading
from meddx.imaging.read_image import read_image
from tests.engine.archives import archive
from tests.imaging.deidentification.marked_film import MARKER, marked_film, markers_in, name_burned_in
from tests.imaging.images import image_bytes, written
from tests.patience import SECONDS

FILM, INK = marked_film()
PLAIN = image_bytes(np.arange(1600, dtype=np.uint16).reshape(40, 40), PatientID=MARKER)


@pytest.fixture
def jobs(tmp_path, monkeypatch):
    monkeypatch.setenv("MEDDX_JOBS", str(tmp_path / "jobs"))
    monkeypatch.setenv(on_reading._KEY_VARIABLE, "11" * 32)
    return tmp_path / "jobs"


@pytest.fixture
def policy(jobs, monkeypatch):
    """Sets the policy, and returns a client of an engine that has it."""
    with serving_engine(jobs) as client:

        def under(policy):
            monkeypatch.setenv("MEDDX_DEIDENTIFY", policy)
            return client

        yield under


@contextmanager
def serving_engine(folder):
    (folder / "models").mkdir(parents=True)
    service = Service(folder / "models")
    server = uvicorn.Server(uvicorn.Config(application(service), uds=str(folder / "socket"), log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.05)
    client = EngineClient(folder / "socket")
    try:
        yield client
    finally:
        client.close()
        server.should_exit = True
        thread.join(SECONDS)
        service.close()


def stored(jobs, token):
    """Path -> content of what lies on the disk of an upload."""
    raw = jobs / UPLOADS / token / "raw"
    return {str(path.relative_to(raw)): path.read_bytes() for path in raw.rglob("*") if path.is_file()}


def test_a_film_comes_back_clean_and_masked(policy):
    made = policy("mask").deidentify(written(FILM))
    assert markers_in(made.data) == []
    assert made.boxes
    assert not made.asks
    assert (read_image(made.data).values[INK] == FILM.pixel_array.min()).all()


def test_under_ask_the_boxes_that_are_confirmed_are_masked(policy):
    asked = policy("ask").deidentify(written(FILM))
    assert asked.asks
    assert (read_image(asked.data).values[INK] > FILM.pixel_array.min()).all()
    masked = policy("ask").mask_text(asked.data, asked.boxes)
    assert masked == policy("mask").deidentify(written(FILM)).data


def test_under_refuse_a_film_with_text_is_refused(policy):
    with pytest.raises(Refused) as refused:
        policy("refuse").deidentify(written(FILM))
    assert refused.value.rule == "burned-in-text"


def test_a_server_without_the_setting_de_identifies_nothing(policy, jobs):
    with pytest.raises(Refused) as refused:
        policy("off").deidentify(PLAIN)
    assert refused.value.rule == "not-deidentifying"
    assert stored(jobs, policy("off").upload([("a.dcm", [PLAIN])])) == {"a.dcm": PLAIN}


@pytest.mark.parametrize("name", ["mask", "ask"])
def test_no_marker_of_an_upload_reaches_the_disk_and_its_folders_stay(policy, jobs, name):
    film = written(FILM)
    files = [
        ("classes.zip", [archive({f"NORMAL/{MARKER}.dcm": film, f"EFFUSION/{MARKER}.dcm": PLAIN})]),
        (f"NODULE/{MARKER}", [film[:1000], memoryview(film)[1000:]]),
    ]
    kept = stored(jobs, policy(name).upload(files))
    assert sorted(Path(path).parent.name for path in kept) == ["EFFUSION", "NODULE", "NORMAL"]
    assert all(markers_in(data) == [] for data in kept.values())
    assert MARKER not in str(list(kept))
    everything = [path for path in jobs.rglob("*") if path.is_file()]
    assert not any(markers_in(path.read_bytes()) or MARKER in str(path) for path in everything)
    for path, data in kept.items():
        if "EFFUSION" not in path:
            assert (read_image(data).values[INK] == FILM.pixel_array.min()).all()


def test_an_archive_alone_keeps_its_paths_and_images_of_one_name_stay_apart(policy, jobs):
    other = image_bytes(np.zeros((40, 40), np.uint16))
    kept = stored(
        jobs, policy("mask").upload([("a.zip", [archive({"X/1.dcm": PLAIN, "X/1": other, "Y/1.dcm": other})])])
    )
    assert sorted(Path(path).parts[0] for path in kept) == ["X", "X", "Y"]
    assert len(kept) == 3


def test_models_and_scores_are_stored_as_they_are(policy, jobs):
    for kind in ("model", "scores"):
        assert stored(jobs, policy("mask").upload([(f"{kind}.bin", [b"PK\x03\x04 as it is"])], kind)) == {
            f"{kind}.bin": b"PK\x03\x04 as it is"
        }


TABLE = ("labels.csv", f"path,label\n{MARKER},NORMAL\n".encode())


@pytest.mark.parametrize(
    ("files", "rule"),
    [
        ([("X/1.dcm", PLAIN), TABLE], "no-image-in-upload"),
        ([("a.zip", archive({"X/1.dcm": PLAIN, TABLE[0]: TABLE[1]}))], "no-image-in-upload"),
        ([("a.zip", archive({"inner.zip": archive({"X/1.dcm": PLAIN})}))], "no-image-in-upload"),
        ([("a.zip", b"PK\x03\x04" + MARKER.encode())], "unreadable-archive"),
        ([("X/1.dcm", PLAIN[:-200])], "truncated"),
    ],
    ids=["table", "table in archive", "archive in archive", "broken archive", "broken image"],
)
def test_what_is_no_image_is_refused_whole_and_nothing_of_it_is_left(policy, jobs, files, rule):
    with pytest.raises(Refused) as refused:
        policy("mask").upload([(name, [data]) for name, data in files])
    assert refused.value.rule == rule
    assert MARKER not in refused.value.reason
    assert list((jobs / UPLOADS).iterdir()) == []


def test_an_image_that_the_policy_does_not_let_pass_is_told_by_its_number(policy):
    pixels, _ = name_burned_in((96, 240))
    with pytest.raises(Refused, match="File 2 of the upload cannot be taken"):
        policy("refuse").upload([("X/1.dcm", [PLAIN]), ("X/2.dcm", [image_bytes(pixels)])])


def test_an_upload_beyond_the_limit_is_refused_before_it_is_read(policy, monkeypatch, jobs):
    monkeypatch.setenv("MEDDX_MAX_UPLOAD_BYTES", "2000")
    for files in ([("a.zip", archive({"X/1.dcm": bytes(5000)}))], [("X/1.dcm", bytes(5000))]):
        with pytest.raises(Refused) as refused:
            policy("mask").upload([(name, [data]) for name, data in files])
        assert refused.value.rule == "too-large-upload"
