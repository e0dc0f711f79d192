"""The registry tells the truth: its rows are what is measured, and one more row is all that one more metric needs."""

import csv
import json
from dataclasses import replace
from html import unescape

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score

from meddx import cli
from meddx.evaluate import metric_registry
from meddx.evaluate.assessment import assess
from meddx.evaluate.calibration_interval import calibration_interval
from meddx.evaluate.calibration_slope import calibration_slope
from meddx.evaluate.card_metrics import as_estimate, measure, stated
from meddx.evaluate.confusion_metrics import FP, TN, TP, f1, precision, recall
from meddx.evaluate.json_document import evaluation_document
from meddx.evaluate.metric import Metric, OfBins, OfCounts, OfProbabilities
from meddx.evaluate.paired.comparison import compare
from meddx.evaluate.paired.comparison_json import comparison_document as compared_document
from meddx.evaluate.paired.summary_sentences import difference_sentence
from meddx.evaluate.subgroups import subgroups
from meddx.export import comparison_report
from meddx.export.evaluation_report import evaluation_report
from tests.evaluate.paired.test_pairwise_metrics import both
from tests.evaluate.test_assessment import predictions
from tests.evaluate.youden import ROW, added
from tests.export.conftest import evaluation

NAME, THRESHOLDS = ROW.name, (0.3, 0.4, 0.5)


@pytest.fixture
def youden(monkeypatch):
    added(monkeypatch)


@pytest.fixture
def scores(tmp_path):
    """A file of another system's scores, and who the cases are."""
    cases = predictions(n=60)
    path = tmp_path / "scores.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["case", "label", *cases.labels])
        for case, true, p in zip(cases.cases, cases.targets, cases.probabilities, strict=True):
            rows.writerow([case, cases.labels[true.argmax()], *p])
    return path


def printed(capsys, *arguments):
    assert cli.main([*map(str, arguments)]) == 0
    return capsys.readouterr().out


def test_one_function_and_one_row_are_measured_with_an_interval(youden):
    cases = predictions()
    found = assess(cases, THRESHOLDS, True)
    for column, label in enumerate(cases.labels):
        true, called = cases.targets[:, column], cases.probabilities[:, column] >= THRESHOLDS[column]
        one = found.per_label[label][NAME]
        assert one.value == pytest.approx(balanced_accuracy_score(true, called, adjusted=True))
        # Twice the balanced accuracy less one, and so is its interval.
        half = found.per_label[label]["balanced accuracy"]
        assert (one.low, one.high) == pytest.approx((2 * half.low - 1, 2 * half.high - 1))
    called = np.eye(3, dtype=bool)[cases.probabilities.argmax(axis=1)]
    each = [balanced_accuracy_score(cases.targets[:, at], called[:, at], adjusted=True) for at in range(3)]
    assert found.overall[NAME].value == pytest.approx(np.mean(each))
    assert NAME in found.micro


def test_they_are_in_the_document_and_on_the_card(youden):
    found = assess(predictions(), THRESHOLDS, True)
    shape = json.loads(json.dumps(evaluation_document(found, "a hand"), allow_nan=False))
    assert shape["metrics"][NAME]["value"] == found.overall[NAME].value
    assert shape["per_label"]["a"][NAME]["low"] == found.per_label["a"][NAME].low
    card = {(one.name, one.label): one for one in stated(measure(predictions(), THRESHOLDS, True), "test")}
    assert as_estimate(card[NAME, "b"]).value == pytest.approx(found.per_label["b"][NAME].value, abs=1e-6)
    assert (NAME, None) in card


def test_they_are_in_the_commands_tables_in_their_own_format(youden, scores, capsys):
    out = printed(capsys, "evaluate", "--predictions", scores)
    [line] = [line for line in out.splitlines() if ROW.title in line]
    assert line.count("\N{NO-BREAK SPACE}%") == 2 * 5  # value and interval of three labels, macro and micro
    out = printed(capsys, "compare", "--models", "chest-efficientnet,chest-plain-cnn", "--metric", NAME)
    assert ROW.title in out
    assert f"{ROW.phrase} was" in " ".join(out.split())


def test_they_are_compared_tested_and_quoted(youden):
    found = compare(both(), resamples=200)
    for label in (None, "A", "B", "C"):
        one, half = (found.of("one", "other", label)[name] for name in (NAME, "balanced accuracy"))
        assert (one.difference, one.low, one.p) == pytest.approx((2 * half.difference, 2 * half.low, half.p))
    assert {row["metric"] for row in compared_document(found)["pairs"]} >= {NAME}
    one = found.of("one", "other")[NAME]
    told = difference_sentence(one, {"one": "One", "other": "Other"}, cases=9, patients=9, compared=1)
    assert f"{ROW.phrase} was {100 * one.first:.1f}\N{NO-BREAK SPACE}% for One" in told


def test_they_are_in_both_reports(youden):
    written = unescape(evaluation_report(evaluation()))
    assert written.count(ROW.title) == 1 + 2  # over labels, and of each of two
    found = compare(both(), resamples=20)
    titles = {label: label for label in "ABC"}
    assert ROW.short in unescape(
        comparison_report.comparison_report(comparison_report.ComparedSystems(found, titles, quoted=()))
    )


def test_their_direction_orders_groups(monkeypatch):
    cases = replace(predictions(), attributes={"sex": tuple("MF"[at % 3 == 0] for at in range(300))})
    worst = {}
    for higher in (True, False):
        with monkeypatch.context() as patch:
            patch.setattr(metric_registry, "METRICS", (replace(ROW, higher_is_better=higher),))
            found = subgroups(cases, "sex", THRESHOLDS, True, metric=NAME, label="a")
            worst[higher] = found.groups[0].value
            values = [group.number.value for group in found.groups]
            assert values == sorted(values, reverse=not higher)
    assert worst[True] != worst[False]


def test_without_the_row_they_are_gone(capsys, scores):
    assert metric_registry.find(NAME) is None
    assert NAME not in assess(predictions(), THRESHOLDS, True).overall
    assert NAME not in compare(both(), resamples=20).of("one", "other")
    assert ROW.title not in printed(capsys, "evaluate", "--predictions", scores)


def test_what_is_measured_is_what_the_registry_says():
    exclusive = assess(predictions(), THRESHOLDS, True, ordered=True, prevalence=0.1)
    compared = compare(both(), resamples=20)
    for metric in metric_registry.metrics():
        of_a_label = metric.of_a_label or metric.name in metric_registry.at_prevalence()
        assert (metric.name in exclusive.per_label["a"]) == of_a_label
        names = compared.of("one", "other", "A")
        assert any(name.startswith(metric.name) for name in names) == (metric.paired is not None)
    for metric, estimate in exclusive.overall.items():
        row = metric_registry.row(metric)
        assert row.low <= estimate.low <= estimate.high <= row.high
    moved = assess(predictions(), (0.5, 0.6, 0.7), True)
    for name in exclusive.per_label["a"].keys() - set(metric_registry.at_prevalence()):
        changed = any(exclusive.per_label[of][name].value != moved.per_label[of][name].value for of in "abc")
        assert changed == metric_registry.row(name).needs_threshold


def test_names_titles_and_order():
    names = [metric.name for metric in metric_registry.metrics()]
    assert len(set(names)) == len(names)
    assert metric_registry.title("recall at specificity 0.900") == "Sensitivity at specificity 0.9"
    assert metric_registry.find("recall at specificity high") is None
    assert metric_registry.title("somebody's own") == "Somebody's own"
    mixed = ["theirs", "recall at specificity 0.900", "brier", "auroc", "auroc"]
    assert metric_registry.ordered(mixed) == ["auroc", "brier", "recall at specificity 0.900", "theirs"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"interval": "wilson"}, "proportion"),
        ({"high": float("inf")}, "finite"),
        ({"interval": "log"}, "begins at 0"),
        ({"interval": "calibration"}, "bins"),
        ({"of": OfBins(calibration_interval), "paired": None}, "bins"),
        ({"of": OfProbabilities(calibration_slope), "paired": None}, "regression"),
        ({"interval": "wald"}, "regression"),
        ({"interval": None}, "no interval"),
        ({"paired": "delong"}, "paired"),
        ({"paired": "mean"}, "paired"),
        # Which cases are counted depends on who is called: the two systems' answers are not pairs.
        ({"of": OfCounts(precision, ((TP,), (TP, FP))), "interval": "wilson", "paired": "mcnemar"}, "paired"),
    ],
)
def test_a_row_that_contradicts_itself_is_refused(changes, reason):
    with pytest.raises(ValueError, match=reason):
        replace(ROW, **changes)


def test_mcnemar_is_of_a_share_of_cases_that_truth_alone_picks():
    row = Metric("x", "X", "X", "x", "", OfCounts(recall, ((TN,), (FP, TN))), "wilson", "mcnemar")
    assert row.share == ((TN,), (FP, TN))
    assert Metric("y", "Y", "Y", "y", "", OfCounts(f1), "logit", "bootstrap").share is None


def test_an_unknown_metric_of_groups_is_said(scores, capsys):
    head, *lines = scores.read_text().splitlines()
    rows = [f"{line},{'FM'[at % 2]}" for at, line in enumerate(lines)]
    scores.write_text("\n".join([f"{head},sex", *rows]))
    given = ["evaluate", "--predictions", str(scores), "--by", "sex", "--metric"]
    assert cli.main([*given, "recall"]) == 0
    assert metric_registry.title("recall") in capsys.readouterr().out
    for wrong in ("recal", "quadratic kappa"):  # the second is of all grades together
        assert cli.main([*given, wrong]) == 2
        assert f"{wrong!r} is no metric" in capsys.readouterr().err
