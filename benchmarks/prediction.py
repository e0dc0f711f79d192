"""Prediction with Grad-CAM of every label in one pass, beside a plain compiled forward pass and beside tf-keras-vis.

    python -m benchmarks.prediction

Every shipped model, and DenseNet121 with random weights at 224 x 224. One image, float32, on the CPU. The ways take
turns, so that what else runs on the machine meets all alike; medians. tf-keras-vis has its model prepared beforehand
and does not enlarge the maps. For every label it is given the image as often as there are labels, in one batch, which
is
faster than one call a label. "times faster" compares that, the same maps from both; one label alone is beside it.
"""

import argparse
import statistics
import time
import warnings
from collections.abc import Callable
from pathlib import Path

from meddx.model.tensorflow_startup import start_tensorflow

start_tensorflow()

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

from benchmarks.report import write  # noqa: E402
from meddx.config import models_dir  # noqa: E402
from meddx.explain.methods.grad_cam import GradCam  # noqa: E402
from meddx.model.loading import load_model  # noqa: E402
from meddx.model.registry import list_models  # noqa: E402

REPETITIONS, REFERENCE_REPETITIONS = 40, 5


def densenet121():
    """(network, the same with probabilities, explained layer) of DenseNet121 with three labels and random weights."""
    plain = keras.applications.DenseNet121(weights=None, input_shape=(224, 224, 3), classes=3)
    logits = keras.models.clone_model(plain)
    logits.set_weights(plain.get_weights())
    logits.layers[-1].activation = keras.activations.linear
    network = keras.Model(logits.inputs[0], [logits.get_layer("relu").output, logits.outputs[0]])
    return network, plain, "relu"


def networks():
    """Name -> (network with outputs [features, logits], the same with probabilities, name of the explained layer)."""
    for installed in list_models(models_dir()).models:
        loaded = load_model(installed.folder)
        plain = keras.saving.load_model(installed.folder / installed.card.weights.file, compile=False)
        yield installed.card.id, loaded.network, plain, installed.card.explained.layer
    yield "densenet121 (random)", *densenet121()


def reference(plain, layer: str) -> Callable[[np.ndarray, list[int]], object]:
    """Grad-CAM by tf-keras-vis, of one label for every image of a batch."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from tf_keras_vis.gradcam import Gradcam
        from tf_keras_vis.utils.model_modifiers import ReplaceToLinear
        from tf_keras_vis.utils.scores import CategoricalScore
    explain = Gradcam(keras.Model(plain.inputs, plain.outputs), model_modifier=ReplaceToLinear(), clone=True)
    return lambda images, labels: explain(
        CategoricalScore(labels),
        images,
        penultimate_layer=layer,
        seek_penultimate_conv_layer=False,
        normalize_cam=False,
        expand_cam=False,
    )


def milliseconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return 1e3 * (time.perf_counter() - start)


def measure(network, plain, layer: str) -> list[float]:
    """Medians in milliseconds: forward pass, the same with every label's map, tf-keras-vis with every and with one."""
    image = np.random.default_rng(0).random((1, *plain.input_shape[1:]), np.float32)
    spec = tf.TensorSpec(plain.inputs[0].shape, tf.float32)
    forward = tf.function(lambda taken: plain(taken, training=False)).get_concrete_function(spec)
    explain, other = GradCam(network), reference(plain, layer)
    labels = list(range(plain.output_shape[-1]))
    repeated = np.repeat(image, len(labels), axis=0)
    quick = [lambda: forward(tf.constant(image)).numpy(), lambda: explain(image)]
    slow = [lambda: other(repeated, labels), lambda: other(image, labels[:1])]
    times: dict[Callable[[], object], list[float]] = {way: [] for way in quick + slow}
    for way in times:
        way()
    for repetition in range(REPETITIONS):
        for way in quick + (slow if repetition < REFERENCE_REPETITIONS else []):
            times[way].append(milliseconds(way))
    return [statistics.median(taken) for taken in times.values()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "prediction.md")
    arguments = parser.parse_args()
    rows = []
    for name, network, plain, layer in networks():
        forward, fused, every, one = measure(network, plain, layer)
        rows.append(
            [
                name,
                f"{plain.count_params():,}",
                f"{forward:.1f}",
                f"{fused:.1f}",
                f"{fused / forward:.2f}",
                f"{every:.0f}",
                f"{every / fused:.0f}",
                f"{one:.0f}",
            ]
        )
    header = ["model", "parameters", "forward ms", "with Grad-CAM ms", "ratio", "tf-keras-vis ms", "times faster"]
    header.append("tf-keras-vis, one label, ms")
    write(arguments.out, "Prediction with Grad-CAM of every label", __doc__, header, rows)


if __name__ == "__main__":
    main()
