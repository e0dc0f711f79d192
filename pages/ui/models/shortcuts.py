"""Show whether a model's scores depend on image features unrelated to disease, and the measurements behind that."""

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
from meddx.imaging.markers import BRIGHTNESS
from meddx.model.card import Card
from meddx.model.registry import InstalledModel
from pages.ui.common.html import data_table

INTERVENTION_NAMES = {"insert": "added", "occlude": "blurred", "swap": "swapped with an image of another label"}
SHORTCUT_HELP = (
    "Both measures are in standard deviations of the label's log-odds over the images, beyond the effect of a control "
    "intervention. Separation lost: how much closer the scores of positive and negative images come. Score shift: how "
    "far the mean score moves. An intervention counts as a shortcut where the separation lost is above "
    f"{LOST_FROM:g} or, for a drawn marker, the score shift above {PUSHED_FROM:g}, both at the near end of the "
    "interval. The table shows the most affected label of each intervention. 95 % intervals, simultaneous."
)


def render_shortcuts(model: InstalledModel) -> None:
    """Draw the section; say with which command to measure where the model was not checked."""
    st.subheader("Shortcut check", anchor=False)
    path = model.folder / SHORTCUTS_FILE
    if not path.is_file():
        st.write("Not checked for this model.")
        st.caption(f"python -m meddx shortcuts --model {model.card.id}")
        return
    try:
        rows = read_shortcuts(path)
    except Refused as refused:
        st.write(refused.reason)
        return
    st.write(shortcut_sentence(rows))
    st.caption(
        f"Measured on {rows[0].n} test images by drawing markers, and by blurring or swapping corners, borders and "
        "brightness. Other kinds of shortcuts were not tested."
    )
    with st.expander("All interventions: separation lost and score shift"):
        st.html(shortcut_table(rows, model.card))
        st.caption(SHORTCUT_HELP)


def shortcut_table(rows: Sequence[ShortcutRow], card: Card) -> str:
    """Return the table of interventions with the most affected label of each; HTML."""
    titles = {label.name: label.title for label in card.labels}
    table_rows = [
        (
            intervention_title(row),
            [
                escape(titles.get(row.label, row.label)),
                f"<b>{row.lost:.2f}</b><span>{row.lost_low:.2f} to {row.lost_high:.2f}</span>",
                f"<b>{row.pushed:.2f}</b><span>{row.pushed_low:.2f} to {row.pushed_high:.2f}</span>",
                "yes" if row.accused else "no",
            ],
        )
        for row in strongest(rows)
    ]
    head = ["Intervention", "Label", "Separation lost", "Score shift", "Shortcut"]
    return data_table("overall", f"{rows[0].n} test images, 95 % intervals", head, table_rows)


def intervention_title(row: ShortcutRow) -> str:
    """Return what was done to the images: "Tube added", "Border blurred", "Brightness changed"."""
    if (row.kind, row.what) == ("insert", BRIGHTNESS):
        return "Brightness changed"
    return f"{row.what[:1].upper()}{row.what[1:]} {INTERVENTION_NAMES[row.kind]}"
