"""The Compare page without a browser: recorded predictions alone, then images with a fake engine behind."""

import csv
import json
import re
from io import StringIO

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from meddx.cli import main
from meddx.config import ROOT
from meddx.evaluate.paired.difference_rows import DIFFERENCE_COLUMNS
from meddx.evaluate.predictions import read_predictions
from meddx.model.card import read_card
from pages.ui.compare import available_systems, cached_results, exports, finding_agreement, paired_table, side_by_side
from pages.ui.compare.comparison_options import ComparisonOptions
from pages.ui.compare.system_picker import SystemChoice
from tests.evaluate.paired.systems import system
from tests.pages.fake import prediction
from tests.untrained import label, write_model

PAGE = str(ROOT / "pages" / "compare.py")


def opened(folder, **address):
    """The page for a models folder."""
    page = AppTest.from_file(PAGE, default_timeout=60)
    for name, value in address.items():
        page.query_params[name] = value
    return run(page, folder)


def run(page, folder):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MEDDX_MODELS", str(folder))
        patch.delenv("MEDDX_DATA", raising=False)
        page.run()
    assert not page.exception
    return page


def words(page):
    """Everything the page says."""
    said = [element.proto.body for element in page.get("html")]
    return " ".join(said + [element.value for element in [*page.markdown, *page.caption, *page.text]])


def test_an_earlier_version_is_compared_with_the_one_installed(engine):
    page = opened(ROOT / "models", models="bloodmnist-efficientnet,bloodmnist-efficientnet 1.0.0")
    said = words(page)
    assert "Blood cells at 28 px: EfficientNet-Lite0 1.1.0 against EfficientNet-Lite0 1.0.0" in said
    full = "Blood cells at 28 px, EfficientNet-Lite0"
    assert f"0.998 for {full} 1.1.0 and 0.998 for {full} 1.0.0" in said
    assert "3,421 common cases" in said
    assert page.query_params["models"] == "bloodmnist-efficientnet,bloodmnist-efficientnet 1.0.0"


def test_works_at_once_from_the_recorded_predictions_of_a_shipped_pair(engine):
    page = opened(ROOT / "models")
    said = words(page)
    assert "624 common cases of 404 patients, none dropped." in said
    assert "DeLong, paired, over patients (Obuchowski)" in said
    assert "On the same 624 cases of 404 patients, the area under the ROC curve was" in said
    assert "Cohen's kappa" in said.replace("&#x27;", "'")
    assert "signifi" + "can" not in said.lower()
    assert page.query_params["models"] == "chest-efficientnet,chest-plain-cnn"
    assert engine.asked == []


def test_a_link_opens_its_pair(engine):
    page = opened(ROOT / "models", models="pneumoniamnist-plain-cnn,pneumoniamnist-resnet")
    assert page.selectbox(key="compare-first").value == "pneumoniamnist-plain-cnn"
    assert "624 common cases, none dropped." in words(page)


def test_no_pair_is_said(untrained_models, engine):
    page = opened(untrained_models)
    assert "No two installed models were tested on the same cases." in words(page)


@pytest.fixture
def choice():
    """Two systems that share 20 cases, one of which has four more."""
    generator = np.random.default_rng(0)
    truth = generator.integers(0, 2, 24)
    targets = np.eye(2)[truth]
    systems = []
    for name, n in (("one", 24), ("other", 20)):
        first = np.clip(0.5 + 0.3 * (1 - 2 * truth[:n]) + generator.normal(0, 0.3, n), 0.01, 0.99)
        p = np.stack([first, 1 - first], axis=1)
        systems.append(system(name, p, targets[:n], exclusive=True, labels=["normal", "ill"]))
    return SystemChoice(tuple(systems), mean=True, majority=True)


def test_consensus_is_one_more_column_and_dropped_cases_are_told(choice):
    aligned = cached_results.aligned_systems(choice)
    assert [one.id for one in aligned.systems] == ["one", "other", "consensus-mean", "consensus-majority"]
    assert (
        paired_table.case_counts_text(aligned) == "20 common cases; 4 dropped that not all were tested on (4 of one)."
    )
    comparison = cached_results.compared_systems(choice, "ill")
    assert len({(one.a, one.b) for one in comparison.differences}) == 6
    told = paired_table.summary_html(comparison.of("one", "other", "ill")["auroc"], comparison, (), {"ill": "Ill"})
    assert "after Holm&#x27;s correction for 6 pairs" in told


def test_every_number_of_the_table_has_an_interval_and_n(choice):
    comparison = cached_results.compared_systems(choice, "ill")
    both = cached_results.aligned_systems(choice).systems[:2]
    found = comparison.of("one", "other", "ill")
    html = paired_table.paired_table(
        found, both, [cached_results.assessed_system(choice, one.id) for one in both], several=True
    )
    rows = html.split("<tr>")[2:]
    assert len(rows) == len(found)
    assert all(" to " in row or "no interval" in row for row in rows)
    assert all(re.search(r"<td>\d+</td>", row) for row in rows)


def test_the_export_holds_every_difference(choice):
    text = exports.differences_csv(choice, 0.9)
    assert text.rstrip().endswith("# For research use only. Not a medical device.")
    rows = list(csv.DictReader(StringIO(text[: text.index("#")])))
    assert tuple(rows[0]) == DIFFERENCE_COLUMNS
    assert {row["label"] for row in rows} == {"", "normal", "ill"}
    assert {row["a"] for row in rows} >= {"one", "other", "consensus-mean"}


def test_the_page_exports_the_numbers_of_the_command(engine, monkeypatch, capsys):
    """The pair that is quickest to compare."""
    names = "pneumoniamnist-resnet,pneumoniamnist-plain-cnn"
    monkeypatch.setenv("MEDDX_MODELS", str(ROOT / "models"))
    assert main(["compare", "--models", names, "--json", "--margin", "0.02", "--label", "pneumonia"]) == 0
    known = available_systems.available_systems()
    chosen = SystemChoice(tuple(known[name] for name in names.split(",")), mean=False, majority=False)
    asked = ComparisonOptions(cached_results.aligned_systems(chosen).systems, "pneumonia", margin=0.02)
    assert json.loads(exports.comparison_json(chosen, asked)) == json.loads(capsys.readouterr().out)


def bring(page, name, text):
    page.file_uploader[0].set_value((name, text.encode(), "text/csv"))
    return run(page, ROOT / "models")


def test_scores_and_readers_of_a_file_are_columns_beside_a_model(engine):
    recorded = read_predictions(ROOT / "models" / "chest-plain-cnn" / "predictions-test.parquet")
    lines = ["case,label,normal,bacterial,viral,reader:Dr One,reader:Dr Two"]
    for row in range(0, 624, 2):
        truth = recorded.labels[recorded.targets[row].argmax()]
        scores = ",".join(f"{p:.6f}" for p in recorded.probabilities[row])
        lines.append(f"{recorded.cases[row]},{truth},{scores},{'normal' if row % 10 == 0 else truth},{truth}")
    page = bring(opened(ROOT / "models"), "vendor.csv", "\n".join(lines))
    offered = page.multiselect(key="compare-others")
    assert {"vendor", "Dr One", "Dr Two"} <= set(offered.options)
    offered.set_value(["vendor", "Dr One", "Dr Two"])
    said = words(run(page, ROOT / "models"))
    assert "312 common cases" in said
    assert "312 dropped that not all were tested on" in said
    assert "Fleiss' kappa of all" in said
    assert "p, Holm" in said
    assert page.query_params["models"] == "chest-efficientnet"


def test_a_file_of_other_cases_or_with_a_fault_is_named(engine):
    page = bring(opened(ROOT / "models"), "strange.csv", "case,label,a,b\nx,a,.9,.1\ny,b,.2,.8\n")
    assert "strange: no case and label in common" in page.error[0].value
    page = bring(opened(ROOT / "models"), "broken.csv", "case,label,a,b\nx,a,.9,.1\ny,b,1.4,.8\n")
    assert "broken.csv: Row 2, column 'a'" in page.error[0].value


def test_the_specificity_at_which_sensitivities_are_matched_is_the_readers(engine):
    page = opened(ROOT / "models", models="pneumoniamnist-resnet,pneumoniamnist-plain-cnn")
    page.button_group[0].set_value("pneumonia")
    page = run(page, ROOT / "models")
    assert "Sensitivity at specificity 0.9<" in words(page)
    page.number_input(key="compare-specificity").set_value(0.8)
    assert "Sensitivity at specificity 0.8<" in words(run(page, ROOT / "models"))


def coded(name, value, **changes):
    return label(name, **changes) | {"code": {"scheme": "SCT", "value": value, "meaning": name}}


@pytest.fixture(scope="module")
def cards(tmp_path_factory):
    """A model of three labels, and one that calls two of them otherwise and has one of its own."""
    folder = tmp_path_factory.mktemp("models")
    one = [coded("NORMAL", "0", absence=True), coded("EFFUSION", "1"), coded("NODULE", "2")]
    write_model(folder, "one", labels=one)
    write_model(folder, "two", labels=[coded("FLUID", "1"), coded("OTHER", "3")])
    return [read_card(folder / name / "card.toml") for name in ("one", "two")]


def test_labels_of_two_cards_meet_by_code_and_the_rest_is_said(cards):
    common = side_by_side.matched_labels(cards)
    answers = [
        prediction({"NORMAL": 0.2, "EFFUSION": 0.7, "NODULE": 0.1}, ["EFFUSION"]),
        prediction({"FLUID": 0.3, "OTHER": 0.1}),
    ]
    assert common.names == ("EFFUSION",)
    html = finding_agreement.probability_bars(cards, answers, common)
    assert html.count("no such label") == 3
    assert "width:70.0%" in html
    said = finding_agreement.agreement_sentences(cards, answers, common, ["EFFUSION", "FLUID"])
    assert "disagree on" in said[0]
    assert "40" in said[0]
    assert "rank correlation 1.00" in said[1]


def test_a_map_without_evidence_is_not_compared(cards):
    answers = [prediction({"EFFUSION": 0.7}), prediction({"FLUID": 0.7}, peak=0.0)]
    said = finding_agreement.agreement_sentences(cards, answers, None, ["EFFUSION", "FLUID"])
    assert "cannot be compared: one shows no evidence" in said[0]
