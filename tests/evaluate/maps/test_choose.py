"""Which method is recommended, and what is said of it."""

from meddx.evaluate.maps.choose import Candidate, recommend


def test_the_highest_lower_bound_wins_over_a_lucky_few():
    lucky, sure = Candidate("occlusion", 0.95, 0.7, 1.0), Candidate("grad-cam", 0.85, 0.8, 0.1)
    name, why = recommend([lucky, sure], "score", {})
    assert name == "grad-cam"
    assert "0.85" in why
    assert "0.80" in why


def test_a_method_that_ignores_the_weights_or_keeps_one_waiting_is_passed_over():
    blind, slow = Candidate("eigen-cam", 0.9, 0.85, 0.1, 0.8), Candidate("rise", 0.95, 0.9, 20.0)
    name, why = recommend([blind, slow, Candidate("grad-cam", 0.8, 0.7, 0.1, 0.1)], "score", {})
    assert name == "grad-cam"
    assert "3 s a film" in why


def test_where_all_are_passed_over_the_sentence_says_so():
    _, why = recommend([Candidate("rise", 0.95, 0.9, 20.0)], "score", {})
    assert "every method takes more than 3 s" in why


def test_of_equal_ones_the_quicker_wins():
    both = [Candidate("occlusion", 0.9, 0.8, 2.0), Candidate("hires-cam", 0.9, 0.8, 0.1)]
    assert recommend(both, "score", {})[0] == "hires-cam"


def test_a_method_that_does_not_beat_maps_of_no_network_is_called_worthless():
    _, why = recommend([Candidate("grad-cam", 0.4, 0.3, 0.1)], "score", {"Usual place": 0.35})
    assert "usual place 0.35" in why
    assert "not clearly better" in why
