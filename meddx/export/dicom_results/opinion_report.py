"""A reader's opinion on a result as a Structured Report of its own, which refers to that result."""

from dataclasses import dataclass, field

from highdicom.sr import (
    CompositeContentItem,
    ComprehensiveSR,
    MeasurementReport,
    MeasurementsAndQualitativeEvaluations,
    ObservationContext,
    ObserverContext,
    PersonObserverIdentifyingAttributes,
    QualitativeEvaluation,
    RelationshipTypeValues,
    SourceImageForMeasurementGroup,
    TextContentItem,
    TrackingIdentifier,
)
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes

from meddx import __version__
from meddx.config import RESEARCH_USE
from meddx.export.dicom_results import concepts
from meddx.export.dicom_results.identifiers import opinion_series_uid, opinion_uid
from meddx.export.dicom_results.result_object import MANUFACTURER, plain_source, written
from meddx.model.card import Card
from meddx.types import ReaderOpinion

_SERIES_NUMBER = 9006
_LONGEST_NAME = 64


@dataclass(frozen=True)
class ReaderStatement:
    """What a reader said of one label of a result. who: account, "" for none. frame: zero-based, None of one frame.

    token: tells it from every other.
    """

    token: str
    label: str
    opinion: ReaderOpinion = field(repr=False)
    who: str
    frame: int | None


def opinion_report(header: Dataset, card: Card, result: Dataset, said: ReaderStatement) -> bytes:
    """Return the report as a Comprehensive SR file.

    header: of the source (meddx.imaging.source_header). result: the Structured Report that the opinion is on.
    """
    source = plain_source(header)
    label = next(label for label in card.labels if label.name == said.label)
    evaluations = [QualitativeEvaluation(name=concepts.OPINION, value=concepts.OPINIONS[opinion_word(said.opinion)])]
    instead = next((one for one in card.labels if one.name == said.opinion.corrected), None)
    if instead is not None:
        evaluations.append(QualitativeEvaluation(name=concepts.RIGHT_INSTEAD, value=concepts.finding(instead)))
    frames = None if said.frame is None else [said.frame + 1]
    group = MeasurementsAndQualitativeEvaluations(
        tracking_identifier=TrackingIdentifier(opinion_uid(said.token, "tracking"), label.title),
        finding_type=concepts.finding(label),
        qualitative_evaluations=evaluations,
        source_images=[SourceImageForMeasurementGroup(header.SOPClassUID, header.SOPInstanceUID, frames)],
    )
    contains = RelationshipTypeValues.CONTAINS
    group[0].ContentSequence.append(
        CompositeContentItem(concepts.RESULT_OF_OPINION, result.SOPClassUID, result.SOPInstanceUID, contains)
    )
    if said.opinion.note:
        group[0].ContentSequence.append(TextContentItem(concepts.COMMENT, said.opinion.note, contains))
    person = PersonObserverIdentifyingAttributes(name=f"{said.who or 'Reader'}^"[:_LONGEST_NAME])
    report = MeasurementReport(
        observation_context=ObservationContext(
            observer_person_context=ObserverContext(
                observer_type=codes.DCM.Person, observer_identifying_attributes=person
            )
        ),
        procedure_reported=concepts.procedure(header.get("Modality", "")),
        imaging_measurements=[group],
        referenced_images=None,
    )
    comment = f"{RESEARCH_USE} Opinion on what model {card.id} {card.version} says."
    report[0].ContentSequence.append(TextContentItem(concepts.COMMENT, comment, contains))
    made = ComprehensiveSR(
        evidence=[source, result],
        content=report[0],
        series_instance_uid=opinion_series_uid(header),
        series_number=_SERIES_NUMBER,
        sop_instance_uid=opinion_uid(said.token),
        instance_number=1,
        is_complete=True,
        is_final=False,
        is_verified=False,
        series_description="Research use only: opinions of readers",
        coding_schemes=[concepts.coding_scheme()],
        specific_character_set="ISO_IR 192",
        manufacturer=MANUFACTURER,
        manufacturer_model_name="meddx",
        software_versions=(f"meddx {__version__}",),
        device_serial_number=__version__,
    )
    return written(made, header)


def opinion_word(opinion: ReaderOpinion) -> str:
    """Return accepted, rejected, supplemented (accepted or left open, with a note), unsure or withdrawn."""
    if opinion.verdict == "disagree":
        return "rejected"
    if opinion.verdict == "unsure":
        return "unsure"
    if opinion.note:
        return "supplemented"
    return "accepted" if opinion.verdict == "agree" else "withdrawn"
