"""What every registered method must keep to. tests/explain/methods/test_registry.py asks all of it of new rows."""

import re

import numpy as np
import pytest

from meddx.explain.methods import METHODS
from meddx.explain.methods.compiled_passes import Logits
from meddx.explain.methods.explainer import images_at_once, in_batches
from tests.arithmetic import assert_rounds_alike, products
from tests.explain.methods.networks import images, small


@pytest.fixture(scope="module", params=METHODS.values(), ids=METHODS)
def method(request):
    return request.param


@pytest.fixture(scope="module")
def network():
    return small()


@pytest.fixture(scope="module")
def asked(method, network):
    """(explainer, inputs, maps of every label)"""
    explain = method.build(network)
    inputs = images(network)
    return explain, inputs, explain(inputs, [0, 1, 2])


def test_maps_are_finite_float32_one_for_every_image_and_label(asked, method):
    _, inputs, maps = asked
    assert maps.dtype == np.float32
    assert maps.ndim == 4
    assert maps.shape[:2] == (len(inputs), 3)
    assert np.isfinite(maps).all()
    assert np.ptp(maps) > 0


def test_only_signed_methods_speak_against_a_label(asked, method):
    _, _, maps = asked
    assert (maps.min() < 0) == method.signed


def test_only_a_label_blind_method_has_one_map_for_every_label(asked, method):
    _, _, maps = asked
    assert (np.ptp(maps, axis=1) == 0).all() == method.label_blind


def test_the_same_question_gets_the_same_maps(asked, method, network):
    explain, inputs, maps = asked
    np.testing.assert_array_equal(explain(inputs, [0, 1, 2]), maps)
    np.testing.assert_array_equal(method.build(network)(inputs, [0, 1, 2]), maps)


def test_what_computes_the_logits_for_it_is_asked_for_every_one(asked, method, network):
    """Logits that stand in another order give the maps in that order; no more images are asked for than go at once."""
    _, inputs, maps = asked
    by_tensorflow, sizes = Logits(network), []

    def turned_round(images):
        sizes.append(len(images))
        return by_tensorflow(images)[:, ::-1]

    found = method.build(network, turned_round)(inputs, [0, 1, 2])
    expected = maps[:, ::-1] if method.by_logits else maps
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5 * magnitude(network, asked))
    assert bool(sizes) == method.by_logits
    assert max(sizes, default=0) <= images_at_once(*inputs.shape[1:3])


def magnitude(network, asked):
    """Of what is added: the maps, and the logits that many methods subtract from each other."""
    _, inputs, maps = asked
    return max(np.abs(maps).max(), np.abs(network(inputs)[1]).max())


def test_images_in_a_batch_do_not_influence_each_other(asked, network):
    explain, inputs, maps = asked
    for index, image in enumerate(inputs):
        alone = explain(image[np.newaxis], [0, 1, 2])[0]
        assert_rounds_alike(alone, maps[index], products(network), magnitude(network, asked))


def test_labels_are_those_asked_for_in_that_order(asked, network):
    explain, inputs, maps = asked
    assert_rounds_alike(explain(inputs, [2, 0]), maps[:, [2, 0]], products(network), magnitude(network, asked))


def test_progress_goes_up_to_the_total_and_may_stop_the_work(asked):
    explain, inputs, _ = asked
    seen = []
    explain(inputs, [0], lambda done, total: seen.append((done, total)))
    assert seen
    assert all(0 <= done <= total for done, total in seen)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)

    class Stop(Exception):
        pass

    def stop(done, total):
        raise Stop

    with pytest.raises(Stop):
        explain(inputs, [0], stop)


def test_every_method_says_what_it_is(method):
    assert re.search(r"(19|20)\d\d, arXiv:\d{4}\.\d{4,5}$|(19|20)\d\d", method.paper)
    assert METHODS[method.name] is method
    assert [row.title for row in METHODS.values()].count(method.title) == 1


def test_every_method_tells_a_reader_in_one_sentence_what_its_colours_mean(method):
    assert re.fullmatch(r"[A-Z][^.]+\.", method.colours)
    assert "this label" in method.colours or method.label_blind
    assert "logit" not in method.colours


def test_images_are_handed_on_in_order_and_none_twice():
    images = np.arange(7, dtype=np.float32)
    assert [batch.tolist() for batch in in_batches(images, 3)] == [[0, 1, 2], [3, 4, 5], [6]]


def test_as_many_images_go_at_once_as_fit_in_eight_of_224_pixels():
    assert images_at_once(224, 224) == 8
    assert images_at_once(112, 112) == 32
    assert images_at_once(1024, 1024) == 8
    assert images_at_once(28, 28) == 256
