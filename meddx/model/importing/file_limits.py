"""Hold a model file to limits before anything in it is read: size, archive members, HDF5 links and data sets."""

import math
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import h5py

from meddx.errors import Refused

LARGEST_FILE = 2 * 2**30
"""Bytes of a model file, and of what its archive unpacks to."""
LARGEST_CONFIG = 64 * 2**20
"""Bytes of config.json, or of the attribute that holds it in an HDF5 file."""
LARGEST_RATIO = 200
"""Unpacked bytes by packed ones of one member; weights hardly compress, zeros compress a thousand times."""
MOST_OBJECTS = 200_000
"""Groups and data sets in an HDF5 file."""
CONFIG_JSON, METADATA_JSON, WEIGHTS_H5 = "config.json", "metadata.json", "model.weights.h5"
"""The members of a Keras 3 archive. No other is read, and none is needed for a network."""

_FILTERS = (h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_FLETCHER32, h5py.h5z.FILTER_LZF)
_NUMBERS = "fiub"


def check_size(path: Path) -> int:
    """Return the size of the file in bytes. Raises Refused when it is empty or too large."""
    size = path.stat().st_size
    if size == 0:
        raise Refused("model-file-empty", "The model file is empty; save the model again.")
    if size > LARGEST_FILE:
        raise Refused(
            "model-file-too-large",
            f"The model file has {size / 2**30:.1f} GiB, and at most {LARGEST_FILE // 2**30} GiB are read; "
            "save it without its optimizer (include_optimizer=False).",
        )
    return size


def check_archive(archive: zipfile.ZipFile) -> None:
    """Hold the archive's directory to the limits; no member is unpacked. Raises Refused."""
    members = archive.infolist()
    names = [member.filename for member in members]
    for name in names:
        if name not in (CONFIG_JSON, METADATA_JSON, WEIGHTS_H5):
            raise Refused(
                "archive-member",
                f"The archive holds {_shown(name)}, and a Keras model consists of {CONFIG_JSON}, {METADATA_JSON} and "
                f"{WEIGHTS_H5} alone; save it again with model.save('model.keras').",
            )
    if len(set(names)) != len(names):
        raise Refused("archive-member", "The archive holds two members of one name; save the model again.")
    if min((member.header_offset for member in members), default=0) != 0:
        raise Refused("model-file-broken", "Other data precedes the archive in the file; save the model again.")
    missing = [name for name in (CONFIG_JSON, WEIGHTS_H5) if name not in names]
    if missing:
        raise Refused(
            "archive-member", f"The archive lacks {missing[0]}; save the whole model with model.save('model.keras')."
        )
    for member in members:
        kind = member.external_attr >> 28
        if kind == 0xA or member.is_dir():
            raise Refused("archive-member", f"{member.filename} is a link or a folder; save the model again.")
        if member.flag_bits & 1:
            raise Refused("archive-encrypted", "The archive is encrypted; save the model again without a password.")
        if member.file_size > LARGEST_RATIO * max(member.compress_size, 1):
            raise Refused(
                "archive-bomb",
                f"{member.filename} would unpack to {member.file_size / max(member.compress_size, 1):.0f} times its "
                "size, which no weights do; save the model again.",
            )
        largest = LARGEST_FILE if member.filename == WEIGHTS_H5 else LARGEST_CONFIG
        if member.file_size > largest:
            raise Refused(
                "archive-too-large",
                f"{member.filename} would unpack to {member.file_size / 2**20:.0f} MiB, and at most "
                f"{largest // 2**20} MiB are read; save the model without its optimizer.",
            )


def read_member(archive: zipfile.ZipFile, name: str, largest: int) -> bytes:
    """Return a member's content, at most `largest` bytes whatever its header states. Raises Refused."""
    with archive.open(name) as member:
        content = member.read(largest + 1)
    if len(content) > largest:
        raise Refused("archive-bomb", f"{name} is larger than the archive states; save the model again.")
    return content


def copy_member(archive: zipfile.ZipFile, name: str, target: BinaryIO) -> None:
    """Write a member's content to `target`, not more than its header states. Raises Refused."""
    left = archive.getinfo(name).file_size
    with archive.open(name) as member:
        while piece := member.read(2**20):
            left -= len(piece)
            if left < 0:
                raise Refused("archive-bomb", f"{name} is larger than the archive states; save the model again.")
            target.write(piece)


def check_hdf5(file: h5py.File) -> int:
    """Return how many numbers the file holds, once every group and data set in it is held to the limits.

    There may be only numbers and texts, in this file, by their own name.
    Raises Refused for links, external and virtual data sets, compound types, references and filters from plugins.
    """
    total = numbers = 0
    for name, item in _items(file):
        if not isinstance(item, h5py.Dataset):
            continue
        if item.external or item.is_virtual:
            raise Refused("hdf5-external-data", f"{_shown(name)} keeps its data in another file; save the model again.")
        properties = item.id.get_create_plist()
        filters = {properties.get_filter(index)[0] for index in range(properties.get_nfilters())}
        if not filters <= set(_FILTERS):
            raise Refused("hdf5-filter", f"{_shown(name)} is packed by a plugin; save the model again without one.")
        text = h5py.check_string_dtype(item.dtype) is not None
        if item.dtype.kind not in _NUMBERS and not text:
            raise Refused(
                "hdf5-type", f"{_shown(name)} holds neither numbers nor text ({item.dtype.kind}); save the model again."
            )
        numbers += math.prod(item.shape or ())
        size = math.prod(item.shape or ()) * item.dtype.itemsize
        total += size
        if size > LARGEST_RATIO * max(item.id.get_storage_size(), 2**20) or total > LARGEST_FILE:
            raise Refused("hdf5-bomb", f"{_shown(name)} states more data than the file holds; save the model again.")
    return numbers


def _items(file: h5py.File) -> Iterator[tuple[str, h5py.Group | h5py.Dataset]]:
    """Yield every object once with its path; a group that holds itself ends no search."""
    seen: set[int] = set()
    waiting: list[tuple[str, h5py.Group]] = [("", file)]
    while waiting:
        path, group = waiting.pop()
        for key in group:
            name = f"{path}/{key}"
            if group.get(key, getlink=True, getclass=True) is not h5py.HardLink:
                raise Refused("hdf5-link", f"{_shown(name)} is a link; save the model again.")
            item = group[key]
            address = h5py.h5o.get_info(item.id).addr
            if address in seen:
                continue
            seen.add(address)
            if len(seen) > MOST_OBJECTS:
                raise Refused(
                    "hdf5-objects",
                    f"The file holds more than {MOST_OBJECTS} groups and data sets; save the model again.",
                )
            if isinstance(item, h5py.Group):
                waiting.append((name, item))
                yield name, item
            elif isinstance(item, h5py.Dataset):
                yield name, item
            else:
                raise Refused("hdf5-type", f"{_shown(name)} is a named type, which no model needs; save it again.")


def _shown(name: str) -> str:
    """Return a name from the file, short and printable."""
    return repr(name if len(name) <= 80 else f"{name[:77]}...")
