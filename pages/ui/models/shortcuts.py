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
from meddx.evaluate.shortcuts.search import ACCUSED_FROM
from meddx.evaluate.shortcuts.search_record import OWN_TEST_SET, SearchRecord, read_search
from meddx.evaluate.shortcuts.summary_sentence import missed_sentence, shortcut_sentence
from meddx.formatting import percent
from meddx.imaging.markers import BRIGHTNESS
from meddx.model.card import Card
from meddx.model.registry import InstalledModel
from pages.ui.common import glossary
from pages.ui.common.html import data_table

INTERVENTION_NAMES = {"insert": "added", "occlude": "blurred", "swap": "swapped with an image of another label"}
SHORTCUT_HELP = (
    "Both measures are in standard deviations of the label's log-odds over the images, beyond the effect of a control "
    "intervention. Separation lost: how much closer the scores of positive and negative images come. Score shift: how "
    "far the mean score moves. An intervention counts as a shortcut where the separation lost is above "
    f"{LOST_FROM:g} or, for a drawn marker, the score shift above {PUSHED_FROM:g}, both at the near end of the "
    "interval. The table shows the most affected label of each intervention. 95 % intervals, simultaneous."
)
REGION_HELP = (
    "Each region is exchanged between images with and without the label, against an exchange between images of the "
    "same label. Share: the part of the score's difference that goes with the region. Steadiness: mean over standard "
    "deviation from pair to pair; a fixed mark is steady, disease varies. Weight: share times steadiness, over the "
    f"square root of the region's part of the frame. A region counts as a shortcut where the weight is above "
    f"{ACCUSED_FROM:g} at the lower end (95 %, simultaneous). A third of the images chose the regions, the others "
    "measured them."
)
NOT_LOOKED_FOR = (
    "Not looked for: marks that no image of this set carries (but for the drawn ones), marks at varying places, and "
    "shortcuts that fill most of the frame. A score may still change with image quality; see Robustness."
)


def render_shortcuts(model: InstalledModel) -> None:
    """Draw the section; say with which command to measure where the model was not checked."""
    st.header("Shortcut check", anchor=False, help=glossary.meaning("shortcut"))
    path = model.folder / SHORTCUTS_FILE
    if not path.is_file():
        st.write("Not checked for this model.")
        if model.card.training is None:
            st.caption(f"python -m meddx shortcuts --model {model.card.id} --data FOLDER --keep")
            return
        st.caption(f"python -m meddx shortcuts --model {model.card.id}")
        st.caption(
            "Where the training recipe is not in configs/, add --recipe CONFIG.toml, or give labelled images: "
            "--data PATH --keep (a folder for each class, a CSV file, or a NumPy archive)."
        )
        return
    try:
        rows, search = read_shortcuts(path), read_search(model.folder, model.card.weights.sha256)
    except Refused as refused:
        st.write(refused.reason)
        return
    st.write(shortcut_sentence(rows, search))
    images = search.images if search else OWN_TEST_SET
    st.caption(f"Measured on {rows[0].n} {images}. {NOT_LOOKED_FOR}")
    with st.expander("All interventions: separation lost and score shift"):
        st.html(shortcut_table(rows, model.card))
        st.caption(SHORTCUT_HELP)
    if search is not None:
        with st.expander("Search of the frame: the heaviest regions"):
            st.html(region_table(search, model.card))
            st.caption(f"{missed_sentence(search)} {REGION_HELP}")


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
    return data_table("overall", f"{rows[0].n} images, 95 % intervals", head, table_rows)


def region_table(search: SearchRecord, card: Card) -> str:
    """Return the table of the measured regions, heaviest first; HTML."""
    titles = {label.name: label.title for label in card.labels}
    table_rows = [
        (
            row.region.name[:1].upper() + row.region.name[1:],
            [
                escape(titles.get(row.label, row.label)),
                f"{percent(row.region.area, 1)}",
                f"{percent(row.share)}",
                f"{row.steadiness:.2f}",
                f"<b>{row.weight:.2f}</b><span>above {row.weight_low:.2f}</span>",
                "yes" if row.accused else "no",
            ],
        )
        for row in search.rows
    ]
    head = ["Region", "Label", "Part of the frame", "Share", "Steadiness", "Weight", "Shortcut"]
    return data_table("overall", f"{search.n} images, {search.looked_at} regions looked at", head, table_rows)


def intervention_title(row: ShortcutRow) -> str:
    """Return what was done to the images: "Tube added", "Border blurred", "Brightness changed"."""
    if (row.kind, row.what) == ("insert", BRIGHTNESS):
        return "Brightness changed"
    return f"{row.what[:1].upper()}{row.what[1:]} {INTERVENTION_NAMES[row.kind]}"
