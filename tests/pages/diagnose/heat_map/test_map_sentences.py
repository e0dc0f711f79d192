import pytest

from pages.ui.diagnose.heat_map import map_sentences
from tests.pages.fake import explanation, prediction


@pytest.fixture
def effusion(card):
    return card.labels[1]


def test_strength_is_a_share_of_the_scale(effusion):
    half_of_two = explanation("occlusion", [[0.0, 1.0]], scale=2.0)
    assert map_sentences.strength_sentence(half_of_two, effusion) == (
        "Strongest evidence for Effusion: 50\N{NO-BREAK SPACE}% of the scale. It does not outline disease."
    )


def test_evidence_below_one_percent_of_the_scale_counts_as_none(effusion):
    none = map_sentences.strength_sentence(prediction({"EFFUSION": 0.7}, peak=0.009).explanation, effusion)
    assert none == "No evidence for Effusion on this image."


def test_evidence_against_a_label_is_stated_beside_evidence_for_it(effusion):
    both = map_sentences.strength_sentence(explanation("occlusion", [[-0.4, 0.1]], scale=1.0), effusion)
    assert both.startswith(
        "Strongest evidence for Effusion: 10\N{NO-BREAK SPACE}% of the scale. "
        "Strongest evidence against it: 40\N{NO-BREAK SPACE}% of the scale."
    )
    against = map_sentences.strength_sentence(explanation("occlusion", [[-0.4, 0.001]], scale=1.0), effusion)
    assert against == (
        "No evidence for Effusion on this image. Strongest evidence against it: 40\N{NO-BREAK SPACE}% of the scale."
    )


@pytest.mark.parametrize("method", ["smooth-grad", "occlusion"])
def test_without_a_common_scale_no_number_is_given(method, effusion):
    sentence = map_sentences.strength_sentence(explanation(method), effusion)
    assert sentence.startswith("The map shows which areas matter for Effusion, not how strongly.")
    assert not any(character.isdigit() for character in sentence)
    assert map_sentences.strength_sentence(explanation(method, [[0.0]]), effusion) == (
        "No evidence for Effusion on this image."
    )


def test_only_maps_on_a_common_scale_may_be_compared():
    shared = map_sentences.scale_sentence(explanation("occlusion", scale=2.0))
    relative, unmeasured = (
        map_sentences.scale_sentence(explanation(method)) for method in ("smooth-grad", "occlusion")
    )
    assert "can be compared" in shared
    assert relative.startswith("Colours are relative to the strongest area of each map")
    assert unmeasured.startswith("No common scale has been measured")
    assert all("do not compare them between images" in sentence for sentence in (relative, unmeasured))


def test_sentences_are_escaped():
    assert map_sentences.sentences_html(["a < b"]) == '<div class="map-sentences"><p>a &lt; b</p></div>'
