"""What the address says of own images, so that a reload, a link or another session goes on from there.

One of: an evaluation, images that were uploaded, a folder on the server; or none of them.
"""

from typing import Literal

import streamlit as st

Step = Literal["job", "upload", "folder"]
STEP_NAMES: tuple[Step, ...] = ("job", "upload", "folder")


def current_step() -> tuple[Step, str] | None:
    """Where the reader is, and which job, upload (what Engine.upload returned) or folder is meant."""
    return next(((name, value) for name in STEP_NAMES if (value := st.query_params.get(name))), None)


def go_to_step(step: Step | None = None, value: str = "") -> None:
    """Go there, in a callback; None: to the beginning."""
    for name in STEP_NAMES:
        if name == step:
            st.query_params[name] = value
        else:
            st.query_params.pop(name, None)
