from dataclasses import replace

import pytest

from meddx.explain.map_check.verdicts import threshold_origin
from meddx.types import MapCheck, MapMeasure
from pages.ui.common.language.language import drawn_in
from pages.ui.diagnose.map_check import verdict_text
from tests.pages.chinese import english_in, texts_of_html


def measure(verdict, value=0.1, text="An untrained network gives nearly the same map.", name="learned"):
    return MapMeasure(name, "Dependence on training", verdict, text, value, 0.4, 0.9, {"all layers": 0.93})


def check(verdict="not to be relied on", *measures):
    hidden = {"map": (0.6, 0.2), "centre": (0.7, 0.5), "random": (0.8, 0.7)}
    measures = measures or (measure("bad"),)
    return MapCheck(
        "untrained", "1.0.0", "EFFUSION", "grad-cam", verdict, measures, (0.1, 0.2), hidden, hidden, 0.9, 0.1, 53, ""
    )


def test_each_measure_has_a_sentence_that_is_escaped():
    html = verdict_text.verdict_html(
        check("unclear", measure("good"), measure("bad", text="<b>")), "Grad-CAM", "Effusion & more"
    )
    assert '<li class="good"><span>passed</span>An untrained network' in html
    assert "&lt;b&gt;" in html
    assert "Effusion &amp; more" in html


@pytest.mark.parametrize(
    ("verdict", "others", "heading"),
    [
        ("reliable", [measure("good")], "Passed all checks: hiding it changes the prediction"),
        ("reliable", [measure("unclear")], "Failed no check: hiding it changes the prediction"),
        ("unclear", [measure("unclear")], "Unclear whether this map is reliable"),
        ("unclear", [measure("bad")], "Unclear whether this map is reliable (failed: dependence on training)"),
        ("not to be relied on", [measure("bad")], "Unreliable map (failed: dependence on training)"),
    ],
)
def test_the_heading_names_what_passed_or_failed(verdict, others, heading):
    effect = measure("good", text="Hiding it changes the prediction.", name="faithful")
    assert verdict_text.verdict_heading(check(verdict, effect, *others)) == heading


@pytest.mark.parametrize("verdict", ["reliable", "unclear", "not to be relied on"])
def test_the_caution_stands_in_the_line_of_the_verdict(verdict):
    effect = measure("good", text="Hiding it changes the prediction.", name="faithful")
    plain = check(verdict, effect)
    assert "<small>" not in verdict_text.verdict_html(plain, "Grad-CAM", "Effusion")
    html = verdict_text.verdict_html(replace(plain, caution="Limits of <another> model."), "RISE", "Effusion")
    heading = html[html.index("<h2>") : html.index("</h2>")]
    assert verdict_text.verdict_heading(plain) in heading
    assert "Limits of &lt;another&gt; model." in heading


@pytest.mark.parametrize("weights", ["", threshold_origin().models[0].weights_sha256])
@pytest.mark.parametrize("method", ["grad-cam", "rise"])
def test_a_reader_of_chinese_is_cautioned_in_chinese(weights, method):
    held = replace(check(), caution=threshold_origin().caution(weights, method))
    with drawn_in("zh_CN"):
        assert english_in(texts_of_html(verdict_text.verdict_html(held, "Grad-CAM", "积液"))) == []


def test_the_rows_hold_what_each_value_is_held_to_and_comes_from():
    first, second = verdict_text.measure_rows(check())
    assert first == {"Check": "Dependence on training", "Value": "0.10", "Failed below": "0.40", "Passed from": "0.90"}
    assert (second["Check"], second["Value"]) == ("– all layers", "0.93")
    assert verdict_text.measure_rows(check("unclear", measure("unmeasured", None)))[0]["Value"] == ""
