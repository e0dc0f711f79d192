"""Two models that answer the same labelled images differently, with recorded predictions and the images behind them."""

import numpy as np

from meddx.evaluate.predictions import Predictions, write_predictions
from tests.browser.model import BIAS, GAIN, TITLES, write_bright_and_dark

SETS = {"train": "train", "val": "validation", "test": "test"}
"""By the name in the archive, the name in a model folder."""
LEVELS = np.linspace(0.1, 0.9, 40)
"""Mean brightness of the images of a set."""
BIASES = {"eager": BIAS, "shy": (0.0, 0.5, 2.0)}
"""Both should call images bright above 0.5: "eager" does from 0.31, "shy" from 0.69."""
RECIPE = """
[fitting]
seed = 1
[data]
name = "grey images"
licence = "none"
split_rule = "none"
train = {{ kind = "medmnist", file = "{file}", split = "train" }}
validation = {{ kind = "medmnist", file = "{file}", split = "val" }}
test = {{ kind = "medmnist", file = "{file}", split = "test" }}
"""


def write_two_models(folder):
    """The models folder: "eager" is right on bright images, "shy" on dark ones, and both on the extremes."""
    images = np.stack([_image(level) for level in LEVELS])
    truth = np.where(LEVELS > 0.5, 1, 2)
    truth[[0, -1]] = 0  # neither calls an image normal
    arrays = {f"{name}_images": images for name in SETS} | {f"{name}_labels": truth[:, None] for name in SETS}
    np.savez(folder / "images.npz", **arrays)
    recipe = folder / "recipe.toml"
    named = "\n".join(f'[[labels]]\nname = "{name}"' for name in TITLES)
    recipe.write_text(named + RECIPE.format(file=folder / "images.npz"))
    training = {
        "data": "grey images", "licence": "none", "split_rule": "none", "n_train": 40, "n_validation": 40, "n_test": 40,
        "config": str(recipe),
    }  # fmt: skip
    for name, bias in BIASES.items():
        title = f"Grey images, {name}"
        made = write_bright_and_dark(folder / "models", name, bias=bias, title=title, training=training)
        for short, long in SETS.items():
            if short != "train":
                write_predictions(made / f"predictions-{long}.parquet", _answers(images, truth, bias, short))
    return folder / "models"


def _image(level):
    """Dark on the left, bright on the right, `level` on average: uint8 (28, 28)."""
    return np.tile(np.rint(255 * (level + np.linspace(-0.1, 0.1, 28))).astype(np.uint8), (28, 1))


def _answers(images, truth, bias, name):
    """What the network gives, by hand: the network's temperature is 1.5."""
    brightness = images.mean(axis=(1, 2)) / 255
    shares = np.stack([np.zeros(len(images)), GAIN * brightness, GAIN * (1 - brightness)], axis=1)
    logits = (shares + np.array(bias)).astype(np.float32)
    odds = np.exp(logits / 1.5)
    cases = tuple(f"{name}/{row:06d}" for row in range(len(images)))
    p = (odds / odds.sum(axis=1, keepdims=True)).astype(np.float64)
    return Predictions(tuple(TITLES), cases, cases, np.eye(3, dtype=bool)[truth], logits, p)
