"""The coded concepts of results: those of DICOM and SNOMED CT where they fit, and our own, under 99MEDDX."""

from highdicom.coding_schemes import CodingSchemeIdentificationItem
from highdicom.sr import CodedConcept
from pydicom.sr.coding import Code

from meddx.model.card import Label

SCHEME = "99MEDDX"


def coding_scheme() -> CodingSchemeIdentificationItem:
    """Return the identification of our own coding scheme, PS3.3 C.12.1.1.7."""
    return CodingSchemeIdentificationItem(SCHEME, "Concepts of meddx", "1", responsible_organization="meddx")


def _own(value: str, meaning: str) -> Code:
    return Code(value, SCHEME, meaning)


PROBABILITY = _own("PROBABILITY", "Calibrated probability")
RAW_SCORE = _own("RAW-SCORE", "Raw score, not calibrated")
CUTOFF_VALUE = _own("CUTOFF", "Cut-off")
CUTOFF_RULE = _own("CUTOFF-RULE", "How the cut-off was chosen")
RESULT = _own("RESULT", "Result against the cut-off")
RESULT_POSITIVE, RESULT_NEGATIVE = Code("10828004", "SCT", "Positive"), Code("260385009", "SCT", "Negative")
NOT_EXCLUDED = _own("NOT-EXCLUDED", "Not excluded (in the prediction set)")
TARGET_COVERAGE = _own("COVERAGE", "Target coverage of prediction sets")
YES, NO = Code("373066001", "SCT", "Yes"), Code("373067005", "SCT", "No")
MAP_VERDICT = _own("MAP-CHECK", "Check of the heat map")
MAP_VERDICT_REASON = _own("MAP-CHECK-REASON", "Reason of the heat map's verdict")
MAP_VERDICTS = {
    "passed": _own("PASSED", "Passed"),
    "unclear": _own("UNCLEAR", "Unclear"),
    "failed": _own("FAILED", "Failed"),
    "nothing marked": _own("NOTHING-MARKED", "Nothing marked"),
    "not checked": _own("NOT-CHECKED", "Not checked"),
}
"""By the word of meddx.explain.map_check.check_words, and where no check was made."""
SIMILARITY = _own("SIMILARITY", "Similarity to the images that the model suits")
DISTANCE = _own("DISTANCE", "Distance to the images that the model suits")
DISTANCE_LIMIT = _own("DISTANCE-LIMIT", "Limit of that distance")
OUTSIDE = _own("OUTSIDE", "Unlike the images that the model suits")
EVIDENCE = _own("EVIDENCE", "Evidence for a label, by a heat map")
HIGHLIGHTED = _own("HIGHLIGHTED", "Area highlighted by a heat map")
SPATIAL = Code("309825002", "SCT", "Spatial and Relational Concept")
OPINION = _own("OPINION", "Opinion of a reader on a result")
OPINIONS = {
    "accepted": _own("ACCEPTED", "Accepted"),
    "rejected": _own("REJECTED", "Rejected"),
    "supplemented": _own("SUPPLEMENTED", "Supplemented"),
    "unsure": _own("UNSURE", "Unsure"),
    "withdrawn": _own("WITHDRAWN", "Withdrawn"),
}
"""By the word of meddx.export.dicom_results.opinion_report."""
RIGHT_INSTEAD = _own("RIGHT-INSTEAD", "Right finding instead")
RESULT_OF_OPINION = _own("OPINION-ON", "Result that the opinion is on")
COMMENT = Code("121106", "DCM", "Comment")
NO_UNITS = Code("1", "UCUM", "no units")
UNITS = {
    "logit": Code("{logit}", "UCUM", "logit"),
    "probability": NO_UNITS,
    "relative": Code("{relative}", "UCUM", "relative"),
}
"""By the units of a heat map; what stands in braces is an annotation of UCUM, without a unit."""
ARTIFICIAL_INTELLIGENCE = Code("123109", "DCM", "Artificial Intelligence")
_PROCEDURES = {
    "CR": Code("363680008", "SCT", "Radiographic imaging"),
    "CT": Code("77477000", "SCT", "Computed tomography"),
    "MR": Code("113091000", "SCT", "Magnetic resonance imaging"),
    "MG": Code("71651007", "SCT", "Mammography"),
    "US": Code("16310003", "SCT", "Ultrasonography"),
}
_LONGEST_MEANING = 64


def finding(label: Label) -> CodedConcept:
    """Return the coded concept of a label: the card's, or its name under 99MEDDX where the card has none."""
    if label.code is not None:
        return CodedConcept(label.code.value, label.code.scheme, label.code.meaning[:_LONGEST_MEANING])
    return CodedConcept(label.name, SCHEME, label.title[:_LONGEST_MEANING])


def procedure(modality: str) -> Code:
    """Return the kind of imaging that made the source."""
    modality = "CR" if modality in ("DX", "RG") else modality
    return _PROCEDURES.get(modality, Code("363679005", "SCT", "Imaging"))
