"""Keep a moving average of a network's weights, which generalises better than the weights themselves."""

import keras
import tensorflow as tf


class WeightAverage:
    """An exponential moving average of all weights, batch statistics included (Polyak and Juditsky 1992)."""

    def __init__(self, model: keras.Model, decay: float) -> None:
        """Start with the weights that `model` has now.

        decay: how much of the average stays at each step.
        """
        self.model = keras.models.clone_model(model)
        self.model.set_weights(model.get_weights())
        self._of, self._decay = model, decay
        self._step = tf.function(self._follow)

    def follow(self, steps: int) -> None:
        """Update the average after training step number `steps`, counted from 1.

        The first steps are forgotten sooner: the decay is at most (1 + steps) / (10 + steps).
        """
        self._step(tf.constant(min(self._decay, (1 + steps) / (10 + steps)), tf.float32))

    def _follow(self, decay: tf.Tensor) -> None:
        for mean, weight in zip(self.model.weights, self._of.weights, strict=True):
            mean.assign(decay * mean.value + (1 - decay) * weight.value)
