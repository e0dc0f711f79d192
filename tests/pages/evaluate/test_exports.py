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
    assert facts.moved == ("ILL",)
    assert "Threshold of Ill chosen on this test set" in facts.cautions[0]
    of.thresholds["ILL"] = 0.5  # back where it was
    assert evaluation_facts(of).moved == ()
    assert evaluation_facts(of).cautions == []


def test_what_the_reader_asked_for_is_exported():
    of = state()
    of.proportions, of.specificity, of.sensitivity = "clopper-pearson", 0.5, 0.6
    facts = evaluation_facts(of)
    assert facts.assessment.per_label["ILL"]["recall"].method == "Clopper-Pearson"
    assert (facts.details["ILL"].at_specificity.asked, facts.details["ILL"].at_sensitivity.asked) == (0.5, 0.6)
    assert facts.sets is None  # a file of scores has none
