"""Every method on every shipped model: against tf-keras-vis where it has the method, else against its axiom."""

import keras
import numpy as np
import pytest

from meddx.config import models_dir
from meddx.explain.blurred_baseline import blurred
from meddx.explain.methods import METHODS
from meddx.explain.methods.faster_score_cam import MASKS
from meddx.explain.methods.grad_cam import GradCam
from meddx.explain.methods.grad_cam_family import build_family
from meddx.explain.methods.integrated_gradients import COMPLETENESS_TOLERANCE, SMALLEST_TOLERANCE
from meddx.explain.methods.score_cam import ScoreCam
from meddx.explain.methods.smooth_grad import NOISE_LEVEL, NOISE_SEED, NOISY_SAMPLES
from meddx.imaging.phantom import chest_phantom, phantom_dicom
from meddx.imaging.preprocessing import model_input
from meddx.imaging.read_image import read_image
from meddx.model.loading import load_model
from meddx.model.registry import list_models
from tests.explain.images import drawn_images
from tests.explain.methods.double import in_double
from tests.explain.methods.oracle import Oracle, assert_agrees

SHIPPED = [model.folder for model in list_models(models_dir()).models if not model.card.is_fused]
"""Those of an image alone: tf-keras-vis knows no other input. tests/model/test_fused_network.py has the others."""


class Shipped:
    def __init__(self, folder):
        self.loaded = load_model(folder)
        self.network = self.loaded.network
        self.oracle = Oracle(folder, self.loaded.card)
        taken = self.loaded.card.input
        self.images = drawn_images(taken.height, taken.width, taken.channels, taken.low, taken.high)
        self.grad_cam = GradCam(self.network)(self.images)[1]
        self.expected = self.oracle.cams("grad-cam", self.images)
        self.label = int(self.grad_cam.max(axis=(0, 2, 3)).argmax())
        self.family = build_family(self.network)(self.images, [self.label])


@pytest.fixture(scope="module", params=SHIPPED, ids=lambda folder: folder.name)
def shipped(request):
    return Shipped(request.param)


def assert_close(maps, expected, share):
    """Nowhere further apart than `share` of the image's largest value."""
    assert maps.shape == expected.shape
    largest = np.abs(expected).max(axis=(1, 2), keepdims=True)
    assert expected.any()
    assert (np.abs(maps - expected) <= share * largest).all(), (np.abs(maps - expected) / largest).max()


def test_grad_cam_of_every_label_is_that_of_tf_keras_vis(shipped):
    assert_agrees(shipped.grad_cam, shipped.expected)


def test_grad_cam_of_the_family_is_that_of_tf_keras_vis(shipped):
    assert_close(shipped.family["grad-cam"][:, 0], shipped.expected[:, shipped.label], 1e-4)


def test_layer_cam_is_that_of_tf_keras_vis(shipped):
    expected = shipped.oracle.cam("layer-cam", shipped.images, shipped.label)
    assert_close(shipped.family["layer-cam"][:, 0], expected, 1e-4)


def test_the_family_holds_the_grad_cam_of_the_prediction(shipped):
    assert_close(shipped.family["grad-cam"][:, 0], shipped.grad_cam[:, shipped.label], 1e-4)


def test_grad_cam_plus_plus_is_that_of_tf_keras_vis_where_gradients_keep_their_sign(shipped):
    """tf-keras-vis keeps the factor exp(logit), and lets shares of gradients below zero, whose weight is zero, take
    part in what shares are divided by; with global average pooling a channel has one sign, and it is the same."""
    logits = shipped.network(shipped.images)[1]
    expected = shipped.oracle.cam("grad-cam-plus-plus", shipped.images, shipped.label)
    expected = expected / np.exp(logits.numpy()[:, shipped.label, np.newaxis, np.newaxis])
    ours = shipped.family["grad-cam-plus-plus"][:, 0]
    averaged = any(isinstance(layer, keras.layers.GlobalAveragePooling2D) for layer in shipped.network.layers)
    if averaged:
        assert_close(ours, expected, 1e-4)
    else:
        assert_close(ours, plus_plus(shipped), 1e-4)


def plus_plus(shipped):
    """Grad-CAM++ written out: the paper's equations on exp(logit), with shares that add up to one."""
    features, gradients, logits = features_and_gradients(shipped)
    maps = []
    for activation, gradient, logit in zip(features, gradients, logits, strict=True):
        score = np.exp(logit)
        first, second, third = score * gradient, score * gradient**2, score * gradient**3
        below = 2 * second + third * activation.sum(axis=(0, 1))
        share = np.divide(second, below, out=np.zeros_like(second), where=(first > 0) & (below != 0))
        total = share.sum(axis=(0, 1))
        share = np.divide(share, total, out=np.zeros_like(share), where=total != 0)
        weights = (share * np.maximum(first, 0)).sum(axis=(0, 1))
        maps.append(np.maximum((weights * activation).sum(axis=-1), 0) / score)
    return np.stack(maps)


def features_and_gradients(shipped):
    """In float64, by a tape rather than by the symbolic gradients that the methods use."""
    import tensorflow as tf

    network = shipped.network
    front = keras.Model(network.inputs[0], network.outputs[0])
    back = keras.Model(network.outputs[0], network.outputs[1])
    features = front(shipped.images)
    with tf.GradientTape() as tape:
        tape.watch(features)
        logit = back(features)[:, shipped.label]
    return (array.numpy().astype(np.float64) for array in (features, tape.gradient(logit, features), logit))


def test_hires_cam_is_the_gradient_times_the_features(shipped):
    features, gradients, _ = features_and_gradients(shipped)
    assert_close(shipped.family["hires-cam"][:, 0], (features * gradients).sum(axis=-1), 1e-4)


def test_eigen_cam_is_the_projection_that_numpy_finds(shipped):
    features = shipped.network(shipped.images)[0].numpy().astype(np.float64)
    expected = []
    for activation in features:
        places = activation.reshape(-1, activation.shape[-1])
        projection = places @ np.linalg.svd(places, full_matrices=False)[2][0]
        projection *= np.sign(projection.sum())
        expected.append(np.maximum(projection, 0).reshape(activation.shape[:2]))
    assert_close(shipped.family["eigen-cam"][:, 0], np.stack(expected), 1e-3)


def test_gradients_are_those_of_tf_keras_vis(shipped):
    """In double precision: in single, a unit just at its bend goes the other way by rounding now and then."""
    maps = METHODS["gradients"].build(in_double(shipped.network))(shipped.images, [shipped.label])[:, 0]
    expected = shipped.oracle.in_double().gradients(shipped.images, shipped.label)
    assert_close(maps, np.abs(expected).max(axis=-1), 1e-6)


def test_gradients_in_single_precision_are_those_of_tf_keras_vis_but_for_such_units(shipped):
    """They move some pixels and never the map as a whole."""
    maps = METHODS["gradients"].build(shipped.network)(shipped.images, [shipped.label])[:, 0]
    expected = np.abs(shipped.oracle.gradients(shipped.images, shipped.label)).max(axis=-1)
    for own, other in zip(maps, expected, strict=True):
        assert np.linalg.norm(own - other) < 0.01 * np.linalg.norm(other)


@pytest.mark.slow
def test_smooth_grad_is_that_of_tf_keras_vis_under_the_same_noise(shipped, monkeypatch):
    """tf-keras-vis takes the size of each gradient before the mean unless told not to; the paper after it. A unit just
    at its bend goes the other way by rounding now and then, so it is the whole map that agrees, to 1 %."""
    image = shipped.images[2:]
    maps = METHODS["smooth-grad"].build(shipped.network)(image, [shipped.label])[:, 0]
    noise = np.random.default_rng(NOISE_SEED).standard_normal((NOISY_SAMPLES, *image.shape[1:]), np.float32)
    monkeypatch.setattr(np.random, "normal", lambda _, sigma, shape: np.asarray(sigma) * noise[:, np.newaxis])
    expected = shipped.oracle.gradients(image, shipped.label, smooth_samples=NOISY_SAMPLES, smooth_noise=NOISE_LEVEL)
    expected = np.abs(expected).max(axis=-1)
    assert np.linalg.norm(maps - expected) < 0.01 * np.linalg.norm(expected)


@pytest.mark.parametrize(
    ("name", "most"), [("faster-score-cam", MASKS), pytest.param("score-cam", None, marks=pytest.mark.slow)]
)
def test_score_cam_looks_like_that_of_tf_keras_vis(shipped, name, most):
    """With the masks' outside black and the probability as score, as there. Masks are enlarged by another rule (cell
    centres here, corners there), so the maps correlate and are not equal."""
    network = shipped.network
    probabilities = keras.layers.Softmax()(network.outputs[1])
    explain = ScoreCam(keras.Model(network.inputs[0], [network.outputs[0], probabilities]), most=most, as_released=True)
    image = shipped.images[:1]  # one alone: there, images of a batch share their ten feature maps
    expected = shipped.oracle.cam(name, image, shipped.label, max_N=most)
    correlation = np.corrcoef(explain(image, [shipped.label]).ravel(), expected.ravel())[0, 1]
    assert correlation > 0.98


@pytest.mark.slow
def test_integrated_gradients_add_up_to_the_difference_of_the_logits(shipped):
    labels = list(range(len(shipped.loaded.card.labels)))
    phantom = read_image(phantom_dicom(chest_phantom(4, ("nodule",), 256, 208)))
    image = model_input(phantom, shipped.loaded.card.input)[0][np.newaxis]
    maps = METHODS["integrated-gradients"].build(shipped.network)(image, labels)
    difference = shipped.network(image)[1].numpy() - shipped.network(blurred(image))[1].numpy()
    np.testing.assert_allclose(maps.sum(axis=(2, 3)), difference, rtol=COMPLETENESS_TOLERANCE, atol=SMALLEST_TOLERANCE)
