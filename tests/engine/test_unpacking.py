"""Every file of an archive becomes an image or a reason, and none costs the others."""

import zipfile

import numpy as np
import pytest

from meddx.engine import unpacking
from meddx.engine.contract import ARCHIVE_GONE
from meddx.engine.isolated_unpacking import IsolatedUnpacker
from meddx.engine.unpacking import unpack
from meddx.errors import Refused
from tests.engine.archives import archive, dicomdir
from tests.imaging.images import image_bytes

ROOM = 1 << 30
IMAGE = image_bytes(np.arange(1600, dtype=np.uint16).reshape(40, 40), Modality="DX")
MIXED = {
    "study/a/1": IMAGE,
    "study/empty": b"",
    "study/letter.txt": b"a letter",
    "study/inner.zip": archive({"1": IMAGE}),
    "study/b/2.dcm": IMAGE,
    "__MACOSX/._1": b"junk",
}


def rules(part):
    return {member.name: member.refusal and member.refusal.rule for member in part.members}


def test_every_file_becomes_an_image_or_a_reason():
    part = unpack(archive(MIXED), ROOM)
    assert rules(part) == {
        "a/1": None, "empty": "empty", "letter.txt": "not-an-image", "inner.zip": "nested-archive", "b/2.dcm": None,
    }  # fmt: skip
    assert [member.data == IMAGE for member in part.members] == [True, False, False, False, True]
    assert (part.next, part.total, part.is_medium) == (5, 5, False)


@pytest.fixture
def unpacker():
    made = IsolatedUnpacker()
    yield made
    made.close()


def test_a_child_process_says_the_same(unpacker):
    content = archive(MIXED)
    assert unpacker.unpack(content, ROOM, 1) == unpack(content, ROOM, 1)
    with pytest.raises(Refused) as refused:
        unpacker.unpack(content[:-30], ROOM)
    assert refused.value.rule == "unreadable-archive"


LARGE = {f"{number}": IMAGE for number in range(unpacking._PART_FILES + 1)}
"""More files than a part holds."""


def test_an_archive_is_handed_over_once_for_all_its_parts(unpacker):
    content = archive(LARGE)
    first = unpacker.unpack(content, ROOM)
    assert (first.next, first.total) == (len(LARGE) - 1, len(LARGE))
    last = unpacker.unpack(b"", ROOM, first.next, first.held)
    assert last == unpack(content, ROOM, first.next)
    assert_gone(unpacker, first)


def assert_gone(unpacker, part):
    with pytest.raises(Refused) as refused:
        unpacker.unpack(b"", ROOM, part.next, part.held)
    assert refused.value.rule == ARCHIVE_GONE


def test_an_archive_of_which_nobody_asks_the_next_part_is_forgotten(unpacker):
    part = unpacker.unpack(archive(LARGE), ROOM)
    assert unpacker.drop_unused(3600) == 0
    assert unpacker.drop_unused(0) == 1
    assert_gone(unpacker, part)


def test_archives_beyond_those_that_are_held_are_unpacked_all_the_same(unpacker):
    content = archive(LARGE)
    parts = [unpacker.unpack(content, ROOM) for _ in range(5)]
    assert [bool(part.held) for part in parts] == [True, True, True, True, False]
    assert unpacker.unpack(content, ROOM, parts[4].next).next == len(LARGE)


def test_parts_follow_each_other_without_gap(monkeypatch):
    monkeypatch.setattr(unpacking, "_PART_BYTES", 2 * len(IMAGE))
    content = archive({f"{number}": IMAGE + bytes([number]) for number in range(5)})
    start, images = 0, []
    while start < 5:
        part = unpack(content, ROOM, start)
        assert part.total == 5
        assert 0 < part.next - start <= 2
        images += [member.data[-1] for member in part.members]
        start = part.next
    assert images == [0, 1, 2, 3, 4]


def test_what_exceeds_the_room_is_refused_and_smaller_ones_go_on():
    content = archive({"large": IMAGE + bytes(10 * len(IMAGE)), "small": IMAGE, "second": IMAGE})
    assert rules(unpack(content, 3 * len(IMAGE) // 2)) == {
        "large": "session-full",
        "small": None,
        "second": "session-full",
    }


def test_a_file_that_is_no_image_is_not_unpacked(monkeypatch):
    read = []
    original = zipfile.ZipExtFile.read
    monkeypatch.setattr(zipfile.ZipExtFile, "read", lambda file, n=-1: read.append(n) or original(file, n))
    unpack(archive({"zeros": bytes(300 << 20)}), ROOM)
    assert read == [512]


def test_a_damaged_file_costs_itself_alone():
    content = bytearray(archive({"bad": IMAGE, "good": IMAGE}, zipfile.ZIP_STORED))
    content[content.index(IMAGE) + 2000] ^= 1
    assert rules(unpack(bytes(content), ROOM)) == {"bad": "damaged-in-archive", "good": None}


def test_a_medium_is_known_by_its_directory_and_missing_images_are_named():
    medium = {
        "CD/DICOMDIR": dicomdir(["IMAGES", "IM1"], ["IMAGES", "IM2"]),
        "CD/images/im1": IMAGE,
        "CD/VIEWER.EXE": b"MZ",
    }
    part = unpack(archive(medium), ROOM)
    assert part.is_medium
    assert rules(part) == {
        "IMAGES/IM2": "not-in-archive",
        "DICOMDIR": "media-directory",
        "images/im1": None,
        "VIEWER.EXE": "not-an-image",
    }
    assert "IMAGES/IM2" not in rules(unpack(archive(medium), ROOM, 1)), "said once"
    assert not unpack(archive({"DICOMDIR": b"a letter", "1": IMAGE}), ROOM).is_medium


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"PK\x03\x04 and nothing else", "unreadable-archive"),
        (archive({"../1": IMAGE}), "other-archive"),
        (archive({"1": IMAGE}, zipfile.ZIP_BZIP2), "unknown-packing"),
    ],
)
def test_an_archive_that_cannot_be_opened_safely_is_refused(content, rule):
    with pytest.raises(Refused) as refused:
        unpack(content, ROOM)
    assert refused.value.rule == rule


def test_an_archive_beyond_the_limits_is_refused_in_words_of_this_page(monkeypatch):
    monkeypatch.setenv("MEDDX_MAX_UNPACKED_FILES", "2")
    with pytest.raises(Refused, match="add it in parts"):
        unpack(archive({"1": IMAGE, "2": IMAGE, "3": IMAGE}), ROOM)
