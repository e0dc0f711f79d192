"""What labels and systems are called on the page."""

from collections.abc import Mapping

from meddx.evaluate.paired.alignment import Aligned
from pages.ui.installed import installed


def titles(aligned: Aligned) -> Mapping[str, str]:
    """Common label -> its title in the first card that has it; a label of files alone keeps its name."""
    cards = [installed().cards[system.id] for system in aligned.systems if system.id in installed().cards]
    known: dict[str, str] = {}
    for card in reversed(cards):
        known |= {label.name: label.title for label in card.labels}
    return {label: known.get(label, label) for label in aligned.labels}


def begins(aligned: Aligned) -> str:
    """The words that the titles of all compared models begin with and the page leaves out; "" where it leaves none."""
    cards = installed().cards
    for system in aligned.systems:
        first = cards[system.id].title.rpartition(", ")[0] if system.id in cards else ""
        if first and not system.title.startswith(first):
            return first
    return ""


def in_full(aligned: Aligned) -> dict[str, str]:
    """System id -> a title that stands alone, for what is quoted elsewhere."""
    first = begins(aligned)
    return {
        system.id: f"{first}, {system.title}" if first and system.kind in ("model", "version") else system.title
        for system in aligned.systems
    }
