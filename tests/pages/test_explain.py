"""The Explain page without a browser, and the records of shipped models."""

import csv
import io

import pytest
from streamlit.testing.v1 import AppTest

from meddx.config import ROOT
from meddx.explain.record import NAME, read_record
from meddx.model.card import read_card
from meddx.model.registry import list_models
from meddx.training.card_file import as_toml
from pages.ui.explain import chart, tables
from tests.explain.test_record import record
from tests.untrained import write_model
from tools.explanations_page import section

PAGE = str(ROOT / "pages" / "explain.py")
RECORDED = [model for model in list_models(ROOT / "models").models if (model.folder / NAME).exists()]


def opened(models, name):
    page = AppTest.from_file(PAGE, default_timeout=30)
    page.query_params["model"] = name
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MEDDX_MODELS", str(models))
        page.run()
    assert not page.exception
    said = [element.proto.body for element in page.get("html")]
    return " ".join(said + [element.value for element in [*page.markdown, *page.caption, *page.code]])


@pytest.mark.parametrize("model", RECORDED, ids=lambda model: model.card.id)
def test_every_shipped_record_is_shown_with_its_recommendation_intervals_and_n(model):
    of = read_record(model.folder, model.card)
    said = opened(ROOT / "models", model.card.id)
    best = of.of(of.recommended, "pointing game")
    assert f"Recommended: {of.method(of.recommended).title}" in said
    assert f"<b>{best.value:.2f}</b><span>{best.low:.2f} to {best.high:.2f}</span>" in said
    assert f"n {best.n}" in said
    apart = ("Methods, on test films", "tf-keras-vis&#x27; own maps", "saw no network: what")
    places = [said.index(caption) for caption in apart]
    assert places == sorted(places)


def test_the_documentation_holds_every_shipped_record():
    assert RECORDED
    text = (ROOT / "docs" / "explanations.md").read_text(encoding="utf-8")
    assert section(list_models(ROOT / "models").models).strip() in text


def test_a_model_without_a_record_says_how_to_make_one(tmp_path):
    write_model(tmp_path, "bare")
    said = opened(tmp_path, "bare")
    assert "Nothing has been measured" in said
    assert "python -m meddx explain-check --model bare" in said


def test_a_record_of_other_weights_is_not_shown(tmp_path):
    folder = write_model(tmp_path, "changed")
    card = read_card(folder / "card.toml")
    (folder / NAME).write_text(as_toml(record(card, weights_sha256="0" * 64)))
    assert "other weights" in opened(tmp_path, "changed")


@pytest.fixture
def small(tmp_path):
    folder = write_model(tmp_path, "small")
    card = read_card(folder / "card.toml")
    (folder / NAME).write_text(as_toml(record(card)))
    return read_record(folder, card)


def test_the_file_has_a_line_for_every_number(small):
    rows = list(csv.DictReader(io.StringIO(tables.as_csv(small))))
    assert [(row["row"], row["measure"], row["value"], row["n"]) for row in rows] == [
        ("grad-cam", "pointing game", "0.9", "100")
    ]


def test_the_dot_of_a_method_has_its_interval(small):
    dots = chart.pointing(small, "pointing game", "Points")["data"][0]
    assert dots["x"] == [0.9]
    assert (dots["error_x"]["array"], dots["error_x"]["arrayminus"]) == (pytest.approx([0.05]), pytest.approx([0.1]))
    assert chart.pointing(small, "overlap", "Overlap") is None


def test_what_was_not_measured_is_said(small):
    assert "not measured" in tables.group(small, "floor")
    assert tables.group(small, "reference") == ""
