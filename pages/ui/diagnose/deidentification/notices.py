"""What a server that de-identifies on reading says of it: before images are added, and beside one that was masked."""

import streamlit as st

from pages.ui.common.language.language import _, ngettext, number
from pages.ui.common.name_on_reading import deidentifies
from pages.ui.common.session import SessionCase
from pages.ui.diagnose.deidentification.box_outline import box_outline


def render_deidentification_notice() -> None:
    """Say, below the uploader, that what identifies a patient goes before anything else is done with a file."""
    if deidentifies():
        st.html(
            '<p class="keeping">'
            + _(
                "This server takes out of every file what identifies its patient before it shows, reads or keeps "
                "anything of it. Files get new names."
            )
            + "</p>"
        )


def render_masked(case: SessionCase) -> None:
    """Say in how many places of the image text is masked; nothing where none is."""
    if count := len(case.masked):
        sentence = ngettext(
            "Text in {count} place is masked, and outlined.", "Text in {count} places is masked, and outlined.", count
        )
        st.caption(sentence.format(count=number(count)))


def masked_outline(case: SessionCase) -> list[list[bool]] | None:
    """Return the masked places for the viewer, None where there are none."""
    if case.drawn is None:
        return None
    return box_outline(case.masked, case.drawn[0].rows, case.drawn[0].columns)
