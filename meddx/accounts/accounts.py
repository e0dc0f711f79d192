"""Accounts: a name, a role and a password, kept as an argon2id hash (RFC 9106)."""

import re
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from meddx.accounts.database import transaction
from meddx.config import accounts_file, sign_in_elsewhere
from meddx.errors import MeddxError, Refused
from meddx.oidc_settings import oidc_settings

Role = Literal["reader", "evaluator", "admin"]
ACCOUNT_ROLES: tuple[Role, ...] = get_args(Role)
"""Each may do what those before it may: read images and records; measure on labelled images; add models."""

MOST_FAILURES = 5
LOCK_SECONDS = 15 * 60.0
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 1000
_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")
_hasher = PasswordHasher()
_UNKNOWN = _hasher.hash("the password of nobody")


@dataclass(frozen=True)
class Account:
    """A name, in lower case, and what it may do. local: it has a password here, and no provider signs it in."""

    name: str
    role: Role
    local: bool = True

    def may(self, role: Role) -> bool:
        """Return whether the account may do what that role may."""
        return ACCOUNT_ROLES.index(self.role) >= ACCOUNT_ROLES.index(role)


class Accounts:
    """The accounts in a database, which several processes may share.

    path: default MEDDX_ACCOUNTS. clock: seconds since 1970.
    """

    def __init__(self, path: Path | None = None, clock: Callable[[], float] = time.time) -> None:
        self.path = accounts_file() if path is None else path
        self._clock = clock

    def any(self) -> bool:
        """Return whether there is an account."""
        return self.path.exists() and bool(self.all())

    def all(self) -> list[Account]:
        """Return the accounts by name."""
        if not self.path.exists():
            return []
        with transaction(self.path) as database:
            rows = database.execute("SELECT name, role, password_hash <> '' FROM account ORDER BY name").fetchall()
        return [Account(name, role, bool(local)) for name, role, local in rows]

    def add(self, name: str, role: Role, password: str) -> Account:
        """Add an account and return it.

        Raises MeddxError for a name that is taken or holds other characters, and for a password that is too short.
        """
        name = name.strip().lower()
        if not is_name(name):
            raise MeddxError(
                "a name is 1 to 64 letters a to z, digits and . _ @ -, and begins with a letter or digit; "
                "choose another"
            )
        hashed = _hash(password)
        try:
            with transaction(self.path) as database:
                database.execute(
                    "INSERT INTO account (name, role, password_hash) VALUES (?, ?, ?)", (name, role, hashed)
                )
        except sqlite3.IntegrityError as error:
            raise MeddxError(f"there is an account {name} already; choose another name, or set its password") from error
        return Account(name, role)

    def set_password(self, name: str, password: str) -> None:
        """Replace a password, lift a lock, and end the account's sign-ins.

        Raises MeddxError where there is no such account or a provider has its password, and for one that is too short.
        """
        hashed = _hash(password)
        with transaction(self.path) as database:
            changed = database.execute(
                "UPDATE account SET password_hash = ?, failures = 0, locked_until = 0 "
                "WHERE name = ? AND password_hash <> ''",
                (hashed, name.strip().lower()),
            )
            if not changed.rowcount:
                if database.execute("SELECT 1 FROM account WHERE name = ?", (name.strip().lower(),)).fetchone():
                    raise MeddxError(f"{name.strip().lower():.64} signs in through the provider; set it there")
                raise _no_account(name)
            database.execute("DELETE FROM sign_in WHERE name = ?", (name.strip().lower(),))

    def remove(self, name: str) -> None:
        """Remove an account and end its sign-ins.

        Raises MeddxError where there is no such account.
        """
        with transaction(self.path) as database:
            if not database.execute("DELETE FROM account WHERE name = ?", (name.strip().lower(),)).rowcount:
                raise _no_account(name)

    def check(self, name: str, password: str) -> Account:
        """Return the account of a name and its password.

        After MOST_FAILURES wrong passwords in a row the account is locked for LOCK_SECONDS, for the right one too. A
        name that is not known takes as long as a wrong password. Raises Refused ("wrong-password", "locked").
        """
        name = name.strip().lower()
        with transaction(self.path) as database:  # counted before the password is looked at: others try meanwhile
            row = database.execute(
                "SELECT role, password_hash, failures, locked_until FROM account "
                "WHERE name = ? AND password_hash <> ''",
                (name,),
            ).fetchone()
            role, hashed, failures, locked_until = row or ("reader", _UNKNOWN, 0, 0.0)
            now = self._clock()
            locked = locked_until > now
            if row and not locked:
                failures += 1
                locked_until = now + LOCK_SECONDS if failures >= MOST_FAILURES else 0.0
                database.execute(
                    "UPDATE account SET failures = ?, locked_until = ? WHERE name = ?",
                    (failures % MOST_FAILURES, locked_until, name),
                )
        right = len(password) <= LONGEST_PASSWORD and _matches(hashed, password)
        if locked:
            raise Refused(
                "locked",
                f"Too many wrong passwords: this account is locked for up to {LOCK_SECONDS / 60:.0f} minutes. Wait, or "
                "have an administrator set a new password.",
            )
        if row is None or not right:
            raise Refused("wrong-password", "Name and password do not match. Check both and try again.")
        with transaction(self.path) as database:
            database.execute("UPDATE account SET failures = 0, locked_until = 0 WHERE name = ?", (name,))
        return Account(name, cast(Role, role))


def sign_in_needed() -> bool:
    """Return whether everybody has to sign in here: there is an account, or a provider that has them."""
    return not sign_in_elsewhere() and (oidc_settings() is not None or Accounts().any())


def is_name(name: str) -> bool:
    """Return whether an account may have a name."""
    return _NAME.fullmatch(name) is not None


def _hash(password: str) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise MeddxError(f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters; choose another")
    return _hasher.hash(password)


def _matches(hashed: str, password: str) -> bool:
    try:
        return _hasher.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


def _no_account(name: str) -> MeddxError:
    return MeddxError(f"there is no account {name.strip().lower():.64}; `meddx users list` names them all")
