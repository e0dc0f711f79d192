import zipfile

import pytest

from meddx.errors import Refused
from meddx.evaluate.sets.unpack_archive import unpack_archive


def archive(path, **members):
    with zipfile.ZipFile(path, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)
    return path


def test_the_folder_is_unpacked_without_what_macs_add(tmp_path):
    members = {
        "images/train/NORMAL/1.jpeg": b"one",
        "images/.DS_Store": b"mac",
        "__MACOSX/images/1.jpeg": b"mac",
        "README": b"other",
    }
    seen = []
    unpack_archive(
        archive(tmp_path / "a.zip", **members), tmp_path / "images", lambda done, total: seen.append((done, total))
    )
    assert [path.read_bytes() for path in (tmp_path / "images").rglob("*") if path.is_file()] == [b"one"]
    assert (tmp_path / "images/train/NORMAL/1.jpeg").exists()
    assert seen == [(3, 3)]


@pytest.mark.parametrize("name", ["images/../../outside", "../images/outside"])
def test_nothing_is_written_outside(tmp_path, name):
    (tmp_path / "in").mkdir()
    with pytest.raises(Refused, match="outside its folder"):
        unpack_archive(archive(tmp_path / "a.zip", **{"images/1": b"1", name: b"2"}), tmp_path / "in" / "images")
    assert [path.name for path in tmp_path.rglob("*") if path.name == "outside"] == []


def test_an_archive_of_something_else_is_refused(tmp_path):
    with pytest.raises(Refused, match="no folder images"):
        unpack_archive(archive(tmp_path / "a.zip", **{"other/1": b"1"}), tmp_path / "images")


def test_a_damaged_member_leaves_nothing_of_the_folder(tmp_path):
    path = archive(tmp_path / "a.zip", **{"images/1": b"first", "images/2": b"second"})
    path.write_bytes(path.read_bytes().replace(b"second", b"SECOND"))
    with pytest.raises(zipfile.BadZipFile):
        unpack_archive(path, tmp_path / "images")
    assert [one.name for one in tmp_path.iterdir()] == ["a.zip"]
