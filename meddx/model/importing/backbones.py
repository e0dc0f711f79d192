"""Recognise the backbones of keras.applications by the names of their layers, and what input they expect."""

from collections.abc import Collection
from dataclasses import dataclass

from meddx.model.importing.found_model import Scaling

DEFAULT_SIDE = 224
"""Rows and columns proposed for a network of no known family."""


@dataclass(frozen=True)
class Backbone:
    """One network of keras.applications.

    has: names of layers, or of the network itself, by which it is told from the rows below it.
    side: the input that its ImageNet weights were trained with. scaling: that of its preprocess_input; where the
    network scales by itself, what it was trained on all the same, for networks that were built without that.
    """

    name: str
    has: tuple[str, ...]
    side: int
    scaling: Scaling


BACKBONES = (
    Backbone("ConvNeXtTiny", ("convnext_tiny_stem_conv",), 224, "imagenet"),
    Backbone("ConvNeXtSmall", ("convnext_small_stem_conv",), 224, "imagenet"),
    Backbone("ConvNeXtBase", ("convnext_base_stem_conv",), 224, "imagenet"),
    Backbone("ConvNeXtLarge", ("convnext_large_stem_conv",), 224, "imagenet"),
    Backbone("ConvNeXtXLarge", ("convnext_xlarge_stem_conv",), 224, "imagenet"),
    Backbone("DenseNet201", ("conv4_block48_concat", "conv5_block32_concat"), 224, "imagenet"),
    Backbone("DenseNet169", ("conv4_block32_concat", "conv5_block32_concat"), 224, "imagenet"),
    Backbone("DenseNet121", ("conv4_block24_concat", "conv5_block16_concat"), 224, "imagenet"),
    Backbone("EfficientNetB7", ("stem_conv_pad", "block7d_project_conv"), 600, "imagenet"),
    Backbone("EfficientNetB6", ("stem_conv_pad", "block7c_project_conv", "block2f_project_conv"), 528, "imagenet"),
    Backbone("EfficientNetB5", ("stem_conv_pad", "block7c_project_conv"), 456, "imagenet"),
    Backbone("EfficientNetB4", ("stem_conv_pad", "block2d_project_conv"), 380, "imagenet"),
    Backbone("EfficientNetB3", ("stem_conv_pad", "block4e_project_conv"), 300, "imagenet"),
    # B1 and B2 have the same layers and differ in width alone: without a name of its own it is taken for B1.
    Backbone("EfficientNetB2", ("efficientnetb2", "stem_conv_pad", "block7b_project_conv"), 260, "imagenet"),
    Backbone("EfficientNetB1", ("stem_conv_pad", "block7b_project_conv"), 240, "imagenet"),
    Backbone("EfficientNetB0", ("stem_conv_pad", "block7a_project_conv"), 224, "imagenet"),
    Backbone("EfficientNetV2L", ("stem_conv", "block7g_project_conv"), 480, "-1-1"),
    Backbone("EfficientNetV2M", ("stem_conv", "block7e_project_conv"), 480, "-1-1"),
    Backbone("EfficientNetV2S", ("stem_conv", "block6o_project_conv"), 384, "-1-1"),
    Backbone("EfficientNetV2B3", ("stem_conv", "block6l_project_conv"), 300, "imagenet"),
    Backbone("EfficientNetV2B2", ("stem_conv", "block6j_project_conv"), 260, "imagenet"),
    Backbone("EfficientNetV2B1", ("stem_conv", "block6i_project_conv"), 240, "imagenet"),
    Backbone("EfficientNetV2B0", ("stem_conv", "block6h_project_conv"), 224, "imagenet"),
    Backbone("InceptionResNetV2", ("block8_10", "conv_7b"), 299, "-1-1"),
    Backbone("InceptionV3", ("mixed9_1", "mixed10"), 299, "-1-1"),
    Backbone("MobileNet", ("conv_dw_13", "conv_pw_13_relu"), 224, "-1-1"),
    Backbone("MobileNetV2", ("block_16_project", "Conv_1"), 224, "-1-1"),
    Backbone("MobileNetV3Large", ("expanded_conv_14_project",), 224, "-1-1"),
    Backbone("MobileNetV3Small", ("expanded_conv_10_project",), 224, "-1-1"),
    Backbone("NASNetLarge", ("normal_add_1_18", "reduction_add_1_reduce_12"), 331, "-1-1"),
    Backbone("NASNetMobile", ("normal_add_1_12", "reduction_add_1_reduce_8"), 224, "-1-1"),
    Backbone("ResNet152V2", ("conv4_block36_out", "post_relu"), 224, "-1-1"),
    Backbone("ResNet101V2", ("conv4_block23_out", "post_relu"), 224, "-1-1"),
    Backbone("ResNet50V2", ("conv4_block6_out", "conv5_block3_out", "post_relu"), 224, "-1-1"),
    Backbone("ResNet152", ("conv4_block36_out", "conv5_block3_out"), 224, "caffe"),
    Backbone("ResNet101", ("conv4_block23_out", "conv5_block3_out"), 224, "caffe"),
    Backbone("ResNet50", ("conv4_block6_out", "conv5_block3_out"), 224, "caffe"),
    Backbone("VGG19", ("block5_conv4", "block5_pool"), 224, "caffe"),
    Backbone("VGG16", ("block5_conv3", "block5_pool"), 224, "caffe"),
    Backbone("Xception", ("block14_sepconv2_act",), 299, "-1-1"),
)
"""Of two where one has all the layers of the other, the larger comes first."""


def find_backbone(layers: Collection[str]) -> Backbone | None:
    """Return the backbone that has layers of these names, None where it is none of keras.applications."""
    names = set(layers)
    for backbone in BACKBONES:
        if names.issuperset(backbone.has):
            return backbone
    return None
