"""Titles of labels and systems for readers."""

from collections.abc import Mapping

from meddx.evaluate.paired.alignment import Aligned
from meddx.evaluate.paired.system import System
from pages.ui.common.installed_models import installed_models
from pages.ui.common.language.language import _
from pages.ui.common.language.translated import translated


def label_titles_of(aligned: Aligned) -> Mapping[str, str]:
    """Return the title of each common label, from the first card that has it; a label of files only keeps its name."""
    cards = [installed_models().cards[system.id] for system in aligned.systems if system.id in installed_models().cards]
    titles: dict[str, str] = {}
    for card in reversed(cards):
        titles |= {label.name: label.title for label in card.labels}
    return {label: titles.get(label, label) for label in aligned.labels}


def title_of(system: System) -> str:
    """Return a system's title in the reader's language."""
    return translated(system.title)


def drawn_titles(titles: Mapping[str, str]) -> dict[str, str]:
    """Return titles of labels in the reader's language. titles: label -> title, in English."""
    return {label: translated(title) for label, title in titles.items()}


def with_absence(titles: Mapping[str, str]) -> dict[str, str]:
    """Return the titles of labels, and of "no LABEL", which is what a prediction below the threshold says."""
    return dict(titles) | {f"no {name}": _("no {label}").format(label=title) for name, title in titles.items()}


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
