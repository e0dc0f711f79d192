"""An entry of the audit log as an audit message of DICOM (PS3.15 A.5.1; codes in PS3.16, CID 400 and 401)."""

import xml.etree.ElementTree as ET
from typing import NamedTuple

from meddx.audit.entry import AuditEntry, AuditEvent


class CodedValue(NamedTuple):
    """A coded value: code, its meaning, and the scheme that defines it."""

    code: str
    meaning: str
    scheme: str = "DCM"


class _Kind(NamedTuple):
    """Of a message: its event, C(reate), R(ead), U(pdate), D(elete) or E(xecute), and the type of the event."""

    event: CodedValue
    action: str
    type: CodedValue | None = None


_OWN = "99MEDDX"
_APPLICATION = CodedValue("110100", "Application Activity")
_ACCESSED = CodedValue("110103", "DICOM Instances Accessed")
_ALERT = CodedValue("110113", "Security Alert")
_AUTHENTICATION = CodedValue("110114", "User Authentication")
_SOFTWARE = CodedValue("110131", "Software Configuration")
_RECORD = CodedValue("110110", "Patient Record")
_QUERY = CodedValue("110112", "Query")
_TRANSFERRED = CodedValue("110104", "DICOM Instances Transferred")
_KINDS: dict[AuditEvent, _Kind] = {
    "start": _Kind(_APPLICATION, "E", CodedValue("110120", "Application Start")),
    "stop": _Kind(_APPLICATION, "E", CodedValue("110121", "Application Stop")),
    "sign-in": _Kind(_AUTHENTICATION, "E", CodedValue("110122", "Login")),
    "sign-out": _Kind(_AUTHENTICATION, "E", CodedValue("110123", "Logout")),
    "view": _Kind(_ACCESSED, "R"),
    "prediction": _Kind(_ACCESSED, "R", CodedValue("prediction", "Prediction by a model", _OWN)),
    "evaluation": _Kind(_ACCESSED, "R", CodedValue("evaluation", "Evaluation of a model on images", _OWN)),
    "export": _Kind(CodedValue("110106", "Export"), "R"),
    "setting": _Kind(_ALERT, "E", CodedValue("110137", "User security Attributes Changed")),
    "model-added": _Kind(_ALERT, "E", _SOFTWARE),
    "model-removed": _Kind(_ALERT, "E", _SOFTWARE),
    "audit-read": _Kind(CodedValue("110101", "Audit Log Used"), "R"),
    "record": _Kind(_RECORD, "C"),
    "record-read": _Kind(_RECORD, "R"),
    "record-erased": _Kind(_RECORD, "D"),
    "pacs-search": _Kind(_QUERY, "E"),
    "pacs-open": _Kind(_TRANSFERRED, "C"),
    "pacs-send": _Kind(_TRANSFERRED, "R"),
    "film-received": _Kind(_TRANSFERRED, "C"),
    "film-read": _Kind(_ACCESSED, "R", CodedValue("prediction", "Prediction by a model", _OWN)),
    "film-sent": _Kind(_TRANSFERRED, "R"),
    "film-failed": _Kind(_TRANSFERRED, "E", CodedValue("failed", "Given up until a person tries again", _OWN)),
    "film-opened": _Kind(_ACCESSED, "R"),
    "film-resent": _Kind(_TRANSFERRED, "E", CodedValue("resent", "To be tried again", _OWN)),
    "worklist-read": _Kind(_QUERY, "E"),
    "recovered": _Kind(_ALERT, "E", CodedValue("110134", "Audit Recording Started")),
}
_SUCCESS, _MINOR_FAILURE = "0", "4"
_SYSTEM_OBJECT = "2"
_BY_ADDRESS = "2"
_OBJECTS = {
    "case": ("Keyed hash of the image's file", "3"),
    "subject": ("What the event concerns", "20"),
    "number": ("Entry of the audit log", "20"),
}
"""By field: its meaning, and the role of such an object (3 report, 20 job)."""


def audit_message(entry: AuditEntry, source: str) -> bytes:
    """Return the message as XML in UTF-8. source: name of the server, as AuditSourceID."""
    kind = _KINDS[entry.event]
    message = ET.Element("AuditMessage")
    event = ET.SubElement(
        message,
        "EventIdentification",
        EventActionCode=kind.action,
        EventDateTime=entry.time,
        EventOutcomeIndicator=_SUCCESS if entry.outcome == "success" else _MINOR_FAILURE,
    )
    _coded(event, "EventID", kind.event)
    if kind.type is not None:
        _coded(event, "EventTypeCode", kind.type)
    if entry.detail:
        ET.SubElement(event, "EventOutcomeDescription").text = entry.detail
    who = {"UserID": entry.who or source, "UserIsRequestor": "true"}
    if entry.address:
        who |= {"NetworkAccessPointID": entry.address, "NetworkAccessPointTypeCode": _BY_ADDRESS}
    user = ET.SubElement(message, "ActiveParticipant", who)
    if kind.event is _APPLICATION:
        _coded(user, "RoleIDCode", CodedValue("110150", "Application"))
    ET.SubElement(message, "AuditSourceIdentification", AuditSourceID=source)
    for name, value in (("case", entry.case), ("subject", entry.subject), ("number", str(entry.number))):
        if value:
            _object(message, name, value)
    xml: bytes = ET.tostring(message, encoding="utf-8", xml_declaration=True)
    return xml


def _object(message: ET.Element, name: str, value: str) -> None:
    thing = ET.SubElement(
        message,
        "ParticipantObjectIdentification",
        ParticipantObjectID=value,
        ParticipantObjectTypeCode=_SYSTEM_OBJECT,
        ParticipantObjectTypeCodeRole=_OBJECTS[name][1],
    )
    _coded(thing, "ParticipantObjectIDTypeCode", CodedValue(name, _OBJECTS[name][0], _OWN))


def _coded(parent: ET.Element, name: str, code: CodedValue) -> None:
    ET.SubElement(parent, name, {"csd-code": code.code, "codeSystemName": code.scheme, "originalText": code.meaning})
