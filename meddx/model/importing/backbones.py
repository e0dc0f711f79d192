"""Recognise the backbones of keras.applications by the names of their layers, and what input they expect."""

from collections.abc import Collection
from dataclasses import dataclass

from meddx.model.importing.found_model import Scaling

DEFAULT_SIDE = 224
"""Rows and columns proposed for a network of no known family."""


@dataclass(frozen=True)
class Backbone:
    """One network of keras.applications.

    has, lacks: names of layers by which it is told from all others. side: the input that its ImageNet weights were
    trained with. scaling: that of its preprocess_input, "inside" where the network scales by itself.
    """

    name: str
    has: tuple[str, ...]
    lacks: tuple[str, ...]
    side: int
    scaling: Scaling


BACKBONES: tuple[Backbone, ...] = ()


def find_backbone(layers: Collection[str]) -> Backbone | None:
    """Return the backbone that has layers of these names, None where it is none of keras.applications."""
    names = set(layers)
    for backbone in BACKBONES:
        if names.issuperset(backbone.has) and names.isdisjoint(backbone.lacks):
            return backbone
    return None
