import json
import zipfile
from io import BytesIO

import numpy as np
import PIL.Image
import pydicom
import pytest

from meddx import cli
from tests.imaging.deidentification.marked_film import MARKER, marked_film, marked_raster, markers_in, name_burned_in
from tests.imaging.images import dataset, image_bytes, written

PIXELS = np.arange(48 * 40, dtype=np.uint16).reshape(48, 40)


def copies(out):
    return sorted(path for path in out.rglob("*") if path.is_file())


def no_marker_in(out):
    """Neither in the bytes of any file, nor in a name."""
    return not any(
        MARKER in str(path.relative_to(out)) or markers_in(path.read_bytes())
        for path in out.rglob("*")
        if path.is_file()
    )


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    """A folder as a hospital hands it over, markers everywhere; files that cannot be copied among the others."""
    folder = tmp_path_factory.mktemp("in")
    patient = folder / f"{MARKER} JOHN"
    patient.mkdir()
    film = written(marked_film()[0])
    (patient / f"{MARKER}.dcm").write_bytes(film)
    (patient / "no ending").write_bytes(image_bytes(PIXELS, PatientID="7", StudyDate="20200131"))
    (patient / "photo.png").write_bytes(marked_raster("PNG"))
    (patient / "photo.jpg").write_bytes(marked_raster("JPEG"))
    (patient / "DICOMDIR").write_bytes(film)
    (patient / "letter.txt").write_text(MARKER)
    (patient / "cut.dcm").write_bytes(film[:-5000])
    (patient / ".hidden").write_text(MARKER)
    (patient / "link.dcm").symlink_to(patient / "no ending")
    with zipfile.ZipFile(folder / f"{MARKER}.zip", "w") as archive:
        archive.writestr(f"{MARKER}/1.dcm", image_bytes(PIXELS, PatientID="7", StudyDate="20200203"))
        archive.writestr("inner.zip", b"PK\x03\x04")
        archive.comment = MARKER.encode()
    (folder / "broken.zip").write_bytes(b"PK\x03\x04" + MARKER.encode())
    return folder


@pytest.fixture(scope="module")
def copied(mixed, tmp_path_factory):
    """What the command wrote and said of the mixed folder."""
    base = tmp_path_factory.mktemp("copied")
    out, key = base / "out", base / "key"
    with pytest.MonkeyPatch.context() as patch:
        said = []
        patch.setattr("builtins.print", lambda *words, **_: said.append(" ".join(map(str, words))))
        code = cli.main(["deid", str(mixed), str(out), "--json", "--key-file", str(key), "--dates", "shift"])
    return code, out, key, json.loads("".join(said))


def test_no_marker_is_left_in_names_or_bytes(copied):
    _, out, _, _ = copied
    assert len(copies(out)) == 5
    assert no_marker_in(out)


def test_files_that_are_no_image_are_named_and_the_rest_is_copied(copied):
    code, _, _, said = copied
    assert code == 1
    assert said["n_copied"] == 5
    rules = {one["source"].rsplit("/", 1)[-1]: one["rule"] for one in said["refused"]}
    assert rules == {
        "letter.txt": "not-an-image",
        "cut.dcm": "truncated",
        "link.dcm": "no-regular-file",
        "inner.zip": "nested-archive",
        "broken.zip": "unreadable-archive",
    }
    assert [one["rule"] for one in said["left_out"]] == ["dicomdir"]


def test_the_report_counts_by_attribute_and_tells_no_value(copied):
    _, out, _, said = copied
    assert said["attributes"]["PatientID"] == {"replaced": 3}
    assert said["attributes"]["private attributes"]["removed"] >= 9
    told = json.dumps({**said, "refused": [], "left_out": []})
    assert MARKER not in told
    assert sorted(one["path"] for one in said["copies"]) == [str(path.relative_to(out)) for path in copies(out)]
    assert sum(bool(one["masked"]) for one in said["copies"]) == 1


def test_one_patient_is_one_pseudonym_and_intervals_stay(copied):
    _, out, _, _ = copied
    films = [pydicom.dcmread(path) for path in copies(out) if path.suffix == ".dcm"]
    by_patient = {}
    for film in films:
        by_patient.setdefault(film.PatientID, []).append(film)
    assert sorted(map(len, by_patient.values())) == [1, 2]
    first, second = sorted(str(film.StudyDate) for film in max(by_patient.values(), key=len))
    assert (
        np.datetime64(f"{second[:4]}-{second[4:6]}-{second[6:]}")
        - np.datetime64(f"{first[:4]}-{first[4:6]}-{first[6:]}")
        == 3
    )
    assert first < "20200131"


def test_the_key_is_for_its_owner_and_gives_the_same_copies_again(copied, mixed, tmp_path):
    _, out, key, _ = copied
    assert key.stat().st_mode & 0o077 == 0
    again = tmp_path / "again"
    cli.main(["deid", str(mixed), str(again), "--key-file", str(key), "--dates", "shift"])
    assert {path.relative_to(out): path.read_bytes() for path in copies(out)} == {
        path.relative_to(again): path.read_bytes() for path in copies(again)
    }


def test_without_a_key_two_runs_share_no_pseudonym(tmp_path, capsys):
    (tmp_path / "a.dcm").write_bytes(image_bytes(PIXELS))
    for name in ("one", "two"):
        assert cli.main(["deid", str(tmp_path / "a.dcm"), str(tmp_path / name)]) == 0
    (one,), (two,) = copies(tmp_path / "one"), copies(tmp_path / "two")
    assert one.name != two.name
    assert pydicom.dcmread(one).SOPInstanceUID != pydicom.dcmread(two).SOPInstanceUID
    assert "--key-file" in capsys.readouterr().out


def test_a_dry_run_writes_nothing(tmp_path, capsys):
    (tmp_path / "a.dcm").write_bytes(image_bytes(name_burned_in((96, 240))[0]))
    options = ["--dry-run", "--json", "--key-file", str(tmp_path / "key")]
    assert cli.main(["deid", str(tmp_path / "a.dcm"), str(tmp_path / "out"), *options]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [path.name for path in tmp_path.iterdir()] == ["a.dcm"]
    assert said["same_pseudonyms_in_other_runs"] is False
    assert said["written"] is False
    assert len(said["copies"][0]["masked"]) == 1


def test_nothing_is_overwritten(tmp_path, capsys):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.dcm").write_bytes(image_bytes(PIXELS))
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    assert cli.main(["deid", str(tmp_path / "in"), str(tmp_path / "out")]) == 2
    assert [path.name for path in copies(tmp_path / "out")] == ["mine.txt"]
    assert cli.main(["deid", str(tmp_path / "in"), str(tmp_path / "in" / "out")]) == 2
    assert cli.main(["deid", str(tmp_path / "missing"), str(tmp_path / "new")]) == 2
    key = ["--key-file", str(tmp_path / "new" / "key")]
    assert cli.main(["deid", str(tmp_path / "in"), str(tmp_path / "new"), *key]) == 2
    assert not (tmp_path / "new").exists()
    said = capsys.readouterr().err
    assert all(
        words in said for words in ("OUT already holds something", "OUT lies in IN", "no file or folder", "key file")
    )


def test_a_short_key_is_refused(tmp_path, capsys):
    (tmp_path / "a.dcm").write_bytes(image_bytes(PIXELS))
    (tmp_path / "key").write_bytes(b"secret")
    assert cli.main(["deid", str(tmp_path / "a.dcm"), str(tmp_path / "out"), "--key-file", str(tmp_path / "key")]) == 2
    assert "6 bytes" in capsys.readouterr().err


def test_an_archive_alone_is_read(tmp_path, capsys):
    file = BytesIO()
    PIL.Image.fromarray(np.zeros((40, 40), np.uint8)).save(file, "PNG")
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x/1.png", file.getvalue())
        archive.writestr("x/2.dcm", written(dataset(PIXELS)))
    assert cli.main(["deid", str(tmp_path / "a.zip"), str(tmp_path / "out")]) == 0
    assert sorted(path.suffix for path in copies(tmp_path / "out")) == [".dcm", ".png"]
    assert "2 copied, 0 refused" in capsys.readouterr().out
