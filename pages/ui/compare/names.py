"""What labels are called on the page."""

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
