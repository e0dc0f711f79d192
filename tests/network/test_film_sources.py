"""Films named by URL: objects of a store by fsspec, and instances of a PACS by DICOMweb (Debian's Orthanc)."""

import json

import pytest

from meddx import cli
from meddx.audit.record import audit_log
from meddx.errors import MeddxError, Refused
from meddx.evaluate.sets.labelled_set import UNREADABLE_FILE
from meddx.network.film_sources import remote_file, remote_files
from tests.engine.answers import images
from tests.network.orthanc import PASSWORD, orthanc, pacs_toml
from tests.network.peers import free_port

pytestmark = pytest.mark.filterwarnings("ignore:unclosed <s:ResourceWarning")
STUDY, SERIES = "1.2.3", "1.2.3.1"
PATIENT = {"PatientName": "Doe^Jane", "PatientID": "Q7", "StudyInstanceUID": STUDY}
FILMS = 3


@pytest.fixture(autouse=True)
def _models(untrained_models, monkeypatch):
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))


@pytest.fixture
def folder(tmp_path):
    """A set of two classes on disk, and nothing where Python puts temporary files."""
    for number, data in enumerate(images(4)):
        path = tmp_path / "set" / ("NORMAL", "NODULE")[number % 2] / f"{number}.dcm"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (tmp_path / "set" / "NORMAL" / ".hidden.dcm").write_bytes(b"")
    (tmp_path / "set" / "NODULE" / "broken.png").write_bytes(b"no image")
    return tmp_path / "set"


@pytest.fixture
def url(folder):
    """The same set as a store."""
    pytest.importorskip("fsspec", reason="fsspec is not installed (requirements-stores.txt)")
    return f"file://{folder}"


def test_objects_are_listed_read_and_known_again(folder, url):
    below = remote_files(url)
    assert list(below) == ["NODULE/1.dcm", "NODULE/3.dcm", "NODULE/broken.png", "NORMAL/0.dcm", "NORMAL/2.dcm"]
    film = below["NORMAL/0.dcm"]
    assert film == remote_file(f"{url}/NORMAL/0.dcm")
    assert film.read() == (folder / "NORMAL" / "0.dcm").read_bytes()
    assert remote_file(f"FILE://{folder}/NORMAL/0.dcm").read() == film.read(), "case means nothing in a scheme"
    before = film.state()
    assert film.state() == before
    (folder / "NORMAL" / "0.dcm").write_bytes(b"another film")
    assert film.state() != before


def test_an_object_that_is_not_there_is_refused_and_others_go_on(url):
    for ask in ("read", "state"):
        with pytest.raises(Refused, match="no such object") as refused:
            getattr(remote_file(f"{url}/absent.dcm"), ask)()
        assert refused.value.rule == UNREADABLE_FILE


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/film.dcm",
        "simplecache::s3://bucket/film.dcm",
        "s3://key:open-sesame@bucket/film.dcm",
        "s3://bucket/film.dcm?X-Amz-Signature=open-sesame",
        "s3://",
        "s3:///film.dcm",
        "dicomweb://archive/patients/7",
        f"dicomweb://archive/studies/{STUDY}",
    ],
)
def test_what_is_no_url_of_a_film_is_refused_without_its_secret(url):
    with pytest.raises(Refused) as refused:
        remote_file(url)
    assert refused.value.rule == "film-url"
    assert "sesame" not in str(refused.value)


def evaluated(tmp_path, data, *options):
    """The rows and the exit code of `meddx evaluate`."""
    table = tmp_path / "cases.csv"
    code = cli.main(["evaluate", "--model", "untrained", "--data", str(data), "--csv", str(table), "--json", *options])
    return code, table.read_text() if code != 2 else ""


def test_a_set_in_a_store_gives_the_numbers_of_the_same_set_on_disk(tmp_path, folder, url):
    here = evaluated(tmp_path, folder)
    assert here[0] == 1, "one file is no image"
    assert evaluated(tmp_path, url) == here
    assert evaluated(tmp_path, url, "--keep", str(tmp_path / "kept"))[1] == here[1]


def test_rows_of_a_table_name_objects_by_path_name_or_url(tmp_path, folder, url):
    rows = ["image,label", "NORMAL/0.dcm,NORMAL", "1,NODULE", "NORMAL/2.dcm,NORMAL", "NODULE/3.dcm,NODULE"]
    (folder / "labels.csv").write_text("\n".join(rows))
    here = evaluated(tmp_path, folder)
    assert here[0] == 0
    assert evaluated(tmp_path, url) == here
    assert evaluated(tmp_path, f"{url}/labels.csv") == here
    names = ["NORMAL/0.dcm,NORMAL", "NODULE/1.dcm,NODULE", "NORMAL/2.dcm,NORMAL", "NODULE/3.dcm,NODULE"]
    table = tmp_path / "urls.csv"
    table.write_text("\n".join(["image,label", *(f"{url}/{name}" for name in names)]))
    code, cases = evaluated(tmp_path, table)
    assert code == 0
    assert [line.split(",")[2:] for line in cases.splitlines()] == [
        line.split(",")[2:] for line in here[1].splitlines()
    ]


@pytest.fixture(scope="module")
def peer(tmp_path_factory):
    """Orthanc with a study of two series, one of them without images for a model."""
    with orthanc(tmp_path_factory.mktemp("orthanc")) as peer:
        for film in images(FILMS, **PATIENT, SeriesInstanceUID=SERIES):
            peer.add(film)
        peer.add(images(1, modality="SR", **PATIENT, SeriesInstanceUID="1.2.3.2")[0])
        yield peer


@pytest.fixture
def archive(peer, tmp_path, monkeypatch):
    """The address of the study; MEDDX_PACS names the PACS."""
    monkeypatch.setenv("ORTHANC_PASSWORD", PASSWORD)
    monkeypatch.setenv("MEDDX_AUDIT", str(tmp_path / "audit.jsonl"))
    monkeypatch.setenv("MEDDX_PACS", str(tmp_path / "pacs.toml"))
    (tmp_path / "pacs.toml").write_text(pacs_toml(peer))
    return f"dicomweb://archive/studies/{STUDY}"


def predicted(capsys, *arguments):
    capsys.readouterr()
    code = cli.main(["predict", *map(str, arguments), "--model", "untrained", "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_films_of_a_pacs_are_answered_as_the_same_files(archive, tmp_path, capsys):
    films = remote_files(archive)
    assert len(films) == FILMS, "the other series holds no images"
    assert list(remote_files(f"{archive}/series/{SERIES}").values()) == list(films.values())
    paths = [tmp_path / f"{film.stem}.dcm" for film in films.values()]
    for path, film in zip(paths, films.values(), strict=True):
        path.write_bytes(film.read())
    here = predicted(capsys, *paths)
    missing = f"{archive}/series/{SERIES}/instances/1.2.999"
    (tmp_path / "films.txt").write_text("\n".join([*(film.url for film in films.values()), missing, ""]))
    code, there = predicted(capsys, "--list", tmp_path / "films.txt")
    assert code == 1
    assert [one["refused"] and one["refused"]["rule"] for one in there] == [*[None] * FILMS, UNREADABLE_FILE]
    for one, other in zip(there[:FILMS], here[1], strict=True):
        assert one["probabilities"] == pytest.approx(other["probabilities"], abs=1e-5)
        assert {**one, "source": "", "probabilities": {}} == {**other, "source": "", "probabilities": {}}
    assert [one["source"] for one in predicted(capsys, archive)[1]] == [film.url for film in films.values()]
    told = [(one.event, one.subject, one.detail) for one in audit_log().entries()]
    assert told[0] == ("pacs-open", "archive", f"{FILMS + 1} images")


def test_an_archive_that_does_not_answer_ends_the_work_and_blames_no_film(archive, tmp_path, monkeypatch, capsys):
    film = next(iter(remote_files(archive).values())).url
    monkeypatch.setenv("ORTHANC_PASSWORD", "wrong")
    (tmp_path / "other.toml").write_text((tmp_path / "pacs.toml").read_text())
    monkeypatch.setenv("MEDDX_PACS", str(tmp_path / "other.toml"))
    with pytest.raises(MeddxError, match="refuses the sign-in") as failed:
        remote_file(film).read()
    assert not isinstance(failed.value, Refused)
    assert cli.main(["predict", film, "--model", "untrained", "--keep", str(tmp_path / "kept")]) == 2
    assert "refuses the sign-in" in capsys.readouterr().err
    assert not (tmp_path / "kept" / "answers.jsonl").exists()


def test_a_pacs_that_is_gone_is_asked_again_and_then_said(tmp_path, monkeypatch):
    port = free_port()
    (tmp_path / "pacs.toml").write_text(f'[[dicomweb]]\nname = "gone"\nurl = "http://127.0.0.1:{port}/dicom-web"\n')
    monkeypatch.setenv("MEDDX_PACS", str(tmp_path / "pacs.toml"))
    with pytest.raises(MeddxError, match="cannot be reached") as failed:
        remote_file(f"dicomweb://gone/studies/{STUDY}/series/{SERIES}/instances/1.2").read()
    assert not isinstance(failed.value, Refused)
