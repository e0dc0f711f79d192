"""Images to try without data: chest phantoms, computed when asked for and called synthetic wherever they show."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SamplePhantom:
    """What a button offers: a phantom with the lesions named, drawn from a fixed seed."""

    title: str
    seed: int
    lesions: tuple[str, ...]


SAMPLE_PHANTOMS = (
    SamplePhantom("Healthy", 5, ()),
    SamplePhantom("Consolidation", 8, ("consolidation",)),
    SamplePhantom("Effusion", 3, ("effusion",)),
    SamplePhantom("Both", 21, ("consolidation", "effusion")),
)
SAMPLE_ROWS, SAMPLE_COLUMNS = 1024, 832


def sample_dicom(sample: SamplePhantom) -> bytes:
    """The sample as a DICOM file marked Synthetic Data (0008,001C) YES."""
    from meddx.imaging.phantom import chest_phantom, phantom_dicom  # SciPy and pydicom: not before someone asks

    return phantom_dicom(chest_phantom(sample.seed, sample.lesions, SAMPLE_ROWS, SAMPLE_COLUMNS))
