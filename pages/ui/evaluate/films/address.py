"""What the address says of own films, so that a reload, a link or another session goes on from there.

One of: an evaluation, films that were uploaded, a folder on the server; or none of them.
"""

from typing import Literal

import streamlit as st

Step = Literal["job", "upload", "folder"]
STEPS: tuple[Step, ...] = ("job", "upload", "folder")


def step() -> tuple[Step, str] | None:
    """Where the reader is, and which job, upload (what meddx.engine.incoming.receive returned) or folder is meant."""
    return next(((name, value) for name in STEPS if (value := st.query_params.get(name))), None)


def go(step: Step | None = None, value: str = "") -> None:
    """Go there, in a callback; None: to the beginning."""
    for name in STEPS:
        if name == step:
            st.query_params[name] = value
        else:
            st.query_params.pop(name, None)
