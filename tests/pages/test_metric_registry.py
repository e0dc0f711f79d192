"""One more row of the registry is on every page that shows metrics, and gone with it."""

from collections import OrderedDict

import pytest
import streamlit as st

from meddx.config import ROOT
from meddx.evaluate import metric_registry
from meddx.evaluate.assessment import assess
from meddx.evaluate.card_metrics import measure, stated
from meddx.evaluate.predictions import read_predictions
from meddx.model.registry import list_models
from pages.ui.compare import comparison_job
from pages.ui.evaluate import headline_metrics
from pages.ui.models import performance
from tests.evaluate.youden import ROW, added
from tests.pages import test_compare, test_evaluate
from tests.pages.test_evaluate import models  # noqa: F401


@pytest.fixture
def youden(monkeypatch):
    """With what pages keep for everybody computed anew, before and after."""
    st.cache_resource.clear()
    monkeypatch.setattr(comparison_job, "_kept", OrderedDict())
    added(monkeypatch)
    yield
    st.cache_resource.clear()


def test_evaluate_shows_it_as_a_tile_at_the_threshold_and_among_all(youden, models):  # noqa: F811
    page = test_evaluate.opened(models)
    said = test_evaluate.words(page)
    assert f"<h2>{ROW.title}</h2>" in said  # a tile
    assert said.count(ROW.meaning) == 2  # of the tile, and at the threshold
    recorded = read_predictions(models / "small" / "predictions-test.parquet")
    every = headline_metrics.all_metrics_table(assess(recorded, (0.5, 0.5, 0.5), True), "abc")
    assert every.count(f'<th scope="row">{ROW.title}</th>') == 1


def test_groups_can_be_compared_in_it(youden, tmp_path):
    test_evaluate.test_groups_stand_worst_first_and_small_ones_are_flagged(tmp_path)
    page = test_evaluate.opened(tmp_path)
    [metric] = [box for box in page.selectbox if box.label == "Metric"]
    assert ROW.title in metric.options
    assert f"{ROW.title}: {ROW.meaning}" in metric.help
    metric.set_value(ROW.name)
    assert f"<caption>{ROW.title} for " in test_evaluate.words(test_evaluate.run(page, tmp_path))


def test_compare_lists_it_and_puts_it_into_words(youden, engine):
    page = test_compare.opened(ROOT / "models", models="pneumoniamnist-plain-cnn,pneumoniamnist-resnet")
    [chosen] = [box for box in page.selectbox if box.label == "Metric to quote"]
    assert ROW.title in chosen.options
    assert f'<th scope="row">{ROW.title}</th>' in test_compare.words(page)
    chosen.set_value(ROW.name)
    said = test_compare.words(test_compare.run(page, ROOT / "models"))
    assert f"{ROW.phrase} was" in said.replace("&#x27;", "'")


def test_a_card_that_states_it_shows_it(youden):
    model = next(model for model in list_models(ROOT / "models").models if model.card.task == "exclusive")
    predictions = read_predictions(model.folder / "predictions-test.parquet")
    measured = measure(predictions, [label.threshold for label in model.card.labels], True)
    card = model.card.model_copy(update={"metrics": tuple(stated(measured, "test"))})
    assert ROW.title in performance.siblings_table([card])
    assert ROW.title in performance.label_table(card)
    assert performance.meanings([card])[ROW.title] == ROW.meaning


def test_without_the_row_no_page_knows_it(models):  # noqa: F811
    assert metric_registry.find(ROW.name) is None
    assert ROW.title not in test_evaluate.words(test_evaluate.opened(models))
