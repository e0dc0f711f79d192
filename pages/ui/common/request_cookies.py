"""The cookies of a request, as its header states them."""

from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie


def cookie(headers: Mapping[str, str], name: str) -> str:
    """Return the value of a cookie, "" where there is none or the header is malformed."""
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(name)
    except CookieError:
        return ""
    return morsel.value if morsel else ""
