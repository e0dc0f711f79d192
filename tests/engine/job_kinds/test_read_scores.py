"""A file of scores, read by a job of the engine."""

import io

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from meddx.engine.contract import READ_SCORES
from meddx.engine.job_store import UPLOADS, JobStore
from meddx.engine.serialization import deserialize, serialize
from meddx.engine.service import Service
from meddx.evaluate.external_predictions import UnreadScores
from meddx.imaging.deidentification import on_reading
from meddx.imaging.deidentification.pseudonyms import Pseudonyms
from meddx.types import Refusal
from tests.engine.test_job_runner import until

HEAD, ROWS = ("case", "label", "ill", "well", "site", "reader:One"), (
    ("a", "ill", 0.9, 0.1, "x", "well"), ("b", "well", 0.2, 0.8, "y", "well"), ("c", "ill", 0.7, 0.3, "x", None),
)  # fmt: skip


def csv():
    return "\n".join(",".join("" if cell is None else str(cell) for cell in row) for row in (HEAD, *ROWS)).encode()


def parquet():
    file = io.BytesIO()
    pq.write_table(pa.table({name: [row[at] for row in ROWS] for at, name in enumerate(HEAD)}), file)
    return file.getvalue()


def xlsx():
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in (HEAD, *ROWS):
        book.active.append(row)
    book.save(file)
    return file.getvalue()


@pytest.fixture
def service(tmp_path, monkeypatch):
    monkeypatch.setenv("MEDDX_JOBS", str(tmp_path / "jobs"))
    made = Service(tmp_path / "no models")
    yield made
    made.close()


def read(service, data, **arguments):
    id = service.start(READ_SCORES, {"upload": service.upload([("scores", [data])])} | arguments)
    until(lambda: service.job(id).ended)
    assert list((JobStore().directory / UPLOADS).iterdir()) == [], "nothing of the file is left"
    return service.job(id)


@pytest.mark.parametrize("make", [csv, parquet, xlsx])
def test_every_kind_of_table_is_read_and_crosses_the_seam_whole(service, make):
    status = read(service, make())
    assert status.state == "done", status.message
    before, after = status.result, deserialize(serialize(status)).result
    assert after.predictions.probabilities[:, 0].tolist() == pytest.approx([0.9, 0.2, 0.7])
    assert after.predictions.attributes == {"site": ("x", "y", "x")}
    assert after.readers == {"One": ("well", "well", None)}
    assert after.predictions.digest == before.predictions.digest
    assert (after.thresholds, after.exclusive, after.notes) == (before.thresholds, before.exclusive, before.notes)
    assert isinstance(after.predictions.probabilities, np.ndarray)


@pytest.mark.parametrize("data", [b"", b"PAR1 and no more", b"PK\3\4 and no more", b"no table at all"])
def test_a_file_that_is_no_table_of_scores_is_refused(service, data):
    status = read(service, data)
    assert status.state == "failed"
    assert isinstance(status.result, Refusal)


def test_a_table_of_unknown_columns_names_them_and_is_read_by_those_that_the_reader_chooses(service):
    data = b"which,verdict,one,two\na,ill,0.9,0.4\nb,well,0.2,0.6\nc,ill,0.7,0.1\n"
    unread = deserialize(serialize(read(service, data).result))
    assert isinstance(unread, UnreadScores)
    assert unread.refusal.rule == "missing-column"
    assert unread.columns == ("which", "verdict", "one", "two")
    status = read(service, data, columns={"case": "which", "label": "verdict", "score": "two", "positive": "ill"})
    assert status.state == "done", status.message
    assert status.result.predictions.probabilities[:, 0].tolist() == pytest.approx([0.4, 0.6, 0.1])


NAMED = b"""case,patient,label,ill,well,sex,age,view,ward
ward/ZEBEDEE.dcm,ZEBEDEE,ill,0.9,0.1,F,95,pa,ZEBEDEE
1.2.3.4.5,ZEBEDEE,well,0.2,0.8,M,40,ZEBEDEE,x
same.png,ROE,ill,0.7,0.3,,,,x
same.dcm,ROE,ill,0.6,0.4,,,,x
"""


@pytest.mark.parametrize("characteristics", ["remove", "keep"])
def test_where_the_server_de_identifies_scores_name_cases_as_images_are_named(service, monkeypatch, characteristics):
    monkeypatch.setenv("MEDDX_DEIDENTIFY", "mask")
    monkeypatch.setenv("MEDDX_DEIDENTIFY_CHARACTERISTICS", characteristics)
    monkeypatch.setenv(on_reading._KEY_VARIABLE, "11" * 32)
    pseudonyms = Pseudonyms(bytes.fromhex("11" * 32))
    id = service.start(READ_SCORES, {"upload": service.upload([("scores", [NAMED])], "scores")})
    until(lambda: service.job(id).ended)
    found = service.job(id).result
    film = f"{pseudonyms.name('ward')}/{pseudonyms.name('ZEBEDEE')}"
    assert found.predictions.cases[:2] == (film, pseudonyms.uid("1.2.3.4.5"))
    assert len(set(found.predictions.cases)) == 4, "what differs in its ending alone is two cases"
    patient = pseudonyms.patient("ZEBEDEE")
    assert found.predictions.groups == (patient, patient, *[pseudonyms.patient("ROE")] * 2)
    described = {"sex": ("F", "M", None, None), "age": ("90", "40", None, None)} if characteristics == "keep" else {}
    assert found.predictions.attributes == {**described, "view": ("PA", None, None, None)}
    assert "ZEBEDEE" not in str(found)
