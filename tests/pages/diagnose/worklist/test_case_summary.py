from dataclasses import replace

import pytest

from meddx.types import OodScore, Refusal
from pages.ui.common.given import NOTHING
from pages.ui.common.session import SessionCase
from pages.ui.diagnose.worklist.case_summary import case_summary
from tests.pages.fake import prediction

SCORES = {"NORMAL": 0.3, "EFFUSION": 0.62, "NODULE": 0.08}
QUESTION = ("the card", 0, NOTHING)


def of_card(known, card):
    """What is known of an image, with the card's key in place of its name."""

    def key(asked):
        return (card.key, 0, NOTHING) if asked == QUESTION else asked

    keyed = {
        name: {key(asked): value for asked, value in by.items()} for name, by in known.items() if isinstance(by, dict)
    }
    return known | keyed


@pytest.mark.parametrize(
    ("known", "summary"),
    [
        ({}, ("waiting", "Reading…")),
        ({"answers": {QUESTION: prediction(SCORES, ["EFFUSION", "NODULE"])}}, ("finding", "Effusion, Nodule")),
        ({"answers": {QUESTION: prediction(SCORES)}}, ("below", "No label above its cut-off")),
        ({"answers": {QUESTION: Refusal("rule", "Not this.")}}, ("refused", "Refused: Not this.")),
        ({"rejected": Refusal("rule", "No image.")}, ("refused", "Refused: No image.")),
        ({"errors": {QUESTION: "It died."}}, ("trouble", "No result")),
        ({"answers": {("other", 0, NOTHING): prediction(SCORES, ["NODULE"])}}, ("waiting", "Reading…")),
    ],
)
def test_one_line_says_what_is_known_of_an_image(card, known, summary):
    assert case_summary(SessionCase("a", b"image", **of_card(known, card)), card) == summary


def test_the_likeliest_of_several_findings_is_named_first(card):
    scores = {"NORMAL": 0.9, "EFFUSION": 0.62, "NODULE": 0.71}
    case = SessionCase("a", b"image", answers={(card.key, 0, NOTHING): prediction(scores, ["EFFUSION", "NODULE"])})
    assert case_summary(case, card) == ("finding", "Nodule, Effusion")


def test_the_absence_of_disease_is_named_only_without_a_disease(card):
    normal, *diseases = card.labels
    healthy = card.model_copy(update={"labels": (normal.model_copy(update={"absence": True}), *diseases)})
    for findings, summary in (
        (["NORMAL"], ("absence", "No finding, per model")),
        (["NORMAL", "EFFUSION"], ("finding", "Effusion")),
    ):
        case = SessionCase("a", b"image", answers={(healthy.key, 0, NOTHING): prediction(SCORES, findings)})
        assert case_summary(case, healthy) == summary


def test_an_image_unlike_the_training_images_is_marked_whatever_the_findings(card):
    answer = replace(prediction(SCORES, ["EFFUSION"]), ood=OodScore(8.0, 7.0))
    case = SessionCase("a", b"image", answers={(card.key, 0, NOTHING): answer})
    assert case_summary(case, card) == ("unlike", "Unlike the training images")


def test_an_image_with_a_caution_is_marked_whatever_the_findings(card):
    answer = replace(prediction(SCORES, ["EFFUSION"]), cautions=("It is of another patient.",))
    case = SessionCase("a", b"image", answers={(card.key, 0, NOTHING): answer})
    assert case_summary(case, card) == ("caution", "Check this image")
