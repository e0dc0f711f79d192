"""Complete model folders with untrained weights, for tests that need a model but not a good one."""

import hashlib
import json
import tomllib
from pathlib import Path

import keras

LABELS = ("NORMAL", "EFFUSION", "NODULE")


def network(task="exclusive", *, size=32, channels=1, labels=3, filters=8, separate_activation=False):
    """Two convolutions and a dense head, with the activation in the last Dense layer or in a layer of its own."""
    keras.utils.set_random_seed(7)
    activation = "softmax" if task == "exclusive" else "sigmoid"
    image = keras.Input((size, size, channels))
    x = keras.layers.Conv2D(filters, 3, activation="relu")(image)
    x = keras.layers.MaxPooling2D()(x)
    x = keras.layers.Conv2D(filters, 3, name="features_conv")(x)
    x = keras.layers.ReLU(name="features")(x)
    x = keras.layers.MaxPooling2D()(x)
    x = keras.layers.Flatten()(x)
    x = keras.layers.Dense(16, activation="relu")(x)
    if separate_activation:
        x = keras.layers.Dense(labels)(x)
        x = keras.layers.Softmax()(x) if task == "exclusive" else keras.layers.Activation("sigmoid")(x)
    else:
        x = keras.layers.Dense(labels, activation=activation)(x)
    return keras.Model(image, x)


def write_model(models: Path, name="untrained", task="exclusive", model=None, **changes) -> Path:
    """A model folder under `models`; `changes` replace top-level fields of its card. Returns the folder."""
    model = network(task) if model is None else model
    folder = models / name
    folder.mkdir(parents=True, exist_ok=bool({"fields", "note"} & set(changes)))
    model.save(folder / "weights.keras")
    fused = isinstance(getattr(model, "input", None), dict)  # a Sequential may have no input of that name
    image = model.input["image"] if fused else model.inputs[0]
    height, width, channels = image.shape[1:]
    card = {
        "id": name,
        "version": "1.0.0",
        "title": f"Untrained {task}",
        "summary": "Knows nothing.",
        "architecture": "test",
        "task": task,
        "labels": [label(name) for name in LABELS[: model.output_shape[-1]]],
        "input": {
            "height": height, "width": width, "channels": channels, "low": 0.0, "high": 1.0, "resize": "pad",
        },
        "accepts": {"modality": ["CR", "DX"], "body_part": ["CHEST"]},
        "explained": {"layer": "features", "heatmap_scale": 0.1, "scale_rule": "guessed"},
        "calibration": {"temperature": 1.5, "fitted_on": "nothing", "coverage": 0.9},
        "training": {
            "data": "none", "licence": "none", "split_rule": "none",
            "n_train": 0, "n_validation": 0, "n_test": 0, "config": "none",
        },
        "metrics": [],
        "use": {"intended": "tests", "not_for": "anything else", "known_failures": []},
        "weights": {
            "file": "weights.keras",
            "sha256": hashlib.sha256((folder / "weights.keras").read_bytes()).hexdigest(),
            "keras": keras.__version__,
            "parameters": model.count_params(),
        },
    }  # fmt: skip
    (folder / "card.toml").write_text(toml(card | changes))
    return folder


def label(name, threshold=0.5, quantile=0.9, **changes):
    """One label of a card."""
    code = {"scheme": "SCT", "value": "1", "meaning": name}
    return {
        "name": name, "title": name.title(), "code": code, "threshold": threshold, "threshold_rule": "guessed",
        "threshold_set": "nothing", "conformal_quantile": quantile,
    } | changes  # fmt: skip


def toml(value: object, top: bool = True) -> str:
    """A card as TOML: JSON's scalars and lists are TOML's, tables are written inline below the top."""
    if isinstance(value, dict):
        items = [f"{key} = {toml(item, top=False)}" for key, item in value.items()]
        return "\n".join(items) if top else "{" + ", ".join(items) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml(item, top=False) for item in value) + "]"
    return json.dumps(value)


def bare_label(name):
    """A label of which nothing is known but its name."""
    return {"name": name, "title": name.title()}


def write_bare_model(models: Path, name="bare", task="exclusive", model=None, **changes) -> Path:
    """A model folder whose card knows nothing that takes labelled images: no calibration, threshold, scale or code."""
    folder = write_model(models, name, task, model)
    content = tomllib.loads((folder / "card.toml").read_text())
    content = {field: value for field, value in content.items() if field not in ("calibration", "training")}
    content |= {
        "labels": [bare_label(one["name"]) for one in content["labels"]],
        "accepts": {"modality": [], "body_part": []},
        "explained": {"layer": "features"},
    }
    (folder / "card.toml").write_text(toml(content | changes))
    return folder
