"""Limits set on a model's own images, on phantoms and the shipped model of them, whose right maps are known."""

from dataclasses import replace

import numpy as np
import pytest

from meddx.config import ROOT
from meddx.evaluate.map_evaluation.check_limits import (
    FEWEST_KNOWN,
    LIMIT_IMAGES,
    distinct_wrong_maps,
    least_effect,
    set_limits,
)
from meddx.evaluate.map_evaluation.known_map_bench import KnownMapBench, marked_images
from meddx.evaluate.map_evaluation.known_maps import MAP_GRID, KnownMap, MapKind, known_maps
from meddx.evaluate.sets.labelled_set import LabelledCase, LabelledSet, LesionBox
from meddx.explain.map_check.area_effects import AREAS
from meddx.imaging.phantom import chest_phantom, phantom_dicom
from meddx.model.loading import load_model

METHODS = ("hires-cam", "layer-cam")


@pytest.fixture(scope="module")
def loaded():
    return load_model(ROOT / "models" / "phantom-cnn")


@pytest.fixture(scope="module")
def images(loaded, tmp_path_factory):
    """Phantoms with one lesion each, in a box."""
    folder, cases = tmp_path_factory.mktemp("phantoms"), []
    names = tuple(label.name for label in loaded.card.labels)
    lesions = [label.name for label in loaded.card.labels if not label.absence]
    for number in range(24):
        lesion = lesions[number % len(lesions)]
        phantom = chest_phantom(6_000_000 + number, [lesion])
        (folder / f"{number}.dcm").write_bytes(phantom_dicom(phantom))
        rows, columns = np.nonzero(phantom.masks[lesion])
        height, width = phantom.masks[lesion].shape
        box = LesionBox(
            columns.min() / width, rows.min() / height, (columns.max() + 1) / width, (rows.max() + 1) / height, lesion
        )
        cases.append(LabelledCase(str(number), folder / f"{number}.dcm", str(number), (lesion,), boxes=(box,)))
    return LabelledSet(names, tuple(cases))


@pytest.fixture(scope="module")
def limits(loaded, images):
    told = []
    return set_limits(loaded, images, METHODS, told.append), told


def test_right_maps_pass_by_the_limits_and_wrong_ones_seldom_do(loaded, images, limits):
    found, _ = limits
    usual = np.array(found.usual).reshape(AREAS, AREAS)
    bench = KnownMapBench(loaded, ["hires-cam"])
    right, wrong = [], []
    for number, case in enumerate(list(marked_images(loaded, images))[-6:]):
        one = bench(case, 100 + number)["hires-cam"]
        values = {known.kind: known.value for known in known_maps([one], frozenset(), usual)}
        right.append(values[MapKind.OWN] >= found.good_from)
        wrong += [
            values[kind] >= found.good_from
            for kind in (MapKind.SHUFFLED, MapKind.RANDOM, MapKind.CENTRE)
            if kind in values
        ]
    assert np.mean(right) >= 0.8
    assert np.mean(wrong) <= 0.2


def test_the_record_says_on_what_the_limits_rest(limits):
    found, told = limits
    assert FEWEST_KNOWN <= found.images <= LIMIT_IMAGES
    assert told == list(range(1, found.images + 1))
    assert found.methods == METHODS
    assert found.wrong_maps > found.images
    assert -1 < found.bad_below <= found.good_from < 1
    assert found.least_effect > 0


def test_maps_that_are_the_same_for_every_method_count_once(loaded, images):
    one = KnownMapBench(loaded, ["hires-cam"])(next(marked_images(loaded, images)), 0)["hires-cam"]
    kinds = MapKind.OWN, MapKind.OTHER_IMAGE, MapKind.RANDOM, MapKind.EDGES, MapKind.CENTRE

    def known(*right):
        return [KnownMap("m", "p", kind, of, None, one.areas) for kind, of in zip(kinds, right, strict=True)]

    assert distinct_wrong_maps([known(None, False, False, None, False)]) == 2
    assert distinct_wrong_maps([known(None, False, False, None, False), known(True, False, False, False, False)]) == 4


def test_where_no_shuffled_network_marks_anything_there_is_no_least_effect(loaded, images):
    bench = KnownMapBench(loaded, ["hires-cam"])
    measured = bench(next(marked_images(loaded, images)), 0)["hires-cam"]
    assert least_effect([measured]) > 0
    assert least_effect([replace(measured, untrained=({}, {}))]) is None


def test_on_few_images_no_limits_are_set(loaded, images):
    assert set_limits(loaded, images.subset(range(FEWEST_KNOWN - 1)), METHODS) is None


def test_images_that_are_not_marked_or_not_called_do_not_serve(loaded, images):
    [case] = images.subset([0]).cases
    unmarked = LabelledCase(case.id, case.path, case.group, case.labels)
    elsewhere = LabelledCase(case.id, case.path, case.group, (), boxes=case.boxes)
    assert [one.key for one in marked_images(loaded, LabelledSet(images.labels, (unmarked, elsewhere, case)))] == ["0"]


def test_each_map_lies_over_the_image(loaded, images):
    case = next(marked_images(loaded, images))
    found = KnownMapBench(loaded, METHODS)(case, 0)
    assert set(found) == set(METHODS)
    for one in found.values():
        assert {MapKind.OWN, MapKind.SHUFFLED, MapKind.RANDOM, MapKind.CENTRE, MapKind.EDGES} <= set(one.maps)
        assert {heatmap.shape for heatmap in one.maps.values()} == {(MAP_GRID, MAP_GRID)}
        assert one.truth is case.truth
    first, second = found.values()
    assert first.areas.fall is second.areas.fall, "what hiding does is asked once"
