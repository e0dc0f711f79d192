"""The column that holds a label's score, by its name."""

import pytest

from meddx.evaluate.external_predictions.score_finder import Candidate, ScoreFinder, are_classes, candidate, named_alone
from tests.evaluate.external_predictions.test_source import source_of


def finder_of(folder, header, row="1,ill,.7,.2,.3"):
    return ScoreFinder(source_of(folder, f"{header}\n{row}\n"))


@pytest.mark.parametrize(
    ("columns", "surest"),
    [
        ("ill,logit_ill,prob_ill", "prob_ill"),
        ("ill,logit_ill,score_ill", "score_ill"),
        ("logit_ill,ill,other", "ill"),
        ("logit_ill,other,another", "logit_ill"),
    ],
)
def test_a_probability_is_surer_than_a_score_a_bare_name_and_logits(tmp_path, columns, surest):
    assert finder_of(tmp_path, f"case,label,{columns}").score("Ill").column == surest


def test_a_label_without_a_column_has_no_score_and_logits_are_found_beside_it(tmp_path):
    finder = finder_of(tmp_path, "case,label,prob_ill,logit:ill,site")
    assert finder.score("well") is None
    assert (finder.logit("ill"), finder.logit("well")) == ("logit:ill", None)
    alone = named_alone("ill", finder.score("ill"), "logit:ill")
    assert (dict(alone.logits), alone.are_probabilities, alone.are_logits) == ({"ill": "logit:ill"}, True, False)


def test_other_columns_of_the_same_shape_are_alike_unless_they_hold_text(tmp_path):
    finder = finder_of(tmp_path, "case,label,prob_ill,prob_well,prob_other", "1,ill,.7,.2,high")
    assert [one.label for one in finder.alike([finder.score("ill")])] == ["well"]


def test_facts_of_the_patient_are_no_score_and_a_word_for_one_goes_before_other_numbers(tmp_path):
    assert finder_of(tmp_path, "case,label,age,net,depth").only_score() == ["net", "depth"]
    assert finder_of(tmp_path, "case,label,age,net,score").only_score() == ["score"]
    both = finder_of(tmp_path, "case,label,y_pred,y_prob,x", "1,ill,1,.7,.1")
    assert both.only_score() == ["y_prob"]


def test_the_kind_of_a_column_is_what_its_name_says():
    assert [candidate(name, "a").kind for name in ("prob", "logits", "risk", "net_prob", "net")] == [
        "probability", "logit", "score", "probability", "",
    ]  # fmt: skip
    assert Candidate("ill", "probability", "prob_ill").shape == "prob_*"


def test_names_that_repeat_are_classes_and_remarks_are_not():
    assert are_classes(["a", "A", "b", "b", None], ["a", "b"])
    assert not are_classes(["a", "a", "b"], ["a", "b"])
    assert not are_classes(["x" * 41] * 2, ["x" * 41])
    assert not are_classes([str(i) for i in range(13)] * 2, [str(i) for i in range(13)])
