"""Which method is recommended, and what is said of it."""

from dataclasses import replace

from meddx.evaluate.map_evaluation.recommendation import MethodCandidate, recommend


def test_the_highest_lower_bound_wins_over_a_lucky_few():
    lucky, sure = MethodCandidate("hires-cam", 0.95, 0.7, 0.99), MethodCandidate("grad-cam", 0.85, 0.8, 0.9)
    chosen = recommend([lucky, sure], "score", {})
    assert chosen.name == "grad-cam"
    assert "Grad-CAM has the best score on validation images: 0.85, with a lower 95 % limit of 0.80" in chosen.why


def test_a_method_that_ignores_what_the_network_learned_is_passed_over_in_silence():
    blind, sighted = (
        MethodCandidate("layer-cam", 0.9, 0.85, 0.95, likeness=0.8),
        MethodCandidate("grad-cam", 0.7, 0.6, 0.8, likeness=0.1),
    )
    chosen = recommend([blind, sighted], "score", {})
    assert chosen.name == "grad-cam"
    assert "LayerCAM" not in chosen.why


def test_a_clearly_better_method_without_a_scale_or_that_is_slow_is_named_but_not_first():
    candidates = [MethodCandidate("grad-cam", 0.5, 0.4, 0.6), MethodCandidate("gradients", 0.9, 0.8, 0.95)]
    chosen = recommend([*candidates, MethodCandidate("rise", 0.8, 0.7, 0.9)], "score", {})
    assert chosen.name == "grad-cam"
    assert (
        "Better but without a fixed scale, so that it highlights an area in every image: Gradients (0.90" in chosen.why
    )
    assert "Better but slow: RISE (0.80, lower limit 0.70)." in chosen.why


def test_a_method_that_may_be_better_by_chance_is_not_named():
    chosen = recommend(
        [MethodCandidate("grad-cam", 0.5, 0.4, 0.6), MethodCandidate("rise", 0.7, 0.55, 0.8)], "score", {}
    )
    assert "RISE" not in chosen.why


def test_where_quick_maps_are_no_better_than_none_a_slower_one_that_is_comes_first_if_it_can_be_waited_for():
    wrong, right = (
        MethodCandidate("grad-cam", -0.3, -0.4, -0.2),
        MethodCandidate("occlusion", 0.9, 0.8, 0.95, seconds=0.1),
    )
    baselines = {"Middle of the image": 0.1}
    chosen = recommend([wrong, right], "score", baselines)
    assert chosen.name == "occlusion"
    assert chosen.beats_baselines
    assert chosen.why.startswith("No fast method is clearly better than the baselines without a model.")
    late = recommend([wrong, replace(right, seconds=15.0)], "score", baselines)
    assert late.name == "grad-cam"
    assert "Better but slow: Occlusion" in late.why


def test_a_method_whose_maps_pass_less_often_than_another_surely_does_is_passed_over_however_well_it_points():
    points = MethodCandidate("augmented-grad-cam", 0.9, 0.85, 0.95, seconds=0.2, passing=(0.25, 0.1))
    hides = MethodCandidate("occlusion", 0.5, 0.3, 0.7, seconds=2.0, passing=(0.95, 0.75))
    chosen = recommend([points, hides], "score", {"Middle of the image": 0.4})
    assert chosen.name == "occlusion"
    assert chosen.why.startswith(
        "Passed over, since fewer of their maps pass the quick check: Augmented Grad-CAM (0.25). Occlusion has the best"
    )
    assert "Better but" not in chosen.why, "it has been named"
    assert not chosen.beats_baselines
    often = replace(points, passing=(0.76, 0.5))
    assert recommend([often, hides], "score", {}).name == "augmented-grad-cam", "which may pass as often"
    late = replace(hides, seconds=4.0)
    assert recommend([points, late], "score", {}).name == "augmented-grad-cam", "nobody waits for the other"


def test_how_often_maps_pass_decides_nothing_where_it_was_not_measured_of_each_method():
    unknown, known = MethodCandidate("hires-cam", 0.9, 0.8, 0.95), MethodCandidate("grad-cam", 0.5, 0.4, 0.6)
    for passing in (None, (0.0, 0.0), (1.0, 0.8)):
        chosen = recommend([unknown, replace(known, passing=passing)], "score", {})
        assert chosen.name == "hires-cam"
        assert "Passed over" not in chosen.why


def test_where_all_are_passed_over_the_sentence_says_so():
    chosen = recommend([MethodCandidate("rise", 0.95, 0.9, 0.98, seconds=20.0)], "score", {})
    assert chosen.name == "rise"
    assert chosen.why.startswith("No method is fast enough")


def test_of_equal_ones_the_quicker_wins():
    both = [MethodCandidate("augmented-grad-cam", 0.9, 0.8, 0.95), MethodCandidate("hires-cam", 0.9, 0.8, 0.95)]
    assert recommend(both, "score", {}).name == "hires-cam"


def test_a_method_that_does_not_beat_the_baselines_is_said_not_to():
    chosen = recommend([MethodCandidate("grad-cam", 0.4, 0.3, 0.5)], "score", {"Usual place": 0.35})
    assert "usual place 0.35" in chosen.why
    assert "not clearly better" in chosen.why
    assert not chosen.beats_baselines
