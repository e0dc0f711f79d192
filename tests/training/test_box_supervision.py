import keras
import numpy as np
import PIL.Image
import pytest
import tensorflow as tf
from scipy.special import expit
from sklearn.metrics import log_loss

from meddx.evaluate.sets.labelled_set import LabelledCase, LabelledSet, LesionBox
from meddx.model.architectures import small_cnn
from meddx.model.card import Input
from meddx.training.augmentation import apply, draw_transforms
from meddx.training.box_supervision import box_supervised, boxes_in_inputs, cells_inside, evidence_outside_boxes
from meddx.training.recipe import Augmentation

SPEC = Input(height=8, width=8, channels=1, low=0.0, high=1.0, resize="pad")
STILL = np.array([[1, 0, 0, 0, 1, 0, 0, 0]], np.float32)


def test_boxes_follow_the_image_into_the_padded_input(tmp_path):
    # Twice as wide as high: 8 x 4 pixels of the input, two rows of padding above and below.
    PIL.Image.fromarray(np.zeros((20, 40), np.uint8)).save(tmp_path / "wide.png")
    box = LesionBox(left=0.25, top=0.5, right=0.5, bottom=1.0)
    cases = (
        LabelledCase("wide", tmp_path / "wide.png", "a", ("x",), boxes=(box, box)),
        LabelledCase("none", tmp_path / "wide.png", "b", ("x",)),
    )
    found = boxes_in_inputs(LabelledSet(("x",), cases), SPEC)
    assert found.shape == (2, 2, 4)
    assert found[0].tolist() == [[2, 4, 4, 6]] * 2
    assert np.isnan(found[1]).all()


def test_cells_are_inside_by_the_part_that_lies_in_the_box():
    boxes = np.array([[[2, 4, 4, 6], [np.nan] * 4]], np.float32)
    whole = cells_inside(boxes, STILL, SPEC, 8, 8)[0]
    assert np.argwhere(whole == 1).tolist() == [[4, 2], [4, 3], [5, 2], [5, 3]]
    assert whole.sum() == 4
    # Cells of 4 x 4 pixels: the box fills a quarter of the left lower one.
    assert cells_inside(boxes, STILL, SPEC, 2, 2)[0].tolist() == [[0, 0], [0.25, 0]]


@pytest.mark.parametrize("seed", range(6))
def test_a_box_moves_as_the_image_does(seed):
    spec = Input(height=40, width=40, channels=1, low=0.0, high=1.0, resize="pad")
    image = np.zeros((1, 40, 40, 1), np.float32)
    image[0, 8:20, 22:34] = 1
    amount = Augmentation(shift=0.1, rotation=30, scale=0.2, mirror=True, flip=True, quarter_turns=True)
    transforms = draw_transforms(np.random.default_rng(seed), 1, amount, 40, 40)
    moved = apply(tf.constant(image), tf.constant(transforms), tf.constant([[1.0, 0.0]]), spec).numpy()[0, ..., 0]
    inside = cells_inside(np.array([[[22, 8, 34, 20]]], np.float32), transforms, spec, 10, 10)[0]
    expected = moved.reshape(10, 4, 10, 4).mean(axis=(1, 3))
    assert expected.sum() > 4
    assert inside == pytest.approx(expected, abs=0.15)
    assert inside.sum() == pytest.approx(expected.sum(), rel=0.06)


def test_misplaced_evidence_by_hand():
    # One channel, weights 2 and -5: evidence 2 inside the box and 4, -2 beside it for the true label; -5, -10, 5 for
    # the other. The first is to be there, the five others are not. Without a box there is nothing to compare with.
    features = np.array([[[[1.0], [2.0], [-1.0]]], [[[1.0], [2.0], [-1.0]]]], np.float32)
    kernel = np.array([[2.0, -5.0]], np.float32)
    targets = np.array([[1, 0], [1, 0]], np.float32)
    inside = np.array([[[1, 0, 0]], [[0, 0, 0]]], np.float32)
    found = evidence_outside_boxes(*map(tf.constant, (features, kernel, targets, inside))).numpy()
    there = log_loss([1], [expit(2)], labels=[0, 1])
    elsewhere = log_loss([0] * 5, expit([4, -2, -5, -10, 5]), labels=[0, 1])
    assert found == pytest.approx([there + elsewhere, 0], rel=1e-5)


def test_the_map_learns_to_stay_in_the_box_when_the_label_alone_would_not_say_where():
    keras.utils.set_random_seed(0)
    generator = np.random.default_rng(0)
    images = generator.uniform(0, 0.1, (32, 16, 16, 1)).astype(np.float32)
    targets = np.eye(2, dtype=np.float32)[np.arange(32) % 2]
    images[1::2, 2:6, 2:6] += 0.8  # both tell the second label; the box names the first
    images[1::2, 10:14, 10:14] += 0.8
    images[::2, 2:6, 2:6] -= 0.05
    inside = np.zeros((32, 2, 2), np.float32)
    inside[:, 0, 0] = 1
    model = small_cnn.build((16, 16, 1), 2, "softmax", filters=(8, 8, 8, 8), dropout=0.0)
    shares = {}
    start = model.get_weights()
    for weight in (0.0, 2.0):
        model.set_weights(start)
        learns = box_supervised(model)
        learns.learn_by(keras.losses.CategoricalCrossentropy(reduction=None), weight)
        learns.compile(keras.optimizers.Adam(0.02))
        for _ in range(60):
            learns.train_on_batch(images, (targets, inside), np.ones(32, np.float32))
        probabilities, features = learns(images, training=True)
        assert (np.asarray(probabilities).argmax(axis=1) == targets.argmax(axis=1)).all()
        kernel = model.get_layer("probabilities").kernel
        evidence = np.maximum(np.einsum("nijk,kl,nl->nij", features, kernel, targets), 0)
        shares[weight] = (evidence * inside).sum() / evidence.sum()
    assert shares[0.0] < 0.5
    assert shares[2.0] > 0.75
