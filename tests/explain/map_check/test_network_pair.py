import pytest

from meddx.explain.map_check.network_pair import NetworkPair
from meddx.explain.map_check.weight_randomisation import RandomisedNetwork
from meddx.explain.methods import METHODS
from tests.arithmetic import assert_rounds_alike, products
from tests.explain.methods.networks import global_average, images


def test_methods_that_look_at_no_label_do_not_come_with_every_answer():
    answered = set(NetworkPair(global_average()).family)
    assert answered == {name for name, method in METHODS.items() if method.family and not method.label_blind}
    assert "eigen-cam" not in answered
    assert "grad-cam" in answered


@pytest.mark.parametrize("method", [name for name, row in METHODS.items() if row.family and not row.label_blind])
def test_every_method_of_the_family_is_answered_as_the_method_alone_does(method):
    model = global_average()
    networks = NetworkPair(model)
    networks.train()
    answers = networks(images(model))
    labels = range(model.outputs[1].shape[-1])
    assert_rounds_alike(answers[method], METHODS[method].build(model)(images(model), labels), products(model))
    assert_rounds_alike(answers["logits"], model(images(model))[1].numpy(), products(model))


def test_it_answers_by_the_weights_of_the_moment():
    model = global_average()
    networks, shuffled = NetworkPair(model), RandomisedNetwork(model)
    networks.shuffle(1.0, 3)
    shuffled.shuffle(1.0, 3)
    expected = shuffled.clone(images(model))[1].numpy()
    assert_rounds_alike(networks(images(model))["logits"], expected, products(model))
    networks.train()
    assert_rounds_alike(networks(images(model))["logits"], model(images(model))[1].numpy(), products(model))
