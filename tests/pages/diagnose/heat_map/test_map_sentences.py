import pytest

from meddx.explain.methods import METHODS, UNIT_WORDS
from pages.ui.diagnose.heat_map import map_sentences
from tests.pages.fake import explanation, prediction


@pytest.fixture
def effusion(card):
    return card.labels[1]


@pytest.mark.parametrize("method", METHODS)
def test_every_methods_maps_are_described_in_its_units(method, effusion):
    units = METHODS[method].units
    strength, scale = (
        map_sentences.strength_sentence(explanation(method), effusion),
        map_sentences.scale_sentence(explanation(method)),
    )
    assert (UNIT_WORDS[units] in strength) == (units != "relative")
    assert (UNIT_WORDS[units] in scale) == (units != "relative")


def test_evidence_is_stated_in_its_units_or_as_none(effusion):
    strong = map_sentences.strength_sentence(prediction({"EFFUSION": 0.7}, peak=0.5).explanation, effusion)
    assert strong.startswith("At most 0.5 logit units for Effusion. ")
    none = map_sentences.strength_sentence(prediction({"EFFUSION": 0.7}, peak=0.009).explanation, effusion)
    assert none == "No evidence for Effusion anywhere on this image."


def test_what_speaks_against_a_label_is_said_beside_what_speaks_for_it(effusion):
    both = map_sentences.strength_sentence(explanation("occlusion", [[-0.4, 0.1]], scale=1.0), effusion)
    assert both.startswith("At most 0.1 logit units for Effusion, against it at most 0.4. ")
    against = map_sentences.strength_sentence(explanation("occlusion", [[-0.4, 0.001]], scale=1.0), effusion)
    assert against == "No evidence for Effusion anywhere on this image; against it at most 0.4 logit units."


def test_a_map_without_a_scale_is_not_to_be_compared():
    assert (
        map_sentences.scale_sentence(explanation("occlusion", scale=2.0))
        == "One scale for every image: the colours end at 2 logit units."
    )
    relative, unmeasured = (
        map_sentences.scale_sentence(explanation(method)) for method in ("smooth-grad", "occlusion")
    )
    assert relative.startswith("Relative: each map is stretched")
    assert "no scale has been measured" in unmeasured
    assert all("images cannot be compared" in said for said in (relative, unmeasured))


def test_a_relative_map_gives_no_amounts(effusion):
    said = map_sentences.strength_sentence(explanation("smooth-grad"), effusion)
    assert "0.3" not in said
    assert map_sentences.strength_sentence(explanation("smooth-grad", [[0.0]]), effusion) == (
        "No evidence for Effusion anywhere on this image."
    )
