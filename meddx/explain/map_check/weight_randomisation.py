"""Shuffle a network's weights from the output downwards (Adebayo et al. 2018, arXiv:1810.03292, section 3.1).

A map that stays nearly the same does not show what the network has learned. Each tensor keeps its values in a random
order, so that their distribution stays that of the trained network, where the paper draws new ones.
"""

import keras
import numpy as np
from numpy.typing import NDArray

CASCADE = ((0.0, 0), (0.5, 0), (1.0, 0), (1.0, 1))
"""(share of the layers with weights that is shuffled, those nearest the output first and at least one; seed)."""
_SEED = 1810


class RandomisedNetwork:
    """Shuffle the weights of a clone of a network; the network itself is read and never changed.

    network: outputs [features, logits]. `clone` is the same model throughout: what is compiled on it sees every
    shuffle.
    """

    def __init__(self, network: keras.Model) -> None:
        self.clone = keras.models.clone_model(network)
        pairs = zip(self.clone.layers, network.layers, strict=True)
        self._pairs = [(clone, trained) for clone, trained in pairs if trained.weights]
        learned = [place for place, (_, trained) in enumerate(self._pairs) if trained.trainable_weights]
        self._from_the_answer = learned[::-1]
        self._seeds: dict[int, int | None] = {}
        """By layer: the seed by which its weights are shuffled now; None where they are the network's."""

    def shuffle(self, share: float, seed: int = 0) -> None:
        """Give the clone the network's weights, those of this share of its layers shuffled; equal for equal arguments.

        Layers that are in that state already are left alone: where the network itself has changed, `restore` first.
        """
        shuffled = set(self._from_the_answer[: max(1, round(share * len(self._from_the_answer)))])
        for place, (clone, trained) in enumerate(self._pairs):
            wanted = seed if place in shuffled else None
            if place in self._seeds and self._seeds[place] == wanted:
                continue
            weights = trained.get_weights()
            if place in shuffled:
                random = np.random.default_rng([_SEED, seed, place])
                # What batch normalisation keeps of one channel belongs together: a channel's mean with its variance.
                together = isinstance(trained, keras.layers.BatchNormalization)
                weights = _channels(weights, random) if together else [_entries(one, random) for one in weights]
            clone.set_weights(weights)
            self._seeds[place] = wanted

    def restore(self) -> None:
        """Give the clone the network's present weights, none shuffled."""
        for clone, trained in self._pairs:
            clone.set_weights(trained.get_weights())
        self._seeds = dict.fromkeys(range(len(self._pairs)))


def _entries(weights: NDArray[np.float32], random: np.random.Generator) -> NDArray[np.float32]:
    return np.asarray(random.permutation(weights.ravel()).reshape(weights.shape))


def _channels(weights: list[NDArray[np.float32]], random: np.random.Generator) -> list[NDArray[np.float32]]:
    order = random.permutation(weights[0].size)
    return [one[order] for one in weights]
