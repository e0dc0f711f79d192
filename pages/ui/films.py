"""How a film's samples reach the browser: a route that serves what a session still holds, and nothing else.

Component data would send them over the websocket again with every change; Streamlit's media store keeps files past
their use. Here a film lives exactly as long as its session holds it.
"""

import secrets
from weakref import WeakValueDictionary

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from meddx.types import DrawableFilm

_held: WeakValueDictionary[str, DrawableFilm] = WeakValueDictionary()


def url_of(film: DrawableFilm) -> str:
    """A new address of the film that cannot be guessed; keep it beside the film, it dies with it."""
    token = secrets.token_urlsafe(24)
    _held[token] = film
    return f"{_base()}/film/{token}"


def route() -> Route:
    """`GET /film/{token}`: gzip of the samples as in DrawableFilm.pixels, inflated by the browser."""
    return Route(f"{_base()}/film/{{token}}", _serve, methods=["GET"])


async def _serve(request: Request) -> Response:
    film = _held.get(request.path_params["token"])
    headers = {"Cache-Control": "no-store"}
    if film is None:
        return PlainTextResponse("No session holds this film.", 404, headers)
    return Response(film.pixels, 200, headers | {"Content-Encoding": "gzip"}, "application/octet-stream")


def _base() -> str:
    """server.baseUrlPath with one leading slash, or nothing."""
    path = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{path}" if path else ""
