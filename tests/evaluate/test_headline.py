"""The numbers to report first: of the label of interest, not a mean that hides it."""

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, recall_score, roc_auc_score

from meddx.evaluate.assessment import assess
from meddx.evaluate.json_document import evaluation_document
from meddx.evaluate.predictions import Predictions


def predictions(labels, n=80, k=2):
    random = np.random.default_rng(5)
    truth = random.random(n) < 0.3
    p = np.clip(random.normal(0.3 + 0.3 * truth, 0.2), 0.01, 0.99)
    columns = np.stack([1 - p, p], axis=1)
    targets = np.stack([~truth, truth], axis=1)
    cases = tuple(map(str, range(n)))
    return Predictions(labels, cases, cases, targets, np.log(columns).astype(np.float32), columns)


def test_of_two_labels_that_exclude_each_other_those_of_the_one_of_interest_at_its_threshold():
    of = predictions(("normal", "pneumonia"))
    found = assess(of, (0.5, 0.4), True)
    truth, p = of.targets[:, 1], of.probabilities[:, 1]
    told = evaluation_document(found, "")
    assert told["positive"] == "pneumonia"
    values = {name: one["value"] for name, one in told["metrics"].items()}
    assert values["auroc"] == pytest.approx(roc_auc_score(truth, p))
    assert values["recall"] == pytest.approx(recall_score(truth, p >= 0.4))
    assert values["specificity"] == pytest.approx(recall_score(~truth, p < 0.4))
    assert values["brier"] == pytest.approx(brier_score_loss(truth, p))
    assert values["recall"] != values["specificity"]
    assert values["accuracy"] == pytest.approx(((p > 0.5) == truth).mean())
    macro = {name: one["value"] for name, one in told["macro"].items()}
    assert macro["recall"] == pytest.approx(macro["specificity"])


def test_the_user_may_name_the_other_one():
    found = assess(predictions(("normal", "pneumonia")), (0.5, 0.5), True, positive="normal")
    assert found.headline["recall"] == found.per_label["normal"]["recall"]


def test_where_nobody_says_what_depends_on_it_is_not_defined():
    found = assess(predictions(("left", "right")), (0.5, 0.5), True)
    assert found.positive is None
    for name in ("recall", "specificity", "precision", "npv", "f1", "average precision"):
        assert np.isnan(found.headline[name].value)
        assert "--positive" in found.headline[name].reason
    for name in ("accuracy", "auroc", "balanced accuracy", "mcc"):
        assert found.headline[name] == found.overall[name]
    assert found.headline["brier"] == found.per_label["left"]["brier"]


def test_independent_labels_keep_their_means():
    found = assess(predictions(("normal", "pneumonia")), (0.5, 0.5), False)
    assert (found.positive, found.headline) == (None, found.overall)
