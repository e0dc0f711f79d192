"""Score-CAM written out in NumPy, and on a network whose answer is known."""

import numpy as np
from scipy.ndimage import zoom

from meddx.explain.blurred_baseline import blurred
from meddx.explain.methods import METHODS
from tests.explain.methods.networks import global_average, images


def written_out(network, image, most=None):
    """Algorithm 1 for one image, all labels; masks enlarged by SciPy about cell centres."""
    features = network(image[np.newaxis])[0].numpy()[0]
    soft = blurred(image[np.newaxis])[0]
    order = np.argsort(-features.std(axis=(0, 1)), kind="stable")[:most]
    activations, increases = [], []
    for channel in order:
        activation = features[..., channel]
        if np.ptp(activation) == 0:
            continue
        factors = [big / small for big, small in zip(image.shape[:2], activation.shape, strict=True)]
        mask = zoom(activation, factors, order=1, mode="nearest", grid_mode=True)
        mask = ((mask - mask.min()) / np.ptp(mask))[..., np.newaxis]
        seen = network(np.stack([mask * image + (1 - mask) * soft, soft]).astype(np.float32))[1].numpy()
        activations.append(activation)
        increases.append(seen[0] - seen[1])
    weights = np.exp(increases) / np.exp(increases).sum(axis=0)
    return np.maximum(np.einsum("krc,kl->lrc", activations, weights), 0)


def test_it_is_the_paper_written_out():
    network = global_average()
    for image in images(network):
        maps = METHODS["score-cam"].build(network)(image[np.newaxis], [0, 1, 2])[0]
        expected = written_out(network, image)
        np.testing.assert_allclose(maps, expected, rtol=1e-3, atol=1e-4 * expected.max())


def test_an_image_without_any_feature_has_an_empty_map():
    network = global_average()
    dark = np.zeros((1, 16, 16, 1), np.float32)
    assert not METHODS["score-cam"].build(network)(dark, [0]).any()
