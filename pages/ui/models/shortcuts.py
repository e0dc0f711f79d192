"""Whether the model's answer follows what says nothing of the illness: a sentence, and the numbers one click away."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from meddx.errors import Refused
from meddx.evaluate.shortcuts.probe_table import (
    LOST_FROM,
    PUSHED_FROM,
    SHORTCUTS_FILE,
    ShortcutRow,
    read_shortcuts,
    strongest,
)
from meddx.evaluate.shortcuts.summary_sentence import shortcut_sentence
from meddx.model.card import Card
from meddx.model.registry import InstalledModel
from pages.ui.common.html import data_table

INTERVENTION_NAMES = {"insert": "drawn on", "occlude": "blurred", "swap": "swapped with an image of another label"}
SHORTCUT_HELP = (
    "In standard deviations of the label's log-odds over the images, beyond what a control does. Lost: how much "
    f"closer images with the label and images without it come; above {LOST_FROM:g}, at the lower end of the interval, "
    "the answer counts as following it. Pushed: how far the mean image moves; for a drawn marker, above "
    f"{PUSHED_FROM:g}. Of each intervention the label that it takes most from. Intervals hold together at 95 %."
)


def render_shortcuts(model: InstalledModel) -> None:
    """The section; a sentence with the command where the model was not probed."""
    st.subheader("Does it look where it should not?", anchor=False)
    path = model.folder / SHORTCUTS_FILE
    if not path.is_file():
        st.write("Not probed for shortcuts.")
        st.caption(f"python -m meddx shortcuts --model {model.card.id}")
        return
    try:
        rows = read_shortcuts(path)
    except Refused as refused:
        st.write(refused.reason)
        return
    st.write(shortcut_sentence(rows))
    st.caption(
        f"Measured on {rows[0].n} test images by drawing markers, and by blurring and swapping corners, border and "
        "brightness. Shortcuts of other kinds are not looked for."
    )
    with st.expander("What was done, and how far the answer moved"):
        st.html(shortcut_table(rows, model.card))
        st.caption(SHORTCUT_HELP)


def shortcut_table(rows: Sequence[ShortcutRow], card: Card) -> str:
    """The table, as HTML."""
    titles = {label.name: label.title for label in card.labels}
    lines = [
        (
            f"{row.what[:1].upper()}{row.what[1:]} {INTERVENTION_NAMES[row.kind]}",
            [
                escape(titles.get(row.label, row.label)),
                f"<b>{row.lost:.2f}</b><span>{row.lost_low:.2f} to {row.lost_high:.2f}</span>",
                f"<b>{row.pushed:.2f}</b><span>{row.pushed_low:.2f} to {row.pushed_high:.2f}</span>",
                "yes" if row.accused else "no",
            ],
        )
        for row in strongest(rows)
    ]
    return data_table("overall", f"{rows[0].n} images", ["", "Label", "Lost", "Pushed", "Follows it"], lines)
