"""What the page says when there is nothing to show: no image, no model, a refusal, an engine that does not answer."""

from collections.abc import Collection
from html import escape

import streamlit as st

from meddx.types import Refusal
from pages.ui.common import engine_state

_POLL_SECONDS = 0.5


def render_no_models(refused: dict[str, str]) -> None:
    """Nothing can be asked."""
    st.header("No model is installed", anchor=False)
    st.write("Add a folder with a card and weights under models/, then reload this page.")
    render_refused_models(refused)


def render_refused_models(refused: dict[str, str]) -> None:
    """Model folders that could not be used, and why."""
    for reason in refused.values():
        st.warning(reason)


def render_welcome(model: str) -> None:
    """Above the uploader while no image is there. model: its title."""
    st.html(
        f"""<div class="welcome"><h1>Drop an image in</h1>
        <p>See what the model says, how sure it is, and where on the image its evidence lies.</p>
        <p>{escape(model)} will read it; others are in the list on the left.</p></div>"""
    )


def render_storage_notice() -> None:
    """Below the uploader while no image is there: what becomes of the images."""
    st.html('<p class="keeping">Images stay in this server\'s memory while this tab is open. Nothing goes to disk.</p>')


def render_notice(kind: str, title: str, text: str) -> None:
    """A quiet box: kind "waiting", "refused" or "error"."""
    st.html(f'<div class="panel {kind}" role="status"><h2>{escape(title)}</h2><p>{escape(text)}</p></div>')


def render_waiting() -> None:
    """In place of the findings while the engine works; reads the engine's state every time it runs."""
    match engine_state.current_state():
        case "starting":
            render_notice(
                "waiting", "The engine is starting", "This takes some seconds. The image is read as soon as it is up."
            )
        case "warming":
            render_notice("waiting", "The model is warming up", "The answer comes as soon as it is loaded.")
        case _:
            render_notice("waiting", "Reading the image", "The model is working on it.")


def render_refusal(refusal: Refusal, readable: bool) -> None:
    """The image, or this model's answer to it, was refused."""
    title = "This model does not take this image" if readable else "This file cannot be read"
    render_notice("refused", title, refusal.reason)


def render_engine_state(models: Collection[str]) -> None:
    """One quiet line until the models are loaded, and why one of `models` cannot be; else an empty place."""
    with st.container():
        status = engine_state.latest()
        if status.state != "ready":
            st.fragment(_engine_line, run_every=_POLL_SECONDS)()
        render_refused_models({name: reason for name, reason in status.failed.items() if name in models})


def _engine_line() -> None:
    state = engine_state.current_state()
    if state == "ready":
        st.rerun()
    words = "Engine starting" if state == "starting" else "Model warming up"
    st.html(f'<p class="engine" role="status"><i></i>{words}; images can be added already.</p>')
