from dataclasses import replace

import pytest

from meddx.types import OodScore, Refusal
from pages.ui.common.given import NOTHING
from pages.ui.common.session import Session
from pages.ui.diagnose.worklist.worklist_view import filters, shown_cases
from tests.pages.fake import prediction


def session_of(card, **known):
    """A session with an image for each name; what is known of it is an answer, an error or nothing."""
    session = Session()
    for name, answer in known.items():
        case = session.add(name, b"image")
        if isinstance(answer, str):
            case.errors[card.key, 0, NOTHING] = answer
        elif answer is not None:
            case.answers[card.key, 0, NOTHING] = answer
    return session


@pytest.fixture
def card(card):
    """A card whose first label is the absence of disease."""
    normal, *diseases = card.labels
    return card.model_copy(update={"labels": (normal.model_copy(update={"absence": True}), *diseases)})


@pytest.fixture
def mixed(card):
    """One image in each state, the least urgent first, and two with findings."""
    normal = prediction({"NORMAL": 0.9, "EFFUSION": 0.1, "NODULE": 0.05}, ["NORMAL"])
    return session_of(
        card,
        refused=Refusal("rule", "Not this."),
        failed="It died.",
        waiting=None,
        Low=prediction({"NORMAL": 0.4, "EFFUSION": 0.2, "NODULE": 0.1}),
        high=prediction({"NORMAL": 0.4, "EFFUSION": 0.4, "NODULE": 0.1}),
        caution=replace(normal, cautions=("It is of another patient.",)),
        unlike=replace(normal, ood=OodScore(8.0, 7.0)),
        nodule=prediction({"NORMAL": 0.1, "EFFUSION": 0.45, "NODULE": 0.6}, ["NODULE"]),
        both=prediction({"NORMAL": 0.1, "EFFUSION": 0.7, "NODULE": 0.6}, ["EFFUSION", "NODULE"]),
    )


def names(cases):
    return [case.name for case in cases]


def test_the_most_urgent_come_first(card, mixed):
    ordered = ["both", "nodule", "unlike", "caution", "high", "Low", "waiting", "failed", "refused"]
    assert names(shown_cases(mixed.cases, card, "urgent", "")) == ordered


def test_names_are_sorted_whatever_their_case_and_uploads_as_they_came(card, mixed):
    assert names(shown_cases(mixed.cases, card, "added", "")) == names(mixed.cases)
    by_name = ["both", "caution", "failed", "high", "Low", "nodule", "refused", "unlike", "waiting"]
    assert names(shown_cases(mixed.cases, card, "name", "")) == by_name


def test_equal_images_stay_in_order_of_upload(card):
    same = prediction({"NORMAL": 0.4, "EFFUSION": 0.2, "NODULE": 0.1})
    session = session_of(card, b=same, a=same, c=same)
    assert names(shown_cases(session.cases, card, "urgent", "")) == ["b", "a", "c"]


def test_every_image_passes_the_filters_that_count_it(card, mixed):
    offered = filters(mixed.cases, card, "")
    assert offered == {
        "": "All images (9)",
        "finding EFFUSION": "Effusion (1)",
        "finding NODULE": "Nodule (2)",
        "unlike": "Unlike the training images (1)",
        "caution": "Check this image (1)",
        "none": "No finding (2)",
        "waiting": "Not read yet (1)",
        "refused": "Refused or failed (2)",
    }
    for key, title in offered.items():
        assert title.endswith(f"({len(shown_cases(mixed.cases, card, 'added', key))})"), key
    assert names(shown_cases(mixed.cases, card, "urgent", "finding NODULE")) == ["both", "nodule"]


def test_a_finding_on_an_image_unlike_the_training_images_is_found_by_either(card):
    answer = prediction({"NORMAL": 0.1, "EFFUSION": 0.7, "NODULE": 0.1}, ["EFFUSION"])
    session = session_of(card, far=replace(answer, ood=OodScore(8.0, 7.0)))
    assert set(filters(session.cases, card, "")) == {"", "finding EFFUSION", "unlike"}


def test_the_filter_has_the_title_that_its_images_have(card):
    elsewhere = card.model_copy(update={"training": None})
    answer = replace(prediction({"NORMAL": 0.1, "EFFUSION": 0.2, "NODULE": 0.1}), ood=OodScore(8.0, 7.0))
    session = session_of(elsewhere, far=answer)
    assert filters(session.cases, elsewhere, "")["unlike"] == "Unlike the calibration images (1)"
