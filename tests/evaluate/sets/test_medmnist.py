import io
import pickle
import tracemalloc
import zipfile

import numpy as np
import pytest

from meddx.config import data_dir
from meddx.errors import Refused
from meddx.evaluate.sets.medmnist import read_medmnist
from meddx.evaluate.sets.npz_member import NpzMember
from meddx.imaging.read_image import read_image

RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.integers(0, 256, (5, 28, 28, 3), np.uint8)
NUMBERS = np.array([[0], [2], [1], [2], [0]], np.uint8)
LABELS = ("a", "b", "c")


@pytest.fixture(params=[np.savez, np.savez_compressed], ids=["stored", "compressed"])
def archive(request, tmp_path):
    path = tmp_path / "cells.npz"
    request.param(path, train_images=IMAGES[:2], train_labels=NUMBERS[:2], test_images=IMAGES, test_labels=NUMBERS)
    return path


def test_rows_are_images_with_their_labels(archive):
    images = read_medmnist(archive, LABELS, "test")
    assert images.labels == LABELS
    assert images.targets().argmax(axis=1).tolist() == [0, 2, 1, 2, 0]
    assert images.ids[3] == "test/000003"
    assert len(set(images.groups)) == 5
    for row in (4, 0, 3, 3, 1):  # also backwards
        assert np.array_equal(images.cases[row].image().values, IMAGES[row])
        assert np.array_equal(read_image(images.cases[row].stored().data).values, IMAGES[row])


def test_equal_rows_of_two_splits_have_other_keys(archive):
    train, test = (read_medmnist(archive, LABELS, split) for split in ("train", "test"))
    assert train.cases[0].pixels_key() != test.cases[0].pixels_key()


def test_a_column_for_each_label(tmp_path):
    several = np.array([[1, 0, 1], [0, 0, 0]], np.uint8)
    np.savez(tmp_path / "a.npz", val_images=IMAGES[:2, ..., 0], val_labels=several)
    images = read_medmnist(tmp_path / "a.npz", LABELS, "val")
    assert [case.labels for case in images.cases] == [("a", "c"), ()]
    assert not images.cases[0].image().is_colour


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (np.array([[0], [3]]), "Row 2: label 3"),
        (np.array([[0], [-1]]), "Row 2: label -1"),
        (np.array([[0, 1], [1, 0]]), "Row 1: needs one label number"),
        (np.array([[0, 1, 1], [1, 2, 0]]), "Row 2: needs"),
        (np.array([[0.0], [1.0]]), "whole numbers"),
        (np.array([[0]]), "2 test images and 1 labels"),
    ],
)
def test_errors_name_the_row(tmp_path, labels, said):
    np.savez(tmp_path / "a.npz", test_images=IMAGES[:2], test_labels=labels)
    with pytest.raises(Refused, match=said):
        read_medmnist(tmp_path / "a.npz", LABELS, "test")


def test_what_is_no_such_archive_is_refused(tmp_path, archive):
    with pytest.raises(Refused, match="no array 'val_images'"):
        read_medmnist(archive, LABELS, "val")
    (tmp_path / "text.npz").write_text("no archive")
    with pytest.raises(Refused, match="cannot be read"):
        read_medmnist(tmp_path / "text.npz", LABELS, "test")
    with pytest.raises(Refused, match="cannot be read"):
        read_medmnist(tmp_path / "absent.npz", LABELS, "test")


def test_an_array_of_python_objects_is_refused(tmp_path):
    np.savez(tmp_path / "a.npz", test_images=np.array([print], object), test_labels=NUMBERS[:1])
    with pytest.raises(Refused, match="cannot be read"):
        read_medmnist(tmp_path / "a.npz", LABELS, "test")


def test_an_array_that_ends_early_is_said_when_its_row_is_asked_for(tmp_path):
    whole = io.BytesIO()
    np.save(whole, IMAGES)
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as file:
        file.writestr("test_images.npy", whole.getvalue()[: -28 * 28 * 3 - 1])
    member = NpzMember(tmp_path / "a.npz", "test_images")
    assert np.array_equal(member.row(2), IMAGES[2])
    with pytest.raises(Refused, match="ends before"):
        member.row(4)


def test_memory_does_not_grow_with_the_array(tmp_path):
    np.savez_compressed(tmp_path / "a.npz", test_images=np.zeros((4000, 64, 64), np.uint8))  # 16 MB unpacked
    tracemalloc.start()
    member = NpzMember(tmp_path / "a.npz", "test_images")
    for row in range(len(member)):
        member.row(row)
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


@pytest.mark.data
@pytest.mark.skipif(data_dir() is None, reason="the public data sets are not here (MEDDX_DATA)")
@pytest.mark.parametrize(
    ("name", "labels", "n", "colour"), [("bloodmnist", 8, 3421, True), ("pneumoniamnist", 2, 624, False)]
)
def test_the_official_test_sets(name, labels, n, colour):
    images = read_medmnist(data_dir() / "medmnist" / f"{name}.npz", tuple("abcdefgh"[:labels]), "test")
    assert len(images) == n
    last = images.cases[-1].image()
    assert last.is_colour == colour
    assert last.values.shape[:2] == (28, 28)


def test_another_process_reads_the_same_rows_and_none_of_an_archive_that_was_replaced(archive):
    cases = read_medmnist(archive, LABELS, "test").cases
    sent = pickle.dumps([cases[1], cases[2]])
    there = pickle.loads(sent)
    for one, other in zip(there, cases[1:3], strict=True):
        np.testing.assert_array_equal(one.image().values, other.image().values)
    assert there[0].images is there[1].images is pickle.loads(sent)[0].images, "it is opened once"
    np.savez(archive.with_name("new.npz"), test_images=IMAGES[::-1], test_labels=NUMBERS)
    archive.with_name("new.npz").replace(archive)
    with pytest.raises(Refused, match="replaced"):
        pickle.loads(sent)[0].image()


def test_an_archive_that_was_replaced_gives_no_image_of_the_old_one(archive):
    case = read_medmnist(archive, LABELS, "test").cases[0]
    np.savez(archive.with_name("new.npz"), test_images=IMAGES[::-1], test_labels=NUMBERS)
    archive.with_name("new.npz").replace(archive)
    with pytest.raises(Refused, match="replaced"):
        case.image()
