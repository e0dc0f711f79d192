"""Whether the model's answer follows what says nothing of the illness: a sentence, and the numbers one click away."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from meddx.errors import Refused
from meddx.evaluate.shortcuts.table import LOST_FROM, PUSHED_FROM, SHORTCUTS_FILE, Row, read_shortcuts, strongest
from meddx.evaluate.shortcuts.words import sentence
from meddx.model.card import Card
from meddx.model.registry import InstalledModel
from pages.ui.models.text import table

DONE = {"insert": "drawn on", "occlude": "blurred", "swap": "swapped with a film of another label"}
EXPLAINED = (
    "In standard deviations of the label's log-odds over the films, beyond what a control does. Lost: how much "
    f"closer films with the label and films without it come; above {LOST_FROM:g}, at the lower end of the interval, "
    "the answer counts as following it. Pushed: how far the mean film moves; for a drawn marker, above "
    f"{PUSHED_FROM:g}. Of each intervention the label that it takes most from. Intervals hold together at 95 %."
)


def show(model: InstalledModel) -> None:
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
    st.write(sentence(rows))
    st.caption(
        f"Measured on {rows[0].n} test films by drawing markers, and by blurring and swapping corners, border and "
        "brightness. Shortcuts of other kinds are not looked for."
    )
    with st.expander("What was done, and how far the answer moved"):
        st.html(numbers(rows, model.card))
        st.caption(EXPLAINED)


def numbers(rows: Sequence[Row], card: Card) -> str:
    """The table, as HTML."""
    titles = {label.name: label.title for label in card.labels}
    lines = [
        (
            f"{row.what[:1].upper()}{row.what[1:]} {DONE[row.kind]}",
            [
                escape(titles.get(row.label, row.label)),
                f"<b>{row.lost:.2f}</b><span>{row.lost_low:.2f} to {row.lost_high:.2f}</span>",
                f"<b>{row.pushed:.2f}</b><span>{row.pushed_low:.2f} to {row.pushed_high:.2f}</span>",
                "yes" if row.accused else "no",
            ],
        )
        for row in strongest(rows)
    ]
    return table("overall", f"{rows[0].n} films", ["", "Label", "Lost", "Pushed", "Follows it"], lines)
