"""Run a Keras network by ONNX Runtime (onnxruntime.ai), where it is installed."""

import warnings
from importlib.util import find_spec
from pathlib import Path

import keras
import numpy as np

from meddx.model.inference.compiled import CompiledPass
from meddx.model.inference.evidence import cores


def is_installed() -> bool:
    """Return whether ONNX Runtime is installed, with what exports networks for it (requirements-fast.txt)."""
    return all(find_spec(package) is not None for package in ("onnxruntime", "tf2onnx"))


def export(network: keras.Model, path: Path) -> None:
    """Write a network as an ONNX graph, by Keras' own export. Takes seconds.

    Raises whatever Keras and tf2onnx raise for a network that they cannot convert.
    """
    inputs = [np.zeros((1, *one.shape[1:]), np.float32) for one in network.inputs]
    network(inputs if len(inputs) > 1 else inputs[0], training=False)  # one that was never called is not exported
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of NumPy, about tf2onnx
        network.export(path, format="onnx", verbose=False)


def opened(path: Path) -> CompiledPass:
    """Return the forward pass of an exported network.

    On as many threads as there are cores. They spin between the operations of a pass, which makes one image a fourth
    faster, and sleep between two passes: TensorFlow, the decoders and the web process run on the same cores.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = cores()
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.force_spinning_stop", "1")
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    names = [one.name for one in session.get_inputs()]
    return lambda *inputs: tuple(session.run(None, dict(zip(names, inputs, strict=True))))
