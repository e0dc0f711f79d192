"""The route by which exports reach the browser: each is made when it is asked for, by what its page drew last.

Streamlit's media store forgets a file that it has made as soon as two scripts of any reader have ended, perhaps before
the browser asks for it, and a button's file when the page is drawn anew. Here an address stays the same as long as the
page offers the export, and is gone with it.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast
from weakref import WeakValueDictionary

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from meddx.errors import EngineUnavailable, Refused
from pages.ui.common.base_path import base_path
from pages.ui.common.language.language import _
from pages.ui.common.language.translated import translated

_HELD, _DRAWN = "downloads", "downloads drawn"
_HEADERS = {"Cache-Control": "no-store", "Content-Disposition": "attachment"}


@dataclass(eq=False)
class _Download:
    kind: str
    make: Callable[[], str | bytes]
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))


_downloads: WeakValueDictionary[str, _Download] = WeakValueDictionary()


def download_url(key: str, kind: str, make: Callable[[], str | bytes]) -> str:
    """Return the unguessable address of an export, the same for each script of the tab that offers one of this key.

    kind: media type. make: called, outside of any script, for each download; may raise Refused or EngineUnavailable.
    """
    held = _held()
    if (download := held.get(key)) is None:
        download = held[key] = _Download(kind, make)
        _downloads[download.token] = download
    download.kind, download.make = kind, make
    _drawn().add(key)
    return f"{base_path()}/download/{download.token}"


def drop_downloads() -> None:
    """Forget what the page has not offered since this was called last; call when a page has been drawn whole."""
    held, drawn = _held(), _drawn()
    for key in held.keys() - drawn:
        del held[key]
    drawn.clear()


def download_route() -> Route:
    """Return the route `GET /download/{token}`: 404 once the export is offered no more, 409 or 503 with the reason."""
    return Route(f"{base_path()}/download/{{token}}", _serve, methods=["GET"])


def _held() -> dict[str, _Download]:
    return cast(dict[str, _Download], st.session_state.setdefault(_HELD, {}))


def _drawn() -> set[str]:
    return cast(set[str], st.session_state.setdefault(_DRAWN, set()))


def _serve(request: Request) -> Response:
    """Not async: what takes its time to make is made in a thread."""
    download = _downloads.get(request.path_params["token"])
    if download is None:
        return PlainTextResponse(_("The page no longer offers this file. Load the page anew."), 404, _HEADERS)
    try:
        return Response(download.make(), 200, _HEADERS, download.kind)
    except Refused as refused:
        return PlainTextResponse(translated(refused.reason), 409, _HEADERS)
    except EngineUnavailable as error:
        return PlainTextResponse(translated(str(error)), 503, _HEADERS)
