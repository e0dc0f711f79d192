"""Diagnose proposes the model that fits an image, says why, and leaves the choice to the reader."""

from dataclasses import replace
from pathlib import Path

import pytest

from meddx.model.fitting_models import Proposal
from meddx.model.registry import list_models
from meddx.types import ImageHeader, OodScore, Refusal
from pages.ui.common.session import SessionCase
from pages.ui.diagnose import model_proposal
from tests.pages.fake import drawable, prediction

SHIPPED = list_models(Path(__file__).parents[3] / "models").cards
CHEST, BRAIN = SHIPPED["chest-efficientnet"], SHIPPED["brain-tumor-efficientnet"]


@pytest.mark.parametrize(
    ("stated", "alike", "said"),
    [
        (("Modality", "PatientAge"), True, "What the file states (modality, age) suits this model, and its pixels"),
        (("Modality",), None, "What the file states (modality) suits this model; whether its pixels do was not"),
        ((), True, "The pixels look like the images that this model learned from"),
    ],
)
def test_the_reason_says_what_was_compared(stated, alike, said):
    assert model_proposal.reason(Proposal(CHEST, stated, alike)).startswith(said)


def test_facts_come_from_the_header_and_the_image():
    header = ImageHeader(modality="DX", age_years=6.5, sex="F")
    facts = model_proposal.stated_facts(header, drawable(modality="DX", view="PA"))
    assert (facts.format, facts.modality, facts.body_part, facts.view) == ("DICOM", "DX", "CHEST", "PA")
    assert (facts.age_years, facts.sex, facts.synthetic) == (6.5, "F", False)
    assert model_proposal.stated_facts(ImageHeader(), drawable()).sex is None


def test_pixels_are_alike_where_the_answer_lies_within_the_limit():
    case = SessionCase("film.dcm", b"film")
    answer = prediction({label.name: 0.3 for label in CHEST.labels})
    for ood, alike in ((OodScore(3.0, 7.0), True), (OodScore(9.0, 7.0), False), (None, None)):
        case.answers[case.key(CHEST.key)] = replace(answer, ood=ood)
        assert model_proposal.is_alike(case, CHEST) is alike
    case.answers[case.key(BRAIN.key)] = Refusal("modality-not-accepted", "no")
    assert model_proposal.is_alike(case, BRAIN) is None
