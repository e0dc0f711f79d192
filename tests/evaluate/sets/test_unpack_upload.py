import io
import stat
import struct
import zipfile

import pytest

from meddx.errors import Refused
from meddx.evaluate.sets.unpack_upload import member_path, unpack_upload


def archive(path, members, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", compression) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return path


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_images_come_out_and_what_systems_add_does_not(tmp_path):
    wanted = {"set/NORMAL/a.dcm": b"a", "set\\PNEUMONIA\\b": b"b", "labels.csv": b"path"}
    junk = {
        "__MACOSX/set/._a.dcm": b"x", "set/.DS_Store": b"x", "set/Thumbs.db": b"x", "set/NORMAL/._a": b"x",
        "Desktop.ini": b"x", "empty/": b"",
    }  # fmt: skip
    seen = []
    unpack_upload(archive(tmp_path / "a.zip", wanted | junk), tmp_path / "out", lambda *at: seen.append(at))
    assert files(tmp_path / "out") == {name.replace("\\", "/"): data for name, data in wanted.items()}
    assert seen == [(1, 6), (2, 6), (6, 6)]
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "out").rglob("*") if path.is_file())


@pytest.mark.parametrize("name", ["../a", "a/../../b", "/etc/passwd", "..\\a", "C:\\a", "a/.."])
def test_nothing_lies_outside(tmp_path, name):
    with pytest.raises(Refused) as refused:
        unpack_upload(archive(tmp_path / "a.zip", {name: b"x"}), tmp_path / "out")
    assert refused.value.rule == "other-archive"
    with pytest.raises(Refused):
        member_path(name)


def test_links_are_left_out(tmp_path):
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        file.writestr(link, "/etc/passwd")
        file.writestr("image", b"f")
    unpack_upload(tmp_path / "a.zip", tmp_path / "out")
    assert files(tmp_path / "out") == {"image": b"f"}


def test_no_more_than_agreed_is_unpacked(tmp_path, monkeypatch):
    many = archive(tmp_path / "many.zip", {f"{number}": b"" for number in range(11)})
    large = archive(tmp_path / "large.zip", {"zeros": bytes(1 << 20)})
    assert large.stat().st_size < 2000, "a bomb of a kind"
    monkeypatch.setenv("MEDDX_MAX_UNPACKED_FILES", "10")
    monkeypatch.setenv("MEDDX_MAX_UNPACKED_BYTES", str((1 << 20) - 1))
    for path in (many, large):
        with pytest.raises(Refused) as refused:
            unpack_upload(path, tmp_path / "out")
        assert refused.value.rule == "too-large-archive"
    assert not (tmp_path / "out").exists()


def test_a_directory_that_understates_a_size_does_not_get_more_out(tmp_path):
    path = archive(tmp_path / "a.zip", {"zeros": bytes(1 << 20), "image": b"f"})
    data = bytearray(path.read_bytes())
    at = data.find(b"PK\x01\x02")
    assert struct.unpack_from("<L", data, at + 24)[0] == 1 << 20
    struct.pack_into("<L", data, at + 24, 100)
    path.write_bytes(data)
    unpack_upload(path, tmp_path / "out")
    assert files(tmp_path / "out") == {"zeros": b"", "image": b"f"}, "its checksum does not fit"


def test_a_long_directory_is_refused_before_it_is_read(tmp_path, monkeypatch):
    path = archive(tmp_path / "a.zip", {f"{number}-{'x' * 200}": b"" for number in range(50)})
    monkeypatch.setenv("MEDDX_MAX_UNPACKED_FILES", "10")
    monkeypatch.setattr(zipfile, "ZipFile", None)
    with pytest.raises(Refused) as refused:
        unpack_upload(path, tmp_path / "out")
    assert refused.value.rule == "too-large-archive"


def test_a_damaged_member_becomes_a_file_that_cannot_be_read(tmp_path):
    path = archive(tmp_path / "a.zip", {"bad": b"b" * 1000, "good": b"g"}, zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    data[data.find(b"bbbb") + 20] ^= 1
    path.write_bytes(data)
    unpack_upload(path, tmp_path / "out")
    assert files(tmp_path / "out") == {"bad": b"", "good": b"g"}


def test_what_cannot_be_unpacked_is_refused(tmp_path):
    (tmp_path / "text.zip").write_text("no archive")
    (tmp_path / "empty.zip").write_bytes(b"")
    with zipfile.ZipFile(tmp_path / "cut.zip", "w") as file:
        file.writestr("a", bytes(100))
    (tmp_path / "cut.zip").write_bytes((tmp_path / "cut.zip").read_bytes()[:-30])
    archive(tmp_path / "long.zip", {"x" * 300: b""})
    for name in ("text", "empty", "cut", "long", "none"):
        with pytest.raises(Refused) as refused:
            unpack_upload(tmp_path / f"{name}.zip", tmp_path / "out")
        assert refused.value.rule == "unreadable-archive"


def test_rare_packing_and_encryption_are_refused(tmp_path):
    with pytest.raises(Refused, match="rare way"):
        unpack_upload(archive(tmp_path / "a.zip", {"a": b"a"}, zipfile.ZIP_BZIP2), tmp_path / "out")
    path = archive(tmp_path / "b.zip", {"a": b"a"})
    data = bytearray(path.read_bytes())
    data[data.find(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(Refused, match="encrypted"):
        unpack_upload(path, tmp_path / "out")


def test_an_archive_with_a_64_bit_directory_is_read(tmp_path, monkeypatch):
    file = io.BytesIO()
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 1)
    archive(file, {"a": b"1", "b": b"2"})
    assert b"PK\x06\x06" in file.getvalue()
    monkeypatch.undo()
    (tmp_path / "a.zip").write_bytes(file.getvalue())
    unpack_upload(tmp_path / "a.zip", tmp_path / "out")
    assert files(tmp_path / "out") == {"a": b"1", "b": b"2"}
