"""Read labelled sets from a NumPy archive in MedMNIST format (Yang et al. 2023, Scientific Data 10:41)."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from meddx.errors import Refused
from meddx.evaluate.sets.labelled_set import LabelledCase, LabelledSet
from meddx.evaluate.sets.npz_member import NpzMember
from meddx.imaging.array_image import image_from_array, png_from_array
from meddx.types import Image, StoredFrame

MedMnistSplit = Literal["train", "val", "test"]


@dataclass(frozen=True)
class ArrayCase(LabelledCase):
    """A case whose pixels are row `frame` of an array inside the archive `path`."""

    images: NpzMember = field(kw_only=True)

    def image(self) -> Image:
        """Return the Image that a PNG of the same pixels would give.

        Raises Refused.
        """
        return image_from_array(self.images.row(self.frame))

    def stored(self) -> StoredFrame:
        """Return a PNG file of its pixels.

        Raises Refused.
        """
        return StoredFrame(png_from_array(self.images.row(self.frame)))

    def pixels_key(self) -> list[str | int]:
        """Return the cache key of the pixels, which also names the array."""
        return [*super().pixels_key(), self.images.name]


def read_medmnist(path: Path, labels: tuple[str, ...], split: MedMnistSplit) -> LabelledSet:
    """Return the cases of one split of a MedMNIST archive.

    `{split}_images` holds the images and `{split}_labels` the labels: (n, 1) number of the true label, or (n, labels)
    of 0 and 1. labels: in the order of the archive's numbers; several numbers may stand for one label. The
    archive names no patients, so every row is one of its own.
    Raises Refused naming the array, and the row counted from 1.
    """
    images, numbers = NpzMember(path, f"{split}_images"), NpzMember(path, f"{split}_labels")
    if len(images) != len(numbers):
        raise Refused(
            "unequal-arrays", f"The archive has {len(images)} {split} images and {len(numbers)} labels; write it again."
        )
    cases = []
    for row in range(len(images)):
        true = _labels(numbers.row(row).ravel(), labels, row)
        case_id = f"{split}/{row:06d}"
        cases.append(ArrayCase(case_id, path, case_id, true, frame=row, images=images))
    return LabelledSet(tuple(dict.fromkeys(labels)), tuple(cases))


def _labels(numbers: NDArray[Any], labels: tuple[str, ...], row: int) -> tuple[str, ...]:
    if not np.issubdtype(numbers.dtype, np.integer):
        raise Refused("unknown-label", f"Row {row + 1}: labels must be whole numbers, not {numbers.dtype}.")
    if len(numbers) == 1:
        if not 0 <= numbers[0] < len(labels):
            raise Refused("unknown-label", f"Row {row + 1}: label {numbers[0]} of a set with {len(labels)} labels.")
        return (labels[int(numbers[0])],)
    if len(numbers) != len(labels) or not np.isin(numbers, (0, 1)).all():
        raise Refused("unknown-label", f"Row {row + 1}: needs one label number, or {len(labels)} values of 0 and 1.")
    return tuple(label for label, true in zip(labels, numbers, strict=True) if true)
