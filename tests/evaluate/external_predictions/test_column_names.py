"""Names of columns as people write them."""

import pytest

from meddx.evaluate.external_predictions.column_names import (
    PROBABILITY_WORDS,
    SCORE_WORDS,
    has_colon,
    stem,
    stem_after_colon,
)


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("prob_ill", "ill"),
        ("ill probability", "ill"),
        ("P(ill)", "ill"),
        ("softmax[very ill]", "very ill"),
        ("y_prob_very_ill", "very_ill"),
        ("prob: COVID-19_a ", "COVID-19_a"),
        ("Prob-Ill", "Ill"),
        ("probable", None),
        ("prob", None),
        ("prob:", None),
        ("ill", None),
    ],
)
def test_what_a_name_says_besides_the_word_is_the_label(name, label):
    assert stem(name, PROBABILITY_WORDS) == label


def test_only_a_word_before_a_colon_counts_where_a_colon_is_asked_for():
    assert has_colon("Score:ill", SCORE_WORDS)
    assert stem_after_colon("score:ill", SCORE_WORDS) == "ill"
    assert stem_after_colon("score_ill", SCORE_WORDS) is None
    assert stem_after_colon("site:ill", SCORE_WORDS) is None
