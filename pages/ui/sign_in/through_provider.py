"""Sign in through an OpenID Connect provider: the way there, and the way back with its answer."""

from contextlib import suppress
from functools import lru_cache

from anyio import CapacityLimiter, to_thread
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from meddx.accounts.attempts import Attempts
from meddx.accounts.identities import admit
from meddx.accounts.provider import Provider
from meddx.audit.record import record
from meddx.errors import Refused
from meddx.oidc_settings import OidcSettings, oidc_settings
from pages.ui.common.language.language import N_, _
from pages.ui.common.request_cookies import cookie
from pages.ui.sign_in.addresses import ATTEMPT_COOKIE, provider_address, provider_answer_path, sign_in_address
from pages.ui.sign_in.drawn_pages import address_of, let_in, sign_in_page, with_cookie

HOW = "through the provider"
_NO_PROVIDER = N_("No sign-in provider is set here: use the form.")
_NOT_BEGUN = N_(
    "This sign-in was not begun in this browser, is too old or has ended already: begin again, under the address of "
    "MEDDX_OIDC_ADDRESS and with cookies allowed."
)
_DENIED = N_("The provider let nobody in, or the sign-in was cancelled there: begin again, or ask whoever runs it.")
_STATUS = {"provider-down": 503, "audit": 503, "no-group": 403, "name": 403, "name-taken": 403}
_attempts = Attempts()
_at_a_time = CapacityLimiter(8)
"""Each may wait for the provider, and whoever asks is not signed in."""


def provider_routes() -> list[Route]:
    """Return the routes to the provider and back from it."""
    return [
        Route(provider_address(), _to_provider, methods=["GET"]),
        Route(provider_answer_path(), _from_provider, methods=["GET"]),
    ]


def provider_host() -> str:
    """Return the provider's host, "" where none is set."""
    settings = oidc_settings()
    return settings.host if settings else ""


def way_out() -> str:
    """Return the provider's address to sign out at, "" where it has none."""
    settings = oidc_settings()
    return _provider(settings).address_to_sign_out(settings.address + sign_in_address()) if settings else ""


async def _to_provider(request: Request) -> Response:
    settings = oidc_settings()
    if settings is None:
        return PlainTextResponse(_(_NO_PROVIDER), 404)
    attempt = _attempts.begin(request.query_params.get("then", ""))
    try:
        provider = _provider(settings)
        address = await to_thread.run_sync(provider.address_to_sign_in, attempt, limiter=_at_a_time)
    except Refused as refused:
        return await run_in_threadpool(sign_in_page, attempt.then, refused.reason, _STATUS.get(refused.rule, 401))
    return with_cookie(RedirectResponse(address, 303), request, attempt.browser, name=ATTEMPT_COOKIE)


async def _from_provider(request: Request) -> Response:
    settings = oidc_settings()
    if settings is None:
        return PlainTextResponse(_(_NO_PROVIDER), 404)
    then = ""
    try:
        attempt = _attempts.take(request.query_params.get("state", ""), cookie(request.headers, ATTEMPT_COOKIE))
        if attempt is None:
            raise Refused("not-begun-here", _NOT_BEGUN)
        then = attempt.then
        code = request.query_params.get("code", "")
        if not code or "error" in request.query_params:
            raise Refused("provider-refused", _DENIED)
        if request.query_params.get("iss", settings.issuer) != settings.issuer:  # RFC 9207, 2.4
            raise Refused("provider-refused", _DENIED)
        identity = await to_thread.run_sync(_provider(settings).identity, attempt, code, limiter=_at_a_time)
        account = await run_in_threadpool(admit, identity, settings)
        response = await let_in(request, account, then, HOW)
    except Refused as refused:
        if refused.rule not in ("audit", "not-begun-here"):  # of which a stranger could make any number
            await run_in_threadpool(_record_refusal, request, refused.rule)
        response = await run_in_threadpool(sign_in_page, then, refused.reason, _STATUS.get(refused.rule, 401))
    return with_cookie(response, request, "", name=ATTEMPT_COOKIE)


@lru_cache(maxsize=1)
def _provider(settings: OidcSettings) -> Provider:
    return Provider(settings, settings.address + provider_answer_path())


def _record_refusal(request: Request, rule: str) -> None:
    with suppress(Refused):  # nobody got in
        record("sign-in", "refused", address=address_of(request), detail=f"{HOW}: {rule}")
