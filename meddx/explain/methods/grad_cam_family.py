"""Compute the maps of every method of the Grad-CAM family in one pass, for about the cost of a prediction."""

import keras

from meddx.explain.methods.cam_base import CamPass, Rule
from meddx.explain.methods.registry import METHODS


def family_rules() -> dict[str, Rule]:
    """Return the rules of the family's methods by name, in the order of METHODS."""
    return {method.name: method.rule() for method in METHODS.values() if method.family}


def build_family(network: keras.Model) -> CamPass:
    """Return (inputs, labels) -> maps by the name of the method, each map as the method alone gives it.

    network: outputs [features, logits].
    """
    return CamPass(network, family_rules())
