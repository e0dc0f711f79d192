"""Take a fused network apart: what each part becomes, how they are joined, and the image with the rest held fixed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from meddx.errors import CardError
from meddx.model.card import Card
from meddx.model.connected_network import connected_network
from meddx.model.note_words import Vocabulary
from meddx.model.record_encoding import missing_record
from meddx.model.record_fields import record_width

Vectors = NDArray[np.float32]
"""What a part becomes before it is joined with the others, (n, units)."""

CONTEXT_LAYER = "context"
"""Name of the layer that holds record and note fixed."""


@keras.saving.register_keras_serializable(package="meddx")
class HeldContext(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
    """A vector that is the same for every image: what record and note became. It is set, not learned."""

    def __init__(self, units: int, **layer: object) -> None:
        super().__init__(**layer)
        self.units = units
        self.held = self.add_weight(shape=(1, units), initializer="zeros", trainable=False, name="held")

    def call(self, image_part: tf.Tensor) -> tf.Tensor:
        """Return the vector once for each image, (n, units)."""
        return tf.repeat(self.held, tf.shape(image_part)[0], axis=0)

    def compute_output_shape(self, shape: tuple[int | None, ...]) -> tuple[int | None, int]:
        """Return (n, units)."""
        return shape[0], self.units

    def get_config(self) -> dict[str, object]:
        """Return what a copy is built from."""
        return {**super().get_config(), "units": self.units}


@dataclass(frozen=True)
class FusedNetwork:
    """The parts of a fused network; the layers of the image are shared between all that has them.

    by_context: image (n, height, width, channels), context (n, units) -> [features, logits].
    head: the parts' vectors in the order of card.parts -> logits. pooled_layer: name of the layer of by_context whose
        output (n, k) is the image's vector. record, words, sequence: what makes the other vectors; None where the card
        has no such part. held: image -> [features, logits] with the context of `context_layer`.
    """

    card: Card
    vocabulary: Vocabulary | None
    by_context: keras.Model
    head: keras.Model
    pooled_layer: str
    record: keras.Model | None
    words: keras.layers.Embedding | None
    sequence: keras.layers.GRU | None
    held: keras.Model
    context_layer: HeldContext
    _logits: Callable[..., tf.Tensor] = field(init=False, repr=False)
    _record: Callable[..., tf.Tensor] = field(init=False, repr=False)
    _note: Callable[..., tf.Tensor] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Compile what is asked for at every answer."""
        compiled: dict[str, Callable[..., tf.Tensor]] = {
            "_logits": _compile(lambda *parts: self.head(list(parts), training=False), *self.head.inputs)
        }
        if self.record is not None:
            record = self.record
            compiled["_record"] = _compile(lambda values: record(values, training=False), *record.inputs)
        if self.words is not None:
            words = self.words
            compiled["_note"] = _compile(
                lambda numbers: self.note_vectors_of(words(numbers), numbers != 0), words.input
            )
        self.__dict__.update(compiled)

    def logits(self, parts: Sequence[Vectors]) -> NDArray[np.float32]:
        """Return the logits (n, labels) of the parts' vectors (n, units), in the order of card.parts."""
        return np.asarray(self._logits(*map(tf.constant, parts)))

    def record_vectors(self, values: NDArray[np.float32]) -> Vectors:
        """Return the record's vectors. values: (n, inputs), see meddx.model.record_encoding."""
        return np.asarray(self._record(tf.constant(values)))

    def note_vectors(self, numbers: NDArray[np.int32]) -> Vectors:
        """Return the note's vectors. numbers: (n, words), see meddx.model.note_words."""
        return np.asarray(self._note(tf.constant(numbers)))

    def note_vectors_of(self, vectors: tf.Tensor, is_word: tf.Tensor) -> tf.Tensor:
        """Return the note's vectors. vectors: (n, words, units) of its words; is_word: bool (n, words)."""
        assert self.sequence is not None  # only asked for where there is a note
        return self.sequence(vectors, mask=is_word, training=False)

    def absent(self) -> dict[str, Vectors]:
        """Return the vectors (1, units) of an absent record and of an absent note, as far as the card has them."""
        return self.vectors(missing_record(self.card.fields)[np.newaxis], self._no_words())

    def vectors(self, record: NDArray[np.float32], note: NDArray[np.int32]) -> dict[str, Vectors]:
        """Return the vectors by part. record: (n, inputs); note: (n, words); either is (n, 0) without such a part."""
        found: dict[str, Vectors] = {}
        if self.record is not None:
            found["record"] = self.record_vectors(record)
        if self.words is not None:
            found["note"] = self.note_vectors(note)
        return found

    def _no_words(self) -> NDArray[np.int32]:
        return np.zeros((1, self.card.note.words if self.card.note else 0), np.int32)


def _compile(compute: Callable[..., tf.Tensor], *inputs: keras.KerasTensor) -> Callable[..., tf.Tensor]:
    """Return the computation, compiled for any number of rows of these inputs."""
    taken = [tf.TensorSpec(one.shape, one.dtype) for one in inputs]
    compiled: Callable[..., tf.Tensor] = tf.function(compute).get_concrete_function(*taken)
    return compiled


def context_of(vectors: Mapping[str, Vectors]) -> Vectors:
    """Return the context (n, units) of the vectors of record and note."""
    return np.concatenate([vectors[part] for part in ("record", "note") if part in vectors], axis=1)


def take_apart(network: keras.Model, card: Card, vocabulary: Vocabulary | None) -> FusedNetwork:
    """Return the parts of a network that meddx.model.architectures.fusion built.

    Raises CardError naming the card's field that the network contradicts.
    """
    inputs: Any = getattr(network, "input", None)  # of which a Sequential may have none
    expected = {"image": (card.input.height, card.input.width, card.input.channels), "image_present": (1,)}
    if card.fields:
        expected["record"] = (record_width(card.fields),)
    if card.note is not None:
        expected["note"] = (card.note.words,)
    found = {name: tuple(tensor.shape[1:]) for name, tensor in inputs.items()} if isinstance(inputs, dict) else {}
    if found != expected:
        raise CardError(f"{card.id}/card.toml: fields input, fields, note: they want {expected}, the network {found}")
    names = {layer.name for layer in network.layers}
    wanted = {"image_part", "joint", "probabilities"} | {f"{part}_part" for part in card.parts}
    if not wanted <= names:
        raise CardError(f"{card.id}: the network lacks the layer {sorted(wanted - names)[0]!r} of a fusion")
    words = network.get_layer("note_words") if card.note is not None else None
    if vocabulary is not None and words is not None and words.input_dim != vocabulary.size:
        raise CardError(
            f"{card.id}/card.toml: field note.vocabulary: it has {vocabulary.size - 2} words, the network "
            f"{words.input_dim - 2}"
        )
    features = network.get_layer(card.explained.layer).output
    pooled = network.get_layer("image_part").input[0]
    units = [int(network.get_layer(f"{part}_part").output.shape[-1]) for part in card.parts]

    context = keras.Input((sum(units[1:]),), name="context")
    by_context = connected_network([inputs["image"], context], [features, _joined(network, [pooled, context])], network)
    parts = [keras.Input((width,), name=part) for part, width in zip(card.parts, units, strict=True)]
    layer = HeldContext(sum(units[1:]), name=CONTEXT_LAYER)
    held = connected_network(inputs["image"], [features, _joined(network, [pooled, layer(pooled)])], network, card.id)
    record = keras.Model(inputs["record"], network.get_layer("record_part").output) if card.fields else None
    return FusedNetwork(
        card,
        vocabulary,
        by_context,
        keras.Model(parts, _joined(network, parts)),
        pooled._keras_history.operation.name,
        record,
        words,
        network.get_layer("note_part") if card.note is not None else None,
        held,
        layer,
    )


def image_alone(network: keras.Model, fused: FusedNetwork) -> keras.Model:
    """Return image -> [features, logits] with record and note absent."""
    features, pooled = fused.by_context.outputs[0], network.get_layer("image_part").input[0]
    absent = context_of(fused.absent())
    layer = HeldContext(absent.shape[1], name=CONTEXT_LAYER)
    answer = _joined(network, [pooled, layer(pooled)])
    alone = connected_network(network.input["image"], [features, answer], network, fused.card.id)
    layer.held.assign(absent)
    return alone


def _joined(network: keras.Model, parts: list[keras.KerasTensor]) -> keras.KerasTensor:
    """Return the logits of these parts, by copies of the layers that join them.

    Copies, since a layer that is used twice has no input of its own that could be followed.
    """
    joint = _copy(network.get_layer("joint"), keras.layers.Concatenate()(parts) if len(parts) > 1 else parts[0])
    return _copy(network.get_layer("probabilities"), joint, activation="linear")


def _copy(layer: keras.layers.Layer, tensor: keras.KerasTensor, **changed: object) -> keras.KerasTensor:
    copy = type(layer).from_config({**layer.get_config(), **changed})
    output = copy(tensor)
    copy.set_weights(layer.get_weights())
    return output
