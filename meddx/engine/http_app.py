"""A Service as an ASGI application: GET /status, POST to the other methods of Engine by name; msgpack bodies."""

import logging
from collections.abc import Awaitable, Callable

from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from meddx.engine import serialization
from meddx.engine.contract import Engine
from meddx.errors import CardError, Refused, without_content

_log = logging.getLogger(__name__)

_AT_A_TIME = 8
"""Requests in work at a time: as many images may be decoded and held at once."""
_QUICK_AT_A_TIME = 4
"""Questions about jobs, which nothing keeps waiting and which do not wait behind images."""

HTTP_REFUSED, HTTP_NO_MODEL, HTTP_FAILED = 422, 404, 500


def application(engine: Engine) -> Starlette:
    """Questions are dicts of the arguments of the Engine's methods; answers are what these return or, with an
    error status, {"error", "rule", "reason"}. An unexpected error is logged without its text."""

    working, quick = CapacityLimiter(_AT_A_TIME), CapacityLimiter(_QUICK_AT_A_TIME)

    async def status(_: Request) -> Response:
        return _answered(engine.status())

    def asked(
        method: Callable[..., object], limiter: CapacityLimiter = working
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            body = await request.body()
            return await to_thread.run_sync(_ask, method, body, limiter=limiter)

        return endpoint

    return Starlette(
        routes=[
            Route("/status", status),
            Route("/image", asked(engine.image), methods=["POST"]),
            Route("/predict", asked(engine.predict), methods=["POST"]),
            Route("/diagnose", asked(engine.diagnose), methods=["POST"]),
            Route("/explain", asked(engine.explain), methods=["POST"]),
            Route("/start", asked(engine.start, quick), methods=["POST"]),
            Route("/job", asked(engine.job, quick), methods=["POST"]),
            Route("/cancel", asked(engine.cancel, quick), methods=["POST"]),
        ]
    )


def _ask(method: Callable[..., object], body: bytes) -> Response:
    try:
        arguments = serialization.deserialize(body)
        if not isinstance(arguments, dict):
            raise TypeError("a question is a dict of arguments")
        return _answered(method(**arguments))
    except Refused as refused:
        return _answered({"error": "Refused", "rule": refused.rule, "reason": refused.reason}, HTTP_REFUSED)
    except CardError as error:
        return _answered({"error": "CardError", "rule": "card", "reason": str(error)}, HTTP_NO_MODEL)
    except Exception as error:
        _log.error("a request failed: %s", without_content(error))
        return _answered({"error": "Exception", "rule": "internal", "reason": type(error).__name__}, HTTP_FAILED)


def _answered(answer: object, status: int = 200) -> Response:
    return Response(serialization.serialize(answer), status, media_type="application/msgpack")
