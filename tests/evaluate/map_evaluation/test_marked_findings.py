"""How well maps find what masks mark: of masks that share the image out, the shares of evidence add up."""

import json

import numpy as np
import PIL.Image
import pytest

from meddx.cli import main
from meddx.errors import Refused
from meddx.evaluate.map_evaluation.marked_findings import marked_findings
from meddx.evaluate.map_evaluation.measures import INSIDE, POINTING
from meddx.evaluate.sets.manifest import read_manifest
from meddx.model.loading import load_model

LABELS = ("NORMAL", "EFFUSION", "NODULE")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Eight images, every other with a nodule; masks of the left and of the right half."""
    folder, random = tmp_path_factory.mktemp("marked"), np.random.default_rng(3)
    for name, left, right in (("left", 255, 0), ("right", 0, 255)):
        mask = np.repeat(np.array([[left, right]], np.uint8), 32, axis=0)
        PIL.Image.fromarray(np.repeat(mask, 16, axis=1)).save(folder / f"{name}.png")
    for number in range(8):
        PIL.Image.fromarray(random.integers(0, 256, (32, 32), np.uint8)).save(folder / f"{number}.png")
    for name in ("left", "right", ""):
        rows = [
            f"{n}.png,{'NODULE' if n % 2 else 'NORMAL'},p{n},{f'{name}.png' if n % 2 and name else ''}"
            for n in range(8)
        ]
        (folder / f"{name or 'none'}.csv").write_text("\n".join(["path,label,patient,NODULE_mask", *rows]))
    return folder


def images(folder, name):
    return read_manifest(folder / name, LABELS, label_column="label", group_column="patient")


def test_halves_of_an_image_share_the_evidence_out(folder, untrained_models):
    loaded, told = load_model(untrained_models / "untrained"), []
    left, right = (
        marked_findings(loaded, images(folder, f"{name}.csv"), "hires-cam", told.append) for name in ("left", "right")
    )
    assert (left.n, right.n) == (4, 4)
    assert told == [8, 8]
    for measure in (INSIDE, POINTING):
        assert left.measures[measure].value + right.measures[measure].value == pytest.approx(1, abs=0.02)


def test_a_set_without_marks_is_refused(folder, untrained_models):
    with pytest.raises(Refused, match="name boxes or masks"):
        marked_findings(load_model(untrained_models / "untrained"), images(folder, "none.csv"), "hires-cam")


def test_evaluate_tells_it_on_request(folder, untrained_models, monkeypatch, capsys):
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))
    asked = ["evaluate", "--model", "untrained", "--data", str(folder / "left.csv")]
    assert main([*asked, "--json"]) == 0
    assert "localisation" not in json.loads(capsys.readouterr().out)
    assert main([*asked, "--localisation", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["localisation"]
    assert found["n"] == 4
    assert found[INSIDE]["low"] <= found[INSIDE]["value"] <= found[INSIDE]["high"]
    assert main(["evaluate", "--model", "untrained", "--localisation"]) == 2
    assert "labelled set with boxes or masks" in capsys.readouterr().err


def test_a_mask_that_cannot_be_read_does_not_lose_the_metrics(folder, untrained_models, monkeypatch, capsys):
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))
    rows = (folder / "left.csv").read_text().splitlines()
    column = rows[0].split(",").index("NODULE_mask")
    cells = rows[2].split(",")
    (folder / "broken.png").write_bytes(b"no image")
    cells[column] = "broken.png"
    (folder / "broken.csv").write_text("\n".join([*rows[:2], ",".join(cells), *rows[3:]]) + "\n")
    asked = ["evaluate", "--model", "untrained", "--data", str(folder / "broken.csv"), "--localisation", "--json"]
    assert main(asked) == 0
    printed = capsys.readouterr()
    assert "localisation" not in json.loads(printed.out)
    assert "Heat maps were not measured." in " ".join(printed.err.split())
