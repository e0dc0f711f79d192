"""The text to paste into a report."""

from dataclasses import replace

from meddx.evaluate.estimates import Estimate
from meddx.export.case_text import case_text
from meddx.imaging.measurements import Measurement
from meddx.types import Contributions, ReaderOpinion
from tests.export.cases import FAR, answer, case, check, image


def test_the_text_says_what_the_report_says(card):
    text = case_text(case(card, check=check("reliable", "The limits were set on other maps.")))
    lines = text.splitlines()
    assert lines[0].startswith("Image analysis by Untrained exclusive (untrained 1.0.0, meddx ")
    assert lines[1] == "For research use only. Not a medical device."
    assert "  Effusion    70\N{NO-BREAK SPACE}%,   50\N{NO-BREAK SPACE}%: above" in lines
    assert "Check passed. The limits were set on other maps. Effect on the prediction: failed." in text
    assert "Frame" not in text


def test_a_quick_check_is_called_so(card):
    text = case_text(case(card, check=replace(check(), quick=True)))
    assert "Check of the heat map: Quick check failed. " in text


def test_a_diagnosis_that_such_lists_often_miss_is_not_called_excluded(card):
    """As on the page: tests/evaluate/test_prediction_set_text.py."""
    often_missed = Estimate(0.35, 0.29, 0.41, "", 234, None, True)
    held = Estimate(0.97, 0.93, 0.99, "", 200, None, True)
    coverage = {"NORMAL": often_missed, "EFFUSION": held, "NODULE": held}
    text = case_text(case(card, coverage=coverage)).replace("\N{NO-BREAK SPACE}", " ")
    assert "Not excluded either: Normal (such lists held it in only 35 % of 234 test images with it)." in text


def test_a_file_name_cannot_break_the_lines(card):
    text = case_text(case(card, identity={"File": "a\nFindings: none.dcm"}))
    assert "File: a Findings: none.dcm\n" in text


def test_notes_frames_and_what_is_unlike_are_said(card):
    facts = case(card, answer=answer(ood=FAR, notes=("Read with care.",)), image=image(frame=1, frames=3))
    text = case_text(facts)
    assert "Note: Read with care." in text
    assert "Frame: 2 of 3" in text
    assert "do not rely on the findings" in text


def test_what_the_reader_thinks_is_said_label_by_label(card):
    opinions = {
        "EFFUSION": ReaderOpinion("disagree", "an  artefact.\nSee the prior."),
        "NODULE": ReaderOpinion("unsure"),
    }
    text = case_text(case(card, opinions=opinions))
    assert "Reader's opinion: Effusion: disagree, “an artefact. See the prior”. Nodule: unsure.\n" in text
    assert "Reader's opinion" not in case_text(case(card))


def test_cautions_stand_before_the_findings(card):
    text = case_text(case(card, answer=answer(cautions=("A negative.",))))
    assert text.index("CAUTION: A negative.") < text.index("Effusion")


def test_what_was_given_beside_the_image_is_named_and_no_word_of_the_note_is_repeated(card):
    shared = Contributions({}, True, {}, words=("Zebedee", "coughs"))
    text = case_text(case(card, answer=answer(contributions=shared, notes=("Answered without age.",))))
    assert "Note: Answered with a note.\nNote: Answered without age.\n" in text
    assert "Zebedee" not in text


def test_measurements_are_lines(card):
    length = Measurement("length", (((0.0, 0.0), (3.0, 4.0)),))
    text = case_text(case(card, measurements=(length,)))
    assert "\nLength 5.0 px (the file states no pixel spacing)\n" in text
