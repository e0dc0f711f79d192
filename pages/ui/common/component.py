"""Components of our own, which are drawn with the newest data alone."""

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import streamlit as st

from pages.ui.common.component_scripts import NEWEST_SCRIPT


class Component:
    """Draw markup, styles and a script of our own, in the files x.html, x.css and x.js.

    The script ends with `export default newestOnly(function ({ parentElement, data, ... }) { ... });` (newest.js).
    """

    def __init__(self, name: str, files: Path, *scripts: str) -> None:
        """Register it. files: the path of x. scripts: texts that are put before its own script."""
        html, css, own = (files.with_suffix(end).read_text(encoding="utf-8") for end in (".html", ".css", ".js"))
        self.script = "\n".join((NEWEST_SCRIPT, *scripts, own))
        mount = st.components.v2.component(name, html=html, css=css, js=self.script)
        self._mount: Callable[..., Mapping[str, Any]] = mount

    def __call__(
        self,
        *,
        key: str,
        data: Mapping[str, object],
        width: Literal["stretch", "content"] = "stretch",
        **called: Callable[[], None],
    ) -> Mapping[str, Any]:
        """Draw it and return its state.

        data: can be written as JSON. called: what runs when its state x has changed, by the names on_x_change.
        """
        return self._mount(key=key, data={**data, "sent": _sent(key, data)}, width=width, **called)


def _sent(key: str, data: Mapping[str, object]) -> list[str | int]:
    """Return the name of this session and a number, higher than that of all other data sent to this component in it.

    The number stays the same as long as the data do, so that the browser does not draw them again. The name is there
    because the browser may show a page that a session before began.
    """
    session = st.session_state.setdefault("components' session", secrets.token_hex(8))
    digest = hashlib.blake2b(json.dumps(data).encode()).digest()  # kept in place of the data, which may be a patient's
    known, number = st.session_state.get(f"{key} sent", (b"", 0))
    if known != digest:
        number += 1
        st.session_state[f"{key} sent"] = (digest, number)
    return [session, number]
