"""The result as a Structured Report: a Measurement Report, PS3.16 TID 1500, with a group for each label."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from highdicom.sr import (
    AlgorithmIdentification,
    CodedConcept,
    ComprehensiveSR,
    DeviceObserverIdentifyingAttributes,
    Measurement,
    MeasurementReport,
    MeasurementsAndQualitativeEvaluations,
    ObservationContext,
    ObserverContext,
    QualitativeEvaluation,
    RelationshipTypeValues,
    SourceImageForMeasurementGroup,
    TextContentItem,
    TrackingIdentifier,
)
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from meddx import __version__
from meddx.explain.colour_scale import shows_evidence
from meddx.explain.map_check.check_words import NOTHING_MARKED, check_reason, check_word
from meddx.explain.methods import METHODS
from meddx.export.case_facts import CaseFacts, synthetic_notes
from meddx.export.dicom_results import concepts
from meddx.export.dicom_results.identifiers import device_uid, instance_uid, series_uid
from meddx.export.dicom_results.image_regions import image_region
from meddx.export.dicom_results.result_object import (
    MANUFACTURER,
    equipment,
    plain_source,
    research_comment,
    series_description,
    written,
)
from meddx.model.card import Label

_SERIES_NUMBER = 9001
NOT_CHECKED_WORD = "not checked"
_IMAGE = "Image"


@dataclass(frozen=True)
class _Said:
    """What one group holds. texts: by concept."""

    numbers: Sequence[Measurement]
    evaluations: Sequence[QualitativeEvaluation]
    texts: Mapping[Code, str]


def structured_report(header: Dataset, cases: Sequence[CaseFacts]) -> bytes:
    """Return the report as a Comprehensive SR file.

    header: of the source (meddx.imaging.source_header). cases: the same image and answer, one for each label whose heat
    map was drawn or checked, at least one. Every number is the answer's own, without rounding, as FloatingPointValue.
    """
    facts = cases[0]
    source = plain_source(header)
    verdicts = {label.name: map_verdict(label, cases) for label in facts.card.labels}
    groups = [_label_group(header, facts, label, verdicts[label.name]) for label in facts.card.labels]
    about_image = CodedConcept(*concepts.SIMILARITY[:3])
    regions = [image_region(header, facts, _tracking(header, facts, _IMAGE), about_image, _algorithm(facts))]
    shown = {one.label.name: one for one in cases if one.explanation is not None}
    for label in facts.card.labels:
        stated = (_tracking(header, facts, label.title), concepts.finding(label), _algorithm(facts))
        regions.append(image_region(header, facts, *stated, shown=shown.get(label.name)))
    device = DeviceObserverIdentifyingAttributes(
        uid=device_uid(), name="meddx", manufacturer_name=MANUFACTURER, model_name="meddx", serial_number=__version__
    )
    report = MeasurementReport(
        observation_context=ObservationContext(
            observer_device_context=ObserverContext(
                observer_type=codes.DCM.Device, observer_identifying_attributes=device
            )
        ),
        procedure_reported=concepts.procedure(header.get("Modality", "")),
        imaging_measurements=[*regions, _image_group(header, facts), *groups],  # viewers show the first one's image
        referenced_images=None,
    )
    report[0].ContentSequence.append(_text(concepts.COMMENT, research_comment(facts)))
    checks = [f"{name} {word} {method}" for name, (word, _, method) in sorted(verdicts.items())]
    result = ComprehensiveSR(
        evidence=[source],
        content=report[0],
        series_instance_uid=series_uid("SR", header, facts),
        series_number=_SERIES_NUMBER,
        sop_instance_uid=instance_uid("SR", header, facts, *checks),
        instance_number=1,
        is_complete=True,
        is_final=False,
        is_verified=False,
        series_description=series_description("findings", facts),
        coding_schemes=[concepts.coding_scheme()],
        specific_character_set="ISO_IR 192",
        **equipment(facts),
    )
    return written(result, header)


def map_verdict(label: Label, cases: Sequence[CaseFacts]) -> tuple[str, str, str]:
    """Return how the check of a label's heat map ended, in a word, with its reason and the method's title."""
    answer = cases[0].answer
    for facts in cases:
        if facts.label.name == label.name and facts.check is not None:
            kind = "Quick check. " if facts.check.quick else ""
            caution = f" {facts.check.caution}" if facts.check.caution else ""
            title = METHODS[facts.check.method].title
            return check_word(facts.check), f"{kind}{check_reason(facts.check)}.{caution}", title
    shown = next((facts.explanation for facts in cases if facts.explanation is not None), answer.explanation)
    if not shows_evidence(shown, label.name):
        return NOTHING_MARKED, "", METHODS[shown.method].title
    return NOT_CHECKED_WORD, "", METHODS[shown.method].title


def _label_group(
    header: Dataset, facts: CaseFacts, label: Label, verdict: tuple[str, str, str]
) -> MeasurementsAndQualitativeEvaluations:
    answer = facts.answer
    kind = concepts.PROBABILITY if answer.is_calibrated else concepts.RAW_SCORE
    numbers = [_number(kind, answer.probabilities[label.name])]
    evaluations = []
    texts = {}
    if label.threshold is not None:
        above = label.name in answer.findings
        numbers.append(_number(concepts.CUTOFF_VALUE, label.threshold))
        evaluations.append(_code(concepts.RESULT, concepts.RESULT_POSITIVE if above else concepts.RESULT_NEGATIVE))
        texts[concepts.CUTOFF_RULE] = f"{label.threshold_rule}; on {label.threshold_set}"
    if answer.prediction_set is not None:
        listed = label.name in answer.prediction_set
        evaluations.append(_code(concepts.NOT_EXCLUDED, concepts.YES if listed else concepts.NO))
    word, reason, method = verdict
    evaluations.append(_code(concepts.MAP_VERDICT, concepts.MAP_VERDICTS[word]))
    texts[concepts.MAP_VERDICT_REASON] = f"{method}. {reason}".strip()
    return _group(header, facts, label.title, concepts.finding(label), _Said(numbers, evaluations, texts))


def _image_group(header: Dataset, facts: CaseFacts) -> MeasurementsAndQualitativeEvaluations:
    """Return what is said of the image as a whole: similarity, cautions and notes."""
    known, calibration = facts.answer.ood, facts.card.calibration
    numbers, evaluations = [], []
    if known is not None:
        numbers += [_number(concepts.DISTANCE, known.distance), _number(concepts.DISTANCE_LIMIT, known.threshold)]
        evaluations.append(_code(concepts.OUTSIDE, concepts.YES if known.is_outside else concepts.NO))
    if facts.answer.prediction_set is not None and calibration is not None:
        numbers.append(_number(concepts.TARGET_COVERAGE, calibration.coverage))
    remarks = [*synthetic_notes(facts), *(f"Caution: {one}" for one in facts.answer.cautions), *facts.answer.notes]
    if known is None:
        remarks.append("Similarity to the training images: not measured for this model.")
    remarks += facts.image.notes
    texts = {concepts.COMMENT: " ".join(remarks)} if remarks else {}
    about_image = CodedConcept(*concepts.SIMILARITY[:3])
    return _group(header, facts, _IMAGE, about_image, _Said(numbers, evaluations, texts))


def _group(
    header: Dataset, facts: CaseFacts, title: str, finding: CodedConcept, said: _Said
) -> MeasurementsAndQualitativeEvaluations:
    group = MeasurementsAndQualitativeEvaluations(
        tracking_identifier=_tracking(header, facts, title),
        finding_type=finding,
        algorithm_id=_algorithm(facts),
        measurements=said.numbers,
        qualitative_evaluations=said.evaluations,
        source_images=[_source_image(header, facts)],
    )
    for name, text in said.texts.items():
        group[0].ContentSequence.append(_text(name, text))
    return group


def _tracking(header: Dataset, facts: CaseFacts, title: str) -> TrackingIdentifier:
    """Return what the groups about one label, or about the image, have in common."""
    return TrackingIdentifier(instance_uid("tracking", header, facts, title), title)


def _algorithm(facts: CaseFacts) -> AlgorithmIdentification:
    card = facts.card
    parameters = [
        f"Weights SHA-256: {card.weights.sha256}",
        f"Card fingerprint: {card.fingerprint}",
        f"Run by: meddx {__version__}",
        f"Intended use: {card.use.intended}",
    ]
    return AlgorithmIdentification(
        name=f"{card.id}: {card.title}",
        version=card.version,
        parameters=parameters,
        family=concepts.ARTIFICIAL_INTELLIGENCE,
        manufacturer=MANUFACTURER,
    )


def _source_image(header: Dataset, facts: CaseFacts) -> SourceImageForMeasurementGroup:
    frames = [facts.image.frame + 1] if facts.image.frames > 1 else None
    return SourceImageForMeasurementGroup(header.SOPClassUID, header.SOPInstanceUID, frames)


def _number(name: Code, value: float) -> Measurement:
    return Measurement(name=name, value=float(value), unit=concepts.NO_UNITS)


def _code(name: Code, value: Code) -> QualitativeEvaluation:
    return QualitativeEvaluation(name=name, value=value)


def _text(name: Code, text: str) -> TextContentItem:
    return TextContentItem(name=name, value=text, relationship_type=RelationshipTypeValues.CONTAINS)
