"""Let the reader ask for the sensitivity at a specificity, and for the specificity at a sensitivity."""

import streamlit as st

from meddx.evaluate.label_details import operating_points
from meddx.evaluate.operating_points import OperatingPoint
from pages.ui.common.html import data_table
from pages.ui.common.language.formatting import decimal, percent, span
from pages.ui.common.language.language import N_, _
from pages.ui.evaluate.page_state import PageState


def render_operating_points(state: PageState, label: str) -> None:
    """Draw the section, closed; it is computed only while it is open."""
    panel = st.expander(
        _("Sensitivity at a specificity, and back"), on_change="rerun", key=f"operating points {state.subject.key}"
    )
    if not panel.open:
        return
    with panel:
        left, right = st.columns(2)
        with left:
            state.specificity = _share(
                _("Specificity to keep, %"), state.specificity, f"specificity {state.subject.key}"
            )
        with right:
            state.sensitivity = _share(
                _("Sensitivity to keep, %"), state.sensitivity, f"sensitivity {state.subject.key}"
            )
        points = operating_points(state.subject.predictions, label, state.specificity, state.sensitivity)
        if points[0] is None:
            st.write(_("Not defined: it needs both positive and negative cases."))
        else:
            st.html(operating_points_table(*points, state.subject.label_title(label)))


def _share(title: str, value: float, key: str) -> float:
    chosen = st.number_input(
        title, min_value=1.0, max_value=100.0, value=round(100 * value, 1), step=1.0, format="%.1f", key=key
    )
    return float(chosen) / 100


def operating_points_table(at_specificity: OperatingPoint, at_sensitivity: OperatingPoint, title: str) -> str:
    """Return the table of the two operating points, one a row. title: of the label; HTML."""
    rows = [
        (
            _(sentence).format(share=percent(point.asked, 1)),
            [
                f"<b>{decimal(point.reached.value)}</b><span>{span(point.reached.low, point.reached.high)}</span>",
                decimal(point.kept),
                decimal(point.threshold),
            ],
        )
        for point, sentence in (
            (at_specificity, N_("Sensitivity at specificity {share} or more")),
            (at_sensitivity, N_("Specificity at sensitivity {share} or more")),
        )
    ]
    caption = _(
        "{label}: the best threshold on these cases that keeps the share; the 95 % interval allows for the threshold "
        "having been chosen on them"
    ).format(label=title)
    return data_table("figures", caption, ["", _("Reached"), _("Kept"), _("Threshold")], rows)
