"""Methods of explanation beside a plain compiled forward pass and beside tf-keras-vis, on one image.

    python -m benchmarks.explanations

DenseNet121 with random weights and three labels at 224 x 224, float32, on the CPU. Everything is built, compiled and
run once before it is timed. The ways of a row take turns, so that what else runs on the machine meets both alike;
medians, and the ratio of medians. The Grad-CAM family is Grad-CAM, Grad-CAM++, HiResCAM, LayerCAM and Eigen-CAM, of
every label, from one pass. Of one label: every method that tf-keras-vis has too, both sides asked for the same one map,
SmoothGrad of 20 samples and Faster-Score-CAM of 10 masks among them; Score-CAM, which takes a pass for each of 1,024
masks, only where it is named (`--methods score-cam`). tf-keras-vis neither stretches nor enlarges. Methods that need
the logits of changed images alone have them from the runtime that the engine would choose here.
"""

import statistics
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from meddx.model.tensorflow_startup import start_tensorflow

start_tensorflow()

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

from benchmarks.goals import GOALS, KERAS_VIS  # noqa: E402
from benchmarks.prediction import DENSENET, Subject, absent, densenet121, milliseconds, missing, ours  # noqa: E402
from benchmarks.report import Measured, options, results_folder, write  # noqa: E402
from meddx.explain.methods import METHODS, SLOW, Method  # noqa: E402
from meddx.explain.methods.grad_cam_family import build_family  # noqa: E402
from meddx.explain.methods.smooth_grad import NOISE_LEVEL  # noqa: E402

LABEL = 1
BESIDE_KERAS_VIS = [name for name, method in METHODS.items() if method.counterpart is not None]
FORWARD = "forward pass"
Way = Callable[[], object]


def reference(plain: keras.Model, layer: str, method: Method, image: np.ndarray) -> Way:
    """The map of one label by the method's counterpart in tf-keras-vis."""
    from meddx.evaluate.map_evaluation.tf_keras_vis_maps import CategoricalScore, ReplaceToLinear, class_of

    counterpart = method.counterpart
    assert counterpart is not None
    if counterpart.kind == "Saliency":
        how = {"normalize_map": False}
    else:
        how = {"penultimate_layer": layer, "seek_penultimate_conv_layer": False}
        how |= {"normalize_cam": False, "expand_cam": False}
    if "smooth_samples" in counterpart.options:
        how["smooth_noise"] = NOISE_LEVEL
    model = keras.Model(plain.inputs, plain.outputs)
    explain = class_of(counterpart)(model, model_modifier=ReplaceToLinear(), clone=True)
    return lambda: explain(CategoricalScore([LABEL]), image, **how, **counterpart.options)


def medians(ways: tuple[Way, Way], repetitions: int) -> tuple[float, float]:
    """Milliseconds of each, taking turns after a first run that does not count."""
    for way in ways:
        way()
    rounds = [[milliseconds(way) for way in ways] for _ in range(repetitions)]
    first, second = (statistics.median(column) for column in zip(*rounds, strict=True))
    return first, second


@dataclass(frozen=True)
class Comparison:
    """Two ways to the same thing. measure: its name among the goals, "" where it has none."""

    what: str
    here: Way
    other: str
    there: Way
    repetitions: int
    measure: str = ""

    def row(self) -> tuple[list[str], list[Measured]]:
        """Of the table, and what of it has a goal."""
        here, there = medians((self.here, self.there), self.repetitions)
        share = here / there
        ratio = f"{share:.2f} times as long" if self.other == FORWARD else f"{1 / share:.1f} times faster"
        goal = GOALS[self.measure].text if self.measure else ""
        row = [self.what, f"{here:.1f}", self.other, f"{there:.1f}", str(self.repetitions), ratio, goal]
        return row, [Measured(self.measure, "densenet121", 1 / share)] if self.measure else []


def comparisons(methods: list[str], tiny: bool, folder: Path) -> list[Comparison]:
    """The family beside a forward pass, then each method beside tf-keras-vis. folder: for the runtimes' evidence."""
    network, plain, layer = densenet121()
    answers = ours(Subject(DENSENET, network, plain, layer), folder)
    image = np.random.default_rng(0).random((1, *plain.input_shape[1:]), np.float32)
    spec = tf.TensorSpec(plain.inputs[0].shape, tf.float32)
    forward = tf.function(lambda taken: plain(taken, training=False)).get_concrete_function(spec)
    family = build_family(network)
    every = range(plain.output_shape[-1])
    found = [
        Comparison(
            "Grad-CAM family, every label",
            lambda: family(image, every),
            FORWARD,
            lambda: forward(tf.constant(image)).numpy(),
            2 if tiny else 40,
        )
    ]
    for name in methods:
        method = METHODS[name]
        explain = method.build(network, lambda images: answers(images)[0])
        found.append(
            Comparison(
                f"{method.title}, one label",
                lambda explain=explain: explain(image, [LABEL]),
                KERAS_VIS,
                reference(plain, layer, method, image),
                1 if tiny else 3 if method.passes > 20 else 7,
                name if name in GOALS else "",
            )
        )
    return found


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--methods", nargs="+", choices=BESIDE_KERAS_VIS, help="beside tf-keras-vis (default: all)")
    arguments = parser.parse_args()
    quick = [name for name in BESIDE_KERAS_VIS if METHODS[name].passes < SLOW]
    methods = arguments.methods or (["grad-cam"] if arguments.tiny else quick)
    rows, measured = [], []
    with tempfile.TemporaryDirectory() as folder:
        for comparison in comparisons([] if missing(KERAS_VIS) else methods, arguments.tiny, Path(folder)):
            row, found = comparison.row()
            print(*row, sep=" | ", flush=True)
            rows.append(row)
            measured += found
    write(
        results_folder(arguments) / "explanations.md",
        "Methods of explanation",
        __doc__,
        ["what", "ms", "beside", "ms", "runs each", "ratio", "goal"],
        rows,
        measured=measured,
        not_measured=absent([KERAS_VIS]),
        tiny=arguments.tiny,
    )


if __name__ == "__main__":
    main()
