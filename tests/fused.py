"""Complete model folders with a fused network whose weights are random, for tests of record and note."""

import keras
import numpy as np

from meddx.model.architectures import fusion, small_cnn
from meddx.model.note_words import Vocabulary, write_vocabulary
from meddx.model.record_fields import CategoryField, NumberField, YesNoField, record_width
from tests.untrained import write_model

AGE = NumberField(kind="number", name="age", title="Age", unit="years", low=0, high=120)
SEX = CategoryField(kind="category", name="sex", title="Sex", values=("F", "M"))
SMOKER = YesNoField(kind="yes/no", name="smoker", title="Smoker")
FIELDS = (AGE, SEX, SMOKER)
WORDS = ("cough", "fever", "haemoptysis", "pain")
MOST_WORDS = 12


def fused_network(fields=FIELDS, words=WORDS, *, size=32, labels=3, task="exclusive", seed=7):
    """A fused network with random weights, none of them zero where training would have moved it."""
    keras.utils.set_random_seed(seed)
    activation = "softmax" if task == "exclusive" else "sigmoid"
    image = small_cnn.build((size, size, 1), labels, activation, filters=(4, 8))
    network = fusion.build(
        image,
        activation,
        outputs=labels,
        record_width=record_width(fields),
        vocabulary_size=len(words) + 2 if words else 0,
        words=MOST_WORDS if words else 0,
    )
    random = np.random.default_rng(seed)
    for layer in network.layers:
        if isinstance(layer, keras.layers.Dense | keras.layers.GRU | keras.layers.Embedding):
            layer.set_weights([random.normal(0, 0.7, one.shape).astype(np.float32) for one in layer.get_weights()])
    return network


def write_fused(models, name="fused", fields=FIELDS, words=WORDS, **options):
    """A model folder with a fused network and its vocabulary. Returns the folder."""
    network = fused_network(fields, words, **options)
    folder = models / name
    folder.mkdir(parents=True)
    beside = {}
    if fields:
        beside["fields"] = [one.model_dump() for one in fields]
    if words:
        sha256 = write_vocabulary(folder, Vocabulary(words))
        beside["note"] = {"vocabulary": "vocabulary.txt", "sha256": sha256, "words": MOST_WORDS}
    return write_model(models, name, options.get("task", "exclusive"), network, **beside)
