"""`meddx pacs` against Orthanc: search, get, send, echo."""

import json
from io import BytesIO

import pydicom
import pytest
from pydicom.uid import RLELossless

from meddx import cli
from meddx.audit.record import audit_log
from tests.engine.answers import images
from tests.network.orthanc import PASSWORD, orthanc, pacs_toml
from tests.network.test_pacs import PATIENT, WAYS

pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed <s:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:Exception ignored in. <s:pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def peer(tmp_path_factory):
    with orthanc(tmp_path_factory.mktemp("orthanc")) as peer:
        for film in images(2, **PATIENT):
            peer.add(film)
        peer.add(images(1, **PATIENT | {"SeriesInstanceUID": "1.2.3.2"})[0])  # the same number as the other series
        yield peer


@pytest.fixture
def pacs(peer, tmp_path, monkeypatch, capsys):
    """Run the command; its exit code and what it printed."""
    monkeypatch.setenv("ORTHANC_PASSWORD", PASSWORD)
    monkeypatch.setenv("MEDDX_AUDIT", str(tmp_path / "audit.jsonl"))
    monkeypatch.setenv("MEDDX_PACS", str(tmp_path / "pacs.toml"))
    (tmp_path / "pacs.toml").write_text(pacs_toml(peer))

    def run(*options):
        capsys.readouterr()
        code = cli.main(["pacs", *map(str, options)])
        return code, capsys.readouterr()

    return run


@pytest.mark.parametrize("way", WAYS)
def test_a_study_is_found_and_fetched(pacs, way, tmp_path):
    code, said = pacs("search", "--patient", "Q7", "--modality", "dx", "--since", "2026-11-01", "--pacs", way, "--json")
    [study] = json.loads(said.out)["studies"]
    assert (code, study["uid"], study["name"]) == (0, "1.2.3", "Müller Zoë")
    code, said = pacs("get", study["uid"], "-o", tmp_path / "out", "--pacs", way)
    paths = sorted((tmp_path / "out").iterdir())
    assert (code, said.out.split()) == (0, [str(path) for path in paths])
    assert len({pydicom.dcmread(path).SOPInstanceUID for path in paths}) == 3
    assert {path.stat().st_mode & 0o777 for path in paths} == {0o600}
    assert pacs("get", study["uid"], "-o", tmp_path / "out", "--pacs", way)[0] == 2, "the folder is not empty"
    told = [(one.event, one.subject, one.detail) for one in audit_log().entries()]
    assert told == [
        ("pacs-search", way, "patient id, begin, modality: 1 studies"),
        ("pacs-open", way, "3 images"),
    ]


def test_nothing_found_is_an_empty_list(pacs):
    assert pacs("search", "--patient", "Q8", "--pacs", "archive")[0] == 0
    assert pacs("search", "--accession", "A7", "--pacs", "archive")[1].out.startswith("1.2.3\t2026-11-02\tDX\tQ7\t")


@pytest.mark.parametrize("way", WAYS)
def test_files_are_stored_compressed_ones_as_they_are_and_others_are_named(pacs, way, tmp_path, peer):
    plain, packed, other = tmp_path / "plain.dcm", tmp_path / "packed.dcm", tmp_path / "other.dcm"
    first, second = images(2, **PATIENT | {"StudyInstanceUID": f"1.2.4.{len(way)}"})
    plain.write_bytes(first)
    film = pydicom.dcmread(BytesIO(second))
    film.compress(RLELossless, generate_instance_uid=False)
    film.save_as(packed)
    other.write_bytes(b"no film")
    code, said = pacs("send", plain, packed, other, "--pacs", way, "--json")
    assert (code, json.loads(said.out)) == (
        1, {"pacs": way, "stored": 2, "left_out": {str(other): "no DICOM file"}},
    )  # fmt: skip
    held = [pydicom.dcmread(BytesIO(peer.file(id))) for id in peer.instances()]
    stored = {one.SOPInstanceUID: one.file_meta.TransferSyntaxUID for one in held}
    assert stored[film.SOPInstanceUID] == RLELossless
    assert pydicom.dcmread(plain).SOPInstanceUID in stored


def test_a_command_that_is_wrong_exits_with_2_and_says_why(pacs, tmp_path, monkeypatch):
    assert "choose one with --pacs, archive, old-archive, by-move" in pacs("echo")[1].err
    assert "takes nothing from here" in pacs("send", tmp_path / "pacs.toml", "--pacs", "by-move")[1].err
    assert "too wide" in pacs("search", "--pacs", "archive")[1].err
    assert pacs("echo", "--pacs", "archive")[1].out == "archive answers\n"
    assert pacs("echo", "--pacs", "none")[0] == 2
    monkeypatch.delenv("MEDDX_PACS")
    assert "set MEDDX_PACS" in pacs("echo")[1].err
