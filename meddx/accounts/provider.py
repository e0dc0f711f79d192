"""Sign people in through an OpenID Connect provider: authorization code flow with PKCE (Core 1.0, 3.1; RFC 7636)."""

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

from meddx.accounts.attempts import Attempt
from meddx.accounts.identities import Identity
from meddx.errors import Refused
from meddx.oidc_settings import OidcSettings, is_safe_address, oidc_client_secret
from meddx.optional_packages import require_installed

if TYPE_CHECKING:
    from authlib.integrations.requests_client import OAuth2Session

_Answer = TypeVar("_Answer")
_PACKAGES = {"authlib": "Authlib", "joserfc": "joserfc", "requests": "requests"}
_SECONDS = 10.0
"""Longest wait for each answer of the provider."""
_METADATA_SECONDS = 600.0
_LEEWAY_SECONDS = 60
"""By so much the two clocks may differ."""
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""Signatures that need the provider's private key: neither "none" nor those that the client's secret makes."""


def require_oidc_packages() -> None:
    """Raise Refused where a package is missing that this takes."""
    taker = "MEDDX_OIDC_ISSUER is set, which takes"
    require_installed("oidc-packages", _PACKAGES, taker, "requirements-oidc.txt")


class Provider:
    """The provider of the settings.

    redirect: this server's address that it sends browsers back to. clock: seconds since 1970. Raises ValueError where
    there is no secret.
    """

    def __init__(self, settings: OidcSettings, redirect: str, clock: Callable[[], float] = time.time) -> None:
        self.settings = settings
        self._redirect = redirect
        self._secret = oidc_client_secret()
        self._clock = clock
        self._metadata: dict[str, str] = {}
        self._known_since = -_METADATA_SECONDS

    def address_to_sign_in(self, attempt: Attempt) -> str:
        """Return the provider's address to send a browser to. Raises Refused ("provider-down")."""
        endpoint = self._endpoints()["authorization_endpoint"]
        with self._session() as session:
            address, _ = session.create_authorization_url(
                endpoint, state=attempt.state, nonce=attempt.nonce, code_verifier=attempt.verifier
            )
        return str(address)

    def address_to_sign_out(self, back: str) -> str:
        """Return the provider's address to end its own sign-in at, "" where it has none or does not answer.

        back: this server's address to return to (OpenID Connect RP-Initiated Logout 1.0).
        """
        try:
            endpoint = self._endpoints().get("end_session_endpoint", "")
        except Refused:
            return ""
        query = urlencode({"client_id": self.settings.client_id, "post_logout_redirect_uri": back})
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{query}" if endpoint else ""

    def identity(self, attempt: Attempt, code: str) -> Identity:
        """Return whom the provider has signed in, for the code that a browser came back with.

        Raises Refused: "provider-down", "provider-refused" for a code that is wrong or used, "id-token" for an answer
        that is not this provider's, to this server, for this attempt, now.
        """
        endpoints = self._endpoints()
        with self._session() as session:
            token = _asked(
                session.fetch_token,
                endpoints["token_endpoint"],
                grant_type="authorization_code",
                code=code,
                code_verifier=attempt.verifier,
                allow_redirects=False,
            )
            claims = self._checked(token.get("id_token"), _json(session, endpoints["jwks_uri"]), attempt.nonce)
            wanted = {self.settings.groups_claim, self.settings.name_claim}
            if not wanted <= claims.keys() and "userinfo_endpoint" in endpoints and token.get("access_token"):
                more = _json(session, endpoints["userinfo_endpoint"], withhold_token=False)
                if more.get("sub") != claims["sub"]:  # 5.3.2: another person's
                    raise _not_this_sign_in()
                claims = more | claims
        name = claims.get(self.settings.name_claim)
        return Identity(
            self.settings.issuer,
            claims["sub"],
            name if isinstance(name, str) else "",
            _texts(claims.get(self.settings.groups_claim)),
        )

    def _checked(self, id_token: object, keys: Mapping[str, Any], nonce: str) -> dict[str, Any]:
        """Return the claims of an ID token whose signature, issuer, audience, time and nonce are right (3.1.3.7)."""
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        client = self.settings.client_id
        rules = jwt.JWTClaimsRegistry(
            now=int(self._clock()),
            leeway=_LEEWAY_SECONDS,
            iss={"essential": True, "value": self.settings.issuer},
            aud={"essential": True, "value": client},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            signing = [key for key in keys["keys"] if key.get("kty") != "oct" and key.get("use", "sig") == "sig"]
            decoded = jwt.decode(str(id_token), KeySet.import_key_set({"keys": signing}), algorithms=_ALGORITHMS)
            rules.validate(decoded.claims)
        except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise _not_this_sign_in() from error
        claims = decoded.claims
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", None if several else client) != client:
            raise _not_this_sign_in()
        return claims

    def _endpoints(self) -> dict[str, str]:
        """Return the provider's addresses, as it states them (Discovery 1.0, 3 and 4.3)."""
        if time.monotonic() - self._known_since >= _METADATA_SECONDS:
            with self._session() as session:
                stated = _json(session, f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration")
            found = {name: value for name, value in stated.items() if isinstance(value, str)}
            needed = {"authorization_endpoint", "token_endpoint", "jwks_uri"}
            addresses = [value for name, value in found.items() if name.endswith("_endpoint") or name == "jwks_uri"]
            if found.get("issuer") != self.settings.issuer or not needed <= found.keys():
                raise Refused(
                    "provider-down",
                    "What MEDDX_OIDC_ISSUER names does not call itself so: have the setting made the issuer that the "
                    "provider states.",
                )
            if not all(is_safe_address(address, query=True) for address in addresses):
                raise Refused(
                    "provider-down", "The provider states an address without TLS: have the provider set to use https."
                )
            methods = stated.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
            basic = not isinstance(methods, list) or "client_secret_basic" in methods
            found["token_endpoint_auth_method"] = "client_secret_basic" if basic else "client_secret_post"
            self._metadata, self._known_since = found, time.monotonic()
        return self._metadata

    def _session(self) -> "OAuth2Session":
        from authlib.integrations.requests_client import OAuth2Session

        return OAuth2Session(
            self.settings.client_id,
            self._secret,
            scope=self.settings.scopes,
            redirect_uri=self._redirect,
            code_challenge_method="S256",
            token_endpoint_auth_method=self._metadata.get("token_endpoint_auth_method", "client_secret_basic"),
            default_timeout=_SECONDS,
        )


def _json(session: "OAuth2Session", address: str, *, withhold_token: bool = True) -> dict[str, Any]:
    def get() -> object:
        answer = session.get(address, withhold_token=withhold_token, allow_redirects=False)
        answer.raise_for_status()
        return answer.json()

    found = _asked(get)
    if not isinstance(found, dict):
        raise _down()
    return found


def _asked(ask: Callable[..., _Answer], *arguments: object, **options: object) -> _Answer:
    from authlib.integrations.requests_client import OAuthError
    from requests.exceptions import RequestException

    try:
        return ask(*arguments, **options)
    except OAuthError as error:
        if error.error == "invalid_grant":
            raise Refused("provider-refused", "This sign-in has been used or is too old: begin again.") from error
        raise Refused(
            "provider-refused",
            "The provider does not accept meddx: have MEDDX_OIDC_CLIENT_ID and its secret compared with what it has.",
        ) from error
    except (RequestException, ValueError) as error:  # not reached, or what it said is not JSON
        raise _down() from error


def _down() -> Refused:
    return Refused(
        "provider-down",
        "The sign-in provider does not answer as it should: try again later, and tell whoever runs it if that goes on.",
    )


def _not_this_sign_in() -> Refused:
    return Refused(
        "id-token", "What the provider said does not hold for this sign-in, here and now: begin again, in one window."
    )


def _texts(claim: object) -> frozenset[str]:
    """Return the groups that a claim holds: a list, or one text."""
    several = claim if isinstance(claim, list) else [claim]
    return frozenset(one for one in several if isinstance(one, str))
