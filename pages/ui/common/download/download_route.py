"""The route by which exports reach the browser: each is made when it is asked for, by what its page drew last.

Streamlit's media store forgets a file that it has made as soon as two scripts of any reader have ended, perhaps before
the browser asks for it, and a button's file when the page is drawn anew. Here an address stays the same as long as the
page offers the export, and is gone with it.
"""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast
from weakref import WeakValueDictionary

import streamlit as st
from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from meddx.accounts.accounts import Account
from meddx.errors import EngineUnavailable, Refused, without_content
from pages.ui.common.base_path import base_path
from pages.ui.common.language.language import _
from pages.ui.common.language.translated import translated
from pages.ui.sign_in.current_account import account_of, current_account

_log = logging.getLogger("meddx")

_HELD, _DRAWN = "downloads", "downloads drawn"
_HEADERS = {"Cache-Control": "no-store", "Content-Disposition": "attachment"}


@dataclass(eq=False)
class _Download:
    kind: str
    make: Callable[[], str | bytes]
    account: Account | None
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))


_at_once = CapacityLimiter(8)
"""Threads that make files; the others are for all else that is asked, the sign-in of every request among it."""
_downloads: WeakValueDictionary[str, _Download] = WeakValueDictionary()


def download_url(key: str, kind: str, make: Callable[[], str | bytes]) -> str:
    """Return the unguessable address of an export, the same for each script of the tab that offers one of this key.

    It answers the account that runs the script alone, in the role that it has now. kind: media type. make: called,
    outside of any script, for each download; may raise Refused or EngineUnavailable.
    """
    held, account = _held(), current_account()
    if (download := held.get(key)) is None:
        download = held[key] = _Download(kind, make, account)
        _downloads[download.token] = download
    download.kind, download.make, download.account = kind, make, account
    _drawn().add(key)
    return f"{base_path()}/download/{download.token}"


def begin_downloads() -> None:
    """Begin to note what the page offers; call before a page is drawn whole."""
    _drawn().clear()  # what a part of the page drew since, or a script that was given up, counts no more


def drop_downloads() -> None:
    """Forget what the page has not offered since begin_downloads; call when a page has been drawn whole."""
    held, drawn = _held(), _drawn()
    for key in held.keys() - drawn:
        del held[key]


def download_route() -> Route:
    """Return the route `GET /download/{token}`.

    404 once the export is offered no more, and to other accounts; 409, 500 or 503 with the reason. HEAD makes nothing.
    """
    return Route(f"{base_path()}/download/{{token}}", _serve, methods=["GET"])


def _held() -> dict[str, _Download]:
    return cast(dict[str, _Download], st.session_state.setdefault(_HELD, {}))


def _drawn() -> set[str]:
    return cast(set[str], st.session_state.setdefault(_DRAWN, set()))


async def _serve(request: Request) -> Response:
    return await to_thread.run_sync(_answer, request, limiter=_at_once)


def _answer(request: Request) -> Response:
    download = _downloads.get(request.path_params["token"])
    if download is None or download.account != account_of(request.headers):
        return PlainTextResponse(_("The page no longer offers this file. Load the page anew."), 404, _HEADERS)
    if request.method == "HEAD":
        return Response(None, 200, _HEADERS, download.kind)
    try:
        return Response(download.make(), 200, _HEADERS, download.kind)
    except Refused as refused:
        return PlainTextResponse(translated(refused.reason), 409, _HEADERS)
    except EngineUnavailable as error:
        return PlainTextResponse(translated(str(error)), 503, _HEADERS)
    except Exception as error:  # its text may name the patient
        _log.error("an export could not be made: %s", without_content(error))
        return PlainTextResponse(_("The file could not be made. Load the page anew and try again."), 500, _HEADERS)
