"""The report of a comparison stands alone and says what the comparison found."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from xml.etree import ElementTree

import pytest

from meddx.evaluate.paired.comparison import compare
from meddx.evaluate.paired.consensus import with_consensus
from meddx.evaluate.paired.summary_sentences import CAVEAT
from meddx.evaluate.paired.version_replacement import replacements
from meddx.export.comparison_report import OVERLAP_CAVEAT, ComparedSystems, comparison_report
from tests.evaluate.paired.test_comparison_json import NAMES, three
from tests.export.test_evaluation_report import HOSTILE, POLICY, read

MADE = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def found():
    return compare(with_consensus(three(), mean=True), resamples=50)


@pytest.fixture
def html(found, card):
    quoted = [one for one in found.differences if (one.metric, one.label) == ("auroc", "ill")]
    moved = tuple(replacements(found.aligned, three(1)))
    titles = {"ill": "Ill & more", "well": "Well"}
    return comparison_report(
        ComparedSystems(found, titles, quoted=quoted, margin=0.05, replacements=moved, cards=[card]), MADE
    )


def test_the_document_is_whole_and_asks_nobody_for_anything(html):
    outline = read(html)
    assert outline.asks == []
    assert not outline.tags & {"script", "link", "img", "iframe", "object", "form"}
    assert f'content="{POLICY}"' in html
    assert "2026-03-01 12:30 UTC" in html
    assert "Not a medical device" in html


def test_every_difference_stands_with_its_interval_and_test(html, found):
    for one in found.differences:
        if one.defined:
            words = f"<b>{one.difference:+.3f}</b> <span>{one.low:+.3f} to {one.high:+.3f}</span>"
            assert re.sub(r"[+-](0\.000)\b", r"\1", words).replace("-", "−") in html
    assert html.count('<th scope="col">Holm</th>') == 6 * 3


def test_sentences_carry_their_caveats(html):
    said = unescape(html)
    assert "after Holm's correction for 6 pairs" in said
    assert said.count("for Ill & more was") == 6
    assert "at a margin of 0.05" in said
    assert CAVEAT in said
    assert OVERLAP_CAVEAT in said
    assert "never use it on another" in said
    assert "an unknown number of parameters" in said


def test_agreement_and_the_cards_are_there(html, card):
    assert "Fleiss' kappa of all systems" in html
    assert unescape(html).count("Cohen's kappa") == 6
    assert card.weights.sha256 in html
    assert not any(f">c{row}<" in html for row in range(60)), "cases have no names here"


def test_pictures_are_wellformed_with_a_curve_for_each(html):
    pictures = re.findall(r"<svg.*?</svg>", html, re.DOTALL)
    assert len(pictures) == 4
    for picture in pictures:
        ElementTree.fromstring(picture)
        assert all(name.title() in picture for name in NAMES)


def test_two_versions_of_one_model_have_a_section_each(found, card):
    both = [card, card.model_copy(update={"version": "0.0.9", "summary": "The one before."})]
    html = comparison_report(ComparedSystems(found, {"ill": "Ill", "well": "Well"}, quoted=(), cards=both), MADE)
    assert html.count(f"<h2>Model {card.id}</h2>") == 2
    assert f"{card.version}: {card.summary}" in unescape(html)
    assert "0.0.9: The one before." in html


def test_no_text_from_outside_becomes_html(found, card):
    systems = tuple(replace(one, title=f"{HOSTILE} {one.id}") for one in found.aligned.systems)
    ids = [one.id for one in systems]
    aligned = replace(found.aligned, systems=systems, dropped={ids[0]: 3}, unaligned={ids[1]: (HOSTILE,)})
    hostile = card.model_copy(update={"id": HOSTILE, "summary": HOSTILE, "version": HOSTILE})
    quoted = [one for one in found.differences if (one.metric, one.label) == ("auroc", "ill")]
    compared = ComparedSystems(
        replace(found, aligned=aligned),
        {"ill": HOSTILE, "well": HOSTILE},
        quoted=quoted,
        margin=0.05,
        replacements=tuple(replacements(found.aligned, three(1))),
        cards=[hostile],
    )
    html = comparison_report(compared, MADE)
    assert "script" not in read(html).tags
    assert "<script" not in html
    for place in ("h1", "h2", "caption", "th", "p", "dd", "text"):
        assert re.search(rf"<{place}\b[^>]*>[^<]*&lt;script&gt;", html), place
