import keras
import numpy as np
import pytest
import tensorflow as tf

from meddx.model.architectures import small_cnn
from meddx.training.evidence_training import evidence_trained, strength_of_evidence


def test_the_strength_of_evidence_by_hand():
    # One channel, weights 2 and -5; three places: 2, 4, -2 for the first label, -5, -10, 5 for the second.
    features = tf.constant([[[[1.0], [2.0], [-1.0]]], [[[0.0], [0.0], [0.0]]]])
    kernel = tf.constant([[2.0, -5.0]])
    assert strength_of_evidence(features, kernel).numpy() == pytest.approx([8 / 3 + 20 / 3, 0])


def learner(**weights):
    keras.utils.set_random_seed(0)
    model = small_cnn.build((16, 16, 1), 2, "softmax", filters=(8, 8, 8, 8), dropout=0.0)
    learns = evidence_trained(model)
    learns.learn_by(keras.losses.CategoricalCrossentropy(reduction=None), **weights)
    learns.compile(keras.optimizers.Adam(0.02))
    return model, learns


def test_sparsity_leaves_less_evidence_for_the_same_answers():
    generator = np.random.default_rng(0)
    images = generator.uniform(0, 1, (32, 16, 16, 1)).astype(np.float32)
    targets = np.eye(2, dtype=np.float32)[np.arange(32) % 2]
    images[1::2, 2:6, 2:6] += 1.5
    strength = {}
    for sparsity in (0.0, 0.05):
        model, learns = learner(sparsity=sparsity)
        for _ in range(80):
            learns.train_on_batch(images, targets, np.ones(32, np.float32))
        probabilities, features = learns(images, training=False)
        assert (np.asarray(probabilities).argmax(axis=1) == targets.argmax(axis=1)).mean() > 0.9
        kernel = model.get_layer("probabilities").kernel
        strength[sparsity] = float(tf.reduce_mean(strength_of_evidence(features, kernel)))
    assert strength[0.05] < 0.7 * strength[0.0]


def test_the_map_learns_to_stay_in_the_box_when_the_label_alone_would_not_say_where():
    generator = np.random.default_rng(0)
    images = generator.uniform(0, 0.1, (32, 16, 16, 1)).astype(np.float32)
    targets = np.eye(2, dtype=np.float32)[np.arange(32) % 2]
    images[1::2, 2:6, 2:6] += 0.8  # both tell the second label; the box names the first
    images[1::2, 10:14, 10:14] += 0.8
    images[::2, 2:6, 2:6] -= 0.05
    inside = np.zeros((32, 2, 2), np.float32)
    inside[:, 0, 0] = 1
    shares = {}
    for weight in (0.0, 2.0):
        model, learns = learner(box_weight=weight)
        y = (targets, inside) if weight else targets
        for _ in range(60):
            learns.train_on_batch(images, y, np.ones(32, np.float32))
        probabilities, features = learns(images, training=True)
        assert (np.asarray(probabilities).argmax(axis=1) == targets.argmax(axis=1)).all()
        kernel = model.get_layer("probabilities").kernel
        evidence = np.maximum(np.einsum("nijk,kl,nl->nij", features, kernel, targets), 0)
        shares[weight] = (evidence * inside).sum() / evidence.sum()
    assert shares[0.0] < 0.5
    assert shares[2.0] > 0.75
