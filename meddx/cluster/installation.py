"""Identify what an installation computes with: its code, the packages that decide numbers, and its limits."""

import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from meddx.config import max_pixels

_PACKAGES = (
    "tensorflow", "keras", "numpy", "scipy", "pydicom", "pillow", "python-gdcm", "pylibjpeg", "pylibjpeg-openjpeg",
    "pylibjpeg-rle", "pyjpegls",
)  # fmt: skip
_FILES = (".py", ".toml", ".json")


@cache
def installation_digest() -> str:
    """Return the SHA-256 (hex) of meddx' own files, the packages' versions and the limit of pixels.

    Two machines with equal digests and processors of one kind give the same numbers to the bit.
    """
    root = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256()
    for path in sorted(path for path in root.rglob("*") if path.suffix in _FILES):
        digest.update(f"{path.relative_to(root).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    digest.update(repr([(name, _version(name)) for name in _PACKAGES]).encode())
    digest.update(str(max_pixels()).encode())
    return digest.hexdigest()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"
