"""What a page shows in place of a result: no image, no model, a refusal, an engine that is still starting."""

from collections.abc import Collection
from html import escape

import streamlit as st

from meddx.config import records_keep_images
from meddx.records.access import records_on
from meddx.types import Refusal
from pages.ui.common import engine_state
from pages.ui.common.language.formatting import paragraph
from pages.ui.common.language.language import N_, _
from pages.ui.common.language.translated import translated
from pages.ui.common.progress_panel import ProgressState, render_progress_panel

_POLL_SECONDS = 0.5
WAITING_MESSAGES: dict[engine_state.EngineState, str] = {
    "starting": N_("The analysis engine is starting. The result appears when it is ready."),
    "warming": N_("The model is loading. The result appears when it is ready."),
    "ready": N_("The model is reading the image."),
}
"""In place of a result, by the engine's state."""


def render_no_models(refused: dict[str, str]) -> None:
    """Tell the reader that no model is installed. refused: folder -> why it cannot be used."""
    st.header(_("No model is installed"), anchor=False)
    st.write(_("Add a folder with a model card and weights under models/, then reload this page."))
    render_refused_models(refused)


def render_refused_models(refused: dict[str, str]) -> None:
    """Warn about each model folder that cannot be used. refused: folder -> why."""
    for reason in refused.values():
        st.warning(translated(reason))


def render_welcome(model: str) -> None:
    """Draw the heading above the uploader while the session holds no image. model: title of the chosen model."""
    title = _("Drop an image in")
    what = _("See the probability of each finding, and a heat map of the areas that raised it.")
    who = _("{model} will read it. You can choose another model in the list on the left.").format(model=model)
    st.html(f'<div class="welcome"><h1>{escape(title)}</h1><p>{escape(what)}</p><p>{escape(who)}</p></div>')


def render_storage_notice() -> None:
    """Say below the uploader where images are kept and for how long."""
    kept = _("Images are kept in this server's memory until you close this tab; a reload keeps them.")
    if not records_on():
        saved = _("Nothing is saved to disk.")
    elif records_keep_images():
        saved = _("Cases that you give an opinion on, or record, are saved on this server, with their images.")
    else:
        saved = _("Cases that you give an opinion on, or record, are saved on this server, without their images.")
    st.html(f'<p class="keeping">{escape(paragraph([kept, saved]), quote=False)}</p>')


def render_notice(kind: str, title: str, text: str) -> None:
    """Draw a box with a title and a paragraph. kind: "info", "refused" or "error", its colour.

    text: in the reader's language already, or a sentence of meddx.
    """
    heading, body = escape(title), escape(translated(text))
    st.html(f'<div class="panel {kind}" role="status"><h2>{heading}</h2><p>{body}</p></div>')


def render_waiting() -> None:
    """Draw the progress panel that stands in place of a result, with what the engine is doing now."""
    render_progress_panel(ProgressState(_(WAITING_MESSAGES[engine_state.current_state()])))


def render_refusal(refusal: Refusal, readable: bool) -> None:
    """Say why there is no result. readable: whether the file is an image, which only this model refuses."""
    title = _("This model does not accept this image") if readable else _("This file cannot be read")
    render_notice("refused", title, refusal.reason)


def render_engine_state(models: Collection[str]) -> None:
    """Draw one line until the models are loaded, and why one of `models` cannot be; else an empty container."""
    with st.container():
        status = engine_state.latest()
        if status.state != "ready":
            st.fragment(_engine_line, run_every=_POLL_SECONDS)()
        render_refused_models({name: reason for name, reason in status.failed.items() if name in models})


def _engine_line() -> None:
    state = engine_state.current_state()
    if state == "ready":
        st.rerun()
    starting = _("The analysis engine is starting. You can already add images.")
    loading = _("The models are loading. You can already add images.")
    with st.container(key="engine-state"):
        render_progress_panel(ProgressState(starting if state == "starting" else loading))
