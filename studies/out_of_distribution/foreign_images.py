"""Images that a model should find strange or familiar, from the public sets, from chance and from phantoms."""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter

from meddx.config import data_dir
from meddx.errors import Refused
from meddx.imaging.array_image import image_from_array
from meddx.imaging.phantom import chest_phantom
from meddx.imaging.read_image import read_image
from meddx.types import Image, Window

CT_WINDOWS = ((40, 400), (-600, 1500), (300, 1500), (40, 80))
"""Centre and width: soft tissue, lung, bone, brain."""

Named = tuple[str, Image]
"""What an interval counts as one patient, and an image."""


def brain_slices(n: int = 150) -> Iterator[Named]:
    """T1-weighted slices with a tumour, spread over the set; neighbours by 20 count as one patient."""
    files = sorted((_data() / "brain_tumor_mri").glob("*/*.jpg"), key=lambda file: (file.parent.name, int(file.stem)))
    for row in np.linspace(0, len(files) - 1, n).round().astype(int):
        yield f"{files[row].parent.name} {int(files[row].stem) // 20}", read_image(files[row].read_bytes())


def ct_slices() -> Iterator[Named]:
    """Each different CT slice of the test files at hand, in its own window and in four common ones."""
    from pydicom.data import get_testdata_files

    files = [path for path in sorted((_data() / "dicom").rglob("*")) if path.is_file()]
    seen = set()
    for path in (*files, *map(Path, get_testdata_files("*.dcm"))):
        try:
            image = read_image(path.read_bytes())
        except Refused:
            continue
        content = zlib.crc32(np.ascontiguousarray(image.values).tobytes())
        if image.modality != "CT" or content in seen:
            continue
        seen.add(content)
        for window in (image.window, *(Window(centre, width) for centre, width in CT_WINDOWS)):
            yield str(content), replace(image, window=window, voi_lut=None)


def colour(name: str, n: int = 150) -> Iterator[Named]:
    """Colour photographs of MedMNIST's test split, 28 x 28."""
    for row, pixels in enumerate(np.load(_data() / "medmnist" / f"{name}.npz")["test_images"][:n]):
        yield str(row), image_from_array(pixels)


def noise(n: int = 150) -> Iterator[Named]:
    """A third each of uniform and normal noise, and of clouds with detail at every scale."""
    generator = np.random.default_rng(1)
    for row in range(n):
        match row % 3:
            case 0:
                grey = generator.random((224, 224))
            case 1:
                grey = np.clip(generator.normal(0.5, 0.16, (224, 224)), 0, 1)
            case _:
                scales = (gaussian_filter(generator.standard_normal((224, 224)), s) * s for s in (1, 2, 4, 8, 16, 32))
                grey = np.sum(list(scales), axis=0)
                grey = (grey - grey.min()) / np.ptp(grey)
        yield str(row), image_from_array(np.rint(255 * grey).astype(np.uint8))


def phantoms(n: int = 100) -> Iterator[Named]:
    """Synthetic chests, lesions at random."""
    for seed in range(n):
        yield str(seed), image_from_array((chest_phantom(seed, rows=256, columns=208).pixels >> 4).astype(np.uint8))


def files(pattern: str, n: int = 150) -> Iterator[Named]:
    """Images of a public set, spread over it; each counts as a patient, since few patients are drawn twice."""
    paths = sorted(_data().glob(pattern))
    for row in np.unique(np.linspace(0, len(paths) - 1, n).round().astype(int)):
        yield paths[row].name, read_image(paths[row].read_bytes())


SETS: dict[str, Callable[[], Iterator[Named]]] = {
    "chest films of children": lambda: files("chest_xray/test/*/*"),
    "chest films of adults": lambda: files("nih_adult_cxr/images/*"),
    "chest phantoms": phantoms,
    "brain slices (MRI)": brain_slices,
    "CT slices, five windows each": ct_slices,
    "breast ultrasound": lambda: files("busbra/images/*"),
    "colour: blood cells": lambda: colour("bloodmnist"),
    "colour: fundus photographs": lambda: colour("retinamnist"),
    "colour: skin lesions": lambda: files("ham10000/images/*"),
    "noise": noise,
}

OWN: dict[str, tuple[str, ...]] = {
    "chest": ("chest films of children",),
    "pneumoniamnist": ("chest films of children",),
    "phantom": ("chest phantoms",),
    "brain": ("brain slices (MRI)",),
    "breastmnist": (),
    "busbra": ("breast ultrasound",),
    "ham10000": ("colour: skin lesions",),
    "nih": ("chest films of adults",),
    "bloodmnist": ("colour: blood cells",),
    "retinamnist": ("colour: fundus photographs",),
}
"""By the first word of a model's id, the sets that are of its own source: its test images, or many of them."""
KIN: dict[str, tuple[str, ...]] = {
    "chest": ("chest films of adults",),
    "pneumoniamnist": ("chest films of adults",),
    "breastmnist": ("breast ultrasound",),
    "nih": ("chest films of children",),
}
"""Sets of the same kind from elsewhere: neither its own nor foreign, reported without a goal."""


def real_films() -> Iterator[Named]:
    """Children's chest films of the training hospital at their real size, about 1,000 to 2,000 pixels."""
    return files("chest_real_resolution/*/*", 1000)


def _data() -> Path:
    folder = data_dir()
    if folder is None:
        raise Refused("no-data", "The public data sets are not on this machine; set MEDDX_DATA to their folder.")
    return folder
