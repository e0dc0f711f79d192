"""The addresses of signing in and out, below server.baseUrlPath, and the cookie that holds a sign-in."""

from collections.abc import Mapping
from urllib.parse import quote

from pages.ui.common.base_path import base_path
from pages.ui.common.request_cookies import cookie
from pages.ui.sign_in.open_to import is_this_computer

COOKIE = "meddx_sign_in"
ATTEMPT_COOKIE = "meddx_sign_in_attempt"


def sign_in_address(then: str = "") -> str:
    """Return the address of the form. then: path and query to go to afterwards."""
    return f"{base_path()}/sign-in" + (f"?then={quote(then, safe='')}" if then else "")


def provider_address(then: str = "") -> str:
    """Return the address that leads to the sign-in provider. then: as above."""
    return f"{base_path()}/sign-in/provider" + (f"?then={quote(then, safe='')}" if then else "")


def provider_answer_path() -> str:
    """Return the path that the provider sends browsers back to."""
    return f"{base_path()}/sign-in/provider/answer"


def open_paths() -> frozenset[str]:
    """Return the paths that are asked for before anybody is signed in."""
    return frozenset(
        (f"{base_path()}/sign-in", provider_address(), provider_answer_path(), f"{base_path()}/_stcore/health")
    )


def safe_target(then: str) -> str:
    """Return where to go after signing in: a path of this server, else its first page."""
    below = f"{base_path()}/"
    if then.startswith(below) and not then.startswith("//") and "\\" not in then and then.isprintable():
        return then
    return below


def cookie_header(token: str, host: str, scheme: str, name: str = COOKIE) -> str:
    """Return the value of Set-Cookie for a sign-in; an empty token removes the cookie.

    The browser sends it over TLS alone, unless it is this computer's own (scheme http on localhost or 127.0.0.1); to no
    script; and with no request that another site makes but for opening a link.
    """
    secure = "" if scheme in ("http", "ws") and is_this_computer(host) else "; Secure"
    ended = "" if token else "; Max-Age=0"
    return f"{name}={token}; Path={base_path() or '/'}; HttpOnly; SameSite=Lax{secure}{ended}"


def token_of(headers: Mapping[str, str]) -> str | None:
    """Return the secret in a request's Cookie header, None where there is none."""
    return cookie(headers, COOKIE) or None
