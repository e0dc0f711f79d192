"""Titles of labels from cards, and the words that short titles leave out."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from meddx.evaluate.paired.alignment import align
from pages.ui.compare import system_titles
from tests.evaluate.paired.systems import system


def card(title, **labels):
    return SimpleNamespace(title=title, labels=[SimpleNamespace(name=name, title=of) for name, of in labels.items()])


@pytest.fixture
def aligned(monkeypatch):
    """Two models, shown with short titles, and a file, of the labels A and B."""
    cards = {"one": card("Chest films, plain CNN", A="Air"), "two": card("Chest films, ResNet", A="Other", X="Unused")}
    monkeypatch.setattr(system_titles, "installed_models", lambda: SimpleNamespace(cards=cards, earlier=()))

    def made(*titles):
        kinds = {"one": "model", "two": "model", "file": "file"}
        systems = [
            replace(system(name, [[0.8, 0.2]], [[1, 0]]), kind=kind, title=title)
            for (name, kind), title in zip(kinds.items(), titles, strict=True)
        ]
        return align(systems)

    return made


def test_a_label_has_the_title_of_the_first_card_that_knows_it_or_keeps_its_name(aligned):
    assert system_titles.label_titles_of(aligned("a", "b", "c")) == {"A": "Air", "B": "B"}


def test_words_that_were_left_out_come_back_for_models_only(aligned):
    short = aligned("plain CNN", "ResNet", "Vendor")
    assert system_titles.common_prefix(short) == "Chest films"
    assert system_titles.full_titles(short) == {
        "one": "Chest films, plain CNN", "two": "Chest films, ResNet", "file": "Vendor",
    }  # fmt: skip


def test_full_titles_are_left_as_they_are(aligned):
    whole = aligned("Chest films, plain CNN", "Chest films, ResNet", "Vendor")
    assert system_titles.common_prefix(whole) == ""
    assert list(system_titles.full_titles(whole).values()) == [one.title for one in whole.systems]
