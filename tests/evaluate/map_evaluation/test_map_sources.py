"""Which maps are drawn together, of how many images, and for which questions."""

import numpy as np
import pytest

from meddx.evaluate.map_evaluation.map_sources import MapSource, method_sources, reference_sources
from meddx.explain.methods import METHODS, QUICK, SLOW
from meddx.model.card import read_card
from tests.explain.methods.networks import images, small
from tests.fused import write_fused


@pytest.fixture(scope="module")
def network():
    return small()


def test_the_family_is_one_source_and_every_other_method_one_of_its_own(network):
    sources = method_sources(network, list(METHODS))
    family = tuple(name for name, method in METHODS.items() if method.family)
    assert [source.rows for source in sources] == [family, *((name,) for name in METHODS if name not in family)]
    assert [source.passes for source in sources[1:]] == [METHODS[source.rows[0]].passes for source in sources[1:]]


def test_each_question_gets_its_map_and_each_image_its_highest_value(network):
    inputs, questions = images(network), [(2, 1), (0, 0), (2, 2)]
    for source in method_sources(network, ["layer-cam", "grad-cam", "gradients"]):
        drawn = source.draw(inputs, questions)
        assert tuple(drawn) == source.rows
        for name, one in drawn.items():
            maps = METHODS[name].build(network)(inputs, [0, 1, 2])
            expected = np.stack([maps[image, label] for image, label in questions])
            np.testing.assert_allclose(one.maps, expected, rtol=1e-3, atol=1e-5)
            np.testing.assert_allclose(one.strongest, maps.max(axis=(1, 2, 3)), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize(("passes", "expected"), [(QUICK, 100), (QUICK + 1, 24), (SLOW - 1, 24), (SLOW, 8)], ids=str)
def test_the_slower_a_source_the_fewer_images_it_is_measured_on(passes, expected):
    assert MapSource(("row",), passes, lambda inputs, questions: {}).images(100, 24) == expected


def test_no_more_images_are_drawn_than_there_are_and_never_none():
    assert MapSource(("row",), SLOW - 1, lambda inputs, questions: {}).images(5, 24) == 5
    assert MapSource(("row",), SLOW, lambda inputs, questions: {}).images(100, 1) == 1


def test_tf_keras_vis_is_asked_beside_methods_that_it_has_and_is_said_to_cost_twice_as_much(untrained_models):
    folder = untrained_models / "untrained"
    sources = reference_sources(folder, read_card(folder / "card.toml"), ["rise", "gradients", "score-cam", "grad-cam"])
    assert [source.rows for source in sources] == [("tf-keras-vis gradients",), ("tf-keras-vis grad-cam",)]
    assert [source.passes for source in sources] == [2 * METHODS[name].passes for name in ("gradients", "grad-cam")]


def test_a_model_that_takes_a_record_has_no_counterpart_that_explains_one_input(tmp_path):
    folder = write_fused(tmp_path)
    assert reference_sources(folder, read_card(folder / "card.toml"), ["grad-cam"]) == []
