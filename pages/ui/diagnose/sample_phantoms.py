"""Sample images for readers without data: chest phantoms, computed on request and labelled as synthetic."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SamplePhantom:
    """Describe the phantom behind a button. title: of the button; seed: of the phantom; lesions: drawn into it."""

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
    """Return the sample as the bytes of a DICOM file with Synthetic Data (0008,001C) YES."""
    from meddx.imaging.phantom import chest_phantom, phantom_dicom  # late: loads SciPy and pydicom

    return phantom_dicom(chest_phantom(sample.seed, sample.lesions, SAMPLE_ROWS, SAMPLE_COLUMNS))
