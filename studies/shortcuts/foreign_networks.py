"""Train small networks on images with a mark of `foreign_marks` that goes with the illness, and honest ones."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from meddx.evaluate.batched_inference import Forward
from studies.shortcuts.foreign_marks import Mark, Plane, draw
from studies.shortcuts.image_pools import POOLS, Pool, read_pool, split

EPOCHS, BATCH, RATE = 7, 32, 0.001
LEARNED = 0.10
"""AUROC that a network loses, at least, when the well carry the mark instead of the ill: it has learned the mark."""


@dataclass(frozen=True)
class Subject:
    """A trained network.

    mark: None where none was drawn; planted: whether it went with the illness. probed: images as those of training, of
    other patients; bare: the same without the mark. auroc, reversed: on `probed`, and where the well carry the mark as
    the ill did.
    """

    pool: str
    mark: Mark | None
    planted: bool
    ask: Forward
    probed: Pool
    bare: Pool
    auroc: float
    reversed: float


def networks(seed: int, numbers: Iterable[int], kinds: tuple[str, ...], data: Path, cache: Path) -> Iterator[Subject]:
    """Yield for every number a network with a planted mark and one without.

    Those without saw it on a random half of the images, or, every other one, never. A mark that was not learned
    (LEARNED) is no shortcut: another is drawn. `seed` decides everything.
    """
    for index in numbers:
        pool = tuple(POOLS)[index % len(POOLS)]
        kind = kinds[(index + index // len(POOLS)) % len(kinds)]
        for attempt in range(20):
            subject = subject_of(Plan(seed, 1000 * attempt + index, pool, kind, True), data, cache)
            if subject.auroc - subject.reversed >= LEARNED:
                yield subject
                break
        else:
            raise RuntimeError(f"No network learned a {kind} on {pool}.")
        yield subject_of(Plan(seed, 500 + index, pool, kind if index % 2 else None, False), data, cache)


@dataclass(frozen=True)
class Plan:
    """What decides a network: seed and number, its images, the kind of mark (None: none), whether it is planted."""

    seed: int
    number: int
    pool: str
    kind: str | None
    planted: bool


def subject_of(plan: Plan, data: Path, cache: Path) -> Subject:
    """Return one network, from `cache` where it was trained before."""
    from sklearn.metrics import roc_auc_score

    seed = [plan.seed, plan.number]
    dice = np.random.default_rng(seed)
    learned_from, bare = split(read_pool(plan.pool, data, cache), dice)
    mark = None if plan.kind is None else draw(plan.kind, bare.images.shape[1], dice)
    often, seldom = (dice.uniform(0.80, 0.95), dice.uniform(0.02, 0.10)) if plan.planted else (0.5, 0.5)
    training, probed = (marked(one, mark, often, seldom, dice) for one in (learned_from, bare))
    other = marked(bare, mark, seldom, often, dice)
    ask = _network(training, int(dice.integers(2)), seed, cache / f"{plan.seed}-{plan.number}.keras")
    areas = [
        float(roc_auc_score(one.ill, np.diff(ask(one.images[..., np.newaxis]), axis=1)[:, 0]))
        for one in (probed, other)
    ]
    return Subject(plan.pool, mark, plan.planted, ask, probed, bare, *areas)


def marked(pool: Pool, mark: Mark | None, often: float, seldom: float, dice: np.random.Generator) -> Pool:
    """Return the images, each ill one marked with probability `often`, each other with `seldom`."""
    here = dice.random(len(pool.ill)) < np.where(pool.ill, often, seldom)
    images: list[Plane] = [
        mark.on(image) if mark and on else image for image, on in zip(pool.images, here, strict=True)
    ]
    return Pool(np.stack(images), pool.ill, pool.patients)


def _network(training: Pool, sort: int, seed: list[int], path: Path) -> Forward:
    """Return a plain CNN (sort 0) or a small one with global pooling (1), trained unless `path` has its weights."""
    import keras
    import tensorflow as tf
    from keras import layers

    keras.utils.set_random_seed(seed[0] * 100_003 + seed[1])
    side = training.images.shape[1]
    image = keras.Input((side, side, 1))
    x = image
    if sort == 0:
        for filters in (16, 32, 32)[: 2 + (side > 32)]:
            x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
            x = layers.MaxPooling2D()(x)
        x = layers.Dense(48, activation="relu")(layers.Flatten()(x))
    else:
        for filters in (12, 24, 32):
            x = layers.Conv2D(filters, 3, strides=2, padding="same", use_bias=False)(x)
            x = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))
        x = layers.Concatenate()([layers.GlobalAveragePooling2D()(x), layers.GlobalMaxPooling2D()(x)])
    network = keras.Model(image, layers.Dense(2)(x))
    if path.exists():
        network.load_weights(path)
    else:
        steps = EPOCHS * (len(training.ill) // BATCH)
        rate = keras.optimizers.schedules.CosineDecay(RATE * (3 if sort else 1), steps)
        network.compile(keras.optimizers.Adam(rate), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        network.fit(
            training.images[..., np.newaxis], training.ill.astype(np.int32), epochs=EPOCHS, batch_size=BATCH, verbose=0
        )
        network.save(path)
    compiled = tf.function(
        lambda inputs: network(inputs, training=False), input_signature=[tf.TensorSpec((None, side, side, 1))]
    )

    def ask(inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.concatenate([compiled(inputs[at : at + 256]).numpy() for at in range(0, len(inputs), 256)])

    return ask
