"""What is asked of a PACS and what it answers: studies and their series (PS3.4 C.6.2, PS3.18 10.6)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from pydicom.datadict import tag_for_keyword

from meddx.errors import Refused

MOST_STUDIES = 50
"""Studies of one answer that are shown; a query that finds more is to be narrowed."""
UID = re.compile(r"[0-9]+(\.[0-9]+)*", re.ASCII)
_LONGEST = 64
_WILD = ("*", "?")
_CODE = re.compile(r"[A-Z0-9_ ]{1,16}")
STUDY_KEYWORDS = (
    "StudyInstanceUID", "PatientName", "PatientID", "PatientBirthDate", "StudyDate", "StudyTime", "StudyDescription",
    "AccessionNumber", "ModalitiesInStudy", "NumberOfStudyRelatedInstances",
)  # fmt: skip
SERIES_KEYWORDS = (
    "SeriesInstanceUID", "Modality", "SeriesNumber", "SeriesDescription", "NumberOfSeriesRelatedInstances",
)  # fmt: skip
"""The attributes that an answer is asked for."""
_NO_IMAGES = frozenset({
    "SR", "KO", "PR", "SEG", "DOC", "RTSTRUCT", "RTPLAN", "RTDOSE", "RTRECORD", "REG", "FID", "AU", "ECG", "EPS", "HD",
    "PLAN", "RWV", "STAIN", "SMR", "OAM", "OPM", "VF", "M3D", "ANN", "ASMT", "TEXTUREMAP", "RESP",
})  # fmt: skip
"""Modalities of objects that are no images (PS3.3 C.7.3.1.1.1)."""
_OWN_SERIES = "Research use only:"
"""How the Series Description of meddx's own results begins."""


@dataclass(frozen=True)
class StudyQuery:
    """What a study is searched by; "" for whatever. Patient data: neither logged nor part of an address of a page.

    patient_id, name, accession may hold the wildcards * and ?; a name without one finds every name that begins so.
    begin, end: first and last date. modality: as DICOM names it, of any series of the study.
    """

    patient_id: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    accession: str = field(default="", repr=False)
    begin: date | None = field(default=None, repr=False)
    end: date | None = field(default=None, repr=False)
    modality: str = field(default="", repr=False)

    @property
    def asked_by(self) -> str:
        """Return which fields are given, without what they say."""
        return ", ".join(one.name.replace("_", " ") for one in fields(self) if getattr(self, one.name))

    def matching(self) -> dict[str, str]:
        """Return the value to match by DICOM keyword. Raises Refused."""
        texts = {key: getattr(self, key).strip() for key in ("patient_id", "name", "accession", "modality")}
        if not any(texts[key].strip("*?") for key in ("patient_id", "name", "accession")) and not self.begin:
            raise Refused(
                "empty-query", "The query is too wide: give a patient ID, a name, an accession number or a first date."
            )
        for text in texts.values():
            if len(text) > _LONGEST or "\\" in text or not text.isprintable():
                raise Refused(
                    "query", f"A text of a query has at most {_LONGEST} characters and no backslash: shorten it."
                )
        modality = texts["modality"].upper()
        if modality and not _CODE.fullmatch(modality):
            raise Refused("query", "A modality is a code such as CR, DX or CT: correct it.")
        name = texts["name"]
        values = {
            "PatientID": texts["patient_id"],
            "PatientName": name if not name or any(sign in name for sign in _WILD) else f"{name}*",
            "AccessionNumber": texts["accession"],
            "StudyDate": self._dates(),
            "ModalitiesInStudy": modality,
        }
        return {keyword: value for keyword, value in values.items() if value}

    def _dates(self) -> str:
        if self.begin is None and self.end is None:
            return ""
        if self.begin and self.end and self.end < self.begin:
            raise Refused("query", "The last date lies before the first one: correct it.")
        return "-".join(f"{day:%Y%m%d}" if day else "" for day in (self.begin, self.end))


@dataclass(frozen=True)
class FoundStudy:
    """A study as a PACS states it; "" or None where it states nothing. Patient data, as in StudyQuery."""

    uid: str = field(repr=False)
    name: str = field(repr=False)
    patient_id: str = field(repr=False)
    birth_date: str = field(repr=False)
    date: str = field(repr=False)
    title: str = field(repr=False)
    accession: str = field(repr=False)
    modalities: tuple[str, ...] = ()
    images: int | None = None


@dataclass(frozen=True)
class FoundSeries:
    """A series as a PACS states it. images: objects in it, None where that is not stated."""

    uid: str
    modality: str
    number: str
    title: str = field(repr=False)
    images: int | None = None

    @property
    def left_out(self) -> bool:
        """Return whether it is not opened: it holds no images, or results of meddx itself."""
        return self.modality in _NO_IMAGES or self.title.startswith(_OWN_SERIES)


def found_studies(answers: Sequence[object], query: Mapping[str, str]) -> list[FoundStudy]:
    """Return the studies of answers in the DICOM JSON model (PS3.18 F), the latest first.

    query: what was to match. A PACS may overlook what it does not know: a study of another patient ID or accession
    number than asked for is left out, and so is what has no UID, or one that was named before.
    """
    studies = dict[str, FoundStudy]()
    for answer in answers:
        texts = {keyword: _texts(answer, keyword) for keyword in STUDY_KEYWORDS}
        first = {keyword: values[0] if values else "" for keyword, values in texts.items()}
        if not is_uid(first["StudyInstanceUID"]) or not all(_fits(query, key, first[key]) for key in _EXACT):
            continue
        found = FoundStudy(
            first["StudyInstanceUID"],
            first["PatientName"].replace("^", " ").strip(),
            first["PatientID"],
            _date(first["PatientBirthDate"]),
            _date(first["StudyDate"]),
            first["StudyDescription"],
            first["AccessionNumber"],
            tuple(texts["ModalitiesInStudy"]),
            _count(first["NumberOfStudyRelatedInstances"]),
        )
        studies.setdefault(found.uid, found)
    return sorted(studies.values(), key=lambda study: study.date, reverse=True)


def found_series(answers: Sequence[object]) -> list[FoundSeries]:
    """Return the series of answers in the DICOM JSON model, by their number."""
    series = []
    for answer in answers:
        uid, modality, number, title, count = (next(iter(_texts(answer, keyword)), "") for keyword in SERIES_KEYWORDS)
        if is_uid(uid):
            modality = modality.upper()
            modality = modality if _CODE.fullmatch(modality) else "OT"
            series.append(FoundSeries(uid, modality, number if number.isdecimal() else "", title, _count(count)))
    return sorted(series, key=lambda one: (int(one.number or 0), one.uid))


def found_instances(answers: Sequence[object]) -> dict[str, int]:
    """Return SOP Instance UID -> number (0 where none is stated) of answers in the DICOM JSON model."""
    instances = {}
    for answer in answers:
        uid, number = (next(iter(_texts(answer, keyword)), "") for keyword in ("SOPInstanceUID", "InstanceNumber"))
        if is_uid(uid):
            instances[uid] = int(number) if number.isdecimal() else 0
    return instances


def is_uid(text: str) -> bool:
    """Return whether a text is a UID (PS3.5 9.1)."""
    return len(text) <= _LONGEST and UID.fullmatch(text) is not None


_EXACT = ("PatientID", "AccessionNumber")


def _fits(query: Mapping[str, str], keyword: str, stated: str) -> bool:
    asked = query.get(keyword, "")
    return not asked or any(sign in asked for sign in _WILD) or asked.casefold() == stated.casefold()


def _texts(answer: object, keyword: str) -> list[str]:
    """Return the values of an attribute as texts of one line, those of a name in its alphabetic form."""
    tag = tag_for_keyword(keyword)
    assert tag is not None, keyword
    element: Any = answer.get(f"{tag:08X}") if isinstance(answer, Mapping) else None
    values = element.get("Value") if isinstance(element, Mapping) else None
    texts = []
    for value in values if isinstance(values, list) else ():
        text = value.get("Alphabetic") or value.get("Ideographic") if isinstance(value, Mapping) else value
        if isinstance(text, str | int):
            texts.append("".join(letter if letter.isprintable() else " " for letter in str(text)[:_LONGEST]).strip())
    return texts


def _date(text: str) -> str:
    """Return a date as 2026-11-29, "" where it is none."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _count(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 10 else None
