"""The button that downloads an export: made when it is pressed, and told to the audit log."""

from collections.abc import Callable

import streamlit as st

from pages.ui.common import account_engine
from pages.ui.common.language.language import _


def render_download(
    title: str, name: str, kind: str, make: Callable[[], str | bytes], *, key: str, data: bytes | None = None
) -> None:
    """Draw the button.

    title: marked with N_ and in English, since the audit log has it too. name: of the file. kind: its media type. data:
    of the image's file that the export is of.
    """
    engine = account_engine.own_engine()  # the file is made outside of a script

    def recorded() -> str | bytes:
        engine.actor.record("export", subject=title, data=data)
        with account_engine.on_behalf_of(engine):
            return make()

    st.download_button(_(title), recorded, file_name=name, mime=kind, on_click="ignore", key=key)
