"""Keep in the page's address which model file and which labelled images are being added, so that a reload goes on.

The address holds the tokens of uploads, or the path of a folder on the server; no names and no answers.
"""

from typing import Literal

import streamlit as st

Given = Literal["file", "images", "folder"]
"""The token of the model's file, the token of labelled images, and the path of a folder of them on the server."""


def given(name: Given) -> str | None:
    """Return the token or path, None while there is none."""
    value = st.query_params.get(name)
    return str(value) if value else None


def give(name: Given, value: str | None) -> None:
    """Set a token or path, None to go back to the step that asks for it. A widget callback."""
    if value is None:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = value


def image_arguments() -> dict[str, str]:
    """Return the arguments by which jobs know the labelled images, none without images."""
    if (token := given("images")) is not None:
        return {"upload": token}
    if (path := given("folder")) is not None:
        return {"folder_of_images": path}
    return {}
