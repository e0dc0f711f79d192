"""State the result of a shortcut check in one sentence."""

from collections.abc import Sequence

from meddx.evaluate.shortcuts.probe_table import ShortcutRow
from meddx.imaging.markers import BRIGHTNESS

NO_SHORTCUT = "No shortcut found: the score does not depend on corners, borders, brightness or drawn markers."


def shortcut_sentence(rows: Sequence[ShortcutRow]) -> str:
    """Return a sentence on what the model's score depends on, the strongest first, or NO_SHORTCUT."""
    shortcuts = sorted((row for row in rows if row.accused), key=lambda row: -max(row.lost, abs(row.pushed) / 4))
    names = list(dict.fromkeys(_name(row) for row in shortcuts))
    if not names:
        return NO_SHORTCUT
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"Possible shortcut: the score depends on {listed}, which may be unrelated to the disease."


def _name(row: ShortcutRow) -> str:
    if row.what == BRIGHTNESS:
        return "the brightness of the image"
    return f"a drawn {row.what}" if row.kind == "insert" else f"the {row.what}"
