"""Build a classifier on each family of keras.applications, at its smallest member, with random weights."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
from keras import applications, layers
from numpy.typing import NDArray
from scipy import ndimage


@dataclass(frozen=True)
class Family:
    """A family's smallest member. side: rows and columns of the input, so that the last map is at least 2 x 2."""

    name: str
    member: str
    build: Callable[..., keras.Model]
    side: int = 64
    options: dict[str, Any] = field(default_factory=dict)

    def backbone(self, **given: Any) -> keras.Model:  # noqa: ANN401 - what the builders of Keras take
        """Return the member without its own head. given: input_shape or input_tensor."""
        return self.build(weights=None, include_top=False, **self.options, **given)


FAMILIES = (
    Family("MobileNetV2", "alpha 0.35", applications.MobileNetV2, options={"alpha": 0.35}),
    Family("VGG16", "VGG16", applications.VGG16),
    Family("EfficientNet", "B0", applications.EfficientNetB0),
    Family("MobileNet", "alpha 0.25", applications.MobileNet, options={"alpha": 0.25}),
    Family("ResNet", "ResNet50", applications.ResNet50),
    Family("MobileNetV3", "Small", applications.MobileNetV3Small),
    Family("ConvNeXt", "Tiny", applications.ConvNeXtTiny),
    Family("Xception", "Xception", applications.Xception, side=96),
    Family("ResNetV2", "ResNet50V2", applications.ResNet50V2),
    Family("InceptionV3", "InceptionV3", applications.InceptionV3, side=128),
    Family("EfficientNetV2", "B0", applications.EfficientNetV2B0),
    Family("VGG19", "VGG19", applications.VGG19),
    Family("DenseNet", "DenseNet121", applications.DenseNet121),
    Family("NASNet", "Mobile", applications.NASNetMobile),
    Family("InceptionResNetV2", "InceptionResNetV2", applications.InceptionResNetV2, side=128),
)

HEADS: dict[str, tuple[int, str | None]] = {
    "softmax of 3": (3, "softmax"),
    "Dense(1, sigmoid)": (1, "sigmoid"),
    "Dense(2, softmax)": (2, "softmax"),
    "sigmoid of 3": (3, "sigmoid"),
    "logits of 3": (3, None),
}
"""Units and activation of the last layer."""
LAYOUTS = ("nested", "flat")


class Zoo:
    """One family in one layout, with a head at a time; the backbone is built once, the same every time."""

    def __init__(self, family: Family, layout: str) -> None:
        keras.utils.set_random_seed(0)
        shape = (family.side, family.side, 3)
        self._image = keras.Input(shape)
        if layout == "nested":
            backbone = family.backbone(input_shape=shape)
            features = backbone(self._image, training=False)
        else:
            backbone = family.backbone(input_tensor=self._image)
            features = backbone.output
        _settle(backbone, pictures(64, family.side, seed=0))
        self._pooled = layers.GlobalAveragePooling2D()(features)

    def network(self, head: str) -> keras.Model:
        """Return the classifier, with weights of the head that spread its logits over some units."""
        units, activation = HEADS[head]
        dense = layers.Dense(units, activation=activation)
        network = keras.Model(self._image, dense(layers.Dropout(0.2)(self._pooled)))
        random = np.random.default_rng(1)
        dense.set_weights([0.1 * random.standard_normal(dense.kernel.shape), 0.1 * random.standard_normal(units)])
        return network


def pictures(number: int, side: int, seed: int) -> NDArray[np.float32]:
    """Return soft random patches, each picture of a brightness and a contrast of its own: (n, side, side, 3), 0 to 255.

    Pictures of noise alone look alike to a deep network. The statistics of batch normalisation would then be those of
    minute differences, and another picture's activations a hundred deviations away: float32 has no digits left there.
    """
    random = np.random.default_rng(seed)
    patches = random.standard_normal((number, 4, 4, 3))
    smooth = ndimage.zoom(patches, (1, side / 4, side / 4, 1), order=1)
    noise = random.standard_normal((number, side, side, 3))
    brightness, contrast = random.uniform((60, 20), (200, 80), (number, 2)).T[:, :, np.newaxis, np.newaxis, np.newaxis]
    return np.clip(brightness + contrast * (smooth + 0.2 * noise), 0, 255).astype(np.float32)


def _settle(backbone: keras.Model, images: NDArray[np.float32]) -> None:
    """Give batch normalisation the statistics of `images`, so that signals neither fade nor grow on the way.

    Nothing is dropped on that pass: what it leaves behind is what the network does when it is used.
    """
    inner = within(backbone)
    changed = [(one, "momentum") for one in inner if isinstance(one, layers.BatchNormalization)]
    changed += [(one, "rate") for one in inner if isinstance(one, layers.Dropout)]
    before = [getattr(one, name) for one, name in changed]
    for one, name in changed:
        setattr(one, name, 0.0)
    backbone(images, training=True)
    for (one, name), value in zip(changed, before, strict=True):
        setattr(one, name, value)


def within(network: keras.Model) -> list[keras.layers.Layer]:
    """Return the layers of a network and of the networks in it."""
    return [inner for one in network.layers for inner in ([one, *within(one)] if hasattr(one, "layers") else [one])]
