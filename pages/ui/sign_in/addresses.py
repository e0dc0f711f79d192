"""The addresses of signing in and out, below server.baseUrlPath, and the cookie that holds a sign-in."""

from collections.abc import Mapping
from urllib.parse import quote

from pages.ui.common.base_path import base_path
from pages.ui.common.request_cookies import cookie
from pages.ui.sign_in.open_to import is_this_computer

COOKIE = "meddx_sign_in"


def sign_in_address(then: str = "") -> str:
    """Return the address of the form. then: path and query to go to afterwards."""
    return f"{base_path()}/sign-in" + (f"?then={quote(then, safe='')}" if then else "")


def safe_target(then: str) -> str:
    """Return where to go after signing in: a path of this server, else its first page."""
    below = f"{base_path()}/"
    if then.startswith(below) and not then.startswith("//") and "\\" not in then and then.isprintable():
        return then
    return below


def cookie_header(token: str, host: str, scheme: str) -> str:
    """Return the value of Set-Cookie for a sign-in; an empty token removes the cookie.

    The browser sends it over TLS alone, unless it is this computer's own (scheme http on localhost or 127.0.0.1); to no
    script; and with no request that another site makes but for opening a link.
    """
    secure = "" if scheme in ("http", "ws") and is_this_computer(host) else "; Secure"
    ended = "" if token else "; Max-Age=0"
    return f"{COOKIE}={token}; Path={base_path() or '/'}; HttpOnly; SameSite=Lax{secure}{ended}"


def token_of(headers: Mapping[str, str]) -> str | None:
    """Return the secret in a request's Cookie header, None where there is none."""
    return cookie(headers, COOKIE) or None
