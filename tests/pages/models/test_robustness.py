"""Accuracy under corruption: what is clearly lower."""

from meddx.evaluate.robustness import RobustnessRow
from pages.ui.models import robustness


def test_only_a_fall_beyond_both_intervals_is_called_one():
    def row(corruption, strength, amount, low, high):
        middle = (low + high) / 2
        return RobustnessRow(corruption, strength, amount, "unit", middle, low, high, 0.9, 0.8, 1.0, 50)

    rows = [row("none", 0, 0.0, 0.8, 0.9)]
    rows += [row("blur", 1, 0.5, 0.75, 0.85), row("blur", 2, 1.0, 0.6, 0.79), row("JPEG", 1, 80, 0.7, 0.81)]
    said = robustness.robustness_sentences(rows)
    assert "from blur 1." in said
    assert "Not clearly lower at any strength: JPEG." in said
    assert robustness.robustness_table(rows).count('class="falls"') == 1
