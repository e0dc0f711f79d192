"""Every method of the Grad-CAM family from one pass, for about the cost of a prediction."""

import keras

from meddx.explain.methods import eigen_cam, grad_cam, grad_cam_plus_plus, hires_cam, layer_cam
from meddx.explain.methods.cam_base import CamPass

CAM_RULES = {
    "grad-cam": grad_cam.rule,
    "grad-cam-plus-plus": grad_cam_plus_plus.rule,
    "hires-cam": hires_cam.rule,
    "layer-cam": layer_cam.rule,
    "eigen-cam": eigen_cam.rule,
}


def build_family(network: keras.Model) -> CamPass:
    """(inputs, labels) -> maps by the name of the method, as METHODS names them, each as the method alone gives it."""
    return CamPass(network, CAM_RULES)
