"""Sign-ins: who holds which secret of a browser, and until when."""

import hashlib
import secrets
import time
from collections.abc import Callable
from pathlib import Path

from meddx.accounts.accounts import Account
from meddx.accounts.database import transaction
from meddx.config import accounts_file

IDLE_SECONDS = 30 * 60.0
"""A sign-in ends so long after its last use."""
SIGN_IN_SECONDS = 12 * 3600.0
"""A sign-in ends so long after its start, used or not."""
_TOUCH_SECONDS = 30.0


class SignIns:
    """The sign-ins in the database of accounts. A token is kept as its SHA-256 alone.

    path: default MEDDX_ACCOUNTS. clock: seconds since 1970.
    """

    def __init__(self, path: Path | None = None, clock: Callable[[], float] = time.time) -> None:
        self.path = accounts_file() if path is None else path
        self._clock = clock

    def start(self, account: Account) -> str:
        """Return the secret of a new sign-in, which cannot be guessed; those that have ended are forgotten."""
        token, now = secrets.token_urlsafe(32), self._clock()
        with transaction(self.path) as database:
            database.execute(
                "DELETE FROM sign_in WHERE last_used < ? OR started < ?", (now - IDLE_SECONDS, now - SIGN_IN_SECONDS)
            )
            database.execute("INSERT INTO sign_in VALUES (?, ?, ?, ?)", (_digest(token), account.name, now, now))
        return token

    def account(self, token: str | None, *, used: bool = True) -> Account | None:
        """Return who holds a secret, None where its sign-in has ended or never was.

        used: whether this look counts as use, which puts off the idle end.
        """
        if not token or not self.path.exists():
            return None
        digest, now = _digest(token), self._clock()
        with transaction(self.path) as database:
            row = database.execute(
                "SELECT name, role, password_hash <> '', started, last_used FROM sign_in JOIN account USING (name) "
                "WHERE token_hash = ?",
                (digest,),
            ).fetchone()
            if row is None:
                return None
            name, role, local, started, last_used = row
            if now - last_used >= IDLE_SECONDS or now - started >= SIGN_IN_SECONDS:
                database.execute("DELETE FROM sign_in WHERE token_hash = ?", (digest,))
                return None
            if used and now - last_used > _TOUCH_SECONDS:
                database.execute("UPDATE sign_in SET last_used = ? WHERE token_hash = ?", (now, digest))
        return Account(name, role, bool(local))

    def end(self, token: str | None) -> None:
        """End the sign-in of a secret, if there is one."""
        if token and self.path.exists():
            with transaction(self.path) as database:
                database.execute("DELETE FROM sign_in WHERE token_hash = ?", (_digest(token),))


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
