from importlib import import_module

import pytest
from pydicom.datadict import dictionary_VR, keyword_for_tag
from pydicom.tag import Tag

from meddx.config import ROOT
from meddx.imaging.deidentification.profile import BASIC_ACTIONS, Options, action_of, rule_of, rules
from meddx.imaging.deidentification.vouched_values import terms
from studies.deidentification.attributes import page

CODES = {
    "D": "D_TAGS",
    "Z": "Z_TAGS",
    "X": "X_TAGS",
    "U": "U_TAGS",
    "Z/D": "Z_D_TAGS",
    "X/Z": "X_Z_TAGS",
    "X/D": "X_D_TAGS",
    "X/Z/D": "X_Z_D_TAGS",
    "X/Z/U*": "X_Z_U_STAR_TAGS",
}
REPEATING = {(0x5000, 0, 0xFF00, 0): "50xxxxxx", (0x6000, 0x3000, 0xFF00, 0xFFFF): "60xx3000"}
REPEATING[0x6000, 0x4000, 0xFF00, 0xFFFF] = "60xx4000"


def test_the_basic_profile_is_the_one_that_dicom_anonymizer_took_from_the_standard():
    theirs = import_module("dicomanonymizer.dicom_anonymization_databases.dicomfields_2026c")
    expected = {
        REPEATING[tag] if len(tag) == 4 else f"{tag[0]:04X}{tag[1]:04X}": code
        for code, name in CODES.items()
        for tag in getattr(theirs, name)
    }
    assert len(expected) > 600
    assert {tag: rule.basic for tag, rule in rules().items()} == expected


def test_dates_are_retained_for_every_date_and_time_of_the_table_but_those_of_birth_and_place():
    moved = {tag for tag, rule in rules().items() if rule.modified_dates == "C"}
    assert moved == {tag for tag, rule in rules().items() if rule.full_dates == "K"}
    dates = {
        tag
        for tag in rules()
        if "x" not in tag and keyword_for_tag(int(tag, 16)) and dictionary_VR(int(tag, 16)) in ("DA", "DT", "TM")
    }
    assert {keyword_for_tag(int(tag, 16)) for tag in dates - moved} == {
        "PatientBirthDate",
        "PatientBirthTime",
        "GPSTimeStamp",
    }
    assert {keyword_for_tag(int(tag, 16)) for tag in moved - dates} - {""} == {
        "TimezoneOffsetFromUTC",
        "CertifiedTimestamp",
        "FrameOriginTimestamp",
    }


def test_patient_characteristics_are_these():
    kept = {keyword_for_tag(int(tag, 16)) for tag, rule in rules().items() if rule.patient_characteristics == "K"}
    assert {"PatientSex", "PatientAge", "PatientSize", "PatientWeight", "SmokingStatus", "PregnancyStatus"} <= kept
    assert not kept & {"PatientName", "PatientID", "PatientBirthDate", "PatientAddress", "Occupation"}


@pytest.mark.parametrize(
    ("tag", "options", "action"),
    [
        ("PatientName", Options(), "empty"),
        ("InstitutionName", Options(), "replace"),
        ("StudyInstanceUID", Options(), "map UIDs"),
        ("ReferencedImageSequence", Options(), "look inside"),
        ("StudyDate", Options(), "empty"),
        ("StudyDate", Options("shift"), "shift"),
        ("StudyDate", Options("keep"), "keep"),
        ("PatientBirthDate", Options("keep", patient_characteristics=True), "empty"),
        ("PatientAge", Options(), "remove"),
        ("PatientAge", Options(patient_characteristics=True), "keep"),
        ("Allergies", Options(patient_characteristics=True), "remove"),
        (0x50020010, Options(), "remove"),
        (0x60043000, Options(), "remove"),
    ],
)
def test_an_attribute_is_treated_as_the_options_say(tag, options, action):
    assert action_of(rule_of(Tag(tag)), options) == action


def test_every_code_has_an_action_and_other_attributes_have_no_rule():
    assert {rule.basic for rule in rules().values()} == set(BASIC_ACTIONS)
    assert rule_of(Tag("Rows")) is None
    assert rule_of(Tag(0x60003001)) is None


def test_terms_are_of_attributes_that_exist_and_fit_their_vr():
    for keyword, allowed in terms().items():
        vr = dictionary_VR(keyword)
        assert vr in ("CS", "LO", "SH", "LT"), keyword
        assert all(term == term.upper() and (vr != "CS" or len(term) <= 16) for term in allowed), keyword


def test_the_page_of_attributes_is_current():
    text = (ROOT / "docs" / "deidentification-attributes.md").read_text(encoding="utf-8")
    assert text == page() + "\n", (
        "run python -m studies.deidentification.attributes > docs/deidentification-attributes.md"
    )
