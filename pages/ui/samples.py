"""Films to try without data: chest phantoms, computed when asked for and called synthetic wherever they show."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sample:
    """What a button offers: a phantom with the lesions named, drawn from a fixed seed."""

    title: str
    seed: int
    lesions: tuple[str, ...]


SAMPLES = (
    Sample("Healthy", 5, ()),
    Sample("Consolidation", 8, ("consolidation",)),
    Sample("Effusion", 3, ("effusion",)),
    Sample("Both", 21, ("consolidation", "effusion")),
)
ROWS, COLUMNS = 1024, 832


def dicom(sample: Sample) -> bytes:
    """The sample as a DICOM file marked Synthetic Data (0008,001C) YES."""
    from meddx.imaging.phantom import chest_phantom, phantom_dicom  # SciPy and pydicom: not before someone asks

    return phantom_dicom(chest_phantom(sample.seed, sample.lesions, ROWS, COLUMNS))
