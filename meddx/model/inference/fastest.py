"""Choose by measurement what runs a network on this machine: TensorFlow, or ONNX Runtime where equal and faster.

Of ONNX Runtime also whether a batch goes through it as a whole, or some of its images on each core.

The choice is made once, kept with its evidence, and made anew only for other weights, versions or another processor: an
answer does not depend on how busy the machine was when a process began.
"""

import fcntl
import hashlib
import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import geometric_mean

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from meddx.config import only_tensorflow
from meddx.model.inference import onnx_runtime
from meddx.model.inference.compiled import CompiledPass, compiled
from meddx.model.inference.evidence import (
    GRAPH_FILE,
    IN_PARTS,
    ONNX_RUNTIME,
    TENSORFLOW,
    Evidence,
    cores,
    machine,
    read_evidence,
    write_evidence,
)
from meddx.whole_file import whole_file

_log = logging.getLogger(__name__)

LOGITS_TOLERANCE, OTHER_TOLERANCE = 1e-5, 1e-4
"""How far logits and other outputs may lie from Keras', as a share of the largest value.

Features of Keras itself lie 2e-5 from those in exact arithmetic, as do ONNX Runtime's (docs/performance.md)."""
CHOSEN_BELOW, NEVER_ABOVE = 0.95, 1.1
"""Of TensorFlow's time, what another runtime may take to be chosen: on average over one image and a batch, and of each.
"""
_REPETITIONS = {False: 15, True: 5}
"""Of one image, and of a batch; the runtimes take turns, and the shortest time counts: others use the cores too."""


def can_measure() -> bool:
    """Return whether there is anything to choose from."""
    return onnx_runtime.is_installed() and not only_tensorflow()


def fastest(network: keras.Model, folder: Path) -> CompiledPass:
    """Return the forward pass by the runtime that was chosen; TensorFlow's where nothing was measured.

    network: outputs [logits, ...]. folder: of its evidence (meddx.model.inference.evidence.evidence_folder).
    """
    if can_measure():
        found = read_evidence(folder)
        if found is not None and found.chosen == ONNX_RUNTIME:
            opened = onnx_runtime.opened_in_parts if found.in_parts else onnx_runtime.opened
            return opened(folder / GRAPH_FILE)
    return compiled(network)


def measure_runtimes(network: keras.Model, folder: Path, examples: Sequence[NDArray[np.float32]]) -> Evidence:
    """Return the evidence of a network, measured now where there is none yet. Takes seconds.

    examples: inputs of several images, in the range of real ones. One process measures at a time; the others wait for
    what it finds. Raises OSError where nothing can be written.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _locked(folder):
        found = read_evidence(folder)
        if found is None:
            found = _measured(network, folder, examples)
            write_evidence(folder, found)
    return found


def _measured(network: keras.Model, folder: Path, examples: Sequence[NDArray[np.float32]]) -> Evidence:
    by_keras = compiled(network)
    try:
        with whole_file(folder / GRAPH_FILE, private=True) as partial:
            onnx_runtime.export(network, partial)
            digest = hashlib.sha256(partial.read_bytes()).hexdigest()
        by_onnx = onnx_runtime.opened(folder / GRAPH_FILE)
        in_parts = onnx_runtime.opened_in_parts(folder / GRAPH_FILE)
        number = max(len(examples[0]), onnx_runtime.least_in_parts())
        batch = [np.resize(one, (number, *one.shape[1:])) for one in examples]  # begins anew with the first
        expected = by_keras(*batch)
        each = [differences(forward(*batch), expected) for forward in (by_onnx, in_parts)]
        differs = tuple(map(max, *each))
    except (OSError, MemoryError, tf.errors.ResourceExhaustedError):  # of this moment, not of the network
        raise
    except Exception as error:  # Keras, tf2onnx and ONNX Runtime raise whatever a network makes them raise
        _log.info("ONNX Runtime cannot run a network", exc_info=error)
        return Evidence(chosen=TENSORFLOW, milliseconds={}, cannot=type(error).__name__, machine=machine())
    ways = {TENSORFLOW: by_keras, ONNX_RUNTIME: by_onnx}
    one = _milliseconds(ways, [inputs[:1] for inputs in batch])
    many = _milliseconds(ways | ({IN_PARTS: in_parts} if cores() > 1 else {}), batch)
    is_parted = many.get(IN_PARTS, float("inf")) <= CHOSEN_BELOW * many[ONNX_RUNTIME]
    shares = [one[ONNX_RUNTIME] / one[TENSORFLOW], many[IN_PARTS if is_parted else ONNX_RUNTIME] / many[TENSORFLOW]]
    equal = differs[0] <= LOGITS_TOLERANCE and max(differs) <= OTHER_TOLERANCE
    faster = geometric_mean(shares) <= CHOSEN_BELOW and max(shares) <= NEVER_ABOVE
    return Evidence(
        chosen=ONNX_RUNTIME if equal and faster else TENSORFLOW,
        in_parts=is_parted,
        milliseconds={1: one, number: many},
        differs=differs,
        graph=digest,
        machine=machine(),
    )


def differences(found: Sequence[NDArray[np.float32]], expected: Sequence[NDArray[np.float32]]) -> tuple[float, ...]:
    """Return the largest difference of each output as a share of the largest value expected, infinite for NaN."""
    return tuple(
        float(np.abs(one - other).max() / max(np.abs(other).max(), np.finfo(np.float32).tiny))
        if np.isfinite(one).all()
        else float("inf")
        for one, other in zip(found, expected, strict=True)
    )


def _milliseconds(runtimes: dict[str, CompiledPass], inputs: Sequence[NDArray[np.float32]]) -> dict[str, float]:
    """Return the shortest time of each runtime."""
    taken: dict[str, list[float]] = {name: [] for name in runtimes}
    for forward in runtimes.values():
        forward(*inputs)  # the first pass of each batch size takes ten times as long
    for _ in range(_REPETITIONS[len(inputs[0]) > 1]):
        for name, forward in runtimes.items():
            start = time.perf_counter()
            forward(*inputs)
            taken[name].append(1e3 * (time.perf_counter() - start))
    return {name: round(min(times), 3) for name, times in taken.items()}


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
