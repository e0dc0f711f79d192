"""What rules ask of a film: its modality, body part, view, procedure and station, by its header."""

from dataclasses import dataclass

from meddx.imaging.dataset import read_elements
from meddx.imaging.decoder_logging import silence_decoding_libraries
from meddx.imaging.patient_facts import header_text

_PROCEDURES = (
    "StudyDescription", "SeriesDescription", "RequestedProcedureDescription", "PerformedProcedureStepDescription",
    "ProtocolName",
)  # fmt: skip


@dataclass(frozen=True)
class FilmAttributes:
    """Hold the values as the header states them, "" where it does not. procedures: every description of what was done.
    frames: of the file.
    """

    modality: str = ""
    body_part: str = ""
    view: str = ""
    procedures: tuple[str, ...] = ()
    station: str = ""
    frames: int = 1


def film_attributes(data: bytes) -> FilmAttributes:
    """Return the attributes of a DICOM file. Raises Refused where it cannot be read."""
    silence_decoding_libraries()
    elements, _ = read_elements(data)

    def text(keyword: str) -> str:
        return header_text(elements, keyword)

    frames = text("NumberOfFrames")
    return FilmAttributes(
        text("Modality"),
        text("BodyPartExamined"),
        text("ViewPosition"),
        tuple(filter(None, map(text, _PROCEDURES))),
        text("StationName"),
        int(frames) if frames.isdecimal() else 1,
    )
