"""Break a sound file, at random or where its structure lies: by number, with a fixed seed."""

import io
import json
import zipfile
import zlib
from contextlib import suppress

import numpy as np
import pydicom

from tests.fuzzing.seeds import packed, seeds

SEED = 20261129
COUNTS = {"dicom": 6000, "png": 4000, "jpeg": 4000, "zip": 3000, "parquet": 2000, "keras": 1000}
"""Files of each kind, 20,000 in all."""
_EDGES = (
    0,
    1,
    2,
    3,
    7,
    8,
    0x7F,
    0x80,
    0xFF,
    0x100,
    0x7FFF,
    0x8000,
    0xFFFF,
    0x10000,
    0x7FFFFFFF,
    0x80000000,
    0xFFFFFFFF,
)
_TEXTS = ("", "0", "-1", "1e999", "nan", "99999999999", "1.5", "\\", "\\".join(["1"] * 500), "\x00", "é", "x" * 300)
_JSON = (None, True, -1, 0, 2**31, 2**63, 1e308, "", "x" * 200, [], {}, [[]], "Lambda", "builtins.eval")


def broken(kind: str, number: int) -> bytes:
    """The file of that number: every second one is broken at random, the others where their structure lies."""
    random = np.random.default_rng([SEED, sorted(COUNTS).index(kind), number])
    data = changed = seeds(kind)[random.integers(len(seeds(kind)))]
    while changed == data:  # now and then what is changed is put back
        changed = _broken_once(random, kind, data) if number % 2 else _at_random(random, data)
    return changed


def _broken_once(random, kind, data):
    data = _STRUCTURED[kind](random, data)
    return _at_random(random, data) if random.random() < 0.2 else data


def _at_random(random, data):
    """Replace, insert, repeat and cut out bytes, most of them near the start or the end."""
    data = bytearray(data)
    for _ in range(random.integers(1, 7)):
        size = len(data)
        if not size:
            break
        near = int(min(size, random.choice([64, 512, size])))
        at = int(random.integers(near))
        if random.random() < 0.3:
            at = size - 1 - at
        match random.integers(6):
            case 0:
                data[at] = random.integers(256)
            case 1:
                data[at] ^= 1 << random.integers(8)
            case 2:
                width = int(random.choice([1, 2, 4]))
                order = "little" if random.random() < 0.5 else "big"
                data[at : at + width] = (int(random.choice(_EDGES)) % 256**width).to_bytes(width, order)
            case 3:
                data[at:at] = random.bytes(int(random.choice([1, 4, 100])))
            case 4:
                del data[at : at + int(random.choice([1, 2, 8, 100, 1 << 30]))]
            case _:
                data[at:at] = data[at : at + int(random.choice([4, 32, 1000]))]
    return bytes(data)


def _dicom(random, data):
    """Give an element another value, another type of value or none; or break the length that one states."""
    try:
        elements = pydicom.dcmread(io.BytesIO(data), force=True)
        known = [element for element in elements if element.VR != "SQ"]
        for _ in range(random.integers(1, 4)):
            element = known[random.integers(len(known))]
            match random.integers(4):
                case 0:
                    elements.pop(element.tag, None)
                case 1 if element.VR in ("US", "SS", "UL", "SL"):
                    element.value = int(random.choice(_EDGES)) % (1 << (15 if element.VR in ("US", "SS") else 31))
                case 2 if isinstance(element.value, bytes):
                    element._value = element.value[: 2 * int(random.integers(len(element.value) // 2 + 1))]
                case _ if not isinstance(element.value, bytes | int):
                    element._value = str(random.choice(_TEXTS))
        file = io.BytesIO()
        elements.save_as(file, enforce_file_format=False)
        return file.getvalue()
    except Exception:  # pydicom does not write everything: then the stated lengths alone
        broken_file = bytearray(data)
        at = int(random.integers(132, len(data) - 4))
        broken_file[at : at + 4] = int(random.choice(_EDGES)).to_bytes(4, "little")
        return bytes(broken_file)


def _png(random, data):
    """Change a chunk and make its checksum right again; or leave it out, repeat it, move it."""
    chunks, at = [], 8
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4])
        chunks.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + size]))
        at += 12 + size
    for _ in range(random.integers(1, 3)):
        one = int(random.integers(len(chunks)))
        name, content = chunks[one]
        match random.integers(5):
            case 0 if len(chunks) > 1:
                del chunks[one]
            case 1:
                chunks.insert(int(random.integers(len(chunks) + 1)), (name, content))
            case 2 if name == b"IDAT":
                with suppress(zlib.error):  # broken already
                    unpacked = zlib.decompress(content)
                    chunks[one] = name, zlib.compress(_at_random(random, unpacked) * int(random.choice([1, 1, 50])))
            case 3:
                kinds = [b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"iCCP", b"acTL", b"eXIf", b"zTXt", b"sBIT", b"IEND"]
                chunks.insert(int(random.integers(len(chunks) + 1)), (kinds[random.integers(10)], random.bytes(20)))
            case _:
                chunks[one] = name, _at_random(random, content)
    written = b"".join(
        len(content).to_bytes(4) + name + content + zlib.crc32(name + content).to_bytes(4) for name, content in chunks
    )
    return data[:8] + written


def _jpeg(random, data):
    """Change a segment before the scan, its length or its marker; or leave it out or repeat it."""
    segments, at = [], 2
    while data[at + 1] != 0xDA:
        size = 2 + int.from_bytes(data[at + 2 : at + 4])
        segments.append(data[at : at + size])
        at += size
    one = int(random.integers(len(segments)))
    segment = bytearray(segments[one])
    match random.integers(5):
        case 0:
            segments[one] = b""
        case 1:
            segments.insert(int(random.integers(len(segments))), bytes(segment))
        case 2:
            segment[2:4] = (int(random.choice(_EDGES)) % 65536).to_bytes(2)
            segments[one] = bytes(segment)
        case 3:
            segment[1] = random.integers(0xC0, 0xFF)
            segments[one] = bytes(segment)
        case _:
            for _ in range(random.integers(1, 4)):
                segment[random.integers(4, len(segment))] = random.integers(256)
            segments[one] = bytes(segment)
    return data[:2] + b"".join(segments) + data[at:]


def _zip(random, data):
    """Change a field of the directory or of a member's header; or a member, and pack it anew."""
    if random.random() < 0.5:
        members = _members(data)
        name = list(members)[random.integers(len(members))]
        content = members.pop(name)
        names = [name, "../up", "/etc/x", "a\\b", "DICOMDIR", "a/" * 200, "x" * 5000, "\u202e.png", "/"]
        members[str(random.choice(names))] = _at_random(random, content) * int(random.choice([1, 1, 1, 300]))
        return packed(members, int(random.choice([0, 8])))
    changed = bytearray(data)
    signature = (b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06")[random.integers(3)]
    places = [at for at in range(len(data) - 4) if data[at : at + 4] == signature]
    at = places[random.integers(len(places))] + int(random.integers(4, 46))
    width = int(random.choice([1, 2, 4]))
    changed[at : at + width] = (int(random.choice(_EDGES)) % 256**width).to_bytes(width, "little")
    return bytes(changed)


def _parquet(random, data):
    """Change bytes of the footer, in which the metadata lie, or its length; or of the pages' headers."""
    changed = bytearray(data)
    footer = int.from_bytes(data[-8:-4], "little")
    if random.random() < 0.1:
        changed[-8:-4] = int(random.choice(_EDGES)).to_bytes(4, "little")
        return bytes(changed)
    low, high = (4, len(data) - 8 - footer) if random.random() < 0.4 else (len(data) - 8 - footer, len(data) - 8)
    for _ in range(random.integers(1, 5)):
        changed[random.integers(low, high)] = random.integers(256)
    return bytes(changed)


def _keras(random, data):
    """Change a value anywhere in the configuration, or bytes of the weights, and pack the archive anew."""
    members = _members(data)
    if random.random() < 0.7:
        config = json.loads(members["config.json"])
        for _ in range(random.integers(1, 3)):
            _change(random, config)
        members["config.json"] = json.dumps(config).encode()
    else:
        members["model.weights.h5"] = _at_random(random, members["model.weights.h5"])
    return packed(members, 0)


def _change(random, config):
    """Replace, remove or rename one entry of a JSON object, somewhere."""
    at = config
    while True:
        keys = list(at) if isinstance(at, dict) else list(range(len(at)))
        key = keys[random.integers(len(keys))]
        if isinstance(at[key], dict | list) and at[key] and random.random() < 0.85:
            at = at[key]
            continue
        match random.integers(4):
            case 0:
                del at[key]
            case 1 if isinstance(at, dict):
                at[f"{key}_"] = at.pop(key)
            case _:
                at[key] = _JSON[random.integers(len(_JSON))]
        return


def _members(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


_STRUCTURED = {"dicom": _dicom, "png": _png, "jpeg": _jpeg, "zip": _zip, "parquet": _parquet, "keras": _keras}
