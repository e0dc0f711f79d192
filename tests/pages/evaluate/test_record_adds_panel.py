"""What a record adds, on Evaluate and among what Compare offers."""

import pytest
from streamlit.testing.v1 import AppTest

from meddx.config import ROOT
from meddx.evaluate import metric_registry
from meddx.evaluate.paired.record_adds import what_the_record_adds
from meddx.model.registry import find_model
from pages.ui.common.language.language import drawn_in
from pages.ui.compare.available_systems import available_systems, comparable_systems
from pages.ui.evaluate.record_adds_panel import record_table
from tests.evaluate.paired.fusion_and_parts import write_parts
from tests.fused import write_fused
from tests.pages.chinese import english_in, texts_of_html
from tests.patience import SECONDS

PAGE = str(ROOT / "pages" / "evaluate.py")
NAME = "What the record adds"


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    return write_parts(tmp_path_factory.mktemp("models"))


def test_the_table_sets_the_three_side_by_side(models):
    found = what_the_record_adds(find_model(models, "fused"))
    table = record_table(found)
    for head in ("Image and record together", "Image alone", "Record alone", "More than the image alone"):
        assert f">{head}</th>" in table
    area, metric = found.of("fused", "fused: image alone")["auroc"], metric_registry.row("auroc")
    assert f"<td>{metric.text(area.first)}</td>" in table
    limits = f"{metric.signed_limit(area.low)} to {metric.signed_limit(area.high)}"
    assert f"<td>{metric.signed(area.difference)} ({limits}), " in table
    assert "p &lt; .001" in table


def test_the_table_is_in_chinese_for_a_reader_of_chinese(models):
    with drawn_in("zh_CN"):
        assert english_in(texts_of_html(record_table(what_the_record_adds(find_model(models, "fused"))))) == []


def test_evaluate_has_the_section_for_a_fusion_alone(models, tmp_path, monkeypatch):
    write_fused(tmp_path, labels=2)
    for folder, there in ((models, True), (tmp_path, False)):
        monkeypatch.setenv("MEDDX_MODELS", str(folder))
        page = AppTest.from_file(PAGE, default_timeout=SECONDS).run()
        assert not page.exception
        assert (NAME in [section.label for section in page.expander]) is there


def test_compare_offers_the_parts_beside_their_fusion(models, monkeypatch):
    monkeypatch.setenv("MEDDX_MODELS", str(models))
    systems = available_systems()
    assert list(systems) == ["fused", "fused: image alone", "fused: record and note alone"]
    assert comparable_systems(systems)["fused"] == ["fused: image alone", "fused: record and note alone"]
