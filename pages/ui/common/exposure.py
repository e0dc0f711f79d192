"""Who can reach the server: this computer only, or others too, although there is no sign-in."""

from ipaddress import ip_address

import streamlit as st

OPEN_WARNING = (
    "Other computers can reach this server, and it has no sign-in: whoever reaches it can use it, and see and delete "
    "the evaluations kept on it. Put a sign-in in front, or start it with server.address 127.0.0.1 (docs/settings.md)."
)


def is_open() -> bool:
    """Return whether the server listens on more than the loopback interface (server.address)."""
    address = str(st.get_option("server.address") or "").strip("[]")
    if address == "localhost" or address.startswith("unix:"):
        return False
    try:
        return not ip_address(address).is_loopback
    except ValueError:  # nothing stated, which means every interface, or a host name
        return True
