"""The button "Send results to PACS": what a model says of an image goes there when the reader asks, and only then."""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from functools import partial
from html import escape

import streamlit as st

from meddx.errors import Refused, without_content
from meddx.network.pacs_access import NO_PACS_PACKAGES, packages_installed
from meddx.network.pacs_config import PacsConfig, configured_pacs
from pages.ui.common import notices
from pages.ui.common.account_pacs import AccountPacs, in_background, own_pacs
from pages.ui.common.language.language import N_, _, number
from pages.ui.common.language.translated import translated
from pages.ui.common.name_on_reading import deidentifies
from pages.ui.common.presses import was_pressed
from pages.ui.common.progress_panel import ProgressState, render_progress_panel
from pages.ui.common.session import SessionCase

_log = logging.getLogger(__name__)
_POLL_SECONDS = 0.4
_FAILED = N_("The results could not be sent: try again.")


def render_send(case: SessionCase, key: tuple[str, int, str], make: Callable[[], Mapping[str, bytes]]) -> None:
    """Draw the button, and how the last sending ended; nothing where no PACS takes results.

    key: of the card, the frame and the label. make: returns the objects by name; run on another thread.
    """
    try:
        config = configured_pacs()
    except Refused as refused:
        st.caption(translated(refused.reason))
        return
    names = [pacs.name for pacs in config.all if pacs.takes_results] if config is not None else []
    if config is None or not names:
        return
    if deidentifies():
        st.caption(_("Results are not sent to a PACS from here: this server has taken out whose they are."))
        return
    if not packages_installed():
        st.caption(translated(NO_PACS_PACKAGES))
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        name = names[0]
        if len(names) > 1:
            name = st.selectbox(_("PACS for results"), names, width=180, key="pacs for results")
        sending = case.sends.get((*key, name))
        pending = sending is not None and not sending.done()
        stores = _("Stores them in {pacs}.").format(pacs=name)
        if was_pressed(
            st.button, _("Send results to PACS"), key=f"send {case.id} {key}", disabled=pending, help=stores
        ):
            _send(case, (*key, name), config, make)
            st.rerun()
    if sending is not None:
        st.fragment(_render_sending, run_every=_POLL_SECONDS if pending else None)(sending, name, pending)


def _render_sending(sending: Future[int], name: str, pending: bool) -> None:
    if not sending.done():
        render_progress_panel(ProgressState(_("Sending to {pacs}").format(pacs=name)))
        return
    if pending:
        st.rerun()  # ends the polling, and the button may be pressed again
    error = sending.exception()
    if error is None:
        stored = _("{count} objects are stored in {pacs}.").format(count=number(sending.result()), pacs=name)
        st.html(f'<p class="sent" role="status">{escape(stored)}</p>')
        return
    if not isinstance(error, Refused):
        _log.error("results could not be sent: %s", without_content(error))
    reason = translated(error.reason) if isinstance(error, Refused) else _(_FAILED)
    notices.render_notice("error", _("Not sent"), reason)


def _send(
    case: SessionCase,
    key: tuple[str, int, str, str],
    config: PacsConfig,
    make: Callable[[], Mapping[str, bytes]],
) -> None:
    try:
        pacs = own_pacs(config, key[-1])
    except Refused as refused:
        case.sends[key] = ended = Future[int]()
        ended.set_exception(refused)
        return
    case.sends[key] = in_background(partial(_made_and_sent, pacs, case.data, make))


def _made_and_sent(pacs: AccountPacs, image: bytes, make: Callable[[], Mapping[str, bytes]]) -> int:
    """Make the objects, store them and return how many there were."""
    objects = make()
    pacs.send(objects, image)
    return len(objects)
