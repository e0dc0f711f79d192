"""What a probe for shortcuts found, in a sentence."""

from collections.abc import Sequence

from meddx.evaluate.shortcuts.table import Row
from meddx.imaging.markers import BRIGHTNESS

NOTHING = "The answer does not follow corners, borders, brightness or drawn markers."


def sentence(rows: Sequence[Row]) -> str:
    """NOTHING, or what the answer follows, what it follows most first."""
    accused = sorted((row for row in rows if row.accused), key=lambda row: -max(row.lost, abs(row.pushed) / 4))
    things = list(dict.fromkeys(_thing(row) for row in accused))
    if not things:
        return NOTHING
    listed = things[0] if len(things) == 1 else f"{', '.join(things[:-1])} and {things[-1]}"
    return f"Its answer follows {listed}, which may say nothing of the illness."


def _thing(row: Row) -> str:
    if row.what == BRIGHTNESS:
        return "the brightness of the film"
    return f"a drawn {row.what}" if row.kind == "insert" else f"the {row.what}"
