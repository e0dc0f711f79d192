import re
import zipfile

import keras
import numpy as np
import pytest
from keras import layers, ops

from meddx.errors import Refused
from meddx.model.importing.describe_file import describe_file
from meddx.model.importing.scan_file import scan_file
from meddx.model.importing.training_loss import regression_loss
from tests.model.importing.networks import any_size, classifier, mixed_precision, nested_twice


def found(tmp_path, model, extension="keras"):
    path = tmp_path / f"model.{extension}"
    model.save(path)
    return describe_file(path)


def network(first, last=None, side=32, channels=3):
    """A classifier that begins with `first` and ends with `last`."""
    image = keras.Input((side, side, channels))
    x = layers.Conv2D(4, 3, activation="relu", name="features")(first(image))
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(image, (last or layers.Dense(2, activation="softmax"))(x))


@pytest.mark.parametrize(
    ("head", "kind", "units"),
    [
        (layers.Dense(3, activation="softmax"), "softmax", 3),
        (layers.Dense(2, activation="softmax"), "softmax", 2),
        (layers.Dense(1, activation="sigmoid"), "one sigmoid", 1),
        (layers.Dense(1), "one logit", 1),
        (layers.Dense(4, activation="sigmoid"), "sigmoid", 4),
        (layers.Dense(4), "logits", 4),
        (layers.Dense(4, activation="log_softmax"), "logits", 4),
        (lambda x: layers.Softmax()(layers.Dense(3)(x)), "softmax", 3),
        (lambda x: layers.Activation("sigmoid")(layers.Dense(3)(x)), "sigmoid", 3),
        (lambda x: layers.Activation("linear")(layers.Dense(3, activation="softmax")(x)), "softmax", 3),
        (lambda x: layers.Concatenate()([layers.Dense(1, activation="sigmoid")(x) for _ in range(3)]), "sigmoid", 3),
        (lambda x: ops.softmax(layers.Dense(3)(x)), "softmax", 3),
        (lambda x: layers.Reshape((2,))(layers.Dense(2, activation="softmax")(x)), "softmax", 2),
    ],
    ids=range(13),
)
def test_the_head_is_named_by_what_it_gives(tmp_path, head, kind, units):
    (one,) = found(tmp_path, network(lambda x: x, head)).heads
    assert (one.kind, one.units) == (kind, units)


@pytest.mark.parametrize(
    ("first", "phrase", "scalings"),
    [
        (lambda x: x, None, "0-1"),
        (layers.Rescaling(1 / 255, name="r"), "layer 'r' multiplies by 0.003922", "inside"),
        (layers.Rescaling(1 / 127.5, -1, name="r"), "layer 'r' multiplies by 0.007843 and adds -1", "inside"),
        (layers.Normalization(mean=0.5, variance=0.0625, name="n"), "layer 'n' multiplies by 4 and adds -2", "0-1"),
        (layers.Normalization(mean=127.0, variance=3600.0, name="n"), "layer 'n' multiplies by 0.01667 and adds -2.117",
         "inside"),
        (lambda x: x / 127.5 - 1, "layer 'true_div.*' multiplies by 0.007843, then layer '.*' adds -1", "inside"),
        (keras.applications.vgg16.preprocess_input, "layer '.*' reverses the channels, then layer '.*' adds -103.9,.*",
         "inside"),
        (layers.BatchNormalization(), None, "0-1"),
    ],
    ids=["none", "to 1", "to -1", "of 0 to 1", "of 0 to 255", "operations", "caffe", "batch normalisation"],
)  # fmt: skip
def test_scaling_inside_is_told_with_its_layers(tmp_path, first, phrase, scalings):
    model = found(tmp_path, network(first))
    if phrase is None:
        assert model.scaling_inside is None
    else:
        assert re.fullmatch(phrase, model.scaling_inside), model.scaling_inside
    assert model.scalings[0] == scalings
    assert (len(model.scalings) == 1) == (scalings == "inside")


def test_an_image_that_is_scaled_twice_inside_is_told(tmp_path):
    model = network(lambda x: layers.Rescaling(1 / 255)(layers.Rescaling(1 / 255)(x)))
    (note,) = found(tmp_path, model).notes
    assert note.startswith("The image is scaled twice inside the model, to 0.0039 between black and white")


def test_grey_models_are_offered_no_scaling_of_colour(tmp_path):
    assert set(found(tmp_path, any_size(channels=1)).scalings) == {"0-1", "0-255", "-1-1", "standardize"}


def test_a_backbone_is_recognised_inside_with_its_usual_input(tmp_path):
    backbone = keras.applications.MobileNetV2(weights=None, include_top=False, alpha=0.35)
    image = keras.Input((None, None, 3))
    x = layers.GlobalAveragePooling2D()(backbone(image))
    model = found(tmp_path, keras.Model(image, layers.Dense(3)(x)))
    assert (model.architecture, model.input, model.proposed_input) == ("MobileNetV2", None, (224, 224))
    assert (model.scaling_inside, model.scalings[0], model.explained_layer) == (None, "-1-1", "out_relu")


def test_mixed_precision_is_told(tmp_path):
    (note,) = found(tmp_path, mixed_precision()).notes
    assert note == "Its layers compute in mixed_float16; here they compute in float32, with the same weights."


def test_every_output_can_be_chosen(tmp_path):
    image = keras.Input((32, 32, 3))
    x = layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3)(image))
    outputs = [layers.Dense(2, activation="softmax", name="side")(x), layers.Dense(5, name="finding")(x)]
    assert [head.name for head in found(tmp_path, keras.Model(image, outputs)).heads] == ["side", "finding"]


def several_images():
    images = [keras.Input((32, 32, 3), name=name) for name in ("left", "right")]
    x = layers.GlobalAveragePooling2D()(layers.Concatenate()(images))
    return keras.Model(images, layers.Dense(2, activation="softmax")(x))


class Subclassed(keras.Model):
    """A network without a graph, whose code is not in its file."""

    def __init__(self):
        super().__init__(name="subclassed")
        self.dense = layers.Dense(2)

    def call(self, image):
        return self.dense(layers.Flatten()(image))


def subclassed():
    model = Subclassed()
    model(np.zeros((1, 8, 8, 3), np.float32))
    return model


@keras.saving.register_keras_serializable(package="clinic")
class Attention(layers.Layer):
    """A layer of someone's own."""

    def call(self, x):
        return x


def segmentation():
    image = keras.Input((32, 32, 3))
    return keras.Model(image, layers.Conv2D(2, 3, activation="softmax", name="mask")(image))


def in_training():
    return network(lambda x: layers.Dropout(0.5, name="monte_carlo")(x, training=True))


@pytest.mark.parametrize(
    ("build", "rule", "named"),
    [
        (subclassed, "unknown-class", "Subclassed"),
        (lambda: network(Attention(name="own")), "unknown-class", "'own' is of class 'clinic>Attention'"),
        (lambda: network(layers.Lambda(abs, name="half", output_shape=(32, 32, 3))), "lambda-layer", "half"),
        (several_images, "several-inputs", "'left', 'right'"),
        (segmentation, "not-a-classifier", "mask"),
        (lambda: network(lambda x: x, layers.Dense(1, activation="relu", name="age")), "not-a-classifier", "age"),
        (lambda: network(lambda x: x, layers.Dense(1, activation="softmax", name="one")), "not-a-classifier", "one"),
        (lambda: network(lambda x: x, channels=4), "not-an-image-input", "32 x 32 x 4"),
        (in_training, "always-training", "monte_carlo"),
    ],
    ids=["subclassed", "custom layer", "Lambda", "two images", "segmentation", "regression", "softmax of one",
         "four channels", "training"],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_by_name(tmp_path, build, rule, named):
    with pytest.raises(Refused) as refused:
        found(tmp_path, build())
    assert refused.value.rule == rule
    assert named in refused.value.reason
    assert refused.value.reason.count(".") >= 1


@pytest.mark.usefixtures("converted_here")
def test_h5_and_keras_of_one_network_are_found_alike(tmp_path):
    models = [found(tmp_path, nested_twice(), extension) for extension in ("keras", "h5")]
    facts = [(one.parameters, one.input, one.channels, one.scaling_inside, one.explained_layer) for one in models]
    assert facts[0][:3] == facts[1][:3]
    assert [one.format for one in models] == ["keras", "h5"]


def test_a_flat_network_keeps_its_layers_names(tmp_path):
    assert found(tmp_path, classifier(layers.Dense(2), side=16)).heads[0].kind == "logits"


def own_loss(truth, answer):
    return answer


@pytest.mark.usefixtures("converted_here")
@pytest.mark.parametrize("extension", ["keras", "h5"])
def test_what_only_training_needs_is_no_obstacle(tmp_path, extension):
    model = network(lambda x: x, layers.Dense(2, activation="softmax", kernel_regularizer="l2"))
    model.compile(keras.optimizers.AdamW(), own_loss, metrics=[keras.metrics.AUC()])
    model.fit(np.zeros((2, 32, 32, 3)), np.zeros((2, 2)), verbose=0)
    assert found(tmp_path, model, extension).heads[0].kind == "softmax"


def compiled(loss, **outputs):
    image = keras.Input((32, 32, 3))
    x = layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3)(image))
    model = keras.Model(image, {name: layers.Dense(units, name=name)(x) for name, units in outputs.items()})
    model.compile("adam", loss)
    return model


@pytest.mark.usefixtures("converted_here")
@pytest.mark.parametrize("name", ["mine.keras", "mine.h5"])
@pytest.mark.parametrize(
    "loss", ["mse", keras.losses.MeanSquaredError(), keras.losses.mean_absolute_error, {"age": "huber"}]
)
def test_an_output_trained_as_regression_is_refused_although_it_looks_like_a_logit(tmp_path, loss, name):
    compiled(loss, age=1).save(tmp_path / name)
    with pytest.raises(Refused, match=r"'age' has no activation and was trained with .*regression"):
        describe_file(tmp_path / name)


def test_of_several_outputs_the_regression_is_left_out(tmp_path):
    losses = {"age": "mae", "finding": keras.losses.CategoricalCrossentropy(from_logits=True)}
    assert [head.name for head in found(tmp_path, compiled(losses, age=1, finding=3)).heads] == ["finding"]


@pytest.mark.parametrize("training", ["mse", 3, {"loss": 7}, {"loss": {"class_name": []}}, {"loss": [[]]}, None])
def test_what_a_file_says_of_training_may_be_anything(training):
    assert regression_loss(training, "age") is None


def test_the_scan_reads_an_archive_once_however_many_weights_it_holds(tmp_path, monkeypatch):
    path = tmp_path / "model.keras"
    classifier(layers.Dense(2, activation="softmax"), side=16).save(path)
    leaps = []
    seek = zipfile.ZipExtFile.seek
    monkeypatch.setattr(zipfile.ZipExtFile, "seek", lambda *given: leaps.append(given) or seek(*given))
    assert scan_file(path).numbers > 0
    assert not leaps, "to seek backwards, zipfile reads a member from its start"
