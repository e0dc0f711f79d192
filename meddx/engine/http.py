"""A Service as an ASGI application: POST /film, /predict and /diagnose, GET /status; msgpack bodies."""

import logging
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path

from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from meddx.engine import wire
from meddx.engine.interface import Engine
from meddx.errors import CardError, Refused

_log = logging.getLogger(__name__)

_AT_A_TIME = 8
"""Requests in work at a time: as many films may be decoded and held at once."""

REFUSED, NO_MODEL, FAILED = 422, 404, 500


def application(engine: Engine) -> Starlette:
    """Questions are dicts of the arguments of the Engine's methods; answers are what these return or, with an
    error status, {"error", "rule", "reason"}. An unexpected error is logged without its text."""

    limiter = CapacityLimiter(_AT_A_TIME)

    async def status(_: Request) -> Response:
        return _answered(engine.status())

    def asked(method: Callable[..., object]) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            body = await request.body()
            return await to_thread.run_sync(_ask, method, body, limiter=limiter)

        return endpoint

    return Starlette(
        routes=[
            Route("/status", status),
            Route("/film", asked(engine.film), methods=["POST"]),
            Route("/predict", asked(engine.predict), methods=["POST"]),
            Route("/diagnose", asked(engine.diagnose), methods=["POST"]),
        ]
    )


def _ask(method: Callable[..., object], body: bytes) -> Response:
    try:
        arguments = wire.unpack(body)
        if not isinstance(arguments, dict):
            raise TypeError("a question is a dict of arguments")
        return _answered(method(**arguments))
    except Refused as refused:
        return _answered({"error": "Refused", "rule": refused.rule, "reason": refused.reason}, REFUSED)
    except CardError as error:
        return _answered({"error": "CardError", "rule": "card", "reason": str(error)}, NO_MODEL)
    except Exception as error:
        _log.error("a request failed: %s", without_content(error))
        return _answered({"error": "Exception", "rule": "internal", "reason": type(error).__name__}, FAILED)


def _answered(answer: object, status: int = 200) -> Response:
    return Response(wire.pack(answer), status, media_type="application/msgpack")


def without_content(error: BaseException) -> str:
    """Type and place of an error, without its text, which may repeat what a file holds."""
    frames = reversed(traceback.extract_tb(error.__traceback__)[-4:])
    return " < ".join([type(error).__name__, *(f"{Path(at.filename).name}:{at.lineno} {at.name}" for at in frames)])
