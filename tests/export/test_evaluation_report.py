"""The report stands alone, says what was measured, and leaves out what nobody knows."""

import math
import re
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from jinja2 import UndefinedError

from meddx.evaluate import metric_registry
from meddx.evaluate.cautions import MANY_LOOKS
from meddx.export.checklist import checklist
from meddx.export.evaluation_report import evaluation_report
from meddx.export.html import NOT_STATED, render_report
from meddx.types import Refusal
from tests.export.conftest import evaluation, predictions

MADE = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
HOSTILE = """<script>alert("it's & it")</script>"""
VOID = {"meta", "br"}


class Outline(HTMLParser):
    """Opens and closes every element, and keeps what could ask for something from elsewhere."""

    def __init__(self):
        super().__init__()
        self.open, self.asks, self.tags = [], [], set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.asks += [value for name, value in attrs if name in {"src", "href", "data", "action", "xlink:href"}]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.add(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def read(html):
    outline = Outline()
    outline.feed(html)
    assert outline.open == []
    return outline


def test_the_document_is_whole_and_asks_nobody_for_anything():
    html = evaluation_report(evaluation(), MADE)
    outline = read(html)
    assert outline.asks == []
    assert not outline.tags & {"script", "link", "img", "iframe", "object", "form"}
    assert not re.search(r"https?://|url\(|@import", html)
    assert f'content="{POLICY}"' in html
    assert "2026-03-01 12:30 UTC" in html
    assert "Not a medical device" in html


def test_numbers_are_those_of_the_assessment():
    of = evaluation()
    html = evaluation_report(of, MADE)
    for numbers in (of.assessment.overall, *of.assessment.per_label.values()):
        for name, number in numbers.items():
            value = metric_registry.text(name, number.value)
            assert f"<b>{value}</b>" in html
    # Four of six most probable labels are right; "ILL" at .5: a, b found, e missed, c predicted positive wrongly.
    assert "<b>0.667</b>" in html
    cells = re.search(r"Ill &amp; more at 0\.500.*?</table>", html, re.DOTALL)[0]
    assert re.findall(r"<td>(\d+)</td>", cells) == ["2", "1", "1", "2"]


def test_unreliable_intervals_are_said_to_be():
    assert "not to be relied on" in evaluation_report(evaluation(), MADE)


def test_texts_are_no_html():
    html = evaluation_report(evaluation(), MADE)
    assert "A &lt;b&gt;model" in html
    assert "<b>model" not in html
    assert "Ill &amp; more" in html


def test_no_text_from_outside_becomes_html(card):
    bad = {"title": HOSTILE, "threshold_rule": HOSTILE, "threshold_set": HOSTILE}
    hostile = card.model_copy(
        update={
            "id": HOSTILE,
            "summary": HOSTILE,
            "labels": tuple(label.model_copy(update=bad) for label in card.labels),
            "use": card.use.model_copy(update={"intended": HOSTILE, "not_for": HOSTILE, "known_failures": (HOSTILE,)}),
        }
    )
    html = evaluation_report(
        evaluation(
            title=HOSTILE,
            cases=HOSTILE,
            titles={"ILL": HOSTILE, "WELL": HOSTILE},
            threshold_origin=HOSTILE,
            card=hostile,
            refused={f"{HOSTILE}.dcm": Refusal("not-an-image", HOSTILE)},
            description={HOSTILE: HOSTILE, "Data": HOSTILE},
            predictions=replace(predictions(), attributes={HOSTILE: ("F", "M", "F", "M", None, "F")}),
        ),
        MADE,
    )
    assert "script" not in read(html).tags
    assert "<script" not in html
    # In: document, heading, lead, table, case id, fact, checklist, chart's alternative text.
    for place in ("title", "h1", "h2", "p", "caption", "th", "td", "dt", "dd"):
        assert re.search(rf"<{place}\b[^>]*>[^<]*&lt;script&gt;", html), place
    assert re.search(r"<svg[^>]*><title>[^<]*&lt;script&gt;", html)
    assert "&lt;script&gt;alert(&#34;it&#39;s &amp; it&#34;)&lt;/script&gt;.dcm" in html
    assert "&amp;lt;" not in html, "escaped twice"


def test_a_value_that_a_template_misses_is_an_error():
    with pytest.raises(UndefinedError, match="'lead' is undefined"):
        render_report("evaluation_report.html", MADE, title="Some")


def test_refused_images_are_counted_by_reason_and_listed():
    html = evaluation_report(evaluation(), MADE)
    assert ", 2 skipped." in html
    assert "2 × The file is no image." in html
    assert "x.dcm" in html
    assert ", none skipped." in evaluation_report(evaluation(refused={}), MADE)


def test_the_card_is_there_with_its_thresholds(card):
    html = unescape(evaluation_report(evaluation(card=card), MADE))
    assert card.weights.sha256 in html
    assert card.use.intended in html
    assert card.labels[0].threshold_rule in html


def test_what_nobody_states_is_not_stated(card):
    unknown = {item.item: item.answer for item in checklist(evaluation(description={}))}
    assert {unknown[item] for item in ("CLAIM 1", "CLAIM 8", "CLAIM 15", "CLAIM 43")} == {None}
    known = {item.item: item.answer for item in checklist(evaluation(card=card))}
    assert known["CLAIM 8"] == "Made up"
    assert known["CLAIM 15"] is None  # a card names no reference standard
    assert known["CLAIM 34"] == "8 submitted, 2 skipped, 6 evaluated, 6 patients"
    assert known["CLAIM 38"] is None  # this card names no failure
    assert evaluation_report(evaluation(), MADE).count(NOT_STATED) >= 10


def test_thresholds_chosen_on_these_cases_are_not_called_set_beforehand():
    html = evaluation_report(evaluation(chosen_on=True), MADE)
    assert "These metrics are optimistic" in html
    assert "Not set beforehand: chosen on these same cases." in html


def test_pictures_are_wellformed_and_one_sided_labels_have_no_curves():
    pictures = re.findall(r"<svg.*?</svg>", evaluation_report(evaluation(), MADE), re.DOTALL)
    assert len(pictures) == 10
    for picture in pictures:
        ElementTree.fromstring(picture)
        assert "nan" not in picture
    of = predictions().subset([0, 1, 4])
    assert len(re.findall("<svg", evaluation_report(evaluation(predictions=of), MADE))) == 6


def test_a_threshold_moved_on_the_test_set_is_marked():
    html = unescape(evaluation_report(evaluation(moved=("ILL",)), MADE))
    assert "Threshold of Ill & more chosen on this test set: sensitivity and specificity at it are optimistic" in html
    assert html.count("(chosen on this test set: optimistic)") == 1  # at the metrics of this label only
    assert "Ill & more: not set beforehand, but chosen on this test set." in html
    assert "chosen on this test set" not in evaluation_report(evaluation(), MADE)


def test_many_numbers_are_said_to_be_many():
    assert MANY_LOOKS in unescape(evaluation_report(evaluation(), MADE))


def test_operating_points_indices_and_prediction_sets_are_there(calibrated):
    of = calibrated(quantiles=(0.4,), target_coverage=0.8, specificity=0.8)
    html = unescape(evaluation_report(of, MADE))
    point = of.details["ILL"].at_specificity
    assert "Sensitivity at specificity 80\N{NO-BREAK SPACE}% or more" in html
    assert f"<b>{point.reached.value:.3f}</b>" in html
    assert f"<td>{point.threshold:.3f}</td>" in html
    assert f"<b>{of.details['ILL'].indices['ici'].value:.3f}</b>" in html
    assert "Prediction sets" in html
    assert f"<b>{100 * of.sets.coverage['ILL'].value:.1f}\N{NO-BREAK SPACE}%</b>" in html
    assert "Prediction sets" not in evaluation_report(calibrated(), MADE)


def test_without_a_threshold_nothing_is_counted_at_one(calibrated):
    html = evaluation_report(calibrated(threshold=math.nan), MADE)
    assert "No threshold; n 200" in html
    assert "nan" not in html
