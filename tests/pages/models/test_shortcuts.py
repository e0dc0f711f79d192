"""The table of interventions: titles escaped, the most affected label of each."""

import pytest

from meddx.evaluate.shortcuts.probe_table import ShortcutRow
from meddx.evaluate.shortcuts.search_record import SearchRecord
from pages.ui.models.shortcuts import intervention_title, region_table, shortcut_table


def row(kind, what, label="NODULE", lost=3.5):
    return ShortcutRow(kind, what, label, lost, lost - 0.4, lost + 0.4, 0.2, 0.1, 0.3, 88)


@pytest.mark.parametrize(
    ("kind", "what", "title"),
    [
        ("insert", "tube", "Tube added"),
        ("insert", "brightness", "Brightness changed"),
        ("occlude", "border", "Border blurred"),
        ("swap", "brightness", "Brightness swapped with an image of another label"),
    ],
)
def test_an_intervention_is_named_by_what_was_done(kind, what, title):
    assert intervention_title(row(kind, what)) == title


def test_the_table_has_the_most_affected_label_of_each_intervention(card):
    titles = tuple(one.model_copy(update={"title": f"<i>{one.name}</i>"}) for one in card.labels)
    html = shortcut_table(
        [row("swap", "border"), row("swap", "border", "EFFUSION", 0.1)], card.model_copy(update={"labels": titles})
    )
    assert "<b>3.50</b><span>3.10 to 3.90</span>" in html
    assert "&lt;i&gt;NODULE" in html
    assert "EFFUSION" not in html
    assert html.count("<td>yes</td>") == 1


def test_the_table_of_regions_has_places_in_words_and_says_which_are_shortcuts(card):
    place = {"top": 0.75, "left": 0.0, "bottom": 1.0, "right": 0.25, "ring": 0.0, "label": "NODULE"}
    numbers = {"share": 0.62, "shift": 4.0, "steadiness": 2.1, "weight": 5.2}
    rows = ({**place, **numbers, "weight_low": 3.1}, {**place, **numbers, "label": "EFFUSION", "weight_low": 0.4})
    record = SearchRecord(
        weights_sha256="0" * 64, images="test images", n=120, looked_at=140, detectable=0.3, detectable_shift=2.0,
        auroc=0.9, auroc_without=0.8, rows=rows,
    )  # fmt: skip
    html = region_table(record, card)
    assert html.count("The lower left corner") == 2
    assert "6.2\N{NO-BREAK SPACE}%" in html
    assert "<b>5.20</b><span>above 3.10</span>" in html
    assert html.count("<td>yes</td>") == 1
