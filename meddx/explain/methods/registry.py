"""List the explanation methods, a row each that holds everything about a method that other code must know.

A method is a file in this package and a row in METHODS; nothing else names it. Importing the table loads no TensorFlow:
the file is imported when the method is built.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal

from meddx.types import Units

if TYPE_CHECKING:
    import keras

    from meddx.explain.methods.cam_base import Rule
    from meddx.explain.methods.explainer import Explainer, RunLogits

ScaleRule = Literal["card", "measured or card", "measured", "none"]
"""Where the colours of a method's maps end (meddx.explain.colour_scale).

card: at the card's `heatmap_scale`. measured: at what explain-check measured for this method on this model, else
nowhere. measured or card: likewise, else at the card's, for methods that share evidence out over the explained layer
in logit units as Grad-CAM does. none: every map is stretched to its own highest value.
"""

QUICK, SLOW = 20, 500
"""Passes up to which a method answers while a reader waits, and from which on few images can be measured with it."""


@dataclass(frozen=True)
class Counterpart:
    """Name the same method in tf-keras-vis (github.com/keisen/tf-keras-vis), as plain data.

    module, kind: where its class is, and its name; options: keyword arguments of a call, beyond those that every method
    of the library is asked with (meddx.evaluate.map_evaluation.tf_keras_vis_maps).
    """

    module: str
    kind: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Method:
    """Describe one method, a row of the table. Raises ValueError for a row that contradicts itself.

    name: for the command line, jobs and records; its file is the same with underscores.
    title: as a reader knows it. paper: authors, year and identifier.
    colours: what the colours of a map mean, one sentence for a reader.
    units: of the maps. logit: the label's evidence, comparable between images on one scale; probability: likewise;
        relative: the method defines no scale, so only places within one map compare.
    signed: whether values below zero occur, and speak against the label; they are drawn as stripes.
    scale: where the colours end. passes: about how many forward passes one image costs (224 x 224, three labels).
    family: whether it belongs to the Grad-CAM family, of which all maps come from one pass. Its file then has a
        function `rule`, else a function `build`.
    by_logits: whether its maps follow from the logits of changed images, whatever runtime computes these.
    label_blind: whether its map is the same for every label, so that it says nothing about one.
    calibrated: whether the thresholds of the verdicts on maps were chosen with its maps.
    counterpart: the same method in tf-keras-vis, None where that has none.
    """

    name: str
    title: str
    paper: str
    colours: str
    units: Units
    signed: bool
    scale: ScaleRule
    passes: int
    family: bool = False
    by_logits: bool = False
    label_blind: bool = False
    calibrated: bool = False
    counterpart: Counterpart | None = None

    def __post_init__(self) -> None:
        """Raise ValueError where the row contradicts itself."""
        if (self.units == "relative") != (self.scale == "none"):
            raise ValueError(f"{self.name}: maps have no scale where their units are relative, and only there")
        if self.signed != ("stripes" in self.colours):
            raise ValueError(f"{self.name}: a reader is told of stripes where maps are signed, and only there")

    @property
    def quick(self) -> bool:
        """Return whether a reader can wait for its map."""
        return self.passes <= QUICK

    def build(self, network: "keras.Model", run: "RunLogits | None" = None) -> "Explainer":
        """Return the method on a network with outputs [features, logits] (meddx.model.loading.LoadedModel.network).

        run: what computes the logits of images for a method `by_logits`; TensorFlow where there is none.
        """
        if self.family:
            from meddx.explain.methods.cam_base import Cam

            return Cam(network, self.rule())
        given = (network, run) if self.by_logits else (network,)
        explainer: Explainer = self._file().build(*given)
        return explainer

    def rule(self) -> "Rule":
        """Return how a method of the Grad-CAM family joins features and gradients."""
        rule: Rule = self._file().rule
        return rule

    def _file(self) -> ModuleType:
        """Return the module that holds the method, imported now if it was not before."""
        return import_module(f"{__package__}.{self.name.replace('-', '_')}")


METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        Method(
            name="grad-cam",
            title="Grad-CAM",
            paper="Selvaraju et al. 2017, arXiv:1610.02391",
            colours="Colour marks areas with features that raise the score of this label.",
            units="logit",
            signed=False,
            scale="card",
            passes=1,
            family=True,
            calibrated=True,
            counterpart=Counterpart("tf_keras_vis.gradcam", "Gradcam"),
        ),
        Method(
            name="hires-cam",
            title="HiResCAM",
            paper="Draelos and Carin 2020, arXiv:2011.08891",
            colours="Colour marks areas that raise the score of this label, stripes areas that lower it.",
            units="logit",
            signed=True,
            scale="measured or card",
            passes=1,
            family=True,
            calibrated=True,
        ),
        Method(
            name="grad-cam-plus-plus",
            title="Grad-CAM++",
            paper="Chattopadhay et al. 2018, arXiv:1710.11063",
            colours="Colour marks areas with features that would raise the score of this label somewhere in the image.",
            units="logit",
            signed=False,
            scale="measured or card",
            passes=1,
            family=True,
            calibrated=True,
            counterpart=Counterpart("tf_keras_vis.gradcam_plus_plus", "GradcamPlusPlus"),
        ),
        Method(
            name="layer-cam",
            title="LayerCAM",
            paper="Jiang et al. 2021, doi:10.1109/TIP.2021.3089943",
            colours="Colour marks areas that raise the score of this label; features that lower it are left out.",
            units="logit",
            signed=False,
            scale="measured or card",
            passes=1,
            family=True,
            calibrated=True,
            counterpart=Counterpart("tf_keras_vis.layercam", "Layercam"),
        ),
        Method(
            name="augmented-grad-cam",
            title="Augmented Grad-CAM",
            paper="Morbidelli et al. 2020, doi:10.1109/ICASSP40776.2020.9054416",
            colours="Colour marks areas with features that raise the score of this label, on average over small shifts "
            "of the image.",
            units="logit",
            signed=False,
            scale="measured",
            passes=16,
        ),
        Method(
            name="eigen-cam",
            title="Eigen-CAM",
            paper="Muhammad and Yeasin 2020, arXiv:2008.00299",
            colours="Colour marks areas where the network responds most to this image, whatever the label.",
            units="relative",
            signed=False,
            scale="none",
            passes=1,
            family=True,
            label_blind=True,
        ),
        Method(
            name="score-cam",
            title="Score-CAM",
            paper="Wang et al. 2020, arXiv:1910.01279",
            colours="Colour marks areas with features that raise the score of this label when only they are in focus.",
            units="relative",
            signed=False,
            scale="none",
            passes=1000,
            by_logits=True,
            counterpart=Counterpart("tf_keras_vis.scorecam", "Scorecam"),
        ),
        Method(
            name="faster-score-cam",
            title="Faster-Score-CAM",
            paper="Wang et al. 2020, arXiv:1910.01279",
            colours="Colour marks areas with features that raise the score of this label when only they are in focus; "
            "of the features, the ten that vary most over the image.",
            units="relative",
            signed=False,
            scale="none",
            passes=11,
            by_logits=True,
            counterpart=Counterpart("tf_keras_vis.scorecam", "Scorecam", {"max_N": 10}),
        ),
        Method(
            name="gradients",
            title="Gradients",
            paper="Simonyan et al. 2013, arXiv:1312.6034",
            colours="Colour marks pixels where a small change of brightness would change the score of this label most, "
            "up or down.",
            units="relative",
            signed=False,
            scale="none",
            passes=3,
            counterpart=Counterpart("tf_keras_vis.saliency", "Saliency"),
        ),
        Method(
            name="smooth-grad",
            title="SmoothGrad",
            paper="Smilkov et al. 2017, arXiv:1706.03825",
            colours="Colour marks pixels where a small change of brightness would change the score of this label most, "
            "up or down, on average over noisy copies of the image.",
            units="relative",
            signed=False,
            scale="none",
            passes=60,
            counterpart=Counterpart("tf_keras_vis.saliency", "Saliency", {"smooth_samples": 20}),
        ),
        Method(
            name="integrated-gradients",
            title="Integrated Gradients",
            paper="Sundararajan et al. 2017, arXiv:1703.01365",
            colours="Colour marks pixels that raise the score of this label as the blurred image becomes sharp, "
            "stripes pixels that lower it.",
            units="logit",
            signed=True,
            scale="measured",
            passes=300,
        ),
        Method(
            name="occlusion",
            title="Occlusion",
            paper="Zeiler and Fergus 2013, arXiv:1311.2901",
            colours="Blurring an area marked in colour lowers the score of this label; blurring one marked in stripes "
            "raises it.",
            units="logit",
            signed=True,
            scale="measured",
            passes=170,
            by_logits=True,
        ),
        Method(
            name="rise",
            title="RISE",
            paper="Petsiuk et al. 2018, arXiv:1806.07421",
            colours="Colour marks areas with which the score of this label is higher when they are sharp than when "
            "they are blurred, stripes the opposite.",
            units="logit",
            signed=True,
            scale="measured",
            passes=800,
            by_logits=True,
        ),
    )
}
"""By name, in the order in which a reader is offered them; the first is used where none was measured on a model."""
