"""A network small enough to compute by hand: bright pixels speak for one label, dark ones for another."""

import keras
import numpy as np

from tests.untrained import label, write_model

TITLES = {"NORMAL": "Normal", "BRIGHT": "Bright", "DARK": "Dark"}
BIAS = (0.0, 2.0, 0.5)
SIZE = 32
GAIN = 4.0


def write_bright_and_dark(models, name="bright-and-dark", threshold=0.5, bias=BIAS, **card):
    """The model folder. Logits: 0, 2 + 4 * mean brightness, 0.5 + 4 * mean darkness; "BRIGHT" is a finding.

    Grad-CAM gives 4 * brightness / pixels for "BRIGHT": the scale is that of full brightness. card: other fields.
    """
    image = keras.Input((SIZE, SIZE, 1))
    tones = keras.layers.Conv2D(2, 1, activation="relu", name="features")
    mean = keras.layers.GlobalAveragePooling2D()
    head = keras.layers.Dense(3, activation="softmax")
    network = keras.Model(image, head(mean(tones(image))))
    tones.set_weights([np.array([[[[1.0, -1.0]]]]), np.array([0.0, 1.0])])
    head.set_weights([np.array([[0, GAIN, 0], [0, 0, GAIN]]), np.array(bias)])
    labels = [label("NORMAL", absence=True), label("BRIGHT", threshold), label("DARK", threshold)]
    explained = {"layer": "features", "heatmap_scale": GAIN / SIZE**2, "scale_rule": "by hand"}
    title = name.replace("-", " ").title()
    return write_model(models, name, model=network, labels=labels, explained=explained, **{"title": title} | card)
