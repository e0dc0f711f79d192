"""The route by which images and thumbnails reach the browser: it serves what a session holds, and nothing else.

Component data would send them over the websocket again with every change; Streamlit's media store keeps files past
their use. Here an image lives exactly as long as its session holds it, for that session's account.
"""

import secrets
from dataclasses import dataclass
from functools import cached_property
from weakref import WeakValueDictionary

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from meddx.types import DrawableImage
from pages.ui.common.base_path import base_path
from pages.ui.common.language.language import _
from pages.ui.sign_in.current_account import owner, owner_of


@dataclass(eq=False)
class Thumbnail:
    """Hold a small picture of an image as JPEG, b"" where the image gives none."""

    jpeg: bytes

    @cached_property
    def url(self) -> str:
        """Return its address, the same each time; "" without a picture."""
        return image_url(self) if self.jpeg else ""


_images: WeakValueDictionary[tuple[str, str], DrawableImage | Thumbnail] = WeakValueDictionary()
"""By token and by the account that it is for."""


def image_url(image: DrawableImage | Thumbnail) -> str:
    """Return a new, unguessable address of the image, valid as long as the image object lives.

    It answers the account that runs the script alone.
    """
    token = secrets.token_urlsafe(24)
    _images[token, owner()] = image
    return f"{base_path()}/image/{token}"


def image_route() -> Route:
    """Return the route `GET /image/{token}`; 404 once the image is gone, and to other accounts.

    It serves DrawableImage.pixels, as gzip that the browser inflates, or a thumbnail's JPEG.
    """
    return Route(f"{base_path()}/image/{{token}}", _serve, methods=["GET"])


def _serve(request: Request) -> Response:
    image = _images.get((request.path_params["token"], owner_of(request.headers)))
    headers = {"Cache-Control": "no-store"}
    if image is None:
        return PlainTextResponse(_("No session holds this image."), 404, headers)
    if isinstance(image, Thumbnail):
        return Response(image.jpeg, 200, headers, "image/jpeg")
    return Response(image.pixels, 200, headers | {"Content-Encoding": "gzip"}, "application/octet-stream")
