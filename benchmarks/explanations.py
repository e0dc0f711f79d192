"""Methods of explanation beside a plain compiled forward pass and beside tf-keras-vis, on one image.

    python -m benchmarks.explanations

DenseNet121 with random weights and three labels at 224 x 224, float32, on the CPU. Everything is built, compiled and
run once before it is timed. The ways of a row take turns, so that what else runs on the machine meets both alike;
medians, and the ratio of medians. The Grad-CAM family is Grad-CAM, Grad-CAM++, HiResCAM, LayerCAM and Eigen-CAM, of
every label, from one pass. SmoothGrad (20 samples) and Faster-Score-CAM (10 masks) of one label: both sides are asked
for the same one map. Faster-Score-CAM of every label, as a reader of all findings wants it: one call here, where the
masks do not hang on the label, and a call a label there, which is its way. The goal was set without saying which; the
row of one label is the stricter. tf-keras-vis neither stretches nor enlarges.
"""

import argparse
import statistics
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from meddx.model.tensorflow_startup import start_tensorflow

start_tensorflow()

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

from benchmarks.prediction import densenet121, milliseconds  # noqa: E402
from benchmarks.report import write  # noqa: E402
from meddx.explain.methods import METHODS  # noqa: E402
from meddx.explain.methods.faster_score_cam import MASKS  # noqa: E402
from meddx.explain.methods.grad_cam_family import build_family  # noqa: E402
from meddx.explain.methods.smooth_grad import NOISE_LEVEL, NOISY_SAMPLES  # noqa: E402

LABEL = 1
Way = Callable[[], object]


OfLabels = Callable[[Sequence[int]], object]


def references(plain: keras.Model, layer: str, image: np.ndarray) -> tuple[OfLabels, OfLabels]:
    """SmoothGrad and Faster-Score-CAM by tf-keras-vis, a call a label."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from tf_keras_vis.saliency import Saliency
        from tf_keras_vis.scorecam import Scorecam
        from tf_keras_vis.utils.model_modifiers import ReplaceToLinear
        from tf_keras_vis.utils.scores import CategoricalScore
    model = keras.Model(plain.inputs, plain.outputs)
    saliency, score_cam = (kind(model, model_modifier=ReplaceToLinear(), clone=True) for kind in (Saliency, Scorecam))
    noise = {"smooth_samples": NOISY_SAMPLES, "smooth_noise": NOISE_LEVEL, "normalize_map": False}
    masks = {"max_N": MASKS, "normalize_cam": False, "expand_cam": False}
    at = {"penultimate_layer": layer, "seek_penultimate_conv_layer": False}
    return (
        lambda labels: [saliency(CategoricalScore([label]), image, **noise) for label in labels],
        lambda labels: [score_cam(CategoricalScore([label]), image, **at, **masks) for label in labels],
    )


def medians(ways: tuple[Way, Way], repetitions: int) -> tuple[float, float]:
    """Milliseconds of each, taking turns after a first run that does not count."""
    for way in ways:
        way()
    rounds = [[milliseconds(way) for way in ways] for _ in range(repetitions)]
    first, second = (statistics.median(column) for column in zip(*rounds, strict=True))
    return first, second


@dataclass(frozen=True)
class Comparison:
    """Two ways to the same thing. most: what `here` may take, as a share of `there`."""

    what: str
    here: Way
    other: str
    there: Way
    repetitions: int
    most: float

    def row(self) -> list[str]:
        """Of the table."""
        here, there = medians((self.here, self.there), self.repetitions)
        share = here / there
        if self.most >= 1:
            ratio, goal = f"{share:.2f} times as long", f"at most {self.most:g}"
        else:
            ratio, goal = f"{1 / share:.1f} times faster", f"at least {1 / self.most:g}"
        reached = "yes" if share <= self.most else "no"
        return [self.what, f"{here:.0f}", self.other, f"{there:.0f}", str(self.repetitions), ratio, goal, reached]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "explanations.md")
    arguments = parser.parse_args()
    network, plain, layer = densenet121()
    image = np.random.default_rng(0).random((1, *plain.input_shape[1:]), np.float32)
    labels = range(plain.output_shape[-1])
    spec = tf.TensorSpec(plain.inputs[0].shape, tf.float32)
    forward = tf.function(lambda taken: plain(taken, training=False)).get_concrete_function(spec)

    def plain_pass() -> object:
        return forward(tf.constant(image)).numpy()

    family = build_family(network)
    smooth_grad, score_cam = (METHODS[name].build(network) for name in ("smooth-grad", "faster-score-cam"))
    smooth_reference, score_reference = references(plain, layer, image)

    one, keras_vis = [LABEL], "tf-keras-vis"
    comparisons = (
        Comparison("Grad-CAM family, every label", lambda: family(image, labels), "forward pass", plain_pass, 40, 1.2),
        Comparison(
            "SmoothGrad, one label", lambda: smooth_grad(image, one), keras_vis, lambda: smooth_reference(one), 3, 1 / 8
        ),
        Comparison(
            "Faster-Score-CAM, one label",
            lambda: score_cam(image, one),
            keras_vis,
            lambda: score_reference(one),
            7,
            1 / 3,
        ),
        Comparison(
            "Faster-Score-CAM, every label",
            lambda: score_cam(image, labels),
            keras_vis,
            lambda: score_reference(labels),
            7,
            1 / 3,
        ),
    )
    header = ["what", "ms", "beside", "ms", "runs each", "ratio", "goal", "reached"]
    write(arguments.out, "Methods of explanation", __doc__, header, [comparison.row() for comparison in comparisons])


if __name__ == "__main__":
    main()
