import keras
import numpy as np
import pytest

from meddx.model.architectures import small_cnn
from meddx.training.weight_averaging import WeightAverage


def test_the_average_follows_every_weight_by_the_recursion():
    model = small_cnn.build((16, 16, 1), 2, "softmax", filters=(4, 4, 4))
    average = WeightAverage(model, 0.5)
    expected = [np.array(weight) for weight in model.get_weights()]
    generator = np.random.default_rng(0)
    for step in range(1, 30):
        now = [generator.normal(size=weight.shape).astype(np.float32) for weight in expected]
        model.set_weights(now)
        average.follow(step)
        decay = min(0.5, (1 + step) / (10 + step))
        expected = [decay * mean + (1 - decay) * weight for mean, weight in zip(expected, now, strict=True)]
    for mean, weight in zip(average.model.get_weights(), expected, strict=True):
        assert mean == pytest.approx(weight, abs=1e-5)
    assert any("moving_mean" in weight.path for weight in average.model.weights)


def test_the_average_is_a_network_of_its_own():
    model = small_cnn.build((16, 16, 1), 2, "softmax", filters=(4, 4, 4))
    average = WeightAverage(model, 0.9)
    image = np.ones((1, 16, 16, 1), np.float32)
    before = np.asarray(average.model(image))
    assert before == pytest.approx(np.asarray(model(image)))
    model.set_weights([weight + 1 for weight in model.get_weights()])
    assert np.asarray(average.model(image)) == pytest.approx(before)
    assert isinstance(average.model, keras.Model)
