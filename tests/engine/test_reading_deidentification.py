"""De-identification of what readers add, through a worker of its own, and what of an upload lies on the disk."""

import csv
import io
import threading
from contextlib import contextmanager

import numpy as np
import pytest
import uvicorn

from meddx.engine.client import EngineClient
from meddx.engine.http_app import application
from meddx.engine.job_store import UPLOADS
from meddx.engine.reading_deidentification import ReadingDeidentifier
from meddx.engine.service import Service
from meddx.engine.uploads import unpacked_upload
from meddx.errors import Refused
from meddx.evaluate.sets.inspection import inspect_set
from meddx.evaluate.sets.open_set import open_set
from meddx.imaging.dataset import read_elements
from meddx.imaging.deidentification import on_reading
from meddx.imaging.read_image import read_image
from meddx.model.record_fields import NumberField
from meddx.types import no_progress
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


def rows_of(kept):
    """The rows of the table of an upload, and the files that they name."""
    [table] = [path for path in kept if path.endswith(".csv")]
    rows = list(csv.DictReader(io.StringIO(kept[table].decode())))
    return rows, [path for path in kept if path != table]


@pytest.mark.parametrize("name", ["mask", "ask"])
def test_no_marker_of_an_upload_reaches_the_disk_and_classes_stay(policy, jobs, name):
    film = written(FILM)
    files = [
        (
            f"{MARKER}.zip",
            [archive({f"set/NORMAL/{MARKER}/{MARKER}.dcm": film, f"set/EFFUSION/{MARKER}.dcm": PLAIN})],
        ),
        (f"{MARKER}/set/NODULE/{MARKER}", [film[:1000], memoryview(film)[1000:]]),
    ]
    kept = stored(jobs, policy(name).upload(files))
    rows, images = rows_of(kept)
    assert sorted(row["label"] for row in rows) == ["EFFUSION", "NODULE", "NORMAL"]
    assert {row["path"] for row in rows} == {path.rpartition(".")[0] for path in images}
    assert all(markers_in(data) == [] for data in kept.values())
    everything = [path for path in jobs.rglob("*") if path.is_file()]
    assert not any(markers_in(path.read_bytes()) or MARKER in str(path) for path in everything)
    for row in rows:
        if row["label"] != "EFFUSION":
            assert (read_image(kept[f"{row['path']}.dcm"]).values[INK] == FILM.pixel_array.min()).all()


def test_images_that_differ_in_their_ending_alone_are_told_apart_by_nothing_and_refused(policy):
    with pytest.raises(Refused, match="File 2 of the upload differs from another one of its folder in its ending"):
        policy("mask").upload([("a.zip", [archive({"X/1.dcm": PLAIN, "X/1": PLAIN})])])


TABLE_ROWS = (
    "Image,Diagnosis,Patient,Split,sex,age,view,note,ward,ill_box",
    f"deep/{MARKER}.dcm,NORMAL,{MARKER},train,F,95,PA,{MARKER} coughs,{MARKER},0.1 0.2 0.5 0.75",
    f"{MARKER}2,EFFUSION,{MARKER},test,,unknown,{MARKER},,x,",
)
TABLE = "\n".join(TABLE_ROWS).encode()
LISTED = {f"{MARKER}/deep/{MARKER}.dcm": PLAIN, f"{MARKER}/other/{MARKER}2.png": PLAIN, f"{MARKER}/t.csv": TABLE}


@pytest.mark.parametrize("characteristics", ["remove", "keep"])
def test_of_a_table_images_labels_and_patients_stay_under_pseudonyms(policy, jobs, monkeypatch, characteristics):
    monkeypatch.setenv("MEDDX_DEIDENTIFY_CHARACTERISTICS", characteristics)
    files = {**LISTED, f"{MARKER}/read me.txt": MARKER.encode()}
    kept = stored(jobs, policy("mask").upload([(f"{MARKER}.zip", [archive(files)])]))
    rows, images = rows_of(kept)
    assert len(images) == 2
    assert all(markers_in(data) == [] and MARKER not in path for path, data in kept.items())
    described = {"sex": ["F", ""], "age": ["90", ""]} if characteristics == "keep" else {}
    expected = {
        "Diagnosis": ["NORMAL", "EFFUSION"], "Split": ["other", "test"], "view": ["PA", ""],
        "ill_box": ["0.1 0.2 0.5 0.75", ""], **described,
    }  # fmt: skip
    assert {name: [row[name] for row in rows] for name in rows[0] if name not in ("Image", "Patient")} == expected
    assert [f"{row['Image']}.dcm" in images for row in rows] == [True, True]
    assert rows[0]["Patient"] == rows[1]["Patient"] == read_elements(kept[images[0]])[0].PatientID


def test_a_de_identified_table_is_read_as_the_original_is(policy, jobs, tmp_path):
    whole = {"a/1.dcm": "ill", "a/2.dcm": "well", "b/1.dcm": "ill"}
    objects = {name: f"1.2.3.4.{number}" for number, name in enumerate(whole)}
    films = {name: image_bytes(np.full((9, 9), n + 1, np.uint16), SOPInstanceUID=objects[name])
             for n, name in enumerate(whole)}  # fmt: skip
    tables = {
        "paths": "path,label\n" + "".join(f"{name},{label}\n" for name, label in whole.items()),
        "objects": "SOPInstanceUID,ill,well\n"
        + "".join(f"{objects[name]},{int(label == 'ill')},{int(label == 'well')}\n" for name, label in whole.items()),
    }
    for kind, table in tables.items():
        token = policy("mask").upload([("x.zip", [archive({**films, "x.csv": table.encode()})])])
        with unpacked_upload(token, no_progress) as folder:
            found = open_set(inspect_set(folder).path, ("ill", "well"))
            values = [(int(case.image().values[0, 0]), case.labels[0]) for case in found.cases]
        assert values == [(1, "ill"), (2, "well"), (3, "ill")], kind


def test_fields_of_records_stay_only_where_a_model_takes_the_value(policy, jobs, monkeypatch):
    monkeypatch.setenv("MEDDX_DEIDENTIFY_CHARACTERISTICS", "keep")
    fields = (NumberField(kind="number", name="fever", title="Fever", low=35, high=42),)
    table = f"path,label,FEVER,{MARKER}\n1,a,38.5,{MARKER}\n2,b,{MARKER},1\n".encode()
    deidentifier = ReadingDeidentifier()
    policy("mask")
    kept = dict(deidentifier.upload([("1.dcm", [PLAIN]), ("2.dcm", [PLAIN]), ("t.csv", [table])], fields))
    deidentifier.close()
    [rows] = [list(csv.DictReader(io.StringIO(data.decode()))) for name, [data] in kept.items() if "csv" in name]
    assert [row["FEVER"] for row in rows] == ["38.5", ""]
    assert set(rows[0]) == {"path", "label", "FEVER"}


def test_models_and_scores_are_stored_as_they_are(policy, jobs):
    for kind in ("model", "scores"):
        assert stored(jobs, policy("mask").upload([(f"{kind}.bin", [b"PK\x03\x04 as it is"])], kind)) == {
            f"{kind}.bin": b"PK\x03\x04 as it is"
        }


@pytest.mark.parametrize(
    ("files", "rule"),
    [
        ([("X/1.dcm", PLAIN), ("t.csv", TABLE), ("u.csv", TABLE)], "several-tables"),
        ([("1.dcm", PLAIN), ("t.csv", f"path,label,frame\n1,a,{MARKER}\n".encode())], "unknown-value"),
        ([("1.dcm", PLAIN), ("t.csv", f"path,label\n1,a,{MARKER}\n".encode())], "uneven-row"),
        ([("X/1.dcm", PLAIN), (f"{MARKER}.doc", MARKER.encode())], "no-image-in-upload"),
        ([("a.zip", archive({"inner.zip": archive({"X/1.dcm": PLAIN})}))], "no-image-in-upload"),
        ([("a.zip", b"PK\x03\x04" + MARKER.encode())], "unreadable-archive"),
        ([("X/1.dcm", PLAIN[:-200])], "truncated"),
    ],
    ids=["tables", "cell", "row", "document", "archive in archive", "broken archive", "broken image"],
)
def test_what_is_no_image_is_refused_whole_and_nothing_of_it_is_left(policy, jobs, files, rule):
    with pytest.raises(Refused) as refused:
        policy("mask").upload([(name, [data]) for name, data in files])
    assert refused.value.rule == rule
    assert MARKER not in refused.value.reason
    assert list((jobs / UPLOADS).iterdir()) == []


def numpy_set():
    """A labelled set as NumPy archive, as numpy writes it."""
    file = io.BytesIO()
    images = np.zeros((2, 28, 28), np.uint8)
    np.savez(file, test_images=images, test_labels=np.array([[0], [1]]), **{MARKER: images})
    return file.getvalue()


@pytest.mark.parametrize(
    "files",
    [
        [(f"{MARKER}.npz", numpy_set())],
        [("set.zip", archive({f"{MARKER}/set.npz": numpy_set()}))],
        [("named_as_another.zip", numpy_set())],
        [("set/images.npy", b"\x93NUMPY" + bytes(100)), ("set/labels.csv", TABLE)],
        [("X/1.dcm", PLAIN), ("X/2.npz", numpy_set())],
    ],
    ids=["alone", "in an archive", "by another name", "one array", "beside images"],
)
def test_a_numpy_archive_is_refused_in_words_that_say_what_to_give_instead(policy, jobs, files):
    for setting in ("mask", "refuse", "ask"):
        with pytest.raises(Refused) as refused:
            policy(setting).upload([(name, [data]) for name, data in files])
        assert refused.value.rule == "numpy-in-upload"
        assert "NumPy archive" in refused.value.reason
        assert "PNG, in a folder for each class or with a CSV file" in refused.value.reason
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
