"""What a probe for shortcuts found, in a sentence."""

from collections.abc import Sequence

from meddx.evaluate.shortcuts.probe_table import ShortcutRow
from meddx.imaging.markers import BRIGHTNESS

NO_SHORTCUT = "The answer does not follow corners, borders, brightness or drawn markers."


def shortcut_sentence(rows: Sequence[ShortcutRow]) -> str:
    """NOTHING, or what the answer follows, what it follows most first."""
    accused = sorted((row for row in rows if row.accused), key=lambda row: -max(row.lost, abs(row.pushed) / 4))
    things = list(dict.fromkeys(_thing(row) for row in accused))
    if not things:
        return NO_SHORTCUT
    listed = things[0] if len(things) == 1 else f"{', '.join(things[:-1])} and {things[-1]}"
    return f"Its answer follows {listed}, which may say nothing of the illness."


def _thing(row: ShortcutRow) -> str:
    if row.what == BRIGHTNESS:
        return "the brightness of the image"
    return f"a drawn {row.what}" if row.kind == "insert" else f"the {row.what}"
