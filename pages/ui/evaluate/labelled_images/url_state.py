"""Keep the current step in the page's address, so that a reload, a link or another session continues from there.

The address names an evaluation, an upload, a folder on the server, or none of these.
"""

from typing import Literal

import streamlit as st

Step = Literal["job", "upload", "folder"]
STEP_NAMES: tuple[Step, ...] = ("job", "upload", "folder")


def current_step() -> tuple[Step, str] | None:
    """Return the current step with its job id, upload token or folder path; None at the beginning."""
    return next(((name, value) for name in STEP_NAMES if (value := st.query_params.get(name))), None)


def go_to_step(step: Step | None = None, value: str = "") -> None:
    """Go to a step; None goes back to the beginning. A widget callback."""
    for name in STEP_NAMES:
        if name == step:
            st.query_params[name] = value
        else:
            st.query_params.pop(name, None)


def survey_key(kind: str, value: str) -> str:
    """Return the session key of what was found in an upload or a folder."""
    return f"survey {kind} {value}"
