import numpy as np
import pytest

from meddx.explain.methods import METHODS
from meddx.explain.reliability.networks import FAMILY, Networks
from meddx.explain.reliability.randomised import Randomised
from tests.explain.methods.networks import films, global_average


@pytest.mark.parametrize("method", FAMILY)
def test_every_method_of_the_family_is_answered_as_the_method_alone_does(method):
    model = global_average()
    networks = Networks(model)
    networks.train()
    answers = networks(films(model))
    labels = range(model.outputs[1].shape[-1])
    np.testing.assert_allclose(answers[method], METHODS[method].build(model)(films(model), labels), atol=1e-6)
    np.testing.assert_allclose(answers["logits"], model(films(model))[1].numpy(), atol=1e-6)


def test_it_answers_by_the_weights_of_the_moment():
    model = global_average()
    networks, shuffled = Networks(model), Randomised(model)
    networks.shuffle(1.0, 3)
    shuffled.shuffle(1.0, 3)
    expected = shuffled.clone(films(model))[1].numpy()
    np.testing.assert_allclose(networks(films(model))["logits"], expected, atol=1e-6)
    networks.train()
    np.testing.assert_allclose(networks(films(model))["logits"], model(films(model))[1].numpy(), atol=1e-6)
