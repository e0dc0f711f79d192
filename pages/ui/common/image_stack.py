"""Frames through which a reader scrolls: those of one file, or the images of a series, each read when it is asked for.

The browser asks for them by number, ahead of the reader, so that scrolling waits neither for a script nor for a model.
"""

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias
from weakref import WeakValueDictionary

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from meddx.errors import EngineUnavailable, Refused
from meddx.types import DrawableImage
from pages.ui.common.account_engine import AccountEngine
from pages.ui.common.base_path import base_path
from pages.ui.common.language.language import _
from pages.ui.common.language.translated import translated
from pages.ui.common.session import SessionCase
from pages.ui.sign_in.current_account import owner, owner_of

LENGTH_BYTES = 4
"""Of the big-endian number before the description: how many bytes that has."""
StackOrder: TypeAlias = tuple[tuple[str, int], ...]
"""The id of a case and a zero-based frame of it, at each place of a stack."""
_REMEMBERED = 8
"""Orders: a series that is arriving changes its stack a few times while a turn is on its way."""
Describe = Callable[[DrawableImage, str], dict[str, object]]
"""Returns what the browser needs of an image, of the case with that id, besides its samples."""


@dataclass(eq=False)
class ImageStack:
    """Hold the frames of a stack in order: cases of the session, which must still be there, and their frame."""

    frames: Sequence[tuple[SessionCase, int]]
    engine: AccountEngine
    describe: Describe
    replaced: Mapping[str, StackOrder] = field(default_factory=dict)
    """The order of stacks whose place it took, by address: a browser may still speak of them."""

    def __post_init__(self) -> None:
        """Give it an unguessable address, valid as long as somebody holds it, for the script's account alone."""
        token = secrets.token_urlsafe(24)
        _stacks[token, owner()] = self
        self.url = f"{base_path()}/stack/{token}"

    def orders(self) -> dict[str, StackOrder]:
        """Return its order, by its address, after those of the last stacks before it."""
        before = list(self.replaced.items())[1 - _REMEMBERED :]
        return dict(before) | {self.url: tuple((case.id, frame) for case, frame in self.frames)}

    def image(self, index: int) -> DrawableImage:
        """Return one frame. Raises Refused and EngineUnavailable."""
        case, frame = self.frames[index]
        drawn = case.drawn  # the session's script may replace it meanwhile
        if drawn is not None and drawn[0].frame == frame:
            return drawn[0]
        return self.engine.image(case.data, frame)


_stacks: WeakValueDictionary[tuple[str, str], ImageStack] = WeakValueDictionary()
"""By token and by the account that it is for."""


def stack_route() -> Route:
    """Return the route `GET /stack/{token}/{index}`.

    404 once the stack is gone, and to other accounts; 422 for a frame that cannot be read.
    The answer is the length of the description, the description as JSON, and the samples as gzip
    (DrawableImage.pixels), which the browser inflates.
    """
    return Route(f"{base_path()}/stack/{{token}}/{{index:int}}", _serve, methods=["GET"])


def _serve(request: Request) -> Response:
    stack = _stacks.get((request.path_params["token"], owner_of(request.headers)))
    index = request.path_params["index"]
    headers = {"Cache-Control": "no-store"}
    if stack is None or not 0 <= index < len(stack.frames):
        return PlainTextResponse(_("No session holds this image."), 404, headers)
    try:
        image = stack.image(index)
    except Refused as refused:
        return PlainTextResponse(translated(refused.reason), 422, headers)
    except EngineUnavailable as error:
        return PlainTextResponse(translated(str(error)), 503, headers)
    description = json.dumps(stack.describe(image, stack.frames[index][0].id)).encode()
    body = len(description).to_bytes(LENGTH_BYTES) + description + image.pixels
    return Response(body, 200, headers, "application/octet-stream")
