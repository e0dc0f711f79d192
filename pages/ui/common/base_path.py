"""The path below which the server answers."""

import streamlit as st


def base_path() -> str:
    """Return server.baseUrlPath with one leading slash and none at its end, or ""."""
    return "/".join(["", *filter(None, str(st.get_option("server.baseUrlPath") or "").split("/"))])
