"""Run a Keras network by ONNX Runtime (onnxruntime.ai), where it is installed."""

import warnings
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock

import keras
import numpy as np
from numpy.typing import NDArray

from meddx.model.inference.compiled import CompiledPass
from meddx.model.inference.evidence import cores

_PART = 2
"""Images of a batch that a core has at a time: with one, its operations are too short; with many, cores wait at the
end."""


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
    """Return the forward pass of an exported network, on as many threads as there are cores.

    They spin between the operations of a pass, which makes one image a fourth faster, and sleep between two passes:
    TensorFlow, the decoders and the web process run on the same cores.
    """
    return _session(path, cores())


def opened_in_parts(path: Path) -> CompiledPass:
    """Return the forward pass of an exported network that has a few images of a batch on each core.

    Small operations gain nothing from a second thread, and a pass of many images is then up to a fourth faster. Fewer
    images than all cores take, one above all, have every core together, as by `opened`.
    """
    together, at_least, lock = opened(path), least_in_parts(), Lock()
    open_alone = cache(lambda: _session(path, 1))

    def forward(*inputs: NDArray[np.float32]) -> tuple[NDArray[np.float32], ...]:
        number = len(inputs[0])
        if number < at_least:
            return together(*inputs)
        with lock:  # it holds the weights once more: not before there is a batch, and once
            alone = open_alone()
        parts = ([one[start : start + _PART] for one in inputs] for start in range(0, number, _PART))
        outputs = _on_each_core().map(lambda part: alone(*part), parts)
        return tuple(np.concatenate(of_parts) for of_parts in zip(*outputs, strict=True))

    return forward


def least_in_parts() -> int:
    """Return the number of images of which every core has some."""
    return _PART * cores()


@cache
def _on_each_core() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(cores(), thread_name_prefix="part-of-a-batch")


def _session(path: Path, threads: int) -> CompiledPass:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.force_spinning_stop", "1")
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    names = [one.name for one in session.get_inputs()]
    return lambda *inputs: tuple(session.run(None, dict(zip(names, inputs, strict=True))))
