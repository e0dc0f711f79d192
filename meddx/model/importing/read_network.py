"""Turn a scanned model file into the Keras network that it describes, without running code from it."""

import json
import tempfile
import zipfile
from pathlib import Path

import h5py
import keras

from meddx.errors import Refused
from meddx.model.importing.convert_file import converted
from meddx.model.importing.current_config import legacy_objects
from meddx.model.importing.file_limits import CONFIG_JSON, METADATA_JSON, WEIGHTS_H5, copy_member
from meddx.model.importing.scan_file import ScannedFile
from meddx.model.importing.weight_limit import limited_weights


def read_network(scanned: ScannedFile) -> keras.Model:
    """Return the network in the file as a Functional one, float32, uncompiled.

    An HDF5 file or a SavedModel is converted first, in a process of its own.
    Raises Refused where Keras cannot build the network.
    """
    return network_of(scanned if scanned.format == "keras" else converted(scanned))


def network_of(scanned: ScannedFile) -> keras.Model:
    """Return the network in the file as `read_network` does, of either format and in this process.

    Keras reads a private copy that holds the scanned configuration and the weights alone, in safe mode.
    Raises Refused where Keras cannot build it, and where that would take more weights than the file holds.
    """
    with tempfile.TemporaryDirectory() as folder:
        try:
            copy = _archive(scanned, Path(folder)) if scanned.format == "keras" else _hdf5(scanned, Path(folder))
            known = legacy_objects(scanned.config) if scanned.format == "h5" else None
            held = f"the file holds {scanned.numbers:,}; save the whole model again with model.save('model.keras')"
            with limited_weights(scanned.numbers, held):
                network = keras.saving.load_model(copy, custom_objects=known, compile=False, safe_mode=True)
        except Refused:
            raise
        except Exception as error:  # Keras raises whatever the file makes it raise
            raise Refused(
                "model-unreadable",
                f"Keras {keras.__version__} cannot build this model, written by Keras {scanned.keras} "
                f"({type(error).__name__}); save it again with Keras 3 and model.save('model.keras').",
            ) from error
    if not isinstance(network, keras.Model) or not getattr(network, "inputs", None):
        raise Refused(
            "no-graph",
            "The model does not say how its layers are connected; build it with an Input layer and save it again.",
        )
    if isinstance(network, keras.Sequential):
        return keras.Model(network.inputs, network.outputs, name=network.name)
    return network


def _archive(scanned: ScannedFile, folder: Path) -> Path:
    copy = folder / "network.keras"
    with zipfile.ZipFile(scanned.path) as given, zipfile.ZipFile(copy, "w") as target:
        target.writestr(CONFIG_JSON, json.dumps(scanned.config))
        target.writestr(METADATA_JSON, json.dumps({"keras_version": scanned.keras}))
        with target.open(WEIGHTS_H5, "w", force_zip64=True) as member:
            copy_member(given, WEIGHTS_H5, member)  # type: ignore[arg-type]
    return copy


def _hdf5(scanned: ScannedFile, folder: Path) -> Path:
    copy = folder / "network.h5"
    with h5py.File(scanned.path, "r") as given, h5py.File(copy, "w") as target:
        given.copy("model_weights", target)
        target.attrs["model_config"] = json.dumps(scanned.config).encode()
        target.attrs["keras_version"] = given.attrs.get("keras_version", "")
        target.attrs["backend"] = given.attrs.get("backend", "")
    return copy
