"""Look at a model file before anything in it is turned into objects: what it is, and whether it may be read at all."""

import hashlib
import json
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py

from meddx.errors import Refused
from meddx.model.importing.allowed_classes import check_classes, check_depth
from meddx.model.importing.current_config import current_config
from meddx.model.importing.file_limits import (
    CONFIG_JSON,
    LARGEST_CONFIG,
    METADATA_JSON,
    WEIGHTS_H5,
    check_archive,
    check_hdf5,
    check_size,
    copy_member,
    read_member,
)
from meddx.model.importing.found_model import Format
from meddx.model.importing.graph_network import check_operations
from meddx.model.importing.keras2 import without_keras2
from meddx.model.importing.saved_model_files import check_folder, holds_saved_model, saved_model_folder
from meddx.model.importing.saved_model_graph import read_graph

_HDF5 = b"\x89HDF\r\n\x1a\n"
_ZIP = b"PK\x03\x04"
_REBUILT = (
    "The SavedModel holds a graph of operations without layers: it was rebuilt of Keras layers, which give the same "
    "answers to within 0.00001, and nothing in it was run but these operations."
)


@dataclass(frozen=True)
class ScannedFile:
    """A model file that passed the scan.

    sha256: hex, of the file; size: its bytes; keras: the version that wrote it, "unknown" where it does not
    say, "TensorFlow 2.21.0" for a SavedModel.
    config: the model's configuration as this Keras reads it. notes: what was changed in it, one sentence each.
    numbers: how many its data sets hold, weights among them.
    training: what the file says of training, as json reads it and checked by nobody; None where it says nothing.
    """

    path: Path
    format: Format
    keras: str
    sha256: str
    size: int
    config: dict[str, Any]
    notes: tuple[str, ...]
    numbers: int
    training: object = None


def scan_file(path: Path, sha256: str | None = None) -> ScannedFile:
    """Return what the file says of itself; no object is made of it and no code in it runs.

    sha256: what its hash must be, hex; None where nobody stated one.
    Raises Refused naming the layer and what to do: for anything but a Keras archive or HDF5 file within the limits of
    meddx.model.importing.file_limits, made of Keras' own layers, and a SavedModel of operations such as theirs.
    """
    if path.is_dir() and not holds_saved_model(path):
        raise Refused(
            "not-a-model-file",
            "The folder holds no saved_model.pb, so that it is no SavedModel; name the model's file or its folder.",
        )
    if path.is_dir() or holds_saved_model(path):
        return _scan_saved_model(path, sha256)
    size = check_size(path)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        start = file.read(8)
    _check_hash(digest, sha256)
    kind: Format
    if start.startswith(_ZIP):
        kind = "keras"
        config, version, numbers = _read_archive(path)
        training = config.get("compile_config")
    elif start == _HDF5:
        kind = "h5"
        config, version, numbers = _read_hdf5(path)
        training = _hdf5_training(path)
    else:
        raise Refused(
            "not-a-model-file",
            "The file is neither a Keras archive (.keras) nor an HDF5 file (.h5); "
            "save the model with model.save('model.keras').",
        )
    check_depth(config)
    config = without_keras2(config)
    check_classes(config)
    current, notes = current_config(config)
    return ScannedFile(path, kind, version, digest, size, current, notes, numbers, training)


def _scan_saved_model(path: Path, sha256: str | None) -> ScannedFile:
    """Return what a SavedModel's folder, or an archive of one, says of itself, its operations held to those known."""
    try:
        with saved_model_folder(path) as folder:
            digest, size = check_folder(folder)
            _check_hash(digest, sha256)
            graph = read_graph(folder)
        check_operations(graph)
    except Refused:
        raise
    except Exception as error:  # whatever a broken message makes of what is looked for in it
        raise _broken() from error
    return ScannedFile(path, "savedmodel", f"TensorFlow {graph.tensorflow}", digest, size, {}, (_REBUILT,), 0)


def _check_hash(digest: str, stated: str | None) -> None:
    if stated is not None and digest != stated.lower():
        raise Refused(
            "model-file-hash", f"The model file's SHA-256 is {digest}, and another was stated; copy the file again."
        )


def _read_archive(path: Path) -> tuple[dict[str, Any], str, int]:
    """Return configuration, Keras version and numbers of a Keras 3 archive, members and weights held to the limits."""
    try:
        with zipfile.ZipFile(path) as archive:
            check_archive(archive)
            config = _json(read_member(archive, CONFIG_JSON, LARGEST_CONFIG))
            metadata: dict[str, Any] = {}
            if METADATA_JSON in archive.namelist():
                metadata = _json(read_member(archive, METADATA_JSON, LARGEST_CONFIG))
            # HDF5 leaps about in a file, and a member that is packed would be read from its start at every leap back.
            with tempfile.TemporaryFile() as weights:
                copy_member(archive, WEIGHTS_H5, weights)  # which also holds them to the archive's checksum
                with h5py.File(weights, "r") as file:
                    numbers = check_hdf5(file)
    except Refused:
        raise
    except Exception as error:  # zipfile and h5py raise whatever a broken file makes them raise
        raise _broken() from error
    return config, str(metadata.get("keras_version", "unknown"))[:40], numbers


def _read_hdf5(path: Path) -> tuple[dict[str, Any], str, int]:
    """Return configuration, Keras version and numbers of an HDF5 file, everything in it held to the limits."""
    try:
        with h5py.File(path, "r") as file:
            numbers = check_hdf5(file)
            config, version = _text(file, "model_config"), _text(file, "keras_version")
            if config is None:
                raise Refused(
                    "weights-only",
                    "The file holds weights without the model's configuration; "
                    "save the whole model with model.save('model.keras').",
                )
            return _json(config), (version or b"unknown").decode("utf-8", "replace")[:40], numbers
    except Refused:
        raise
    except Exception as error:  # as above
        raise _broken() from error


def _hdf5_training(path: Path) -> object:
    """Return what an HDF5 file, held to the limits already, says of training; None where that cannot be read."""
    try:
        with h5py.File(path, "r") as file:
            content = _text(file, "training_config")
            return None if content is None else _json(content)
    except Refused:
        return None


def _text(file: h5py.File, name: str) -> bytes | None:
    """Return a text attribute of the file, None where there is none."""
    if name not in file.attrs:
        return None
    attribute = file.attrs.get_id(name)
    if attribute.shape != () or h5py.check_string_dtype(attribute.dtype) is None:
        raise _broken()
    value = file.attrs[name]
    content = value.encode() if isinstance(value, str) else bytes(value)
    if len(content) > LARGEST_CONFIG:
        raise Refused("archive-too-large", f"The file's {name} is too large to be a model's; save the model again.")
    return content


def _json(content: bytes) -> dict[str, Any]:
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Refused(
            "config-unreadable", "The model's configuration is not readable as JSON; save the model again."
        ) from error
    if not isinstance(value, dict):
        raise Refused("config-unreadable", "The model's configuration does not describe a model; save the model again.")
    return value


def _broken() -> Refused:
    return Refused("model-file-broken", "The model file is cut short or damaged; copy or save it again.")
