"""Sign-ins through a provider that have begun: what has to come back, once, in the same browser, within minutes."""

import hmac
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

ATTEMPT_SECONDS = 10 * 60.0
MOST_ATTEMPTS = 10_000
"""Beyond them the oldest go: whoever asks is not signed in."""
LONGEST_TARGET = 2_000
"""Characters of an address to go to afterwards; a longer one is not kept, for the same reason."""


def _secret() -> str:
    return secrets.token_urlsafe(32)


@dataclass(frozen=True)
class Attempt:
    """One sign-in that has begun. then: where to go afterwards.

    browser: for the browser's cookie. state, nonce: come back from the provider, with the code and in the ID token
    (OpenID Connect Core 1.0, 3.1.2.1). verifier: shown to the provider with the code (PKCE, RFC 7636, 4.1).
    """

    then: str
    browser: str = field(default_factory=_secret, repr=False)
    state: str = field(default_factory=_secret, repr=False)
    nonce: str = field(default_factory=_secret, repr=False)
    verifier: str = field(default_factory=_secret, repr=False)


class Attempts:
    """The attempts of a server, in memory: those under way when it ends begin again. clock: seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._begun: dict[str, tuple[float, Attempt]] = {}

    def begin(self, then: str) -> Attempt:
        """Return a new attempt; those that are too old are forgotten."""
        attempt, now = Attempt(then if len(then) <= LONGEST_TARGET else ""), self._clock()
        with self._lock:
            for state, (started, _) in list(self._begun.items()):  # in the order of their start
                if now - started < ATTEMPT_SECONDS and len(self._begun) < MOST_ATTEMPTS:
                    break
                del self._begun[state]
            self._begun[attempt.state] = now, attempt
        return attempt

    def take(self, state: str, browser: str) -> Attempt | None:
        """Return the attempt with a state that this browser has begun, and forget it; None where there is none."""
        with self._lock:
            started, attempt = self._begun.get(state, (0.0, None))
            if attempt is None or not hmac.compare_digest(attempt.browser.encode(), browser.encode()):
                return None
            del self._begun[state]
        return attempt if self._clock() - started < ATTEMPT_SECONDS else None
