"""Which method is recommended, and what is said of it."""

from meddx.evaluate.maps.choose import Candidate, recommend


def test_the_highest_lower_bound_wins_over_a_lucky_few():
    lucky, sure = Candidate("hires-cam", 0.95, 0.7, 0.99), Candidate("grad-cam", 0.85, 0.8, 0.9)
    name, why = recommend([lucky, sure], "score", {})
    assert name == "grad-cam"
    assert "Grad-CAM has the best score on validation films: 0.85, at least 0.80" in why


def test_a_method_that_ignores_what_the_network_learned_is_passed_over_in_silence():
    blind, sighted = Candidate("layer-cam", 0.9, 0.85, 0.95, 0.8), Candidate("grad-cam", 0.7, 0.6, 0.8, 0.1)
    name, why = recommend([blind, sighted], "score", {})
    assert name == "grad-cam"
    assert "LayerCAM" not in why


def test_a_clearly_better_method_without_a_scale_or_that_is_slow_is_named_but_not_first():
    candidates = [Candidate("grad-cam", 0.5, 0.4, 0.6), Candidate("gradients", 0.9, 0.8, 0.95)]
    name, why = recommend([*candidates, Candidate("rise", 0.8, 0.7, 0.9)], "score", {})
    assert name == "grad-cam"
    assert "Gradients measured better (0.90, at least 0.80), but marks some place on every film" in why
    assert "RISE measured better (0.80, at least 0.70), but keeps a reader waiting" in why


def test_a_method_that_may_be_better_by_chance_is_not_named():
    _, why = recommend([Candidate("grad-cam", 0.5, 0.4, 0.6), Candidate("rise", 0.7, 0.55, 0.8)], "score", {})
    assert "RISE" not in why


def test_where_all_are_passed_over_the_sentence_says_so():
    name, why = recommend([Candidate("rise", 0.95, 0.9, 0.98)], "score", {})
    assert name == "rise"
    assert why.startswith("No method measured comes with the answer")


def test_of_equal_ones_the_quicker_wins():
    both = [Candidate("augmented-grad-cam", 0.9, 0.8, 0.95), Candidate("hires-cam", 0.9, 0.8, 0.95)]
    assert recommend(both, "score", {})[0] == "hires-cam"


def test_a_method_that_does_not_beat_maps_of_no_network_is_called_worthless():
    _, why = recommend([Candidate("grad-cam", 0.4, 0.3, 0.5)], "score", {"Usual place": 0.35})
    assert "usual place 0.35" in why
    assert "not clearly better" in why
