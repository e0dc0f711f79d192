"""What is not excluded, with the coverage that was measured."""

import pytest

from meddx.evaluate.estimates import Estimate
from meddx.evaluate.prediction_set_text import prediction_set_sentence
from meddx.model.card import read_card
from tests.pages.fake import prediction


@pytest.fixture
def card(untrained_models):
    """Labels NORMAL, EFFUSION and NODULE."""
    return read_card(untrained_models / "untrained" / "card.toml")


SCORES = {"NORMAL": 0.3, "EFFUSION": 0.62, "NODULE": 0.08}
MEANT = "Such lists are meant to contain the true diagnosis in 90 % of cases"


def measured(**shares):
    """Coverage on 200 images each, with limits of .05 either way."""
    return {
        name: Estimate(
            shares.get(name, 0.9), shares.get(name, 0.9) - 0.05, shares.get(name, 0.9) + 0.05, "", 200, None, True
        )
        for name in SCORES
    }


def said(card, possible, coverage=None, found=()):
    return prediction_set_sentence(prediction(SCORES, found, possible), card, coverage).replace(
        "\N{NO-BREAK SPACE}", " "
    )


@pytest.mark.parametrize(
    ("possible", "sentence"),
    [
        ([], "None fits: the image may be unlike the training images."),
        (["EFFUSION"], "Still possible: Effusion."),
        (["NORMAL", "NODULE"], "Still possible: Normal and Nodule."),
        (list(SCORES), "All are still possible: the model excludes none."),
    ],
)
def test_the_prediction_set_in_words(card, possible, sentence):
    assert said(card, possible) == f"{sentence} {MEANT}; this was not measured here."
    assert said(card, possible, measured()) == (
        f"{sentence} {MEANT}; on test images they did: Normal 90 %, Effusion 90 %, Nodule 90 %."
    )


def test_an_empty_set_of_a_multi_label_model_excludes_every_label(card):
    multi = card.model_copy(update={"task": "multilabel"})
    assert said(multi, []).startswith("None: all are excluded. ")
    low = said(multi, [], measured(NODULE=0.5))
    assert "excluded. " not in low.replace("Not excluded", "")
    assert low.startswith("None is listed. Not excluded either: Nodule (")


def test_a_label_whose_coverage_is_clearly_below_the_target_is_not_called_excluded(card):
    low = said(card, ["EFFUSION"], measured(NORMAL=0.35))
    assert low.startswith(
        "Still possible: Effusion. Not excluded either: Normal (such lists held it in only 35 % of 200 test images "
        "with it). "
    )
    assert "Normal 35 %" in low
    assert "Not excluded either" not in said(card, ["EFFUSION"], measured(NORMAL=0.88))  # its interval reaches .9
    assert "Not excluded either" not in said(card, ["NORMAL"], measured(NORMAL=0.35))  # it is listed


def test_a_finding_that_is_not_listed_is_explained(card):
    beside = said(card, ["NORMAL"], found=["EFFUSION"])
    assert "Above the cut-off and yet not listed: Effusion. " in beside
    assert "the lowest 10 % of validation images with that diagnosis; what is above the cut-off counts" in beside
    two = said(card, ["NORMAL"], found=["EFFUSION", "NODULE"])
    assert "Above the cut-off and yet not listed: Effusion and Nodule. " in two
    assert "bove the cut-off" not in said(card, ["EFFUSION"], found=["EFFUSION"])


def test_of_many_labels_the_lowest_and_the_highest_coverage_are_named(card):
    labels = tuple(card.labels[0].model_copy(update={"name": f"L{at}", "title": f"Kind {at}"}) for at in range(6))
    many = card.model_copy(update={"labels": labels})
    coverage = {f"L{at}": Estimate(0.8 + at / 50, 0.75 + at / 50, 0.91, "", 99, None, True) for at in range(6)}
    text = prediction_set_sentence(prediction(dict.fromkeys(coverage, 0.1), (), ["L1"]), many, coverage)
    assert "from 80\N{NO-BREAK SPACE}% (Kind 0) to 90\N{NO-BREAK SPACE}% (Kind 5)." in text
