"""Sound small files of every kind, which the broken ones are made from."""

import io
import tempfile
import zipfile
from functools import cache
from pathlib import Path

import numpy as np
import PIL.Image
import pyarrow as pa
import pyarrow.parquet as pq
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
)

from tests.imaging.images import dataset, lut, palette, written

PIXELS = np.random.default_rng(11).integers(0, 4096, (48, 40)).astype(np.uint16)


@cache
def seeds(kind: str) -> tuple[bytes, ...]:
    """The sound files of a kind: dicom, png, jpeg, zip, parquet or keras."""
    return {"dicom": _dicom, "png": _png, "jpeg": _jpeg, "zip": _zip, "parquet": _parquet, "keras": _keras}[kind]()


def _dicom():
    files = []
    for syntax in (ExplicitVRLittleEndian, ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian, RLELossless,
                   JPEGLSLossless, JPEG2000Lossless):  # fmt: skip
        elements = dataset(PIXELS, BitsStored=12, WindowCenter="2048", WindowWidth="4096", RescaleSlope="2")
        if syntax.is_encapsulated:
            elements.compress(syntax)
        elements.file_meta.TransferSyntaxUID = syntax
        files.append(written(elements))
    big = dataset(PIXELS, BitsStored=12)
    big.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    files.append(written(big))
    files.append(written(dataset(PIXELS, **lut("ModalityLUTSequence", 0, 16, range(64)))))
    files.append(written(dataset(PIXELS, **lut("VOILUTSequence", 0, 12, range(64)))))
    files.append(written(dataset(PIXELS.astype(np.uint8), **palette(0, range(256), range(256), range(256)))))
    files.append(written(dataset(np.stack([PIXELS] * 3), NumberOfFrames="3")))
    files.append(written(dataset(PIXELS), preamble=False))
    return tuple(files)


def _raster(kind, mode, **options):
    file = io.BytesIO()
    picture = PIL.Image.fromarray((PIXELS >> 4).astype(np.uint8)).convert(mode)
    picture.save(file, kind, **options)
    return file.getvalue()


def _png():
    deep = io.BytesIO()
    PIL.Image.fromarray(PIXELS).save(deep, "PNG", dpi=(300, 300))
    return (*(_raster("PNG", mode) for mode in ("L", "P", "RGB", "RGBA", "LA", "1")), deep.getvalue())


def _jpeg():
    return (
        _raster("JPEG", "L"), _raster("JPEG", "RGB"), _raster("JPEG", "RGB", progressive=True),
        _raster("JPEG", "CMYK"), _raster("JPEG", "L", restart_marker_blocks=2),
    )  # fmt: skip


def packed(members, method):
    """A ZIP archive of members, name -> content, packed by a method of zipfile."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def _zip():
    images = {"a/1.dcm": _dicom()[0], "a/b/2.png": _png()[0], "a/3.jpg": _jpeg()[0], "a/notes.txt": b"hello"}
    methods = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    return tuple(packed(images, method) for method in methods)


def _parquet():
    random = np.random.default_rng(5)
    scores = random.random(40)
    table = pa.table(
        {
            "case": [f"c{number}" for number in range(40)],
            "label": pa.array(["a", "b"] * 20).dictionary_encode(),
            "a": scores,
            "b": 1 - scores,
        }
    )
    files = []
    for options in (
        {"compression": "none"},
        {"compression": "snappy"},
        {"compression": "zstd", "use_dictionary": False},
        {"compression": "gzip", "data_page_version": "2.0"},
    ):
        file = io.BytesIO()
        pq.write_table(table, file, row_group_size=16, **options)
        files.append(file.getvalue())
    return tuple(files)


def _keras():
    import keras

    from tests.model.importing.networks import classifier

    keras.utils.set_random_seed(3)
    files = []
    with tempfile.TemporaryDirectory() as folder:
        for number, head in enumerate(
            (keras.layers.Dense(2, activation="softmax"), keras.layers.Dense(3, activation="sigmoid"))
        ):
            path = Path(folder) / f"{number}.keras"
            classifier(head, side=16).save(path)
            files.append(path.read_bytes())
    return tuple(files)
