"""Describe what was found in a model file, and what a person chose where the file does not say. No TensorFlow here."""

from dataclasses import dataclass
from typing import Literal

Format = Literal["keras", "h5", "savedmodel"]
"""A Keras 3 archive, an HDF5 file of Keras 2 or 3, or a TensorFlow SavedModel folder."""

Scaling = Literal["inside", "0-1", "0-255", "-1-1", "imagenet", "caffe", "standardize"]
"""How displayed grey or RGB in [0, 1] becomes the values that the network was trained on.

inside: 0 to 255, since the network scales them itself; imagenet: minus mean, over deviation, of RGB in [0, 1];
caffe: BGR in 0 to 255 minus the channel means; standardize: each image to mean 0 and deviation 1.
"""

ChannelOrder = Literal["rgb", "bgr"]
"""The order of the channels that the scaling takes.

bgr: they are reversed first, as OpenCV reads files; where `caffe` then reverses them itself, the network takes RGB.
"""

Resize = Literal["pad", "stretch", "crop"]
"""pad keeps the aspect ratio and fills up with black, stretch fills the input, crop keeps the aspect ratio and cuts."""

HeadKind = Literal["softmax", "sigmoid", "one sigmoid", "logits", "one logit"]
"""What the output is: exclusive labels, labels that may occur together, one label present or absent, or the same
without their activation, so that the task must be said."""


@dataclass(frozen=True)
class FoundHead:
    """One output of the network. name: by which it is chosen. units: how many numbers it has. layer: the last one."""

    name: str
    kind: HeadKind
    units: int
    layer: str


@dataclass(frozen=True)
class FoundModel:
    """What was found in a model file.

    keras: the version that wrote it. sha256: hex, of the file as it was given. size: its bytes.
    architecture: the backbone as keras.applications names it, None where it is not one of these.
    input: (height, width), None where the file leaves one open; proposed_input: the backbone's usual one.
    scaling_inside: what scales the input inside the network, one phrase, None where nothing does.
    scalings: those worth trying, the most usual for this backbone first; only "inside" where it scales itself.
    explained_layer: the last feature map before pooling, by the name it has in the prepared network; None where no
        layer has rows and columns.
    notes: remarks for the reader, one sentence each, such as that mixed precision is run as float32.
    """

    format: Format
    keras: str
    sha256: str
    size: int
    parameters: int
    architecture: str | None
    input: tuple[int, int] | None
    proposed_input: tuple[int, int]
    channels: Literal[1, 3]
    scaling_inside: str | None
    scalings: tuple[Scaling, ...]
    heads: tuple[FoundHead, ...]
    explained_layer: str | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImportChoices:
    """What a person decides about a found model.

    head: name of one of its heads. exclusive: whether exactly one label is true; one unit gives two exclusive labels,
    absent and present, in this order. input: (height, width). channel_order: always rgb for grey.
    """

    head: str
    exclusive: bool
    input: tuple[int, int]
    scaling: Scaling
    channel_order: ChannelOrder = "rgb"
