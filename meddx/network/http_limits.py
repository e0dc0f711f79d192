"""HTTP towards a peer that is not trusted: answers have limits, redirects are not followed, and a reader may stop."""

import threading
import time
from collections.abc import Iterator

import requests
from requests.adapters import HTTPAdapter
from urllib3 import BaseHTTPResponse

from meddx.errors import MeddxError


class TooLarge(MeddxError):
    """An answer of more bytes than were allowed."""


class Stopped(MeddxError):
    """A request that the reader has stopped."""


class Limits:
    """What one answer may be. bytes: of its body. seconds: until its end, None for as long as something comes.

    stop: set to end it.
    """

    def __init__(self, bytes: int, seconds: float | None = None, stop: threading.Event | None = None) -> None:
        self.bytes, self.stop = bytes, stop
        self.until = None if seconds is None else time.monotonic() + seconds

    def check(self, taken: int) -> None:
        """Raise TooLarge, Stopped or requests.Timeout where a limit is passed."""
        if self.stop is not None and self.stop.is_set():
            raise Stopped("stopped")
        if taken > self.bytes:
            raise TooLarge("too large")
        if self.until is not None and time.monotonic() > self.until:
            raise requests.Timeout("too slow")


class LimitedAdapter(HTTPAdapter):
    """Sends requests whose answers keep to the limits."""

    def __init__(self, limits: Limits) -> None:
        super().__init__()
        self._limits = limits

    def request_url(self, request: requests.PreparedRequest, proxies: dict[str, str] | None) -> str:
        """Return the address with its wildcards as they are, which RFC 3986 (3.4) allows: Orthanc decodes none."""
        return super().request_url(request, proxies).replace("%2A", "*").replace("%3F", "?")

    def build_response(self, req: requests.PreparedRequest, resp: BaseHTTPResponse) -> requests.Response:
        """Return the answer with a body that ends at the limits; its media type without parameters but multipart's."""
        response = super().build_response(req, resp)
        response.raw = _Body(resp, self._limits)
        kind, _, _ = response.headers.get("Content-Type", "").partition(";")
        if not kind.strip().lower().startswith("multipart/"):
            response.headers["Content-Type"] = kind.strip().lower()
        return response


class _Body:
    """The body of an answer as urllib3 reads it, counted as it comes: its own stream waits for whole chunks."""

    def __init__(self, raw: BaseHTTPResponse, limits: Limits) -> None:
        self._raw, self._limits = raw, limits

    def stream(self, amt: int | None = 2**16, decode_content: bool | None = None) -> Iterator[bytes]:
        taken = 0
        try:
            while chunk := self._raw.read1(amt, decode_content):
                taken += len(chunk)
                self._limits.check(taken)
                yield chunk
        except BaseException:  # also where whoever reads stops: the connection is of no more use
            self._raw.close()
            raise

    def __getattr__(self, name: str) -> object:
        return getattr(self._raw, name)


def limited_session(limits: Limits) -> requests.Session:
    """Return a session that takes nothing from the environment (proxies, ~/.netrc) and follows no redirect."""
    session = requests.Session()
    session.trust_env = False
    session.max_redirects = 0
    session.headers["Accept-Encoding"] = "identity"
    for scheme in ("http://", "https://"):
        session.mount(scheme, LimitedAdapter(limits))
    return session
