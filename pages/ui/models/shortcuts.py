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
from meddx.imaging.markers import BRIGHTNESS
from meddx.model.card import Card
from meddx.model.registry import InstalledModel
from pages.ui.common import glossary
from pages.ui.common.html import data_table
from pages.ui.common.language.formatting import capital, decimal, paragraph, percent, span
from pages.ui.common.language.language import N_, _, number
from pages.ui.common.language.translated import translated

INTERVENTION_NAMES = {
    "insert": N_("{what} added"),
    "occlude": N_("{what} blurred"),
    "swap": N_("{what} swapped with an image of another label"),
}
SHORTCUT_HELP = N_(
    "Both measures are in standard deviations of the label's log-odds over the images, beyond the effect of a control "
    "intervention. Separation lost: how much closer the scores of positive and negative images come. Score shift: how "
    "far the mean score moves. An intervention counts as a shortcut where the separation lost is above {lost} or, for "
    "a drawn marker, the score shift above {pushed}, both at the near end of the interval. The table shows the most "
    "affected label of each intervention. 95 % intervals, simultaneous."
)
REGION_HELP = N_(
    "Each region is exchanged between images with and without the label, against an exchange between images of the "
    "same label. Share: the part of the score's difference that goes with the region. Steadiness: mean over standard "
    "deviation from pair to pair; a fixed mark is steady, disease varies. Weight: share times steadiness, over the "
    "square root of the region's part of the frame. A region counts as a shortcut where the weight is above {least} "
    "at the lower end (95 %, simultaneous). A third of the images chose the regions, the others measured them."
)
NOT_LOOKED_FOR = N_(
    "Not looked for: marks that no image of this set carries (but for the drawn ones), marks at varying places, and "
    "shortcuts that fill most of the frame. A score may still change with image quality; see Robustness."
)


def render_shortcuts(model: InstalledModel) -> None:
    """Draw the section; say with which command to measure where the model was not checked."""
    st.header(_("Shortcut check"), anchor=False, help=glossary.meaning("shortcut"))
    path = model.folder / SHORTCUTS_FILE
    if not path.is_file():
        st.write(_("Not checked for this model."))
        if model.card.training is None:
            st.caption(f"python -m meddx shortcuts --model {model.card.id} --data FOLDER --keep")
            return
        st.caption(f"python -m meddx shortcuts --model {model.card.id}")
        st.caption(
            _(
                "Where the training recipe is not in configs/, add --recipe CONFIG.toml, or give labelled images: "
                "--data PATH --keep (a folder for each class, a CSV file, or a NumPy archive)."
            )
        )
        return
    try:
        rows, search = read_shortcuts(path), read_search(model.folder, model.card.weights.sha256)
    except Refused as refused:
        st.write(translated(refused.reason))
        return
    st.write(translated(shortcut_sentence(rows, search)))
    measured = _("Measured on {count} {images}.").format(
        count=number(rows[0].n), images=translated(search.images if search else OWN_TEST_SET)
    )
    st.caption(paragraph([measured, _(NOT_LOOKED_FOR)]))
    with st.expander(_("All interventions: separation lost and score shift"), key="interventions"):
        st.html(shortcut_table(rows, model.card))
        st.caption(_(SHORTCUT_HELP).format(lost=f"{LOST_FROM:g}", pushed=f"{PUSHED_FROM:g}"))
    if search is not None:
        with st.expander(_("Search of the frame: the heaviest regions"), key="regions"):
            st.html(region_table(search, model.card))
            meaning = _(REGION_HELP).format(least=f"{ACCUSED_FROM:g}")
            st.caption(paragraph([translated(missed_sentence(search)), meaning]))


def shortcut_table(rows: Sequence[ShortcutRow], card: Card) -> str:
    """Return the table of interventions with the most affected label of each; HTML."""
    titles = {label.name: translated(label.title) for label in card.labels}
    table_rows = [
        (
            intervention_title(row),
            [
                escape(titles.get(row.label, row.label)),
                _number(row.lost, span(row.lost_low, row.lost_high, 2)),
                _number(row.pushed, span(row.pushed_low, row.pushed_high, 2)),
                _("yes") if row.accused else _("no"),
            ],
        )
        for row in strongest(rows)
    ]
    head = [_("Intervention"), _("Label"), _("Separation lost"), _("Score shift"), _("Shortcut")]
    caption = _("{count} images, 95 % intervals").format(count=number(rows[0].n))
    return data_table("overall", caption, head, table_rows)


def region_table(search: SearchRecord, card: Card) -> str:
    """Return the table of the measured regions, heaviest first; HTML."""
    titles = {label.name: translated(label.title) for label in card.labels}
    table_rows = [
        (
            capital(translated(row.region.name)),
            [
                escape(titles.get(row.label, row.label)),
                percent(row.region.area, 1),
                percent(row.share),
                decimal(row.steadiness, 2),
                _number(row.weight, _("above {limit}").format(limit=decimal(row.weight_low, 2))),
                _("yes") if row.accused else _("no"),
            ],
        )
        for row in search.rows
    ]
    head = [_("Region"), _("Label"), _("Part of the frame"), _("Share"), _("Steadiness"), _("Weight"), _("Shortcut")]
    caption = _("{count} images, {regions} regions looked at").format(
        count=number(search.n), regions=number(search.looked_at)
    )
    return data_table("overall", caption, head, table_rows)


def _number(value: float, interval: str) -> str:
    return f"<b>{decimal(value, 2)}</b><span>{interval}</span>"


def intervention_title(row: ShortcutRow) -> str:
    """Return what was done to the images: "Tube added", "Border blurred", "Brightness changed"."""
    if (row.kind, row.what) == ("insert", BRIGHTNESS):
        return _("Brightness changed")
    return _(INTERVENTION_NAMES[row.kind]).format(what=capital(translated(row.what)))
