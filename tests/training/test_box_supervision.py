import numpy as np
import PIL.Image
import pytest
import tensorflow as tf
from scipy.special import expit
from sklearn.metrics import log_loss

from meddx.evaluate.sets.labelled_set import LabelledCase, LabelledSet, LesionBox, LesionMask
from meddx.model.card import Input
from meddx.training.augmentation import apply, draw_transforms
from meddx.training.box_supervision import boxes_in_inputs, cells_inside, evidence_outside_boxes
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


def test_a_mask_counts_as_the_box_around_it(tmp_path):
    PIL.Image.fromarray(np.zeros((8, 8), np.uint8)).save(tmp_path / "image.png")
    lesion, nothing = np.zeros((2, 8, 8), np.bool_)
    lesion[2, 3] = lesion[5, 4] = True
    for name, mask in (("lesion", lesion), ("nothing", nothing)):
        PIL.Image.fromarray(mask).save(tmp_path / f"{name}.png")
    masks = tuple(LesionMask(tmp_path / f"{name}.png") for name in ("nothing", "lesion"))
    case = LabelledCase("image", tmp_path / "image.png", "a", ("x",), masks=masks)
    assert boxes_in_inputs(LabelledSet(("x",), (case,)), SPEC).tolist() == [[[3, 2, 5, 6]]]


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
