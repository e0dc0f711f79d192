"""The labels that two models share."""

from pages.ui.compare.side_by_side import matched_labels


def test_labels_match_by_code_and_cards_without_a_common_label_by_nothing(cards):
    assert matched_labels(cards).names == ("EFFUSION",)
    other = cards[1].labels[1]
    alone = cards[1].model_copy(update={"labels": (other, other.model_copy(update={"name": "MORE"}))})
    assert matched_labels([cards[0], alone]) is None
