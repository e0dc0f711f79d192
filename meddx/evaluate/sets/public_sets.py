"""List the public data sets with their official sources, licences and checksums."""

from dataclasses import dataclass
from typing import Literal

ZENODO = "https://zenodo.org/records/10519652/files"
MENDELEY = "https://data.mendeley.com/public-files/datasets/rscbjbr9sj/files"


@dataclass(frozen=True)
class Checksum:
    """A checksum: algorithm of hashlib, digest in hexadecimal, and who stated it."""

    algorithm: Literal["md5", "sha256"]
    digest: str
    stated_by: str


@dataclass(frozen=True)
class PublicSet:
    """One file at its official source.

    path: where it goes in the folder of public data sets, with "/". size: bytes, None when not published.
    checksum: None when none is published; then a ZIP archive's own CRC-32 of each member is all that is checked.
    unpacks_to: the folder that a ZIP archive unpacks to, beside which `path` lies; None leaves the file as it is.
    note: what a person must know before using it.
    """

    name: str
    title: str
    licence: str
    doi: str
    url: str
    path: str
    size: int | None
    checksum: Checksum | None
    unpacks_to: str | None = None
    note: str = ""


def _medmnist(name: str, title: str, size: int | None, md5: str, note: str = "") -> PublicSet:
    return PublicSet(
        name=name,
        title=f"MedMNIST v2, 28 px: {title}",
        licence="CC BY 4.0",
        doi="10.5281/zenodo.10519652",
        url=f"{ZENODO}/{name}.npz",
        path=f"medmnist/{name}.npz",
        size=size,
        checksum=Checksum("md5", md5, "the Python package medmnist 3.0.2"),
        note=note,
    )


PUBLIC_SETS = (
    _medmnist("bloodmnist", "blood cells, eight kinds", 35_461_855, "7053d0359d879ad8a5505303e11de1dc"),
    _medmnist("breastmnist", "breast ultrasound", 559_580, "750601b1f35ba3300ea97c75c52ff8f6"),
    _medmnist("retinamnist", "diabetic retinopathy, five grades", 3_291_041, "bd4c0672f1bba3e3a89f0e4e876791e4"),
    _medmnist(
        "pneumoniamnist",
        "chest films of children",
        None,
        "28209eda62fecd6e6a2d98b1501bb15f",
        "The shipped models were trained on a copy with the same images and test order, but another order in training.",
    ),
    PublicSet(
        name="chest_xray",
        title="Chest films of children, Kermany et al. 2018",
        licence="CC BY 4.0",
        doi="10.17632/rscbjbr9sj.2",
        url=f"{MENDELEY}/f12eaf6d-6023-432f-acc9-80c9d7393433/file_downloaded",
        path="ChestXRay2017.zip",
        size=1_235_512_464,
        checksum=Checksum(
            "sha256",
            "13efc055629733dbab07877f8b3c9f81097840dbcdaa326a8542322c2281ce36",
            "several who downloaded it, not by its makers",
        ),
        unpacks_to="chest_xray",
        note="Images in full size. The shipped models were trained on a copy at 224 x 224 pixels without 490 of them.",
    ),
    PublicSet(
        name="brain_tumor_mri",
        title="Brain tumours on contrast-enhanced T1 MRI, Cheng 2017",
        licence="CC BY 4.0",
        doi="10.6084/m9.figshare.1512427",
        url="https://figshare.com/ndownloader/articles/1512427/versions/5",
        path="brain_tumor_mri/1512427.zip",
        size=None,
        checksum=None,
        note="MATLAB files with tumour masks and patient numbers; the recipes read a public copy as JPEG with boxes.",
    ),
)


def public_set(name: str) -> PublicSet:
    """Return the public data set of this name.

    Raises KeyError.
    """
    return {one.name: one for one in PUBLIC_SETS}[name]
