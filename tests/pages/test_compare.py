"""The Compare page without a browser: recorded predictions alone, then images with a fake engine behind."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from meddx.cli import main
from meddx.config import ROOT
from meddx.evaluate.predictions import read_predictions
from pages.ui.common.language.language import drawn_in
from pages.ui.compare import available_systems, cached_results, exports
from pages.ui.compare.comparison_options import ComparisonOptions
from pages.ui.compare.curve_charts import CALIBRATION, PRECISION_RECALL
from pages.ui.compare.system_picker import SystemChoice
from tests.pages.chinese import CHINESE, english_left
from tests.patience import SECONDS

PAGE = str(ROOT / "pages" / "compare.py")


def opened(folder, **address):
    """The page for a models folder."""
    page = AppTest.from_file(PAGE, default_timeout=SECONDS)
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
    assert page.selectbox(key="compare-first en").value == "pneumoniamnist-plain-cnn"
    assert "624 common cases, none dropped." in words(page)


def test_no_pair_is_said(untrained_models, engine):
    page = opened(untrained_models)
    assert "No two installed models share test cases." in words(page)


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
    offered = page.multiselect(key="compare-others en")
    assert {"vendor", "Dr One", "Dr Two"} <= set(offered.options)
    offered.set_value(["vendor", "Dr One", "Dr Two"])
    said = words(run(page, ROOT / "models"))
    assert "312 common cases" in said
    assert "312 dropped because not all systems were tested on them" in said
    assert "Fleiss' kappa of all systems" in said
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


@pytest.fixture
def chinese():
    """Let the tests know the options of widgets as they are drawn."""
    with drawn_in(CHINESE):
        yield


def in_chinese(**address):
    page = AppTest.from_file(PAGE, default_timeout=SECONDS)
    page.session_state["chosen language"] = CHINESE
    for name, value in address.items():
        page.query_params[name] = value
    return run(page, ROOT / "models")


@pytest.mark.parametrize("models", ["", "pneumoniamnist-plain-cnn,pneumoniamnist-resnet", "phantom-fusion"])
def test_two_shipped_models_are_compared_in_chinese(engine, chinese, models):
    page = in_chinese(**({"models": models} if models else {}))
    assert english_left(page) == []
    assert "差值为" in words(page)


def test_every_chart_one_label_consensus_and_replacement_are_in_chinese(engine, chinese):
    page = in_chinese(models="pneumoniamnist-resnet,pneumoniamnist-plain-cnn")
    page.session_state["compare-versions pneumoniamnist-plain-cnn pneumoniamnist-resnet"] = True
    page.checkbox(key="compare-mean").check()
    page.checkbox(key="compare-majority").check()
    page.button_group[0].set_value("pneumonia")
    page = run(page, ROOT / "models")
    page.number_input(key="compare-margin").set_value(0.02)
    for chart in (PRECISION_RECALL, CALIBRATION):
        page.session_state["compare-picture"] = chart
        assert english_left(run(page, ROOT / "models")) == []
    said = words(page)
    assert "Holm 校正后" in said
    assert "非劣于" in said
    assert "请勿沿用阈值" in " ".join(one.value for one in page.warning)


def test_one_image_is_asked_for_in_chinese(engine, chinese):
    page = in_chinese()
    page.radio(key=f"compare-view {CHINESE}").set_value("One image")
    assert english_left(run(page, ROOT / "models")) == []


def test_why_test_and_interval_disagree_stands_below_the_table(engine):
    page = opened(ROOT / "models")
    told = next(one.value for one in page.caption if "test and interval disagree" in one.value)
    assert told.startswith("AUROC: test and interval disagree. The p-value judges the difference alone")
