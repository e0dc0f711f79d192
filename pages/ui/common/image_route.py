"""The route by which an image's samples reach the browser: it serves images that a session holds, and no others.

Component data would send them over the websocket again with every change; Streamlit's media store keeps files past
their use. Here an image lives exactly as long as its session holds it.
"""

import secrets
from weakref import WeakValueDictionary

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from meddx.types import DrawableImage
from pages.ui.common.base_path import base_path

_images: WeakValueDictionary[str, DrawableImage] = WeakValueDictionary()


def image_url(image: DrawableImage) -> str:
    """Return a new, unguessable address of the image, valid as long as the image object lives."""
    token = secrets.token_urlsafe(24)
    _images[token] = image
    return f"{base_path()}/image/{token}"


def image_route() -> Route:
    """Return the route `GET /image/{token}`: DrawableImage.pixels, gzip that the browser inflates; 404 once gone."""
    return Route(f"{base_path()}/image/{{token}}", _serve, methods=["GET"])


async def _serve(request: Request) -> Response:
    image = _images.get(request.path_params["token"])
    headers = {"Cache-Control": "no-store"}
    if image is None:
        return PlainTextResponse("No session holds this image.", 404, headers)
    return Response(image.pixels, 200, headers | {"Content-Encoding": "gzip"}, "application/octet-stream")
