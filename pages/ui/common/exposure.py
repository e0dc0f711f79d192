"""Who can reach the server: this computer only, or others too."""

from ipaddress import ip_address

import streamlit as st

from meddx.accounts.accounts import sign_in_needed
from meddx.config import sign_in_elsewhere

CLOSED = (
    "The server listens on more than this computer, but has no accounts: others are refused until one is added "
    "(`python -m meddx users add NAME`), MEDDX_OIDC_ISSUER names a provider that has them, or MEDDX_SIGN_IN=elsewhere "
    "says that a proxy in front does the sign-in."
)
OPEN = (
    "MEDDX_SIGN_IN=elsewhere: whoever reaches this server may use it, and see and delete the evaluations kept on it. "
    "Only the proxy that does the sign-in may reach it."
)
WITHOUT_TLS = (
    "Others can sign in over TLS alone. Set server.sslCertFile and server.sslKeyFile, or put a proxy with TLS in front."
)


def warning() -> str:
    """Return what the log has to say at the start of a server that others can reach; "" where there is nothing."""
    if not is_open():
        return ""
    if sign_in_elsewhere():
        return OPEN
    if not sign_in_needed():
        return CLOSED
    return "" if st.get_option("server.sslCertFile") else WITHOUT_TLS


def is_open() -> bool:
    """Return whether the server listens on more than the loopback interface (server.address)."""
    address = str(st.get_option("server.address") or "").strip("[]")
    if address == "localhost" or address.startswith("unix:"):
        return False
    try:
        return not ip_address(address).is_loopback
    except ValueError:  # nothing stated, which means every interface, or a host name
        return True
