"""The report on one case, read back from the PDF."""

from datetime import UTC, datetime
from io import BytesIO

import pytest
from pypdf import PdfReader

from meddx.export.case_report import case_pdf
from meddx.export.case_text import case_text
from meddx.imaging.measurements import Measurement
from meddx.types import ReaderOpinion
from tests.export.cases import FAR, answer, case, check, image

MADE = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)


def read(facts):
    """The report's only page and its text, without the breaks of its lines."""
    reader = PdfReader(BytesIO(case_pdf(facts, MADE)))
    [page] = reader.pages
    return page, " ".join(page.extract_text().split())


def test_a_page_says_what_was_found_by_which_model_and_that_it_is_for_research(card):
    _, text = read(case(card, check=check()))
    for stated in (
        "For research use only. Not a medical device.",
        "Effusion 70 % 50 % above",
        "Normal 20 % 50 % below",
        "Nodule < 1 % 50 % below",
        "Calibrated probability",
        "Diagnoses not excluded Still possible: Effusion and Nodule.",
        "Such lists are meant to contain the true diagnosis",
        "this was not measured here",
        "Grad-CAM for Effusion.",
        "Strongest evidence for Effusion: 50 % of the scale",
        "Check failed. Effect on the prediction: failed. Hiding it changes nothing.",
        "Stability under noise: passed.",
        "Untrained exclusive (untrained 1.0.0)",
        card.weights.sha256,
        "Not for anything else",
        "File SHA-256 c0ffee",
        "2026-11-28 12:00 UTC",
    ):
        assert stated in text


def test_the_image_is_drawn_with_its_proportions_and_colours(card):
    page, _ = read(case(card, image=image(400, 200)))
    drawn = next(one.image for one in page.images if one.image.height > one.image.width)
    assert drawn.size == (200, 400)
    pixels = drawn.convert("RGB")
    assert min(pixels.getpixel((20, 200))) > 230, "the bright bar has no evidence"
    red, green, blue = pixels.getpixel((190, 50))
    assert max(red, green, blue) - min(red, green, blue) > 20, "the corner has evidence, in colour"


def test_a_map_that_was_not_checked_is_called_so(card):
    assert "Not checked. Whether the highlighted areas decide the prediction is unknown." in read(case(card))[1]
    assert "No heat map was shown." in read(case(card, explanation=None))[1]


@pytest.mark.parametrize("checked", [None, check()], ids=["not checked", "checked"])
def test_what_the_record_says_against_the_method_stands_before_the_check(card, checked):
    note = "Default method, but not reliable: Occlusion."
    facts = case(card, method_note=note, check=checked)
    verdict = "Not checked." if checked is None else "Check "
    for text in (read(facts)[1], " ".join(case_text(facts).split())):
        assert f"{note} {verdict}" in text
    assert note not in read(case(card, method_note=note, explanation=None))[1]


def test_what_may_not_be_relied_on_is_said(card):
    _, text = read(case(card, answer=answer(ood=FAR)))
    assert "UNLIKE the training images (distance 9.0, limit 2.0)" in text
    _, text = read(case(card.model_copy(update={"calibration": None, "synthetic": True}), image=image(synthetic=True)))
    assert "Raw score, not calibrated" in text
    assert "Synthetic image: not of a patient. Synthetic model" in text


def test_the_patient_is_named_only_where_it_is_asked_for_and_never_in_the_properties(card):
    facts = case(card, identity={"File": "胸片 王.dcm", "Patient": "Quartz & <b>Zebedee</b>"})
    pdf = PdfReader(BytesIO(case_pdf(facts)))
    assert "胸片 王.dcm" in pdf.pages[0].extract_text()
    assert "Quartz & <b>Zebedee</b>" in pdf.pages[0].extract_text()
    assert not any("Quartz" in str(value) or "王" in str(value) for value in (pdf.metadata or {}).values())
    assert "Patient" not in read(case(card))[1]


@pytest.mark.parametrize("labels", [3, 60])
def test_whatever_is_long_still_ends_on_one_page(card, labels):
    many = [card.labels[0].model_copy(update={"name": f"L{n}", "title": f"Label {n}"}) for n in range(labels)]
    use = card.use.model_copy(update={"known_failures": ("It fails in ways that take words to tell. " * 40,) * 4})
    long = card.model_copy(update={"labels": tuple(many), "use": use})
    values = dict.fromkeys((label.name for label in many), 0.3)
    of = answer(probabilities=values, findings=(), heatmaps={})
    facts = case(long, answer=of, label=many[0], explanation=None, identity={"File": "x" * 500})
    _, text = read(facts)
    assert f"Label {labels - 1} 30 % 50 % below" in text
    assert text.count("It fails in ways") == 160


def test_fonts_of_the_west_are_embedded(card):
    page, _ = read(case(card))
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    used = [font for font in fonts if "Vera" in font["/BaseFont"]]
    assert len(used) >= 2
    assert all("/FontFile2" in font["/FontDescriptor"] for font in used)


def test_what_the_reader_thinks_stands_apart_from_what_the_model_says(card):
    _, text = read(case(card, opinions={"EFFUSION": ReaderOpinion("disagree", "artefact")}))
    assert "Reader's opinion Effusion: disagree, “artefact”." in text
    assert "Reader's opinion" not in read(case(card))[1]


def test_cautions_stand_at_the_top(card):
    _, text = read(case(card, answer=answer(cautions=("A negative.",))))
    assert "Not a medical device. A negative. Image" in text


def test_measurements_stand_in_a_table(card):
    length = Measurement("length", (((0.0, 0.0), (3.0, 4.0)),))
    angle = Measurement("angle", (((0.0, 0.0), (9.0, 0.0)), ((0.0, 0.0), (0.0, 9.0))))
    _, text = read(case(card, image=image(spacing=(2.0, 2.0), measured_at="detector"), measurements=(length, angle)))
    assert "Measurements 1 Length 10.0 mm at the detector 2 Angle 90.0° (the other angle 90.0°)" in text
    assert "Measurements" not in read(case(card))[1]
