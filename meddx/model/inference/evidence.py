"""What was measured of a network's runtimes on this machine, kept on disk. Loads no TensorFlow."""

import hashlib
import json
import os
import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from meddx.config import cache_dir
from meddx.whole_file import whole_file

TENSORFLOW, ONNX_RUNTIME, IN_PARTS = "TensorFlow", "ONNX Runtime", "ONNX Runtime, some images on each core"
EVIDENCE_FILE, GRAPH_FILE = "measured.json", "network.onnx"
_FORM = 2
"""Of what is kept: raise it where the network that is exported changes its outputs, or more is measured of it."""
_PACKAGES = ("keras", "tensorflow", "tf2onnx", "onnx", "onnxruntime")


class Evidence(BaseModel):
    """Why a runtime was chosen for a network.

    chosen: its name. in_parts: whether ONNX Runtime has some images of a batch on each core. milliseconds: of a forward
    pass, by the number of images and the runtime. differs: how far each of
    ONNX Runtime's outputs lies from Keras', as a share of its largest value. graph: SHA-256 of the exported network.
    cannot: the error that ONNX Runtime cannot run the network for, of which the others then tell nothing. machine: what
    it was measured on.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="constants")

    chosen: str
    in_parts: bool = False
    milliseconds: dict[int, dict[str, float]]
    differs: tuple[float, ...] = ()
    graph: str = ""
    cannot: str = ""
    machine: dict[str, str]


def machine() -> dict[str, str]:
    """Return what decides which runtime is fastest, and what an export holds: processor, cores, versions."""
    return {"processor": _processor(), "cores": str(cores()), "form": str(_FORM), **_versions()}


def cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def evidence_folder(weights_sha256: str, outputs: Sequence[str]) -> Path:
    """Return the folder of what is kept of a network on this machine. outputs: the layers that they come from."""
    key = json.dumps([weights_sha256, list(outputs), machine()], sort_keys=True)
    return cache_dir() / "runtimes" / weights_sha256[:16] / hashlib.sha256(key.encode()).hexdigest()[:16]


def read_evidence(folder: Path) -> Evidence | None:
    """Return what was measured, None where nothing was or where it or the exported network is damaged."""
    found = _stated(folder)
    if found is None or not found.graph:
        return found
    try:
        with (folder / GRAPH_FILE).open("rb") as file:
            whole = hashlib.file_digest(file, "sha256").hexdigest() == found.graph
    except OSError:
        whole = False
    return found if whole else None


def _stated(folder: Path) -> Evidence | None:
    try:
        return Evidence.model_validate_json((folder / EVIDENCE_FILE).read_bytes())
    except (OSError, ValidationError):
        return None


def write_evidence(folder: Path, evidence: Evidence) -> None:
    """Write what was measured, whole or not at all. Raises OSError."""
    with whole_file(folder / EVIDENCE_FILE, private=True) as partial:
        partial.write_text(evidence.model_dump_json(indent=1), encoding="utf-8")


def evidence_of(weights_sha256: str) -> Evidence | None:
    """Return what was measured of a model's network on this machine, None where nothing was."""
    here = machine()
    found = map(_stated, sorted((cache_dir() / "runtimes" / weights_sha256[:16]).glob("*")))
    return next((one for one in found if one is not None and one.machine == here), None)


def _versions() -> dict[str, str]:
    found = {}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = ""
    return found


def _processor() -> str:
    """Return the processor's name, as far as the system tells."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        text = ""
    names = [
        line.partition(":")[2].strip() for line in text.splitlines() if line.startswith(("model name", "CPU part"))
    ]
    return f"{platform.machine()} {names[0] if names else platform.processor()}".strip()
