"""The table of interventions: titles escaped, the most affected label of each."""

import pytest

from meddx.evaluate.shortcuts.probe_table import ShortcutRow
from pages.ui.models.shortcuts import intervention_title, shortcut_table


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
