"""The methods of explanation, by name. Adding one is a file here with a `build` function and its line in METHODS.

Nothing of TensorFlow is imported until a method is built, so pages may read what a method is.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import keras

    from meddx.explain.methods.explainer import Explainer

Units = Literal["logit", "probability", "relative"]
"""logit: the label's evidence, comparable between images on one scale. probability: likewise. relative: the method
defines no scale, so only places within one map compare."""


@dataclass(frozen=True)
class Method:
    """One method.

    title: as the reader sees it. measures: what a high value means, in plain words, after "where".
    signed: whether values below zero occur, and speak against the label.
    passes: about how many forward passes one image costs (224 x 224, three labels), to tell the quick from the slow.
    """

    name: str
    title: str
    paper: str
    units: Units
    signed: bool
    measures: str
    passes: int

    def build(self, network: "keras.Model") -> "Explainer":
        """The method on a network with outputs [features, logits] (meddx.model.loading.LoadedModel.network)."""
        explainer: Explainer = import_module(f"{__name__}.{self.name.replace('-', '_')}").build(network)
        return explainer


METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        Method(
            "grad-cam", "Grad-CAM", "Selvaraju et al. 2017, arXiv:1610.02391", "logit", False,
            "feature maps that speak for the label are strong", 1,
        ),
        Method(
            "hires-cam", "HiResCAM", "Draelos and Carin 2020, arXiv:2011.08891", "logit", True,
            "the feature maps add to the logit, place by place", 1,
        ),
        Method(
            "grad-cam-plus-plus", "Grad-CAM++", "Chattopadhay et al. 2018, arXiv:1710.11063", "logit", False,
            "feature maps that would raise the logit somewhere are strong", 1,
        ),
        Method(
            "layer-cam", "LayerCAM", "Jiang et al. 2021, doi:10.1109/TIP.2021.3089943", "logit", False,
            "the feature maps add to the logit, counting only what raises it", 1,
        ),
        Method(
            "augmented-grad-cam", "Augmented Grad-CAM", "Morbidelli et al. 2020, doi:10.1109/ICASSP40776.2020.9054416",
            "logit", False,
            "feature maps that speak for the label are strong, wherever the image falls on the network's grid", 16,
        ),
        Method(
            "eigen-cam", "Eigen-CAM", "Muhammad and Yeasin 2020, arXiv:2008.00299", "relative", False,
            "the features respond most on this image, whatever the label", 1,
        ),
        Method(
            "score-cam", "Score-CAM", "Wang et al. 2020, arXiv:1910.01279", "relative", False,
            "feature maps are strong that raise the logit when the image is seen through them", 1000,
        ),
        Method(
            "faster-score-cam", "Faster-Score-CAM", "Wang et al. 2020, arXiv:1910.01279", "relative", False,
            "the ten most varied feature maps are strong that raise the logit when the image is seen through them", 11,
        ),
        Method(
            "gradients", "Gradients", "Simonyan et al. 2013, arXiv:1312.6034", "relative", False,
            "a small change of grey would move the logit most, either way", 3,
        ),
        Method(
            "smooth-grad", "SmoothGrad", "Smilkov et al. 2017, arXiv:1706.03825", "relative", False,
            "a small change of grey would move the logit most, under noise as well", 60,
        ),
        Method(
            "integrated-gradients", "Integrated Gradients", "Sundararajan et al. 2017, arXiv:1703.01365", "logit", True,
            "the logit comes from as the image appears out of its blur", 300,
        ),
        Method(
            "occlusion", "Occlusion", "Zeiler and Fergus 2013, arXiv:1311.2901", "logit", True,
            "the logit falls when the place is blurred", 170,
        ),
        Method(
            "rise", "RISE", "Petsiuk et al. 2018, arXiv:1806.07421", "logit", True,
            "the logit is higher when the place is shown than when it is blurred", 800,
        ),
    )
}  # fmt: skip
"""In the order in which a reader is offered them."""
