"""The one-page report on a case as an Encapsulated PDF."""

from datetime import datetime

from highdicom.base import SOPClass
from pydicom.dataset import Dataset
from pydicom.uid import EncapsulatedPDFStorage, ExplicitVRLittleEndian

from meddx.config import RESEARCH_USE
from meddx.export.case_facts import CaseFacts
from meddx.export.case_report import case_pdf
from meddx.export.dicom_results.identifiers import instance_uid, series_uid
from meddx.export.dicom_results.result_object import equipment, series_description, written

_SERIES_NUMBER = 9005


def encapsulated_pdf(header: Dataset, facts: CaseFacts, made: datetime | None = None) -> bytes:
    """Return the report, PS3.3 A.45.1. made: time of writing, default now.

    Its page says whose image it is where `facts.identity` does.
    """
    document = case_pdf(facts, made)
    shown = "" if facts.explanation is None else facts.explanation.method
    check = "" if facts.check is None else facts.check.verdict
    result = SOPClass(
        study_instance_uid=header.StudyInstanceUID,
        series_instance_uid=series_uid("DOC", header, facts),
        series_number=_SERIES_NUMBER,
        sop_instance_uid=instance_uid("DOC", header, facts, facts.label.name, shown, check),
        sop_class_uid=EncapsulatedPDFStorage,
        instance_number=1 + facts.card.labels.index(facts.label),
        modality="DOC",
        transfer_syntax_uid=ExplicitVRLittleEndian,
        patient_birth_date=header.PatientBirthDate,
        series_description=series_description("report", facts),
        specific_character_set="ISO_IR 192",
        **equipment(facts),
    )
    result.ConversionType = "WSD"
    result.AcquisitionDateTime = ""
    nameless = not facts.identity and header.get("BurnedInAnnotation") == "NO"
    result.BurnedInAnnotation = "NO" if nameless else "YES"
    result.DocumentTitle = f"Case report. {RESEARCH_USE}"
    result.ConceptNameCodeSequence = []
    result.MIMETypeOfEncapsulatedDocument = "application/pdf"
    result.EncapsulatedDocumentLength = len(document)
    result.EncapsulatedDocument = document + b"\0" * (len(document) % 2)
    reference = Dataset()
    reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID = header.SOPClassUID, header.SOPInstanceUID
    result.SourceInstanceSequence = [reference]
    return written(result, header)
