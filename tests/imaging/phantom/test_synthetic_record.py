"""The record beside a phantom: what it says is true follows from how it is drawn."""

import numpy as np
import pytest

from meddx.imaging.phantom.synthetic_record import WORD, draw_record, known_logit, true_shares


@pytest.fixture(scope="module")
def drawn():
    random = np.random.default_rng(4)
    lesions = random.random(20000) < 0.4
    return [(bool(lesion), draw_record(random, bool(lesion))) for lesion in lesions]


def test_the_label_is_as_frequent_as_the_shares_say(drawn):
    """Among cases of one kind the share of the label is that of the logit which the true shares add up to."""
    for lesion, word, old in ((True, True, False), (False, False, True), (True, False, True)):
        group = [
            one for has, one in drawn
            if has == lesion and (WORD in one.note.casefold().replace(".", "").split()) == word
            and (one.age > 55) == old and "age" not in one.missing
        ]  # fmt: skip
        expected = np.mean([1 / (1 + np.exp(-one.base - sum(one.shares.values()))) for one in group])
        assert len(group) > 300
        assert np.mean([one.disease for one in group]) == pytest.approx(expected, abs=0.04)


def test_of_nothing_known_the_logit_is_that_of_all_cases(drawn):
    share = np.mean([one.disease for _, one in drawn])
    assert share == pytest.approx(1 / (1 + np.exp(-known_logit(None, None, None))), abs=0.01)


def test_a_missing_age_has_no_share_and_is_written_down_as_nothing(drawn):
    missing = [one for _, one in drawn if "age" in one.missing]
    assert 0.08 < len(missing) / len(drawn) < 0.12
    assert all(one.columns()["age"] == "" and abs(one.shares["record"]) < 1e-12 for one in missing)


def test_shares_have_the_sign_of_what_is_drawn():
    _, high = true_shares(85, word=True, lesion=True)
    _, low = true_shares(25, word=False, lesion=False)
    assert all(share > 0 for share in high.values())
    assert all(share < 0 for share in low.values())
