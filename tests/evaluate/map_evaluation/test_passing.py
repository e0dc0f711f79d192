"""How often maps pass, on phantoms and the shipped model of them, whose good and bad methods are known."""

import pytest

from meddx.config import ROOT
from meddx.evaluate.map_evaluation.passing import PassingMaps
from meddx.evaluate.sets.labelled_set import LabelledCase, LabelledSet
from meddx.explain.methods import METHODS, SLOW
from meddx.imaging.phantom import chest_phantom, phantom_dicom
from meddx.model.loading import load_model

SEEDS = (4_000_000, 4_000_001, 4_000_005, 4_000_009)
"""Effusion; healthy; effusion; effusion and consolidation: the model finds all of them."""
CHECKED = ("hires-cam", "eigen-cam", "rise")


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("phantoms")
    cases = []
    for seed in SEEDS:
        (folder / f"{seed}.dcm").write_bytes(phantom_dicom(chest_phantom(seed)))
        cases.append(LabelledCase(str(seed), folder / f"{seed}.dcm", f"patient {seed}", ("healthy",)))
    loaded = load_model(ROOT / "models" / "phantom-cnn")
    told = []
    names = tuple(label.name for label in loaded.card.labels)
    images = LabelledSet(names, tuple(cases))
    return PassingMaps(loaded, CHECKED, None).over(images, told.append), told


def test_maps_of_what_the_answer_hangs_on_pass_and_those_that_are_alike_for_every_label_do_not(found):
    shares, told = found
    assert sum(one.passed for one in shares["hires-cam"]) >= 2
    assert [one.passed for one in shares["eigen-cam"]] == [False] * len(shares["hires-cam"])
    assert told == [len(SEEDS)]


def test_only_findings_count_and_each_for_its_patient(found):
    shares, _ = found
    patients = [one.patient for one in shares["hires-cam"]]
    assert all(one.patient == f"patient {one.case}" for one in shares["hires-cam"])
    assert f"patient {SEEDS[1]}" not in patients
    assert set(patients) == {f"patient {seed}" for seed in (SEEDS[0], SEEDS[2], SEEDS[3])}


def test_a_method_that_would_take_too_long_is_left_out(found):
    assert METHODS["rise"].passes >= SLOW
    assert set(found[0]) == {"hires-cam", "eigen-cam"}
