"""Labelled sets on disk and in archives, for evaluations."""

import io
import zipfile

import numpy as np
import PIL.Image

from tests.engine.answers import images

BROKEN = b"this is no image"
CLASSES = {"NORMAL": ["NORMAL"], "EFFUSION": ["EFFUSION"], "NODULE": ["NODULE"]}


def class_folders(folder, each=4):
    """Folders NORMAL, EFFUSION and NODULE with `each` DICOM images; NODULE has a broken one more."""
    for number, data in enumerate(images(3 * each)):
        path = folder / list(CLASSES)[number % 3] / f"{number:03d}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (folder / "NODULE" / "broken.dcm").write_bytes(BROKEN)
    return folder


def zipped(folder):
    """The folder as an archive, with what a Mac adds."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, f"set/{path.relative_to(folder)}")
        archive.writestr("__MACOSX/set/._NORMAL", b"x")
        archive.writestr("set/.DS_Store", b"x")
    return file.getvalue()


def large_images(folder, count, size=900):
    """A folder for each of two classes; images that take tens of milliseconds to decode."""
    noise = np.random.default_rng(0).integers(0, 256, (size, size), np.uint8)
    for number in range(count):
        path = folder / ("NORMAL", "NODULE")[number % 2] / f"{number:04d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        PIL.Image.fromarray(np.roll(noise, number) // (1 + number % 7)).save(path, "PNG", compress_level=1)
    (folder / "NODULE" / "broken.png").write_bytes(BROKEN)
    return folder
