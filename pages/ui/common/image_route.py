"""How an image's samples reach the browser: a route that serves what a session still holds, and nothing else.

Component data would send them over the websocket again with every change; Streamlit's media store keeps files past
their use. Here an image lives exactly as long as its session holds it.
"""

import secrets
from weakref import WeakValueDictionary

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from meddx.types import DrawableImage

_held: WeakValueDictionary[str, DrawableImage] = WeakValueDictionary()


def image_url(image: DrawableImage) -> str:
    """A new address of the image that cannot be guessed; keep it beside the image, it dies with it."""
    token = secrets.token_urlsafe(24)
    _held[token] = image
    return f"{_base()}/image/{token}"


def image_route() -> Route:
    """`GET /image/{token}`: gzip of the samples as in DrawableImage.pixels, inflated by the browser."""
    return Route(f"{_base()}/image/{{token}}", _serve, methods=["GET"])


async def _serve(request: Request) -> Response:
    image = _held.get(request.path_params["token"])
    headers = {"Cache-Control": "no-store"}
    if image is None:
        return PlainTextResponse("No session holds this image.", 404, headers)
    return Response(image.pixels, 200, headers | {"Content-Encoding": "gzip"}, "application/octet-stream")


def _base() -> str:
    """server.baseUrlPath with one leading slash, or nothing."""
    path = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{path}" if path else ""
