"""Components of our own, which are drawn with the newest data alone."""

import hashlib
import json
import time
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
        return self._mount(key=key, data={**data, "sent": _number(key, data)}, width=width, **called)


def _number(key: str, data: Mapping[str, object]) -> int:
    """Return a number that is higher than that of all other data that this component was sent before.

    Microseconds since 1970: also higher than those of a session before, whose page the browser still shows. The same as
    long as the data are, so that the browser does not draw them again.
    """
    written = json.dumps(data, sort_keys=True)
    digest = hashlib.blake2b(written.encode()).digest()  # not the data, which may be a patient's: it stays
    known, number = st.session_state.get(f"{key} sent", (b"", 0))
    if known != digest:
        number = max(number + 1, time.time_ns() // 1000)
        st.session_state[f"{key} sent"] = (digest, number)
    return int(number)
