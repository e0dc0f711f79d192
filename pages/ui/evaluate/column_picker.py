"""Say which column of a file of scores holds what, where its names do not."""

from collections.abc import Mapping, Sequence

import streamlit as st

from pages.ui.common.language.language import N_, _
from pages.ui.common.presses import was_pressed

_ROLES = {
    "label": (N_("True label"), N_("Names what each case is, such as diagnosis")),
    "score": (N_("Score"), N_("The system's number for the label, where the file has only one")),
    "case": (N_("Case"), N_("Tells the rows apart, such as a file name")),
    "patient": (N_("Patient"), N_("Groups the cases of one patient; may be left out")),
}
"""By the names of meddx.evaluate.external_predictions.options.ROLES: title, help."""


def render_column_picker(names: Sequence[str], chosen: Mapping[str, str], key: str) -> dict[str, str] | None:
    """Draw a list of columns for each role; return role -> column once the reader asks for another reading, and
    "positive" -> the label that the only score is of.

    names: of the file's columns. chosen: as the file was read. key: of the file. None until the button is pressed.
    """
    with st.form(f"columns {key}"):
        st.write(_("Choose the columns here, or correct the file and upload it again."))
        places = st.columns(len(_ROLES), gap="small")
        picked = {
            role: place.selectbox(
                _(title),
                names,
                index=names.index(chosen[role]) if chosen.get(role) in names else None,
                placeholder=_("By its name"),
                help=_(what),
                key=f"column {role} {key}",
            )
            for place, (role, (title, what)) in zip(places, _ROLES.items(), strict=True)
        }
        label = st.text_input(
            _("Label that the score is of"),
            chosen.get("positive", ""),
            help=_("As the column of the true label spells it; needed where the file has one score"),
            key=f"label of score {key}",
        )
        if was_pressed(st.form_submit_button, _("Read with these columns"), key=f"read {key}"):
            picked["positive"] = label.strip() or None
            return {role: name for role, name in picked.items() if name is not None}
    return None
