"""Share out what a note contributed between its words.

Integrated gradients (Sundararajan, Taly and Yan 2017, arXiv:1703.01365) from words of zero, which a fused network's GRU
cannot tell from no note, to the words as they are: of the logit averaged over the combinations of the other parts, as
the note's Shapley value is, so that the words' shares add up to it (proposition 1).
"""

from collections.abc import Mapping, Sequence

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from meddx.model.fused_network import FusedNetwork, Vectors

PATH_STEPS = (16, 64, 256)
"""Points of the path that are tried, until the shares add up."""
COMPLETE_WITHIN = 1e-3
"""Error of the sum that is accepted, in logit units."""


class WordShares:
    """Share out what a fused network makes of notes; compiled once."""

    def __init__(self, fused: FusedNetwork) -> None:
        assert fused.words is not None  # of a network that takes a note
        self._fused, self._words = fused, fused.words
        self._rest = [part for part in fused.card.parts if part != "note"]
        self._slopes = tf.function(self._compute, reduce_retracing=True)

    def __call__(
        self,
        numbers: NDArray[np.int32],
        others: Sequence[Mapping[str, Vectors]],
        weights: Sequence[float],
        note_share: NDArray[np.float64],
    ) -> tuple[NDArray[np.float64], float]:
        """Return the share of each word, (words, labels), and the largest error of their sum over labels, in logits.

        numbers: int32 (words,) of the note. others: by part, vectors (1, units) of each combination of the other parts;
        weights: how much each counts. note_share: (labels,), what the shares are to add up to.
        """
        used = int((numbers != 0).sum())
        if not used:
            return np.zeros((0, len(note_share))), 0.0
        vectors = self._words(tf.constant(numbers))
        rest = {part: tf.constant(np.concatenate([one[part] for one in others])) for part in self._rest}
        shares, error = np.zeros((used, len(note_share))), np.inf
        for steps in PATH_STEPS:
            at, weight_at = np.polynomial.legendre.leggauss(steps)
            place = tf.constant((at + 1) / 2, tf.float32)
            slopes = self._slopes(place, vectors, tf.constant(numbers != 0), rest, tf.constant(weights, tf.float32))
            # Equation 3: the mean gradient along the path, times the way, summed over a word's units.
            mean = np.tensordot(weight_at / 2, np.asarray(slopes, np.float64), axes=(0, 1))
            shares = np.einsum("lwu,wu->wl", mean, np.asarray(vectors, np.float64))[:used]
            error = float(np.abs(shares.sum(axis=0) - note_share).max())
            if error <= COMPLETE_WITHIN:
                break
        return shares, error

    def _compute(
        self, place: tf.Tensor, vectors: tf.Tensor, is_word: tf.Tensor, rest: dict[str, tf.Tensor], weights: tf.Tensor
    ) -> tf.Tensor:
        """Return the gradients of each label's averaged logit by the words, (labels, steps, words, units)."""
        steps, combinations = tf.shape(place)[0], tf.shape(weights)[0]
        path = place[:, tf.newaxis, tf.newaxis] * vectors
        note = self._fused.note_vectors_of(path, tf.repeat(is_word[tf.newaxis], steps, axis=0))
        # Every step with every combination of the others: (steps * combinations, units).
        parts = {"note": tf.repeat(note, combinations, axis=0)}
        parts |= {part: tf.tile(values, [steps, 1]) for part, values in rest.items()}
        logits = self._fused.head([parts[part] for part in self._fused.card.parts], training=False)
        averaged = logits * tf.tile(weights, [steps])[:, tf.newaxis]
        labels = range(averaged.shape[-1])
        return tf.stack([tf.gradients(tf.reduce_sum(averaged[:, label]), path)[0] for label in labels])
