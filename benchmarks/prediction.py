"""Prediction with Grad-CAM of every label, beside the forward pass of every runtime, and others' Grad-CAM of one label.

    python -m benchmarks.prediction [MODEL ...]

Shipped models, and DenseNet121 with random weights at 224 x 224; one image and 16, float32, on the CPU, milliseconds.
"Forward" is the logits alone, by each runtime as it comes: TensorFlow compiled, Keras' `model.predict`, ONNX Runtime
and OpenVINO on the graph that Keras exports; of DenseNet121 MONAI's by PyTorch too. "Ours" is what the engine
answers with: logits, the Grad-CAM of every label, and what the check for unlike images looks at, by the runtime that
was chosen. The ways take turns, the second of two passes is timed, and the shortest time of each counts, so that what
else runs on the machine counts least. tf-keras-vis, pytorch-grad-cam and Captum explain one label, their model prepared
beforehand; tf-keras-vis does not enlarge its maps and gives no probabilities with them. The latter two explain
MONAI's DenseNet121. A way whose packages cannot be imported is not measured.
"""

import tempfile
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from meddx.model.tensorflow_startup import start_tensorflow

start_tensorflow()

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

from benchmarks.goals import KERAS_VIS, PYTORCH  # noqa: E402
from benchmarks.report import Measured, options, results_folder, write  # noqa: E402
from meddx.config import models_dir  # noqa: E402
from meddx.evaluate.model_references import read_model_references  # noqa: E402
from meddx.explain.explained_network import explained_network  # noqa: E402
from meddx.explain.methods.grad_cam import GradCam  # noqa: E402
from meddx.model.inference import onnx_runtime  # noqa: E402
from meddx.model.inference.example_inputs import example_inputs  # noqa: E402
from meddx.model.inference.fastest import can_measure, fastest, measure_runtimes  # noqa: E402
from meddx.model.loading import load_model  # noqa: E402
from meddx.model.registry import list_models  # noqa: E402

DENSENET = "densenet121"
MODELS = ("chest-efficientnet", "brain-tumor-efficientnet", "chest-plain-cnn", DENSENET)
TINY_MODELS = ("phantom-cnn",)
BATCH = 16
REPETITIONS = {1: 40, BATCH: 12}
REFERENCE_REPETITIONS = 5
OURS, CAPTUM = "ours", "Captum"
FORWARD = ("TensorFlow", "model.predict", "ONNX Runtime", "OpenVINO", "PyTorch")
EXPLAINING = (KERAS_VIS, PYTORCH, CAPTUM)
PACKAGES = {
    "ONNX Runtime": ("onnxruntime", "tf2onnx"),
    "OpenVINO": ("openvino", "onnxruntime", "tf2onnx"),
    "PyTorch": ("torch", "monai"),
    KERAS_VIS: ("tf_keras_vis",),
    PYTORCH: ("torch", "monai", "pytorch_grad_cam"),
    CAPTUM: ("torch", "monai", "captum"),
}
"""Peer -> what it needs."""
Way = Callable[[np.ndarray], object]


@cache
def missing(peer: str) -> str:
    """Why a peer cannot be measured here, "" where it can: what is not installed, or does not go with what is."""
    for package in PACKAGES[peer]:
        if find_spec(package) is None:
            return f"not installed: {package}"
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                import_module(package)
        except Exception as error:  # whatever a package raises that was built for another version of its own needs
            return f"{package} cannot be imported here ({type(error).__name__})"
    return ""


def absent(peers: Iterable[str]) -> dict[str, str]:
    """Peers that cannot be measured here -> why."""
    return {peer: missing(peer) for peer in peers if missing(peer)}


@dataclass(frozen=True)
class Subject:
    """A network to measure: with outputs [features, logits], with probabilities, and which layers are looked at."""

    name: str
    network: keras.Model
    plain: keras.Model
    explained: str
    seen: tuple[str, ...] = ()


def densenet121():
    """(network, the same with probabilities, explained layer) of DenseNet121 with three labels and random weights."""
    plain = keras.applications.DenseNet121(weights=None, input_shape=(224, 224, 3), classes=3)
    logits = keras.models.clone_model(plain)
    logits.set_weights(plain.get_weights())
    logits.layers[-1].activation = keras.activations.linear
    network = keras.Model(logits.inputs[0], [logits.get_layer("relu").output, logits.outputs[0]])
    return network, plain, "relu"


def subjects(names: list[str]) -> Iterator[Subject]:
    """The shipped models of these names, and DenseNet121 where it is named."""
    for installed in list_models(models_dir()).models:
        if installed.card.id in names:
            loaded = load_model(installed.folder)
            plain = keras.saving.load_model(installed.folder / installed.card.weights.file, compile=False)
            seen = read_model_references(installed.folder, installed.card).layers
            yield Subject(installed.card.id, loaded.network, plain, installed.card.explained.layer, seen)
    if DENSENET in names:
        yield Subject(DENSENET, *densenet121())


def ours(subject: Subject, folder: Path) -> Way:
    """What the engine answers with, after it has measured the runtimes."""
    explained = explained_network(subject.network, subject.seen)
    if can_measure():
        measure_runtimes(explained, folder, example_inputs(explained, 0.0, 1.0))
    return GradCam(subject.network, subject.seen, lambda network: fastest(network, folder)).with_features


def forward_passes(subject: Subject, folder: Path) -> Iterator[tuple[str, Way]]:
    """The logits alone, by each runtime with its own defaults."""
    logits = keras.Model(subject.network.inputs[0], subject.network.outputs[1])
    spec = tf.TensorSpec(logits.inputs[0].shape, tf.float32)
    run = tf.function(lambda taken: logits(taken, training=False)).get_concrete_function(spec)
    yield "TensorFlow", lambda images: run(tf.constant(images)).numpy()
    yield "model.predict", lambda images: logits.predict(images, batch_size=len(images), verbose=0)
    if subject.name == DENSENET and not missing("PyTorch"):
        yield "PyTorch", pytorch_forward()
    if missing("ONNX Runtime"):
        return
    graph = folder / "logits.onnx"
    onnx_runtime.export(logits, graph)
    import onnxruntime

    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    yield "ONNX Runtime", lambda images: session.run(None, {name: images})
    if not missing("OpenVINO"):
        import openvino

        core = openvino.Core()
        exact = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
        request = core.compile_model(core.read_model(graph), "CPU", exact).create_infer_request()
        yield "OpenVINO", lambda images: request.infer([images])


def keras_vis(subject: Subject) -> Way:
    """Grad-CAM of one label by tf-keras-vis."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from tf_keras_vis.gradcam import Gradcam
        from tf_keras_vis.utils.model_modifiers import ReplaceToLinear
        from tf_keras_vis.utils.scores import CategoricalScore
    model = keras.Model(subject.plain.inputs, subject.plain.outputs)
    explain = Gradcam(model, model_modifier=ReplaceToLinear(), clone=True)
    return lambda images: explain(
        CategoricalScore([0] * len(images)),
        images,
        penultimate_layer=subject.explained,
        seek_penultimate_conv_layer=False,
        normalize_cam=False,
        expand_cam=False,
    )


def torch_densenet121():
    """MONAI's DenseNet121 with three labels and random weights, and what turns our inputs into its."""
    import torch
    from monai.networks.nets import DenseNet121

    model = DenseNet121(spatial_dims=2, in_channels=3, out_channels=3).eval()
    return model, lambda images: torch.from_numpy(np.ascontiguousarray(images.transpose(0, 3, 1, 2)))


def pytorch_forward() -> Way:
    """The logits alone, by PyTorch."""
    import torch

    model, tensor = torch_densenet121()

    def run(images: np.ndarray) -> object:
        with torch.inference_mode():
            return model(tensor(images)).numpy()

    return run


def pytorch_grad_cam() -> Way:
    """Grad-CAM of one label by pytorch-grad-cam, logits with it."""
    from pytorch_grad_cam import GradCAM
    from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

    model, tensor = torch_densenet121()
    explain = GradCAM(model=model, target_layers=[model.features])
    return lambda images: explain(input_tensor=tensor(images), targets=[ClassifierOutputTarget(0)] * len(images))


def captum() -> Way:
    """Grad-CAM of one label by Captum."""
    from captum.attr import LayerGradCam

    model, tensor = torch_densenet121()
    explain = LayerGradCam(model, model.features)
    return lambda images: explain.attribute(tensor(images), target=0, relu_attributions=True).detach().numpy()


def milliseconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return 1e3 * (time.perf_counter() - start)


def shortest(ways: dict[str, Way], images: np.ndarray, repetitions: int) -> dict[str, float]:
    """The shortest time of each way, which take turns; what explains one label has fewer."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for way in ways.values():
        way(images)
    for repetition in range(repetitions):
        for name, way in ways.items():
            if name in EXPLAINING and repetition >= REFERENCE_REPETITIONS:
                continue
            way(images)  # threads of the way before may still spin on the cores
            times[name].append(milliseconds(lambda way=way: way(images)))
    return {name: min(taken) for name, taken in times.items()}


def others(subject: Subject) -> dict[str, Way]:
    """What explains one label."""
    ways = {KERAS_VIS: lambda: keras_vis(subject)}
    if subject.name == DENSENET:
        ways |= {PYTORCH: pytorch_grad_cam, CAPTUM: captum}
    return {name: make() for name, make in ways.items() if not missing(name)}


def times_of(subject: Subject, folder: Path, tiny: bool) -> Iterator[tuple[int, dict[str, float]]]:
    """The shortest times, in milliseconds, of one image and of a batch."""
    ways = {OURS: ours(subject, folder), **dict(forward_passes(subject, folder))}
    explaining = others(subject)
    generator = np.random.default_rng(0)
    for number, repetitions in REPETITIONS.items():
        images = generator.random((number, *subject.network.inputs[0].shape[1:]), np.float32)
        yield number, shortest(ways | (explaining if number == 1 else {}), images, 2 if tiny else repetitions)


def fastest_forward(times: dict[str, float]) -> str:
    """The fastest forward pass of any runtime."""
    return min((name for name in FORWARD if name in times), key=times.__getitem__)


def row(name: str, number: int, times: dict[str, float]) -> list[str]:
    """Of the table."""
    fastest_one = fastest_forward(times)
    ratio = f"{times[OURS] / times[fastest_one]:.2f} ({fastest_one})"
    faster = [f"{times[peer] / times[OURS]:.1f}" if peer in times else "" for peer in EXPLAINING]
    return [
        name,
        str(number),
        *(f"{times[way]:.1f}" if way in times else "" for way in (*FORWARD, OURS)),
        ratio,
        *faster,
    ]


def measures(name: str, number: int, times: dict[str, float]) -> Iterator[Measured]:
    """What has a goal."""
    ratio = times[OURS] / times[fastest_forward(times)]
    yield Measured("one film" if number == 1 else "batch", name, ratio)
    for measure, peers in (("against keras-vis", [KERAS_VIS]), ("against pytorch", [PYTORCH, CAPTUM])):
        for peer in peers:
            if peer in times:
                yield Measured(measure, f"{name}, {peer}", times[peer] / times[OURS])


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("models", nargs="*", help=f"ids of installed models, or {DENSENET}")
    arguments = parser.parse_args()
    names = arguments.models or list(TINY_MODELS if arguments.tiny else MODELS)
    rows, measured = [], []
    for subject in subjects(names):
        with tempfile.TemporaryDirectory() as folder:
            for number, times in times_of(subject, Path(folder), arguments.tiny):
                rows.append(row(subject.name, number, times))
                measured += measures(subject.name, number, times)
                print(*rows[-1], sep=" | ", flush=True)
    header = ["model", "images", *(f"forward, {name}" for name in FORWARD), OURS, "ours / fastest forward"]
    header += [f"times faster than {name}, one label" for name in EXPLAINING]
    write(
        results_folder(arguments) / "prediction.md",
        "Prediction with Grad-CAM of every label",
        __doc__,
        header,
        rows,
        measured=measured,
        not_measured=absent(PACKAGES),
        tiny=arguments.tiny,
    )


if __name__ == "__main__":
    main()
