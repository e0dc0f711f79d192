import argparse
import csv
import errno
import json

import numpy as np
import PIL.Image
import pydicom
import pytest

from meddx import cli
from meddx.commands import phantom
from meddx.imaging.phantom import LESIONS

COMMAND = "--n 11 --seed 3 --size 64x52"


def run(parser_of, folder, options=COMMAND):
    return phantom.run(parser_of.parse_args(["--out", str(folder), *options.split()]))


@pytest.fixture(scope="module")
def parser():
    made = argparse.ArgumentParser()
    phantom.add_arguments(made)
    return made


@pytest.fixture(scope="module")
def folder(parser, tmp_path_factory):
    out = tmp_path_factory.mktemp("set") / "new"
    assert run(parser, out) == 0
    return out


@pytest.fixture(scope="module")
def manifest(folder):
    with (folder / "manifest.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_every_image_is_in_the_manifest_and_no_other(folder, manifest):
    assert sorted(row["path"] for row in manifest) == sorted(f"images/{p.name}" for p in (folder / "images").iterdir())
    masks = sorted(row[f"{label}_mask"] for row in manifest for label in LESIONS if row[f"{label}_mask"])
    assert masks == sorted(f"masks/{path.name}" for path in (folder / "masks").iterdir())
    assert len(manifest) == 11


def test_a_label_is_1_exactly_where_there_is_a_mask(folder, manifest):
    for row in manifest:
        for label in LESIONS:
            assert row[label] == ("1" if row[f"{label}_mask"] else "0")
            if row[label] == "1":
                mask = np.asarray(PIL.Image.open(folder / row[f"{label}_mask"]))
                assert mask.shape == (64, 52)
                assert set(np.unique(mask)) <= {0, 255}


def test_images_are_synthetic_dicom_of_the_size_asked_for(folder, manifest):
    for row in manifest:
        image = pydicom.dcmread(folder / row["path"])
        assert (image.Rows, image.Columns, image.SyntheticData) == (64, 52, "YES")
    assert len({pydicom.dcmread(folder / row["path"]).SOPInstanceUID for row in manifest}) == len(manifest)


def test_a_patient_stays_in_one_split_and_every_split_is_used(manifest):
    splits = {}
    for row in manifest:
        splits.setdefault(row["patient"], set()).add(row["split"])
    assert all(len(of_patient) == 1 for of_patient in splits.values())
    assert set.union(*splits.values()) == {"train", "validation", "test"}
    assert len(splits) == 6


def test_the_folder_says_synthetic(folder):
    assert (folder / "README.txt").read_text().startswith("SYNTHETIC")


def test_equal_seeds_give_equal_bytes_and_a_longer_set_begins_with_the_shorter(parser, folder, tmp_path):
    run(parser, tmp_path / "longer", "--n 12 --seed 3 --size 64x52")
    for path in (folder / "images").iterdir():
        assert path.read_bytes() == (tmp_path / "longer" / "images" / path.name).read_bytes()
    run(parser, tmp_path / "other", "--n 1 --seed 4 --size 64x52")
    assert (tmp_path / "other/images/000000.dcm").read_bytes() != (folder / "images/000000.dcm").read_bytes()


def test_png_images(parser, tmp_path):
    run(parser, tmp_path / "png", "--n 1 --seed 3 --size 64x52 --format png")
    image = PIL.Image.open(tmp_path / "png/images/000000.png")
    assert image.size == (52, 64)
    assert image.text["Synthetic"] == "YES"


def test_json_is_one_document_on_stdout(parser, tmp_path, capsys):
    assert run(parser, tmp_path / "set", "--n 2 --seed 3 --size 64x52 --json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["n"], answer["rows"], answer["columns"]) == (2, 64, 52)
    assert set(answer["with"]) == set(LESIONS)


@pytest.mark.parametrize("there", [True, False])
def test_a_disk_that_fills_up_leaves_nothing_of_the_set(parser, tmp_path, monkeypatch, there):
    if there:
        (tmp_path / "set").mkdir()
    written = []

    def full(*_):
        written.append(1)
        if len(written) == 4:
            raise OSError(errno.ENOSPC, "No space left on device")
        return b"mask"

    monkeypatch.setattr(phantom, "mask_png", full)
    with pytest.raises(OSError, match="No space"):
        run(parser, tmp_path / "set")
    assert [one for one in tmp_path.rglob("*") if one != tmp_path / "set"] == []
    assert (tmp_path / "set").exists() is there


class TestExitCode2:
    """The command itself is wrong: nothing is written."""

    @pytest.fixture(autouse=True)
    def _only_this_command(self, monkeypatch):
        monkeypatch.setattr(cli, "COMMANDS", ("phantom",))

    @staticmethod
    def code(*options):
        return cli.main(["phantom", *map(str, options)])

    def test_a_folder_that_holds_something(self, tmp_path, capfd):
        (tmp_path / "mine").write_text("keep")
        assert self.code("--out", tmp_path, "--n", 1, "--seed", 1) == 2
        assert "already holds something" in capfd.readouterr().err
        assert [path.name for path in tmp_path.iterdir()] == ["mine"]

    def test_a_size_too_small(self, tmp_path):
        assert self.code("--out", tmp_path / "new", "--n", 1, "--seed", 1, "--size", "8x8") == 2
        assert not (tmp_path / "new").exists()

    @pytest.mark.parametrize(
        "options", ["--n 0 --seed 1", "--n 1 --seed -1", "--n 1 --seed 1 --size 64", "--n x --seed 1"]
    )
    def test_numbers_that_are_none(self, tmp_path, options):
        with pytest.raises(SystemExit) as end:
            self.code("--out", tmp_path / "new", *options.split())
        assert end.value.code == 2
        assert not (tmp_path / "new").exists()


def test_a_record_and_its_true_shares_stand_beside_each_image(parser, folder, tmp_path):
    out = tmp_path / "records"
    assert run(parser, out, f"{COMMAND} --record") == 0
    with (out / "manifest.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["label"] for row in rows} <= {"disease", "healthy"}
    assert all(float(row["true_image"]) > 0 for row in rows if row["effusion"] == "1")
    assert all((float(row["true_note"]) > 0) == ("haemoptysis" in row["note"].lower()) for row in rows)
    assert "SYNTHETIC record" in (out / "README.txt").read_text()
    for image in (folder / "images").iterdir():  # images are the same with and without
        assert image.read_bytes() == (out / "images" / image.name).read_bytes()
