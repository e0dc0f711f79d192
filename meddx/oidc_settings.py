"""Settings of a sign-in through an OpenID Connect provider, read from MEDDX_OIDC_* at the point of use."""

import os
import re
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit


@dataclass(frozen=True)
class OidcSettings:
    """A provider, and whom of those that it knows to let in.

    issuer: its address, whose /.well-known/openid-configuration says the rest. address: of this server, as browsers see
    it, without a path. readers, evaluators, admins: groups, or roles, at the provider. groups_claim, name_claim: claims
    that hold a person's groups and name. scopes: what is asked for, separated by blanks.
    """

    issuer: str
    client_id: str
    address: str
    readers: frozenset[str]
    evaluators: frozenset[str]
    admins: frozenset[str]
    groups_claim: str
    name_claim: str
    scopes: str

    @property
    def host(self) -> str:
        """Return the provider's host, by which people know it."""
        return urlsplit(self.issuer).netloc


def oidc_settings() -> OidcSettings | None:
    """Return the settings; None where MEDDX_OIDC_ISSUER is not set, and accounts are local alone.

    Raises ValueError, whose text is one sentence that names the variable.
    """
    issuer = os.environ.get("MEDDX_OIDC_ISSUER", "")
    if not issuer:
        return None
    if not is_safe_address(issuer):
        raise ValueError(
            f"MEDDX_OIDC_ISSUER is {_shown(issuer)}: give the https address of an OpenID Connect provider."
        )
    address = os.environ.get("MEDDX_OIDC_ADDRESS", "").rstrip("/")
    if not is_safe_address(address) or urlsplit(address).path:
        raise ValueError(
            f"MEDDX_OIDC_ADDRESS is {_shown(address)}: give this server's address as browsers see it, "
            "https://NAME without a path."
        )
    client_id = os.environ.get("MEDDX_OIDC_CLIENT_ID", "")
    if not client_id:
        raise ValueError("MEDDX_OIDC_CLIENT_ID is '': give the name under which the provider knows meddx.")
    readers = _groups(os.environ.get("MEDDX_OIDC_READERS", ""))
    evaluators = _groups(os.environ.get("MEDDX_OIDC_EVALUATORS", ""))
    admins = _groups(os.environ.get("MEDDX_OIDC_ADMINS", ""))
    if not readers | evaluators | admins:
        raise ValueError(
            "MEDDX_OIDC_READERS is '', as are MEDDX_OIDC_EVALUATORS and MEDDX_OIDC_ADMINS: name the groups to let in."
        )
    scopes = os.environ.get("MEDDX_OIDC_SCOPES", "") or "openid profile"
    if "openid" not in scopes.split():
        raise ValueError(f"MEDDX_OIDC_SCOPES is {scopes!r:.80}: openid must be among them.")
    return OidcSettings(
        issuer,
        client_id,
        address,
        readers,
        evaluators,
        admins,
        os.environ.get("MEDDX_OIDC_GROUPS_CLAIM", "") or "groups",
        os.environ.get("MEDDX_OIDC_NAME_CLAIM", "") or "preferred_username",
        scopes,
    )


def oidc_client_secret() -> str:
    """Return the secret that meddx shows to the provider.

    MEDDX_OIDC_CLIENT_SECRET, or the content of the file that MEDDX_OIDC_CLIENT_SECRET_FILE names. Raises ValueError,
    without the secret in it, where a provider is set and it has none.
    """
    secret = os.environ.get("MEDDX_OIDC_CLIENT_SECRET", "")
    file = os.environ.get("MEDDX_OIDC_CLIENT_SECRET_FILE", "")
    if secret and file:
        raise ValueError(
            "MEDDX_OIDC_CLIENT_SECRET is given beside MEDDX_OIDC_CLIENT_SECRET_FILE: leave one of them out."
        )
    if file:
        try:
            secret = Path(file).read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            raise ValueError(
                f"MEDDX_OIDC_CLIENT_SECRET_FILE is {file!r:.80}: it cannot be read; name a file that holds the secret."
            ) from error
    if not secret and os.environ.get("MEDDX_OIDC_ISSUER"):
        raise ValueError("MEDDX_OIDC_CLIENT_SECRET is '': give the secret that the provider made for meddx.")
    return secret


def _shown(address: str) -> str:
    """Return an address as messages may repeat it: without a user and a password."""
    return f"{re.sub('.*@', '***@', address)!r:.80}"


def is_safe_address(address: object, *, query: bool = False) -> bool:
    """Return whether an address may carry secrets: https, or http to this computer; without a user.

    query: whether it may have one, as endpoints may (RFC 6749, 3.1 and 3.2), and an issuer may not.
    """
    if not isinstance(address, str):
        return False
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return False
    if not parts.hostname or "@" in parts.netloc or parts.fragment or not address.isprintable():
        return False
    if parts.query and not query:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname))


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _groups(given: str) -> frozenset[str]:
    """Return groups that semicolons separate: the names of some hold commas and equals signs (RFC 4514)."""
    return frozenset(group for part in given.split(";") if (group := part.strip()))
