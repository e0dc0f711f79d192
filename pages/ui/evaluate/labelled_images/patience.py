"""Questions to the engine on the script's thread, while it may be starting or being replaced."""

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from meddx.errors import EngineUnavailable
from pages.ui.common import notices
from pages.ui.common.language.language import _

_Answer = TypeVar("_Answer")
_POLL_SECONDS = 1.0


def ask(question: Callable[[], _Answer]) -> _Answer | None:
    """Return the engine's answer; None after saying that it is not up, and the page runs again once it is."""
    try:
        return question()
    except EngineUnavailable:
        st.fragment(_until_answered, run_every=_POLL_SECONDS)(question)
        return None


def _until_answered(question: Callable[[], object]) -> None:
    try:
        question()
    except EngineUnavailable as error:
        notices.render_notice("waiting", _("The engine gives no answer yet"), str(error))
    else:
        st.rerun()
