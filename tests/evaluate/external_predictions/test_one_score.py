"""The only score of a file."""

import pytest

from meddx.errors import Refused
from meddx.evaluate.external_predictions.one_score import one_score, only_column, option
from meddx.evaluate.external_predictions.score_finder import ScoreFinder
from tests.evaluate.external_predictions.test_source import source_of


def finder_of(folder, header, *rows, **options):
    return ScoreFinder(source_of(folder, "\n".join((header, *rows)) + "\n", **options))


def test_a_score_named_after_one_of_two_names_is_that_ones(tmp_path):
    finder = finder_of(tmp_path, "case,label,prob_ill", "1,ill,.7", "2,ill,.6", "3,well,.2", "4,well,.1")
    found = one_score(finder, ["ill"], ["ill", "well"])
    assert (dict(found.columns), found.are_probabilities) == ({"ill": "prob_ill"}, True)
    assert (found.positive, found.negative) == ({"ill"}, {"well"})


def test_ones_and_zeros_need_no_word_of_which_name_the_score_is(tmp_path):
    finder = finder_of(tmp_path, "case,label,score", "1,1,.7", "2,0,.6")
    found = one_score(finder, [], ["1", "0"])
    assert found.labels == ("positive",)
    assert (found.positive, found.negative) == ({"1"}, {"0"})


def test_other_names_are_asked_about_and_taken_as_told(tmp_path):
    rows = ("1,left,.7", "2,left,.6", "3,right,.2", "4,right,.1")
    with pytest.raises(Refused, match="--positive left or --positive right"):
        one_score(finder_of(tmp_path, "case,label,score", *rows), [], ["left", "right"])
    found = one_score(finder_of(tmp_path, "case,label,score", *rows, positive=("right",)), [], ["left", "right"])
    assert (found.labels, found.positive, found.negative) == (("right",), {"right"}, {"left"})


def test_a_confidence_in_whatever_is_called_is_no_score_of_a_class(tmp_path):
    finder = finder_of(tmp_path, "case,label,pred,confidence", "1,a,a,.7", "2,a,b,.6", "3,b,b,.9")
    with pytest.raises(Refused) as refused:
        one_score(finder, [], ["a", "b"])
    assert refused.value.rule == "confidence"


def test_no_score_or_two_are_refused_with_what_to_type(tmp_path):
    with pytest.raises(Refused, match="Type --column score=NAME"):
        only_column(finder_of(tmp_path, "case,label,age", "1,1,44"), "column 'label'")
    with pytest.raises(Refused, match='--column score="net a" or --column score=b'):
        only_column(finder_of(tmp_path, "case,label,net a,b", "1,1,.4,.7"), "column 'label'")
    assert (option("a-b.c"), option("it's")) == ("a-b.c", '"it\'s"')
