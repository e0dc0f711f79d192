"""The Evaluate page without a browser: what it says of every source, and of what is missing."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from meddx.config import ROOT
from meddx.evaluate.assessment import assess
from meddx.evaluate.predictions import Predictions, read_predictions, write_predictions
from meddx.model.registry import list_models
from pages.ui.common.language.catalogue import translations
from pages.ui.common.language.language import drawn_in
from pages.ui.evaluate import case_selection
from tests.pages.chinese import CHINESE, english_left
from tests.pages.downloads import offered_downloads
from tests.patience import SECONDS
from tests.untrained import write_model

PAGE = str(ROOT / "pages" / "evaluate.py")
SHIPPED = list_models(ROOT / "models").models


def opened(models, **address):
    """The page for a models folder, with ?NAME=VALUE."""
    page = AppTest.from_file(PAGE, default_timeout=SECONDS)
    for name, value in address.items():
        page.query_params[name] = value
    return run(page, models)


def run(page, models):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MEDDX_MODELS", str(models))
        patch.setenv("MEDDX_DATA", str(models / "no data here"))
        page.run()
    assert not page.exception
    return page


def words(page):
    """Everything the page says in HTML, Markdown and captions."""
    said = [element.proto.body for element in page.get("html")]
    return " ".join(said + [element.value for element in [*page.markdown, *page.caption, *page.warning]])


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """A model of three labels with recorded test predictions of 40 cases, the others told apart by chance."""
    folder = tmp_path_factory.mktemp("evaluate")
    write_model(folder, "small")
    generator = np.random.default_rng(1)
    targets = np.eye(3, dtype=bool)[np.repeat([0, 1, 2], [20, 15, 5])]
    logits = (generator.normal(size=(40, 3)) + 1.5 * targets).astype(np.float32)
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    cases = tuple(f"case {number}" for number in range(40))
    recorded = Predictions(("NORMAL", "EFFUSION", "NODULE"), cases, cases, targets, logits, probabilities)
    write_predictions(folder / "small" / "predictions-test.parquet", recorded)
    return folder


@pytest.mark.parametrize("model", SHIPPED, ids=lambda model: model.card.id)
def test_every_shipped_model_opens_with_numbers_intervals_and_n(model):
    said = words(opened(ROOT / "models", model=model.card.id))
    predictions = read_predictions(model.folder / "predictions-test.parquet")
    thresholds = [label.threshold for label in model.card.labels]
    accuracy = assess(predictions, thresholds, model.card.task == "exclusive").overall["accuracy"]
    assert f"<b>{accuracy.value:.3f}</b>" in said
    assert f"{accuracy.low:.3f} to {accuracy.high:.3f}" in said
    assert f"n {len(predictions):,}" in said
    assert ("Quadratic kappa" in said) == model.card.ordered


def test_a_model_without_recorded_predictions_says_so(models):
    said = words(opened(models, source="validation"))
    assert "holds no recorded validation predictions" in said
    assert "Your own labelled images" in said


def test_where_the_images_are_not_here_the_table_of_errors_stands_and_the_page_says_so(models):
    page = opened(models)
    assert "No images to show: " in words(page)
    errors = page.dataframe[0].value
    assert list(errors.columns)[:3] == ["case", "true", "predicted"]
    assert (errors["true"] != errors["predicted"]).all()


def test_no_model_leaves_a_page_that_says_so(tmp_path):
    assert opened(tmp_path).header[0].value == "No model is installed"


def test_few_cases_are_flagged_beside_their_interval(models):
    page = opened(models)
    page.button_group[0].set_value("NODULE")
    assert "unreliable interval" in words(run(page, models))


def test_moving_the_threshold_moves_the_numbers_and_what_they_mean(models):
    page = opened(models)
    page.slider[0].set_value(0.0)
    said = words(run(page, models))
    assert "<b>100</b> true positive, <b>0</b> false negative" in said
    assert "<b>100</b> false positive, <b>0</b> true negative" in said
    page.slider[0].set_value(1.0)
    said = words(run(page, models))
    assert "<b>0</b> true positive, <b>100</b> false negative" in said
    assert "Not defined" in said  # without positive predictions there is no PPV


def test_cases_of_whom_nothing_is_known_form_no_groups(models):
    assert any("these cases have no attributes" in element.value for element in opened(models).markdown)


def test_groups_stand_worst_first_and_small_ones_are_flagged(tmp_path):
    folder = write_model(tmp_path, "small")
    generator = np.random.default_rng(2)
    n = 120
    sex = np.where(np.arange(n) < 110, np.where(np.arange(n) % 2, "F", "M"), "X")
    targets = np.eye(3, dtype=bool)[np.arange(n) // 2 % 3]
    signal = np.where(sex == "F", 0.3, 3.0)[:, None]  # the model hardly knows the women
    logits = (generator.normal(size=(n, 3)) + signal * targets).astype(np.float32)
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    cases = tuple(f"case {number}" for number in range(n))
    recorded = Predictions(
        ("NORMAL", "EFFUSION", "NODULE"), cases, cases, targets, logits, probabilities, {"sex": tuple(sex)}
    )
    write_predictions(folder / "predictions-test.parquet", recorded)
    page = opened(tmp_path)
    [table] = [html.proto.body for html in page.get("html") if "worst first" in html.proto.body]
    assert table.index(">F<") < table.index(">M<") < table.index(">X<")
    assert "unreliable interval" in table[table.index(">X<") :]
    chosen = next(group for group in page.button_group if "errors in one group" in group.label)
    chosen.set_value("F")
    page = run(page, tmp_path)
    assert any(heading.value == "Errors where sex is F" for heading in page.header)
    assert set(page.dataframe[0].value["attribute sex"]) == {"F"}


def upload(page, models, name, text):
    page.file_uploader[0].set_value((name, text.encode(), "text/csv"))
    return run(page, models)


def test_another_systems_file_is_measured_without_a_model(models, engine):
    page = opened(models, source="file")
    rows = [f"c{n},{'ill' if n % 2 else 'well'},{0.8 if n % 3 else 0.3},{0.2 if n % 3 else 0.7}" for n in range(40)]
    said = words(upload(page, models, "vendor.csv", "\n".join(["case,label,ill,well", *rows])))
    assert "Scores from a file" in said
    assert "40 cases in the file, none skipped." in said
    assert "the file states no threshold" in said
    assert "No images: a file of scores contains predictions only." in said


def test_how_a_file_was_read_is_said_and_what_to_check(models, engine):
    page = opened(models, source="file")
    rows = [f"c{n}\tp{n // 2}\t{n % 2}\t{0.7 - 0.3 * (n % 2) - n / 1000:.3f}".replace(".", ",") for n in range(40)]
    text = "\n".join(["Image\tPatientID\ttarget\tscore", *rows])
    said = words(upload(page, models, "vendor.txt", text))
    assert "patient 'PatientID'; truth 'target'" in said
    assert "reversed" in said


def test_scores_that_are_no_probabilities_are_sent_to_the_command(models, engine):
    page = opened(models, source="file")
    rows = [f"c{n},{n % 2},{1 + n % 5}" for n in range(40)]
    said = words(upload(page, models, "reader.csv", "\n".join(["case,truth,rating", *rows])))
    assert "This file cannot be evaluated" in said
    assert "python -m meddx evaluate" in said


def test_a_fault_in_another_systems_file_is_named_by_row_and_column(models, engine):
    page = opened(models, source="file")
    page = upload(page, models, "vendor.csv", "case,label,ill,well\na,ill,0.9,0.1\nb,well,1.4,0.2\n")
    said = words(page)
    assert "This file cannot be evaluated" in said
    assert "Row 2, column" in said
    assert not page.slider


def test_a_file_of_unknown_columns_is_read_by_those_that_the_reader_chooses(models, engine):
    page = opened(models, source="file")
    assert "Example file (CSV)" in offered_downloads(page)
    rows = [f"c{n},{'ill' if n % 2 else 'well'},{0.8 if n % 3 else 0.3},{n}" for n in range(40)]
    upload(page, models, "vendor.csv", "\n".join(["which,verdict,one,two", *rows]))
    assert "This file cannot be evaluated" in words(page)
    assert [box.label for box in page.selectbox][-4:] == ["True label", "Score", "Case", "Patient"]
    for title, name in {"True label": "verdict", "Score": "one", "Case": "which"}.items():
        next(box for box in page.selectbox if box.label == title).set_value(name)
    next(box for box in page.text_input if box.label == "Label that the score is of").set_value("ill")
    next(button for button in page.button if button.label == "Read with these columns").click()
    run(page, models)
    assert "40 cases in the file, none skipped." in words(page)


def test_a_moved_threshold_is_marked_until_it_is_back(models):
    page = opened(models)
    run(page, models)
    own = page.slider[0].value
    page.slider[0].set_value(0.1)
    run(page, models)
    assert "chosen on this test set" in words(page)
    page.slider[0].set_value(own)
    run(page, models)
    assert "chosen on this test set" not in words(page)


def test_exact_intervals_on_request(models):
    page = opened(models)
    assert "Wilson score" in words(page)
    assert "stand out by chance alone" in words(page)
    page.toggle[0].set_value(True)
    run(page, models)
    assert "Clopper-Pearson" in words(page)


def test_slope_intercept_and_likelihood_ratios_are_on_the_page(models):
    said = words(opened(models))
    assert all(
        name in said for name in ("Calibration slope", "Calibration intercept", "Positive likelihood ratio", "ICI")
    )


@pytest.fixture
def chinese():
    """Let the tests know the options of widgets as they are drawn."""
    with drawn_in(CHINESE):
        yield


@pytest.mark.parametrize(
    "model", ["brain-tumor-efficientnet", "phantom-cnn", "phantom-fusion", "retinamnist-plain-cnn"]
)
def test_every_tab_of_a_shipped_model_is_drawn_in_chinese(chinese, model):
    told = translations(CHINESE).gettext
    page = AppTest.from_file(PAGE, default_timeout=SECONDS)
    page.session_state["chosen language"], page.query_params["model"] = CHINESE, model
    key = run(page, ROOT / "models").session_state["evaluate"].subject.key
    page.session_state[f"all metrics {key}"] = page.session_state[f"operating points {key}"] = True
    tabs = {
        "Scores": "Calibration curve",
        "ROC": "Decision curve",
        "Precision-recall": "Prediction sets",
        "Confusion matrix": "Referring low-confidence cases",
    }
    for chart, calibration in tabs.items():
        page.session_state[f"charts {key}"] = told(chart)
        page.session_state[f"calibration {key}"] = told(calibration)
        assert english_left(run(page, ROOT / "models")) == []
    for drawn in ("灵敏度", "95% 置信区间", "全部指标及 95% 置信区间", "要保持的特异度", "混淆矩阵"):
        assert drawn in words(page) + " ".join(one.label for one in [*page.tabs, *page.number_input])


@pytest.mark.parametrize("source", ["images", "file"])
def test_the_other_sources_ask_in_chinese(engine, chinese, source):
    page = AppTest.from_file(PAGE, default_timeout=SECONDS)
    page.session_state["chosen language"], page.query_params["source"] = CHINESE, source
    assert english_left(run(page, ROOT / "models")) == []


def test_a_selection_keeps_its_english_name_and_is_headed_in_the_language_of_now(models):
    page = opened(models)
    state = page.session_state["evaluate"]
    state.select(case_selection.cases_at_score(state, "EFFUSION", 0.5))
    assert "Effusion: cases with score 0.500" in [one.value for one in run(page, models).header]
    page.session_state["chosen language"] = CHINESE
    assert "Effusion：分数为 0.500 的病例" in [one.value for one in run(page, models).header]  # a user's label
    assert page.session_state["evaluate"].selected.title == "Effusion: cases with score 0.500"
