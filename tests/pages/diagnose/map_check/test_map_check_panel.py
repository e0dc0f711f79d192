from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from meddx.types import JobStatus, MapCheck, MapMeasure
from pages.ui.diagnose.map_check import deletion_chart, verdict_text
from tests.pages.diagnose.test_counterfactual_panel import button
from tests.pages.test_diagnose import NAVIGATION, upload
from tests.pages.test_diagnose import words as text


def measured(verdict, value=0.1, says="A random network draws nearly the same picture."):
    return MapMeasure("learned", "Was it learned?", verdict, says, value, 0.4, 0.9, {"all layers": 0.93})


def found(verdict="not to be relied on", *measures):
    hidden = {"map": (0.6, 0.2), "centre": (0.7, 0.5), "random": (0.8, 0.7)}
    measures = measures or (measured("bad"),)
    return MapCheck(
        "untrained", "1.0.0", "EFFUSION", "grad-cam", verdict, measures, (0.1, 0.2), hidden, hidden, 0.9, 0.1, 53
    )


def test_each_measure_is_said_in_words_that_are_escaped():
    said = verdict_text.verdict_html(
        found("unclear", measured("good"), measured("bad", says="<b>")), "Grad-CAM", "Effusion & more"
    )
    assert "Unclear whether this map can be relied on" in said
    assert '<li class="good"><span>passed</span>A random network' in said
    assert "&lt;b&gt;" in said
    assert "Effusion &amp; more" in said


def test_a_method_whose_maps_chose_no_threshold_is_said_to_be_one():
    assert verdict_text.UNCHECKED not in verdict_text.verdict_html(found(), "Grad-CAM", "Effusion")
    assert verdict_text.UNCHECKED in verdict_text.verdict_html(replace(found(), checked=False), "RISE", "Effusion")


def test_the_rows_hold_what_each_value_is_held_to_and_comes_from():
    first, second = verdict_text.measure_rows(found())
    assert first == {"Measure": "Was it learned?", "Value": "0.10", "Failed below": "0.40", "Passed from": "0.90"}
    assert (second["Measure"], second["Value"]) == ("– all layers", "0.93")
    assert verdict_text.measure_rows(found("unclear", measured("unmeasured", None)))[0]["Value"] == ""


def test_every_curve_begins_at_the_whole_image():
    traces = deletion_chart.deletion_figure(found())["data"]
    assert [trace["y"][0] for trace in traces] == [0.9] * 3
    assert traces[0]["x"] == [0.0, 0.1, 0.2]


@pytest.fixture
def page(engine, untrained_models, monkeypatch):
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))
    return upload(AppTest.from_file(str(NAVIGATION), default_timeout=30).run(), ("a.dcm", b"image"))


def test_asked_for_it_tests_the_map_that_is_shown_and_says_the_verdict(page, engine):
    page = button(page, "Test this map").click().run()
    [(kind, arguments)] = engine.started
    assert (kind, arguments["label"], arguments["method"]) == ("map_check", "EFFUSION", "grad-cam")
    [id] = engine.statuses
    engine.statuses[id] = JobStatus(id, "map_check", "done", result=found())
    page = page.run()
    assert not page.exception
    assert "Do not rely on this map" in text(page)
