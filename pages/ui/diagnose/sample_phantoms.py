"""Sample images for readers without data: chest phantoms, computed on request and labelled as synthetic."""

from dataclasses import dataclass

from pages.ui.common.language.language import N_, _


@dataclass(frozen=True)
class SamplePhantom:
    """Describe the phantom behind a button. title: of the button; seed: of the phantom; lesions: drawn into it."""

    title: str
    seed: int
    lesions: tuple[str, ...]


SAMPLE_PHANTOMS = (
    SamplePhantom(N_("Healthy"), 5, ()),
    SamplePhantom(N_("Consolidation"), 8, ("consolidation",)),
    SamplePhantom(N_("Effusion"), 3, ("effusion",)),
    SamplePhantom(N_("Both"), 21, ("consolidation", "effusion")),
)
SAMPLE_ROWS, SAMPLE_COLUMNS = 1024, 832


def drawn_name(sample: SamplePhantom) -> str:
    """Return what lists of images call the sample, in the reader's language."""
    return _("Phantom: {title}").format(title=_(sample.title).lower())


def sample_dicom(sample: SamplePhantom) -> bytes:
    """Return the sample as the bytes of a DICOM file with Synthetic Data (0008,001C) YES."""
    from meddx.imaging.phantom import chest_phantom, phantom_dicom  # late: loads SciPy and pydicom

    return phantom_dicom(chest_phantom(sample.seed, sample.lesions, SAMPLE_ROWS, SAMPLE_COLUMNS))
