"""What the exports state of thresholds that the reader moved."""

from pages.ui.evaluate.exports import evaluation_facts
from tests.pages.evaluate.states import state


def test_moved_thresholds_are_named_and_used():
    of = state()
    assert evaluation_facts(of).threshold_origin == "hand"
    of.thresholds["ILL"] = 0.25
    facts = evaluation_facts(of)
    assert facts.threshold_origin == "hand; changed by the user: Ill 0.250"
    assert facts.assessment.thresholds == (0.25, 0.5)
    assert facts.assessment.cells["ILL"].tolist() == [[1, 2], [2, 0]]
