"""What labels and systems are called on the page."""

from collections.abc import Mapping

from meddx.evaluate.paired.alignment import Aligned
from pages.ui.common.installed_models import installed_models


def label_titles_of(aligned: Aligned) -> Mapping[str, str]:
    """Common label -> its title in the first card that has it; a label of files alone keeps its name."""
    cards = [installed_models().cards[system.id] for system in aligned.systems if system.id in installed_models().cards]
    known: dict[str, str] = {}
    for card in reversed(cards):
        known |= {label.name: label.title for label in card.labels}
    return {label: known.get(label, label) for label in aligned.labels}


def common_prefix(aligned: Aligned) -> str:
    """The words that the titles of all compared models begin with and the page leaves out; "" where it leaves none."""
    cards = installed_models().cards
    for system in aligned.systems:
        first = cards[system.id].title.rpartition(", ")[0] if system.id in cards else ""
        if first and not system.title.startswith(first):
            return first
    return ""


def full_titles(aligned: Aligned) -> dict[str, str]:
    """System id -> a title that stands alone, for what is quoted elsewhere."""
    first = common_prefix(aligned)
    return {
        system.id: f"{first}, {system.title}" if first and system.kind in ("model", "version") else system.title
        for system in aligned.systems
    }
