"""Titles of labels and systems for readers."""

from collections.abc import Mapping

from meddx.evaluate.paired.alignment import Aligned
from pages.ui.common.installed_models import installed_models


def label_titles_of(aligned: Aligned) -> Mapping[str, str]:
    """Return the title of each common label, from the first card that has it; a label of files only keeps its name."""
    cards = [installed_models().cards[system.id] for system in aligned.systems if system.id in installed_models().cards]
    titles: dict[str, str] = {}
    for card in reversed(cards):
        titles |= {label.name: label.title for label in card.labels}
    return {label: titles.get(label, label) for label in aligned.labels}


def common_prefix(aligned: Aligned) -> str:
    """Return the words that all models' titles begin with and the page leaves out, "" where there are none."""
    cards = installed_models().cards
    for system in aligned.systems:
        first = cards[system.id].title.rpartition(", ")[0] if system.id in cards else ""
        if first and not system.title.startswith(first):
            return first
    return ""


def full_titles(aligned: Aligned) -> dict[str, str]:
    """Return, by system id, titles with the common prefix, for sentences that are quoted elsewhere."""
    first = common_prefix(aligned)
    return {
        system.id: f"{first}, {system.title}" if first and system.kind in ("model", "version") else system.title
        for system in aligned.systems
    }
