"""Accounts of people whom an OpenID Connect provider knows."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from meddx.accounts.accounts import Account, Role, is_name
from meddx.accounts.database import transaction
from meddx.config import accounts_file
from meddx.errors import Refused
from meddx.oidc_settings import OidcSettings


@dataclass(frozen=True)
class Identity:
    """Whom a provider has signed in: issuer and subject say who, for good; name and groups may change."""

    issuer: str
    subject: str
    name: str
    groups: frozenset[str]


def role_of(groups: frozenset[str], settings: OidcSettings) -> Role | None:
    """Return the highest role that the groups give, None where they give none."""
    if groups & settings.admins:
        return "admin"
    if groups & settings.evaluators:
        return "evaluator"
    return "reader" if groups & settings.readers else None


def admit(identity: Identity, settings: OidcSettings, path: Path | None = None) -> Account:
    """Return the account of an identity with the role that its groups give now; made where it is new.

    It keeps the name it had at its first sign-in, to which its evaluations belong. path: the database of accounts,
    default MEDDX_ACCOUNTS. Raises Refused: "no-group", after which its sign-ins have ended too, "name", "name-taken".
    """
    role = role_of(identity.groups, settings)
    with transaction(accounts_file() if path is None else path) as database:
        name = _known(identity, database)
        if role is None:
            database.execute("DELETE FROM sign_in WHERE name = ?", (name,))  # of nobody where there is no name
        elif name is None:
            name = _new(identity, role, settings, database)
        else:
            database.execute("UPDATE account SET role = ? WHERE name = ?", (role, name))
    if role is None or name is None:
        raise Refused(
            "no-group",
            "You are in none of the groups that may use meddx: have whoever runs the sign-in provider add you to one.",
        )
    return Account(name, role, local=False)


def _known(identity: Identity, database: sqlite3.Connection) -> str | None:
    """Return the name of the identity's account, None where it has none."""
    key = (identity.issuer, identity.subject)
    row = database.execute("SELECT name FROM identity WHERE issuer = ? AND subject = ?", key).fetchone()
    return None if row is None else str(row[0])


def _new(identity: Identity, role: Role, settings: OidcSettings, database: sqlite3.Connection) -> str:
    name = identity.name.strip().lower()
    if not is_name(name):
        raise Refused(
            "name",
            f"The provider's claim {settings.name_claim} holds no name that an account may have (1 to 64 letters a to "
            "z, digits and . _ @ -): have MEDDX_OIDC_NAME_CLAIM name another claim.",
        )
    try:
        database.execute("INSERT INTO account (name, role, password_hash) VALUES (?, ?, '')", (name, role))
        database.execute("INSERT INTO identity VALUES (?, ?, ?)", (identity.issuer, identity.subject, name))
    except sqlite3.IntegrityError as error:
        raise Refused(
            "name-taken",
            "The provider's name for you is another account's here: have an administrator remove that account, if it "
            "is yours.",
        ) from error
    return name
