"""Whether an address, of a client or in a Host header, is this computer's own."""

from ipaddress import ip_address
from urllib.parse import urlsplit


def is_this_computer(host: str | None) -> bool:
    """Return whether a host, with or without a port, is localhost or a loopback address; None and "" are not."""
    if not host:
        return False
    try:
        name = host if host.count(":") > 1 and "[" not in host else urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False
