"""Build a network whose heat map is its answer: a logit at every place of the image, and their mean.

As BagNet (Brendel and Bethge 2019, arXiv:1904.00760), with the first blocks of EfficientNet-Lite0 in place of a ResNet:
each place sees a patch of the image and nothing else, and what it says of a label is added to what the others say.
"""

from itertools import islice

import keras
from keras import layers

from meddx.model.architectures.efficientnet_lite import (
    STAGES,
    STEM_FILTERS,
    BlockStage,
    inverted_residual,
    normalised,
)

_STEM_KERNEL, _STEM_STRIDE = 3, 2


def kept_blocks(blocks: int, step: int) -> list[tuple[BlockStage, int]]:
    """Return the first blocks of EfficientNet-Lite0, each with its stride: the original's until the step is reached.

    step: pixels of the input from one place of the last map to the next; a power of two, at least that of the stem, 2.
    """
    in_order = ((stage, stage.stride if repeat == 0 else 1) for stage in STAGES for repeat in range(stage.repeats))
    kept, reached = [], _STEM_STRIDE
    for stage, stride in islice(in_order, blocks):
        kept.append((stage, min(stride, step // reached)))
        reached *= kept[-1][1]
    return kept


def receptive_field(blocks: int, step: int) -> int:
    """Return the side, in pixels of the input, of the square patch that one place of the map depends on.

    Every kernel widens it by its side less one, times the pixels between its neighbours (Araujo, Norris and Sim 2019,
    doi:10.23915/distill.00021, equation 2).
    """
    side, apart = _STEM_KERNEL, _STEM_STRIDE
    for stage, stride in kept_blocks(blocks, step):
        side += (stage.kernel - 1) * apart
        apart *= stride
    return side


def build(
    input_shape: tuple[int, int, int],
    outputs: int,
    activation: str,
    *,
    blocks: int = 4,
    step: int = 4,
    filters: int = 96,
    mixing: int = 1,
    momentum: float = 0.9,
    dropout: float = 0.2,
) -> keras.Model:
    """Build the first blocks of EfficientNet-Lite0, 1x1 layers, global average pooling and a Dense layer.

    Pooling and a Dense layer commute: the label's logit is the mean over places of feature times weight, plus the bias,
    so HiResCAM adds up to it exactly, and the head is one that every method of explanation knows.

    blocks: how many of the original's 16 are kept; each place of the map sees a patch of receptive_field(blocks, step)
    pixels (by default 35). step: pixels from one place to the next; the sides of the map are those of the input divided
    by it. filters: channels of the explained map. mixing: number of residual 1x1 layers behind the blocks, which look
    no further.

    Batch normalisation of the blocks keeps the statistics it starts with, those of ImageNet, in training as well; the
    1x1 layers are normalised anew, without which they hardly learn: what tells images apart is small beside the mean
    over all places. momentum: how much of these layers' running statistics stays at each step.
    """
    image = keras.Input(input_shape, name="image")
    stem = layers.Conv2D(
        STEM_FILTERS, _STEM_KERNEL, strides=_STEM_STRIDE, padding="same", use_bias=False, name="stem_conv"
    )
    x = normalised(stem(image), "stem", "stem", momentum=None)
    for index, (stage, stride) in enumerate(kept_blocks(blocks, step)):
        x = inverted_residual(x, stage, stride, f"block{index}", drop=0.0, momentum=None)
    x = _pointwise(x, filters, "widen", momentum)
    for number in range(1, mixing + 1):
        x = layers.Add(name=f"mix{number}_add")([x, _pointwise(x, filters, f"mix{number}", momentum)])
    # Without an upper limit: a small finding must be able to outweigh the rest of the image.
    x = _pointwise(x, filters, "features", momentum)
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    x = layers.Dropout(dropout, name="dropout")(x)
    dense = layers.Dense(outputs, activation=activation, name="probabilities")
    return keras.Model(image, dense(x), name="local_evidence")


def _pointwise(x: keras.KerasTensor, filters: int, name: str, momentum: float) -> keras.KerasTensor:
    """Apply a 1x1 convolution, batch normalisation and ReLU."""
    x = layers.Conv2D(filters, 1, use_bias=False, name=f"{name}_conv")(x)
    return layers.ReLU(name=name)(normalised(x, name, None, momentum))
