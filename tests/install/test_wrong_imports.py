"""Models added the wrong way: what is wrong is found and said in the report, with what to do."""

import keras
import numpy as np
import pytest
from scipy.special import softmax

from meddx.errors import Refused
from meddx.explain.methods.compiled_passes import Logits
from meddx.install.add_model import add_model
from meddx.install.choices import AddChoices
from meddx.install.data_checks import check_label_order, check_temperature
from meddx.install.network_checks import check_outputs
from meddx.model.card import Calibration
from meddx.model.loading import load_model
from tests.install.own_model import SIDE, images, network, saved, trained, write_set


@pytest.fixture(scope="module")
def labelled(tmp_path_factory):
    return write_set(tmp_path_factory.mktemp("set") / "own", *images(120, seed=5))


def concern(tmp_path, file, name, **choices):
    """The check of this name, which is among those that the reader must look at."""
    said = {"labels": ("clear", "spot")} | choices
    report = add_model(file, AddChoices(**said), tmp_path / "models").report
    check = report.check(name)
    assert check in report.concerns
    return check


def test_swapped_labels(tmp_path, labelled):
    check = concern(tmp_path, saved(tmp_path, trained()), "label order", data=labelled, labels=("spot", "clear"))
    assert check.verdict == "failed"
    assert "look swapped" in check.words
    assert "--labels clear,spot" in check.words
    assert check.values["auroc"] < 0.1
    assert check.values["best_auroc"] > 0.9


def test_swapped_labels_do_not_mislead_the_choice_of_the_scaling(tmp_path, labelled):
    file = saved(tmp_path, trained())
    added = add_model(file, AddChoices(labels=("spot", "clear"), data=labelled), tmp_path / "models")
    assert added.card.input.scaling == "0-1"


def test_scaled_twice(tmp_path, labelled):
    file = saved(tmp_path, trained(scaled="0-255", rescaling=True))
    check = concern(tmp_path, file, "scaling", data=labelled, scaling="0-1", resize="pad")
    assert "scaled twice" in check.words
    assert "--scaling inside" in check.words
    assert check.values["best_auroc"] - check.values["auroc"] > 0.02 or check.values["log_loss"] > 0.3


def test_scaled_twice_is_said_without_data_too(tmp_path):
    file = saved(tmp_path, network(rescaling=True))
    check = concern(tmp_path, file, "scaling", scaling="0-1", resize="pad")
    assert "scaled twice" in check.words


def test_scaling_inside_is_found_and_right(tmp_path, labelled):
    file = saved(tmp_path, trained(scaled="0-255", rescaling=True))
    added = add_model(file, AddChoices(labels=("clear", "spot"), data=labelled), tmp_path / "models")
    assert added.card.input.scaling == "inside"
    assert added.report.check("scaling").verdict == "passed"


def test_the_wrong_scaling(tmp_path, labelled):
    check = concern(tmp_path, saved(tmp_path, trained()), "scaling", data=labelled, scaling="0-255", resize="pad")
    assert check.words.startswith("Scaling 0-1 suits better")


def test_scalings_that_the_images_do_not_tell_apart(tmp_path, labelled):
    """A network that has learned nothing answers as well, or as badly, whatever the scaling."""
    file = saved(tmp_path, network())
    check = concern(tmp_path, file, "scaling", data=labelled, resize="pad")
    assert check.verdict == "warning"
    assert "do not tell the scalings apart (" in check.words
    assert "--scaling" in check.words
    said = AddChoices(id="said", labels=("clear", "spot"), data=labelled, scaling="0-1", resize="pad")
    assert add_model(file, said, tmp_path / "models").report.check("scaling").verdict == "passed"


def test_a_temperature_that_is_no_calibration(tmp_path):
    cold = check_temperature(Calibration(temperature=0.01, fitted_on="x", coverage=0.9))
    assert cold.verdict == "warning"
    assert "right on every image" in cold.words
    hot = check_temperature(Calibration(temperature=40.0, fitted_on="x", coverage=0.9))
    assert hot.verdict == "warning"
    assert "say nothing of these labels" in hot.words
    assert check_temperature(Calibration(temperature=1.7, fitted_on="x", coverage=0.9)).verdict == "passed"
    noise = images(120, seed=5)[0], np.random.default_rng(1).permutation(np.arange(120) % 2)
    data = write_set(tmp_path / "noise", *noise)
    assert "outside 0.05 to 20" in concern(tmp_path, saved(tmp_path, trained()), "temperature", data=data).words


def test_bgr_for_rgb(tmp_path):
    data = write_set(tmp_path / "colour", *images(120, seed=6, colour=True))
    file = saved(tmp_path, trained(3, colour=True, reverse=True))
    check = concern(tmp_path, file, "channels", data=data, scaling="0-1", resize="pad", channel_order="rgb")
    assert "seems trained on BGR" in check.words
    assert "--channels bgr" in check.words
    found = add_model(file, AddChoices(id="found", labels=("clear", "spot"), data=data), tmp_path / "models")
    assert (found.card.input.scaling, found.card.input.channel_order) == ("0-1", "bgr")
    assert found.report.check("channels").verdict == "passed"
    assert found.report.check("reproduction").verdict == "passed"
    assert next(one.value for one in found.card.metrics if (one.name, one.label) == ("auroc", "spot")) > 0.9
    said = AddChoices(id="said", labels=("clear", "spot"), scaling="0-1", resize="pad", channel_order="bgr")
    without_data = add_model(file, said, tmp_path / "models")
    assert without_data.card.input.channel_order == "bgr"
    pixels = images(4, seed=6, colour=True)[0] / np.float32(255)
    theirs = np.asarray(trained(3, colour=True, reverse=True)(pixels[..., ::-1], training=False))
    for added in (found, without_data):
        ours = softmax(Logits(load_model(added.folder).network)(pixels), axis=1)
        np.testing.assert_allclose(ours, theirs, atol=1e-6)


def test_rgb_is_not_called_bgr(tmp_path):
    data = write_set(tmp_path / "colour", *images(120, seed=6, colour=True))
    file = saved(tmp_path, trained(3, colour=True))
    added = add_model(file, AddChoices(labels=("clear", "spot"), data=data), tmp_path / "models")
    assert added.card.input.channel_order == "rgb"
    assert added.report.check("channels").verdict == "passed"
    assert added.report.check("label order").verdict == "passed"


def test_grey_pictures_in_colour_files_leave_the_channels_as_they_are(tmp_path):
    """Each order is as good as the other, and the usual one is taken whichever is better by chance."""
    pixels, classes = images(120, seed=6)
    tinted = np.stack([pixels[..., 0], pixels[..., 1], pixels[..., 2] // 8 * 8 + 1], axis=-1)
    data = write_set(tmp_path / "tinted", tinted, classes)
    file = saved(tmp_path, trained(3))
    added = add_model(file, AddChoices(labels=("clear", "spot"), data=data), tmp_path / "models")
    assert added.card.input.channel_order == "rgb"


def test_grey_has_no_order_of_channels(tmp_path):
    file = saved(tmp_path, network())
    said = AddChoices(labels=("clear", "spot"), scaling="0-1", resize="pad", channel_order="bgr")
    with pytest.raises(Refused, match="no order"):
        add_model(file, said, tmp_path / "models")


def test_trained_on_crops(tmp_path):
    """Wide images with misleading spots near their ends, which a network trained on the middle never saw."""
    data = write_set(tmp_path / "wide", *images(120, seed=7, shape=(SIDE, 2 * SIDE)))
    file = saved(tmp_path, trained())
    check = concern(tmp_path, file, "resize", data=data, scaling="0-1", resize="stretch")
    assert check.words.startswith("Resize crop suits better as for a network trained on crops")
    found = add_model(file, AddChoices(id="found", labels=("clear", "spot"), data=data), tmp_path / "models")
    assert found.card.input.resize == "crop"
    assert found.report.check("resize").verdict == "passed"


def test_a_constant_output(tmp_path, labelled):
    image = keras.Input((SIDE, SIDE, 1))
    x = keras.layers.Conv2D(4, 3, activation="relu", kernel_initializer="zeros")(image)
    x = keras.layers.GlobalAveragePooling2D()(x)
    file = saved(tmp_path, keras.Model(image, keras.layers.Dense(2, activation="softmax")(x)))
    check = concern(tmp_path, file, "outputs", data=labelled)
    assert "the same for every image" in check.words
    bare = concern(tmp_path, file, "outputs", id="bare", scaling="0-1", resize="pad")
    assert "the same for every image" in bare.words


def test_copies_of_images_under_another_patient(tmp_path):
    pixels, classes = images(100, seed=5)
    copied = np.concatenate([pixels, pixels[:6]])
    data = write_set(tmp_path / "copies", copied, np.concatenate([classes, classes[:6]]))
    check = concern(tmp_path, saved(tmp_path, trained()), "copies", data=data)
    assert check.values == {"copies": 6.0, "across": 6.0, "conflicts": 0.0}
    assert "kept in one part with their original" in check.words


def test_copies_with_another_label(tmp_path):
    pixels, classes = images(100, seed=5)
    data = write_set(tmp_path / "conflict", np.concatenate([pixels, pixels[:2]]), np.append(classes, 1 - classes[:2]))
    check = concern(tmp_path, saved(tmp_path, trained()), "copies", data=data)
    assert "2 have another label than their original" in check.words


def test_the_wrong_number_of_labels(tmp_path, labelled):
    file = saved(tmp_path, network(units=3))
    with pytest.raises(Refused, match="3 numbers, one for each label, and the labelled set has 2 classes"):
        add_model(file, AddChoices(data=labelled), tmp_path / "models")
    with pytest.raises(Refused, match="2 labels are named"):
        add_model(file, AddChoices(data=labelled, labels=("clear", "spot")), tmp_path / "models")


def test_images_that_cannot_be_read_are_counted(tmp_path):
    data = write_set(tmp_path / "set", *images(80, seed=5))
    (data / "spot" / "broken.png").write_bytes(b"\x89PNG no")
    file = saved(tmp_path, trained())
    report = add_model(file, AddChoices(data=data, labels=("clear", "spot")), tmp_path / "models").report
    assert sum(report.refused.values()) == 1
    assert report.images == 80


def test_scores_that_lean_to_one_label_are_told():
    lean = np.linspace(0.1, 0.4, 40)
    check = check_outputs(np.column_stack([1 - lean, lean]), ("clear", "spot"), 0.5)
    assert check.verdict == "warning"
    assert "Every image scores highest for clear, which is right for 50\N{NO-BREAK SPACE}% of them" in check.words
    assert check_outputs(np.column_stack([1 - 2 * lean, 2 * lean]), ("clear", "spot"), 0.8).verdict == "passed"


def test_a_model_at_chance_is_not_called_well_ordered():
    score = np.random.default_rng(4).uniform(size=400)
    targets = np.eye(2, dtype=bool)[np.arange(400) % 2]
    check = check_label_order(np.column_stack([1 - score, score]), targets, ("clear", "spot"))
    assert check.verdict == "warning"
    assert "does not tell these labels apart" in check.words
