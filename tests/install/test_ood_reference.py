"""The reference that tells images unlike a labelled set, learned through an untrained network."""

import io
from dataclasses import replace

import keras
import numpy as np
import PIL.Image
import pytest
from scipy.ndimage import gaussian_filter

from meddx.errors import Refused
from meddx.evaluate.image_layout import image_layout
from meddx.evaluate.sets.labelled_set import LabelledCase, LabelledSet
from meddx.imaging.preprocessing import model_input
from meddx.imaging.read_image import read_image
from meddx.install import ood_reference
from meddx.install.ood_reference import OodFeatures, build_ood_reference, evenly_chosen, halfway_layer
from meddx.install.progress_report import SilentReport
from meddx.model.architectures import small_resnet
from meddx.model.card import read_card
from meddx.model.loading import load_model
from tests.untrained import LABELS, network, write_model


def picture(seed, size=64):
    """A bright disc of random size on a dark, mottled ground."""
    generator = np.random.default_rng(seed)
    y, x = np.mgrid[:size, :size] / size - 0.5
    disc = np.hypot(x - generator.uniform(-0.05, 0.05), y) < generator.uniform(0.2, 0.3)
    mottled = gaussian_filter(generator.standard_normal((size, size)), 2)
    return np.clip(40 + 130 * disc + 60 * mottled + 4 * generator.standard_normal((size, size)), 0, 255)


def written(pixels, path, kind="PNG", **options):
    PIL.Image.fromarray(np.rint(pixels).astype(np.uint8)).save(path, kind, **options)


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """120 pictures of 60 patients."""
    folder = tmp_path_factory.mktemp("pictures")
    cases = []
    for seed in range(120):
        path = folder / f"{seed}.png"
        written(picture(seed), path)
        cases.append(LabelledCase(path.name, path, f"patient {seed // 2}", (LABELS[seed // 2 % 3],)))
    return LabelledSet(LABELS, tuple(cases))


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    return load_model(write_model(tmp_path_factory.mktemp("models")))


@pytest.fixture(scope="module")
def detector(loaded, images):
    return build_ood_reference(loaded, images.subset(range(80)), images.subset(range(80, 120)), report=SilentReport())


def beyond(detector, loaded, pictures):
    """Share of files that lie beyond the threshold. pictures: bytes of each."""
    spec = loaded.card.input
    inputs = np.stack([model_input(read_image(data), spec)[0] for data in pictures])
    return (detector.distance(OodFeatures(loaded, detector.layer)(inputs)) > detector.threshold).mean()


def files(seeds, change, kind="PNG", **options):
    for seed in seeds:
        file = io.BytesIO()
        written(change(picture(seed)), file, kind, **options)
        yield file.getvalue()


def resized(factor, rule):
    def change(pixels):
        side = round(len(pixels) * factor)
        return np.asarray(PIL.Image.fromarray(pixels.astype(np.float32)).resize((side, side), rule)).clip(0, 255)

    return change


@pytest.mark.parametrize(
    ("change", "kind", "options"),
    [
        (lambda pixels: pixels, "PNG", {}),
        (lambda pixels: pixels, "JPEG", {"quality": 50}),
        (resized(6, PIL.Image.Resampling.LANCZOS), "PNG", {}),
        (resized(6, PIL.Image.Resampling.NEAREST), "JPEG", {"quality": 80}),
        (resized(0.6, PIL.Image.Resampling.BOX), "PNG", {}),
        (lambda pixels: np.pad(pixels, ((0, 0), (10, 10))), "PNG", {}),
        (lambda pixels: pixels[:, 5:-5], "PNG", {}),
    ],
    ids=["as it is", "JPEG", "enlarged", "enlarged, JPEG", "shrunk", "padded", "cut"],
)
def test_new_images_of_the_kind_are_known_in_other_sizes_framings_and_encodings(
    detector, loaded, change, kind, options
):
    assert (
        beyond(detector, loaded, files(range(1000, 1060), change, kind, **options)) <= 0.15
    )  # P(> 9 | 60, .05) < .1 %


@pytest.mark.parametrize(
    "change",
    [
        lambda pixels: 255 - pixels,
        lambda pixels: np.random.default_rng(int(pixels.sum())).uniform(0, 255, pixels.shape),
        np.zeros_like,
        lambda pixels: np.roll(pixels, 32, axis=1),
    ],
    ids=["inverted", "noise", "black", "halves swapped"],
)
def test_foreign_images_are_not_known(detector, loaded, change):
    assert beyond(detector, loaded, files(range(1000, 1030), change)) >= 0.9


def test_without_other_images_the_threshold_comes_from_folds_of_patients(loaded, images, monkeypatch):
    cut = []
    folds = ood_reference.patient_folds

    def noted(*arguments, **options):
        cut.append(folds(*arguments, **options))
        return cut[-1]

    monkeypatch.setattr(ood_reference, "patient_folds", noted)
    detector = build_ood_reference(loaded, images, report=SilentReport())
    [found] = cut
    for rows, held_out in found:
        assert not set(images.groups[rows]) & set(images.groups[held_out])
    features = OodFeatures(loaded, detector.layer)
    inputs = np.stack([model_input(case.image(), loaded.card.input)[0] for case in images.cases])
    # Distances of images that a detector was fitted to are shorter than those of images held out.
    assert (detector.distance(features(inputs)) > detector.threshold).mean() < 0.05
    assert beyond(detector, loaded, files(range(1000, 1060), lambda pixels: pixels)) <= 0.15


def test_the_same_images_give_the_same_reference(loaded, images, detector):
    again = build_ood_reference(loaded, images.subset(range(80)), images.subset(range(80, 120)), report=SilentReport())
    assert again.threshold == pytest.approx(detector.threshold, rel=1e-4)


def test_too_few_images_are_refused(loaded, images):
    with pytest.raises(Refused, match="too few") as refused:
        build_ood_reference(
            loaded, images, images.subset(range(ood_reference.FEWEST_REFERENCE_IMAGES - 1)), report=SilentReport()
        )
    assert refused.value.rule == "too-few-images"


def test_of_many_images_evenly_spaced_ones_are_taken(images):
    assert evenly_chosen(images, 120) is images
    assert evenly_chosen(images, 3).ids == [images.ids[row] for row in (0, 60, 119)]


def test_the_features_are_moments_of_the_layer_and_the_layout(loaded, images):
    inputs = np.stack([model_input(case.image(), loaded.card.input)[0] for case in images.cases[:4]])
    layer = np.asarray(keras.Model(loaded.network.inputs[0], loaded.network.get_layer("features").output)(inputs))
    expected = np.hstack([layer.mean((1, 2)), layer.std((1, 2)), image_layout(inputs, loaded.card.input)])
    np.testing.assert_allclose(OodFeatures(loaded, "features")(inputs), expected, rtol=1e-4, atol=1e-5)


def test_a_residual_network_is_asked_in_its_middle_and_any_other_where_it_is_explained(untrained_models):
    card = read_card(untrained_models / "untrained" / "card.toml")
    # Joins: stage 1, stage 2 twice, stage 3, features.
    assert halfway_layer(small_resnet.build((28, 28, 1), 3, "softmax"), card) == "stage2_block2_add"
    assert halfway_layer(network(), card) == "features"


def test_an_image_that_cannot_be_read_is_refused(loaded, images, tmp_path):
    (tmp_path / "broken.png").write_bytes(b"no image")
    broken = replace(images.cases[0], path=tmp_path / "broken.png")
    with pytest.raises(Refused):
        build_ood_reference(loaded, LabelledSet(LABELS, (broken, *images.cases[1:])), report=SilentReport())
