"""EfficientNet-Lite0: EfficientNet-B0 (Tan and Le 2019, arXiv:1905.11946) without squeeze-excitation, with ReLU6."""

from dataclasses import dataclass

import keras
from keras import layers


@dataclass(frozen=True)
class BlockStage:
    """One stage of inverted residual blocks of one width (Sandler et al. 2018, arXiv:1801.04381)."""

    repeats: int
    kernel: int
    stride: int
    expansion: int
    filters: int


STAGES = (
    BlockStage(repeats=1, kernel=3, stride=1, expansion=1, filters=16),
    BlockStage(repeats=2, kernel=3, stride=2, expansion=6, filters=24),
    BlockStage(repeats=2, kernel=5, stride=2, expansion=6, filters=40),
    BlockStage(repeats=3, kernel=3, stride=2, expansion=6, filters=80),
    BlockStage(repeats=3, kernel=5, stride=1, expansion=6, filters=112),
    BlockStage(repeats=4, kernel=5, stride=2, expansion=6, filters=192),
    BlockStage(repeats=1, kernel=3, stride=1, expansion=6, filters=320),
)
STEM_FILTERS, HEAD_FILTERS = 32, 1280


def normalised(x: keras.KerasTensor, name: str, relu: str | None, momentum: float | None) -> keras.KerasTensor:
    """Apply batch normalisation, and ReLU6 under the name `relu` where one is given.

    momentum: how much of the running statistics stays at each step; None keeps them all, in training as well.
    """
    frozen = momentum is None
    x = layers.BatchNormalization(
        momentum=1.0 if frozen else momentum, epsilon=1e-3, trainable=not frozen, name=f"{name}_norm"
    )(x)
    return x if relu is None else layers.ReLU(max_value=6.0, name=relu)(x)


def inverted_residual(
    x: keras.KerasTensor, stage: BlockStage, stride: int, name: str, *, drop: float, momentum: float | None
) -> keras.KerasTensor:
    """Apply an inverted residual block: expansion by 1x1, depthwise convolution, projection by 1x1.

    The shortcut is added where shapes agree; the residual branch is then dropped whole at random.
    """
    shortcut = x
    if stage.expansion != 1:
        width = int(x.shape[-1]) * stage.expansion
        x = layers.Conv2D(width, 1, use_bias=False, name=f"{name}_expand_conv")(x)
        x = normalised(x, f"{name}_expand", f"{name}_expand", momentum)
    depthwise = layers.DepthwiseConv2D(
        stage.kernel, strides=stride, padding="same", use_bias=False, name=f"{name}_depthwise_conv"
    )
    x = normalised(depthwise(x), f"{name}_depthwise", f"{name}_depthwise", momentum)
    x = layers.Conv2D(stage.filters, 1, use_bias=False, name=f"{name}_project_conv")(x)
    x = normalised(x, f"{name}_project", None, momentum)
    if stride == 1 and shortcut.shape[-1] == x.shape[-1]:
        if drop > 0:
            x = layers.Dropout(drop, noise_shape=(None, 1, 1, 1), name=f"{name}_drop")(x)
        x = layers.Add(name=f"{name}_add")([shortcut, x])
    return x


def build(
    input_shape: tuple[int, int, int],
    outputs: int,
    activation: str,
    *,
    stages: int = len(STAGES),
    head_filters: int = HEAD_FILTERS,
    last_stride: int = 2,
    dropout: float = 0.2,
    stochastic_depth: float = 0.0,
    finer: int = 0,
    momentum: float = 0.99,
) -> keras.Model:
    """Build the network with a fresh Dense head.

    stages: how many of the seven are kept; the first five hold a fifth of the weights, their map is 1/16 of the input.
    head_filters: width of the explained map. A head other than the original's has a name of its own, new_head, so that
    no weights of the original are taken for it.
    last_stride: stride of the sixth stage. 1 instead of the original's 2 doubles the sides of the explained map
    (1/16 of the input instead of 1/32) with the same weights.
    stochastic_depth: chance to skip the last block in training, rising linearly from 0 (Huang et al. 2016).
    finer: how many times the explained map is finer by a factor of two. It is then made from the last map and the ones
    before the last halvings together, all enlarged to the finest, as in feature pyramids (Lin et al. 2017,
    arXiv:1612.03144), and shows smaller things in their place. Sides of the input must be multiples of the last step.
    momentum: how much of the running statistics stays at each step; less where an epoch has few steps.
    """
    image = keras.Input(input_shape, name="image")
    x = layers.Conv2D(STEM_FILTERS, 3, strides=2, padding="same", use_bias=False, name="stem_conv")(image)
    x = normalised(x, "stem", "stem", momentum)
    kept = STAGES[:stages]
    count, index = sum(stage.repeats for stage in kept), 0
    before_halvings = []
    for number, stage in enumerate(kept, start=1):
        for repeat in range(stage.repeats):
            stride = stage.stride if repeat == 0 else 1
            if number == 6 and repeat == 0:
                stride = last_stride
            if stride == 2:
                before_halvings.append(x)
            x = inverted_residual(
                x, stage, stride, f"block{index}", drop=stochastic_depth * index / count, momentum=momentum
            )
            index += 1
    if finer:
        maps = [*before_halvings[-finer:], x]
        enlarged = [
            layers.UpSampling2D(2**halvings, interpolation="bilinear", name=f"enlarged{halvings}")(coarse)
            for halvings, coarse in enumerate(maps[1:], start=1)
        ]
        x = layers.Concatenate(name="all_maps")([maps[0], *enlarged])
    head = "head" if (kept, head_filters, finer) == (STAGES, HEAD_FILTERS, 0) else "new_head"
    x = layers.Conv2D(head_filters, 1, use_bias=False, name=f"{head}_conv")(x)
    x = normalised(x, head, "features", momentum)
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    x = layers.Dropout(dropout, name="dropout")(x)
    dense = layers.Dense(outputs, activation=activation, name="probabilities")
    return keras.Model(image, dense(x), name="efficientnet_lite0")
