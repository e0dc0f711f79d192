"""Malformed and malicious model files, made from a sound one with a fixed seed; run as a module it reads them all.

`python -m tests.model.importing.malicious FOLDER` writes the files below FOLDER, calls describe_file on each and writes
{name: [kind of outcome, text]} to FOLDER/outcomes.json. In a process of its own, since a broken file might end it.
"""

import copy
import io
import json
import os
import pickle
import sys
import zipfile
from pathlib import Path

import h5py
import keras
import numpy as np

from meddx.errors import Refused
from meddx.model.importing.describe_file import describe_file
from meddx.model.importing.scan_file import scan_file
from tests.model.importing.networks import classifier

MAY_BE_SOUND = ("config compiled with code", "flipped")
"""Files that may be read: what they say of training is dropped unread, and a changed bit makes other weights."""


class _Touch:
    """What unpickling it does is what an attacker would do: it creates the marker."""

    def __init__(self, marker):
        self._marker = marker

    def __reduce__(self):
        return os.system, (f"touch {self._marker}",)


def files(folder, marker):
    """Write every file and yield (name, path)."""
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(12)
    model = classifier(keras.layers.Dense(2, activation="softmax"), side=16)
    model.save(folder / "sound.keras")
    model.save(folder / "sound.h5")
    archive, hdf5 = (folder / "sound.keras").read_bytes(), (folder / "sound.h5").read_bytes()

    def given(name, content):
        path = folder / name
        path.write_bytes(content)
        return name, path

    yield from _damaged(given, random, archive, hdf5)
    yield from _other_formats(given, folder, marker)
    members = {name: zipfile.ZipFile(io.BytesIO(archive)).read(name) for name in ("config.json", "metadata.json")}
    weights = zipfile.ZipFile(io.BytesIO(archive)).read("model.weights.h5")
    members["model.weights.h5"] = weights
    yield from _archives(given, members, marker)
    config = json.loads(members["config.json"])
    for name, evil in _configurations(config):
        text = evil if isinstance(evil, str) else json.dumps(evil)
        yield given(f"config {name}.keras", packed(members | {"config.json": text.encode()}))
    yield from _lambdas(folder, marker)
    yield from _hdf5_files(given, folder, members, hdf5)
    yield "a folder", _folder(folder)


def packed(members, method=zipfile.ZIP_STORED):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return content.getvalue()


def _damaged(given, random, archive, hdf5):
    for kind, whole in (("keras", archive), ("h5", hdf5)):
        for share in (0.001, 0.01, 0.1, 0.3, 0.5, 0.8, 0.95, 0.999):
            yield given(f"truncated at {share}.{kind}", whole[: int(len(whole) * share)])
        for number in range(8):
            flipped = bytearray(whole)
            for at in random.integers(0, len(flipped), 20):
                flipped[at] ^= 1 << random.integers(8)
            yield given(f"flipped {number}.{kind}", bytes(flipped))
    for number, start in enumerate(
        (b"", b"", b"PK\x03\x04", b"PK\x03\x04", b"\x89HDF\r\n\x1a\n", b"\x89HDF\r\n\x1a\n")
    ):
        yield given(f"random {number}", start + random.bytes(5000))
    yield given("empty.keras", b"")
    yield given("archive after another.keras", archive[:-50] + archive)


def _other_formats(given, folder, marker):
    evil = pickle.dumps(_Touch(marker))
    yield given("pickle.keras", evil)
    yield given("pickle.h5", evil)
    yield given("model.pt", packed({"archive/data.pkl": evil, "archive/version": b"3"}))
    yield given("model.npz", packed({"weights.npy": b"\x93NUMPY\x01\x00" + evil}))
    yield given("text.keras", b"import os\n")
    yield given(
        "saved_model.zip", packed({"model/saved_model.pb": b"\x08\x01", "model/variables/variables.index": b""})
    )


def _archives(given, members, marker):
    evil = pickle.dumps(_Touch(marker))
    for name in ("../evil.py", "/etc/cron.d/evil", "..\\evil.py", "assets/../../evil.py", "model.weights.npz", "a.pkl",
                 "assets/data.pkl", "__init__.py", "config.json/", "CONFIG.JSON", "model.weights.h5 "):  # fmt: skip
        yield given(f"member {name.replace('/', '|')}.keras", packed(members | {name: evil}))
    yield given("no weights.keras", packed({"config.json": members["config.json"]}))
    yield given("no config.keras", packed({"model.weights.h5": members["model.weights.h5"]}))
    bomb = members | {"config.json": b" " * 50_000_000}
    yield given("bomb config.keras", packed(bomb, zipfile.ZIP_DEFLATED))
    bomb = members | {"model.weights.h5": members["model.weights.h5"] + bytes(60_000_000)}
    yield given("bomb weights.keras", packed(bomb, zipfile.ZIP_DEFLATED))
    yield given("pickled weights.keras", packed(members | {"model.weights.h5": evil}))
    many = {f"{number}.bin": b"" for number in range(20_000)}
    yield given("many members.keras", packed(members | many))
    stated = bytearray(packed(members))
    at = bytes(stated).rindex(b"PK\x01\x02")
    stated[at + 24 : at + 28] = (2**31).to_bytes(4, "little")  # the size that the directory states of the last member
    yield given("size that is not true.keras", bytes(stated))
    link = zipfile.ZipInfo("model.weights.h5")
    link.external_attr = 0o120777 << 16
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("config.json", members["config.json"])
        archive.writestr(link, "/etc/passwd")
    yield given("link.keras", content.getvalue())
    twice = io.BytesIO()
    with zipfile.ZipFile(twice, "w") as archive, _quiet():
        for name in (*members, "config.json"):
            archive.writestr(name, members[name])
    yield given("a name twice.keras", twice.getvalue())


def _configurations(sound):
    """Yield names and configurations, each with one thing that no Keras model of plain layers has."""

    def with_layer(**changes):
        config = copy.deepcopy(sound)
        layer = next(one for one in config["config"]["layers"] if one["class_name"] == "Conv2D")
        layer.update(changes)
        return config

    def with_setting(**changes):
        config = copy.deepcopy(sound)
        layer = next(one for one in config["config"]["layers"] if one["class_name"] == "Conv2D")
        layer["config"].update(changes)
        return config

    foreign = {
        "os.system": {"module": "os", "class_name": "function", "config": "system", "registered_name": "system"},
        "builtin eval": {"module": "builtins", "class_name": "function", "config": "eval", "registered_name": "eval"},
        "get_file": {"module": "keras.utils", "class_name": "function", "config": "get_file", "registered_name": None},
        "lambda": {"class_name": "__lambda__", "config": {"code": "4wAAAAA=", "defaults": None, "closure": None}},
        "typespec": {
            "class_name": "__typespec__",
            "spec_name": "x",
            "module": "os",
            "registered_name": "x",
            "config": [],
        },
    }
    for name, function in foreign.items():
        yield f"activation {name}", with_setting(activation=function)
        yield f"initializer {name}", with_setting(kernel_initializer=function)
    yield "activation by name", with_setting(activation="os.system")
    for module, name in (
        ("subprocess", "Popen"), ("os", "system"), ("__main__", "MyLayer"), ("my_package.layers", "Attention"),
        ("keras.layers", "Lambda"), ("keras.layers", "TFSMLayer"), ("keras.layers", "TorchModuleWrapper"),
        ("keras.layers", "JaxLayer"), ("keras.src.utils.file_utils", "Archive"), ("keras_hub.layers", "X"),
        ("keras.src.ops.core", "Map"), ("keras.src.saving.saving_lib", "H5IOStore"), ("keras.models", "load_model"),
        ("keras", "Model.load"), (7, "Conv2D"), (None, "Unknown"), ("keras.layers", ["Conv2D"]),
    ):  # fmt: skip
        yield (
            f"class {module}.{name}".replace("'", ""),
            with_layer(module=module, class_name=name, registered_name=None),
        )
    yield "registered", with_layer(registered_name="Custom>Conv2D")
    yield "compiled with code", {**sound, "compile_config": {"loss": foreign["os.system"]}}
    yield "huge layer", with_setting(filters=10**12)
    yield "gigabytes of weights", with_setting(filters=10**8)
    yield "negative layer", with_setting(filters=-4)
    yield "text for a number", with_setting(filters="many")
    yield "deep", "[" * 100_000
    yield "deep dicts", '{"a":' * 900 + "1" + "}" * 900
    yield "list", []
    yield "number", "1"
    yield "not JSON", "{'class_name': os.system('x')}"
    yield "no class", {"config": {}}
    yield "no layers", {**sound, "config": {}}
    yield "layers of nothing", {**sound, "config": {**sound["config"], "layers": [None, 3, "x"]}}
    yield "output of nowhere", {**sound, "config": {**sound["config"], "output_layers": [["nowhere", 0, 0]]}}


def _lambdas(folder, marker):
    """Real Lambda layers, whose code would create the marker when called, at three depths and in both formats."""

    def touch(tensor, marker=str(marker)):
        __import__("os").system(f"touch {marker}")
        return tensor

    marker.unlink(missing_ok=True)
    image = keras.Input((16, 16, 3))
    inner = keras.Sequential([keras.Input((16, 16, 3)), keras.layers.Lambda(touch, output_shape=(16, 16, 3))])
    x = keras.layers.Conv2D(2, 3)(image)
    head = keras.layers.Dense(2, activation="softmax")
    plain = keras.Model(image, head(keras.layers.Flatten()(keras.layers.Lambda(touch, output_shape=(14, 14, 2))(x))))
    nested = keras.Model(image, keras.layers.Dense(2)(keras.layers.Flatten()(inner(image))))
    for name, model in (("Lambda", plain), ("Lambda inside", nested)):
        for extension in ("keras", "h5"):
            model.save(folder / f"{name}.{extension}")
            yield f"{name}.{extension}", folder / f"{name}.{extension}"
    marker.unlink(missing_ok=True)  # building the models above has called it


def _hdf5_files(given, folder, members, sound):
    def changed(name, change):
        path = folder / f"hdf5 {name}.h5"
        path.write_bytes(sound)
        with h5py.File(path, "r+") as file:
            change(file, file["model_weights"])
        return f"hdf5 {name}.h5", path

    def set_config(value):
        return lambda file, _: file.attrs.__setitem__("model_config", value)

    def virtual(_, group):
        layout = h5py.VirtualLayout((3,), "f4")
        layout[:] = h5py.VirtualSource("/etc/passwd", "x", (3,))
        group.create_virtual_dataset("virtual", layout)

    def bomb(_, group):
        group.create_dataset("bomb", (2**18, 2**18), "f4", chunks=(64, 64), compression="gzip")

    yield changed("soft link", lambda _, group: group.__setitem__("link", h5py.SoftLink("/model_weights")))
    yield changed("external link", lambda _, group: group.__setitem__("link", h5py.ExternalLink("/etc/passwd", "/")))
    yield changed("external data", lambda _, group: group.create_dataset("x", (9,), "u1", external="/etc/passwd"))
    yield changed("virtual data", virtual)
    yield changed("compound", lambda _, group: group.create_dataset("x", (2,), np.dtype([("a", "f4"), ("b", "i4")])))
    yield changed("reference", lambda file, group: group.create_dataset("x", data=file.ref, dtype=h5py.ref_dtype))
    yield changed("opaque", lambda _, group: group.create_dataset("x", data=np.void(pickle.dumps(1))))
    yield changed("bomb", bomb)
    yield changed("named type", lambda _, group: group.__setitem__("type", np.dtype("f4")))
    yield changed("config is no text", set_config(np.arange(3)))
    yield changed("config is not JSON", set_config(b"os.system('x')"))
    yield changed("config is a Lambda", set_config(json.dumps({"class_name": "Lambda", "config": {"name": "evil"}})))
    yield changed("no config", lambda file, _: file.attrs.__delitem__("model_config"))
    yield changed("no weights", lambda file, _: file.__delitem__("model_weights"))
    linked = folder / "linked.weights.h5"
    linked.write_bytes(members["model.weights.h5"])
    with h5py.File(linked, "r+") as file:
        file["layers/link"] = h5py.ExternalLink("/etc/passwd", "/")
    yield given("external link in the archive.keras", packed(members | {"model.weights.h5": linked.read_bytes()}))


def _folder(folder):
    path = folder / "savedmodel"
    path.mkdir()
    (path / "saved_model.pb").write_bytes(b"\x08\x01")
    return path


def _quiet():
    import warnings

    return warnings.catch_warnings(action="ignore")


def main(folder):
    """Read every file and write what came of it."""
    marker = folder / "executed"
    outcomes = {}
    for name, path in files(folder / "files", marker):
        outcomes[name] = _outcome(lambda path=path: describe_file(path))
    sound = folder / "files" / "sound.keras"
    outcomes["wrong hash"] = _outcome(lambda: scan_file(sound, "0" * 64))
    outcomes["sound"] = _outcome(lambda: describe_file(sound))
    outcomes["executed"] = ["executed" if marker.exists() else "not executed", ""]
    (folder / "outcomes.json").write_text(json.dumps(outcomes))


def _outcome(ask):
    try:
        ask()
    except Refused as refusal:
        return ["refused", f"{refusal.rule}: {refusal.reason}"]
    except BaseException as error:
        return ["traceback", f"{type(error).__name__}: {error}"]
    return ["found", ""]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
