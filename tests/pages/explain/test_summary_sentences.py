"""Sentences on the default method, beside the best baseline."""

import pytest

from meddx.explain.map_limits import MapLimits
from meddx.formatting import SPACE
from pages.ui.common import default_method
from pages.ui.explain import summary_sentences
from tests.pages.explain.records import measured


def test_a_method_no_better_than_maps_of_no_network_is_said_to_be_so(small):
    near = "pointing game with tolerance"

    def with_baseline(value):
        numbers = (measured("grad-cam", near, 0.5, 0.4, 0.6), measured("centre", near, value, value - 0.1, value + 0.1))
        changed = {"measured": numbers, "decided_by": near}
        return " ".join(summary_sentences.record_sentences(small.model_copy(update=changed)))

    assert f"In 50{SPACE}% of test images (40 to 60{SPACE}%, n 40)" in with_baseline(0.2)
    assert "Not reliable: not clearly better" not in with_baseline(0.2)
    assert "Not reliable: not clearly better" in with_baseline(0.45)


def test_a_tiny_difference_is_not_clearly_better_however_certain(small):
    def better(value, half, baseline):
        numbers = (
            measured("grad-cam", "faithfulness", value, value - half, value + half),
            measured("centre", "faithfulness", baseline, baseline - half, baseline + half),
        )
        record = small.model_copy(update={"measured": numbers, "decided_by": "faithfulness"})
        return default_method.beats_baselines(record), default_method.difference_to_baseline(record)

    tiny, difference = better(0.027, 0.005, 0.004)
    assert not tiny
    assert difference.value == pytest.approx(0.023)
    assert difference.low == pytest.approx(0.023 - 0.005 * 2**0.5)
    assert better(0.3, 0.05, 0.1)[0]
    assert not better(0.3, 0.2, 0.1)[0]  # its interval holds 0


def test_limits_set_on_the_model_itself_are_said(small):
    assert not any("limits" in sentence for sentence in summary_sentences.record_sentences(small))
    limits = MapLimits(
        bad_below=0.2,
        good_from=0.3,
        least_effect=0.1,
        usual=(0.0,) * 49,
        methods=("grad-cam",),
        images=12,
        wrong_maps=40,
    )
    said = " ".join(summary_sentences.record_sentences(small.model_copy(update={"limits": limits})))
    assert "12 validation images of this model and 40 maps" in said
    assert "failed below 0.20, passed from 0.30" in said


def test_without_marks_the_sentence_says_that_it_is_not_known_whether_it_finds(small):
    hold = small.model_copy(update={"measured": (measured("grad-cam", "faithfulness", 0.3, 0.2, 0.4),)})
    assert "Whether its maps locate the finding is unknown" in summary_sentences.record_sentences(hold)[0]
    assert (
        f"account for 30{SPACE}% of the evidence (20 to 40{SPACE}%, n 40)"
        in summary_sentences.record_sentences(hold)[1]
    )
    assert "Most of the evidence lies elsewhere" not in summary_sentences.record_sentences(hold)[1]
    hardly = small.model_copy(update={"measured": (measured("grad-cam", "faithfulness", 0.03, 0.02, 0.04),)})
    assert "Most of the evidence lies elsewhere" in summary_sentences.record_sentences(hardly)[1]
    worse = small.model_copy(update={"measured": (measured("grad-cam", "faithfulness", -0.3, -0.5, -0.1),)})
    assert "account for" not in " ".join(summary_sentences.record_sentences(worse))
    assert "does not remove the evidence" in summary_sentences.record_sentences(worse)[1]
