"""A residual network for small images whose last map stays fine enough to localise a lesion."""

import keras
from keras import layers


def _normalised(x: keras.KerasTensor, filters: int, kernel: int, stride: int, name: str) -> keras.KerasTensor:
    """Apply convolution without bias and batch normalisation (Ioffe and Szegedy 2015, arXiv:1502.03167)."""
    x = layers.Conv2D(filters, kernel, strides=stride, padding="same", use_bias=False, name=f"{name}_conv")(x)
    return layers.BatchNormalization(momentum=0.9, name=f"{name}_norm")(x)


def _block(x: keras.KerasTensor, filters: int, stride: int, name: str) -> keras.KerasTensor:
    """Apply two 3x3 convolutions with a shortcut: He et al. 2015 (arXiv:1512.03385).

    The shortcut is projected by 1x1 where shapes differ.
    """
    shortcut = x
    if stride != 1 or x.shape[-1] != filters:
        shortcut = _normalised(x, filters, 1, stride, f"{name}_shortcut")
    x = _normalised(x, filters, 3, stride, f"{name}_first")
    x = layers.ReLU(name=f"{name}_first")(x)
    x = _normalised(x, filters, 3, 1, f"{name}_second")
    return layers.ReLU(name=name)(layers.Add(name=f"{name}_add")([shortcut, x]))


def build(
    input_shape: tuple[int, int, int],
    outputs: int,
    activation: str,
    *,
    filters: tuple[int, ...] = (24, 48, 96),
    blocks: tuple[int, ...] = (1, 2, 2),
    stem_stride: int = 1,
    dropout: float = 0.3,
) -> keras.Model:
    """Build stages of residual blocks, each after the first halving the map, global average pooling and a Dense layer.

    The defaults explain a 28 x 28 image on a 7 x 7 map. With global average pooling (Lin et al. 2013) Grad-CAM equals
    the class activation map, exact for every pixel of the last map.
    """
    image = keras.Input(input_shape, name="image")
    x = layers.ReLU(name="stem")(_normalised(image, filters[0], 3, stem_stride, "stem"))
    for stage, (width, repeats) in enumerate(zip(filters, blocks, strict=True), start=1):
        for repeat in range(1, repeats + 1):
            last = (stage, repeat) == (len(filters), blocks[-1])
            stride = 2 if stage > 1 and repeat == 1 else 1
            x = _block(x, width, stride, "features" if last else f"stage{stage}_block{repeat}")
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    x = layers.Dropout(dropout, name="dropout")(x)
    return keras.Model(
        image, layers.Dense(outputs, activation=activation, name="probabilities")(x), name="small_resnet"
    )
