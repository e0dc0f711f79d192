"""Join a network for images with one for a record and one for a note.

The layers' names are what meddx.model.fused_network takes the finished network apart by.
"""

from typing import Literal

import keras
from keras import layers

from meddx.errors import Refused


def build(
    image_network: keras.Model | None,
    activation: str,
    *,
    outputs: int,
    record_width: int = 0,
    vocabulary_size: int = 0,
    words: int = 0,
    record_units: int = 16,
    note_units: int = 16,
    word_units: int = 16,
    join: Literal["dense", "sum"] = "dense",
    joint_units: int = 32,
    dropout: float = 0.2,
) -> keras.Model:
    """Return a network of the inputs "image", "image_present" (n, 1), "record" and "note", as far as there are any.

    image_network: ends in a Dense layer on pooled features (n, k), which are multiplied by image_present, 1 or 0.
        None builds a network without an image, to compare with.
    record_width: inputs of the record, 0 for none. vocabulary_size, words: of the note, 0 for none.
    join: "dense": a dense layer of `joint_units` sees the parts together. "sum": the logits are a sum of terms, one for
        each part and linear in what it became.
    The GRU (Cho et al. 2014, arXiv:1406.1078) has no biases, so that its state stays at zero where words are zero or
    there are none. Raises Refused for a network that ends otherwise.
    """
    inputs: dict[str, keras.KerasTensor] = {}
    parts: list[keras.KerasTensor] = []
    if image_network is not None:
        inputs = {"image": image_network.input, "image_present": keras.Input((1,), name="image_present")}
        pooled = _pooled_features(image_network)
        parts.append(layers.Multiply(name="image_part")([pooled, inputs["image_present"]]))
    if record_width:
        inputs["record"] = record = keras.Input((record_width,), name="record")
        hidden = layers.Dense(record_units, activation="relu", name="record_hidden")(record)
        parts.append(layers.Dense(record_units, activation="relu", name="record_part")(hidden))
    if vocabulary_size:
        inputs["note"] = note = keras.Input((words,), dtype="int32", name="note")
        vectors = layers.Embedding(vocabulary_size, word_units, mask_zero=True, name="note_words")(note)
        # cuDNN's kernel refuses rows without any word.
        parts.append(layers.GRU(note_units, use_bias=False, use_cudnn=False, name="note_part")(vectors))
    joined = layers.Concatenate(name="joined")(parts) if len(parts) > 1 else parts[0]
    if join == "sum":
        joint = layers.Dense(outputs, name="joint")(joined)
    else:
        # SiLU (Ramachandran et al. 2017, arXiv:1710.05941) is smooth: integrated gradients add up after few steps.
        joint = layers.Dense(joint_units, activation="silu", name="joint")(joined)
        joint = layers.Dropout(dropout, name="joint_dropout")(joint)
    answer = layers.Dense(outputs, activation=activation, name="probabilities")(joint)
    return keras.Model(inputs, answer, name="fusion")


def _pooled_features(network: keras.Model) -> keras.KerasTensor:
    last = network.layers[-1]
    if not isinstance(last, layers.Dense) or len(last.input.shape) != 2:
        raise Refused(
            "no-pooled-features",
            f"{network.name} does not end in one Dense layer on pooled features, which a fusion needs; "
            "choose another architecture.",
        )
    return last.input
