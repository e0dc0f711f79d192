"""A comparison on the terminal."""

from dataclasses import replace

import numpy as np

from meddx.commands.compare_output import print_comparison
from meddx.evaluate.paired.alignment import align
from meddx.evaluate.paired.comparison import compare
from tests.evaluate.paired.systems import system

TRUTH = np.eye(2)[np.arange(8) % 2]


def said(capsys, exclusive=True, margin=None):
    """Of one system that is always right, and one that is wrong in the first two of eight cases, and has one more."""
    right = np.where(TRUTH, 0.9, 0.1)
    wrong = np.concatenate([right[:2, ::-1], right[2:], [[0.9, 0.1]]])
    truth = np.concatenate([TRUTH, [[1, 0]]])
    aligned = align(
        [system("one", right, TRUTH, exclusive=exclusive), system("two", wrong, truth, exclusive=exclusive)]
    )
    found = compare(aligned, labels=[None], resamples=50)
    print_comparison(found, [one for one in found.differences if one.metric == "accuracy"], margin)
    return " ".join(capsys.readouterr().out.split())


def test_cases_agreement_and_the_difference_are_counted(capsys):
    words = said(capsys)
    assert "8 common cases of 8 patients, 1 dropped" in words
    assert "stand out by chance alone" in words
    assert "one and two say the same of 0.750" in words
    assert "only one is right in 2, only two in 0" in words
    assert "accuracy was 1.000 for One and 0.750 for Two" in words


def test_independent_labels_have_no_agreement_and_the_margin_is_said_only_where_asked(capsys):
    assert "say the same of" not in said(capsys, exclusive=False)
    assert "at a margin of" not in said(capsys)
    assert "at a margin of 0.1" in said(capsys, margin=0.1)


def test_a_test_and_an_interval_that_disagree_are_marked(capsys):
    right, wrong = np.where(TRUTH, 0.9, 0.1), np.where(TRUTH, 0.1, 0.9)
    found = compare(align([system("one", right, TRUTH), system("two", wrong, TRUTH)]), labels=[None], resamples=50)
    accuracy = next(one for one in found.differences if one.metric == "accuracy")
    for p, marks in ((0.01, 1), (0.4, 0)):
        one = replace(accuracy, low=-0.1, high=0.1, p=p)
        print_comparison(replace(found, differences=(one,)), [], None)
        out = " ".join(capsys.readouterr().out.split())
        assert out.count("test and interval disagree") == marks
