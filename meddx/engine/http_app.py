"""Serve an Engine as an ASGI application: GET /status, POST to its other methods by name, with msgpack bodies.

The body of /upload is a stream, see meddx.engine.upload_stream.
"""

import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, Protocol, cast

from anyio import CapacityLimiter, from_thread, to_thread
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from meddx.engine import serialization
from meddx.engine.contract import OWNER_HEADER, UPLOAD_HEADER, Engine, UploadedFile, UploadKind
from meddx.engine.fair_limiter import FairLimiter
from meddx.engine.upload_stream import decode
from meddx.errors import CardError, Refused, without_content

_log = logging.getLogger(__name__)

_AT_A_TIME = 8
"""Requests in work at a time: as many images may be decoded and held at once."""
_OF_AN_OWNER = 4
"""Of those, requests of one owner; as many uploads."""
_QUICK_AT_A_TIME = 4
"""Questions about jobs, which nothing keeps waiting and which do not wait behind images."""
_UPLOADS_AT_A_TIME = 8
"""Each waits for its reader's connection most of the time."""

HTTP_REFUSED, HTTP_NO_MODEL, HTTP_FAILED, HTTP_GONE = 422, 404, 500, 499


class SharedEngine(Engine, Protocol):
    """An engine that keeps shares of jobs and disk by owner."""

    def start(self, kind: str, arguments: Mapping[str, Any], owner: str = "") -> str:
        """Start a job of an owner and return its id."""

    def upload(self, files: Iterable[UploadedFile], kind: UploadKind = "images", owner: str = "") -> str:
        """Store files of an owner and return the upload's token."""


def application(engine: SharedEngine) -> Starlette:
    """Return the ASGI application that serves `engine`.

    Request bodies are dicts of the arguments of the Engine's methods; responses are what these return or, with an error
    status, {"error", "rule", "reason"}. An unexpected error is logged without its text.
    """

    working, uploading = (FairLimiter(most, _OF_AN_OWNER) for most in (_AT_A_TIME, _UPLOADS_AT_A_TIME))
    quick = FairLimiter(_QUICK_AT_A_TIME, _QUICK_AT_A_TIME)
    threads = CapacityLimiter(_AT_A_TIME + _UPLOADS_AT_A_TIME + _QUICK_AT_A_TIME)

    async def status(_: Request) -> Response:
        return _answered(engine.status())

    def asked(
        method: Callable[..., object], limiter: FairLimiter = working
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            async with limiter.turn(_owner(request)):
                body = await request.body()
                return await to_thread.run_sync(_ask, method, body, limiter=threads)

        return endpoint

    async def start(request: Request) -> Response:
        return await asked(partial(engine.start, owner=_owner(request)), quick)(request)

    async def upload(request: Request) -> Response:
        owner = _owner(request)
        async with uploading.turn(owner):
            kind = cast(UploadKind, request.headers.get(UPLOAD_HEADER, "images"))
            return await to_thread.run_sync(_upload, engine, request.stream(), kind, owner, limiter=threads)

    return Starlette(
        routes=[
            Route("/status", status),
            Route("/image", asked(engine.image), methods=["POST"]),
            Route("/thumbnail", asked(engine.thumbnail), methods=["POST"]),
            Route("/header", asked(engine.header), methods=["POST"]),
            Route("/deidentify", asked(engine.deidentify), methods=["POST"]),
            Route("/mask_text", asked(engine.mask_text), methods=["POST"]),
            Route("/unpack", asked(engine.unpack), methods=["POST"]),
            Route("/predict", asked(engine.predict), methods=["POST"]),
            Route("/diagnose", asked(engine.diagnose), methods=["POST"]),
            Route("/explain", asked(engine.explain), methods=["POST"]),
            Route("/start", start, methods=["POST"]),
            Route("/job", asked(engine.job, quick), methods=["POST"]),
            Route("/cancel", asked(engine.cancel, quick), methods=["POST"]),
            Route("/upload", upload, methods=["POST"]),
            Route("/discard_upload", asked(engine.discard_upload, quick), methods=["POST"]),
            Route("/jobs", asked(engine.jobs, quick), methods=["POST"]),
            Route("/job_record", asked(engine.job_record, quick), methods=["POST"]),
            Route("/job_result", asked(engine.job_result, quick), methods=["POST"]),
            Route("/job_case", asked(engine.job_case), methods=["POST"]),
            Route("/remove_job", asked(engine.remove_job, quick), methods=["POST"]),
        ],
        exception_handlers={ClientDisconnect: _nobody_waits},
    )


async def _nobody_waits(_: Request, __: Exception) -> Response:
    """Answer one who has gone, in the middle of a question: nothing is wrong here that a log should tell of."""
    return Response(status_code=HTTP_GONE)


def _ask(method: Callable[..., object], body: bytes) -> Response:
    def ask() -> object:
        arguments = serialization.deserialize(body)
        if not isinstance(arguments, dict):
            raise TypeError("a question is a dict of arguments")
        return method(**arguments)

    return _answer(ask)


def _owner(request: Request) -> str:
    return request.headers.get(OWNER_HEADER, "")


def _upload(engine: SharedEngine, body: AsyncIterator[bytes], kind: UploadKind, owner: str) -> Response:
    chunks = _chunks(body)

    def ask() -> object:
        try:
            return engine.upload(decode(chunks), kind, owner)
        finally:
            deque(chunks, maxlen=0)  # a client hears the answer once it has sent all

    return _answer(ask)


def _chunks(body: AsyncIterator[bytes]) -> Iterator[bytes]:
    """Yield the chunks of the body as they arrive, to one of anyio's threads."""

    async def arrived() -> bytes | None:
        return await anext(body, None)

    while (chunk := from_thread.run(arrived)) is not None:
        yield chunk


def _answer(ask: Callable[[], object]) -> Response:
    try:
        return _answered(ask())
    except Refused as refused:
        refusal = {"error": "Refused", "rule": refused.rule, "reason": refused.reason, "frames": refused.frames}
        return _answered(refusal, HTTP_REFUSED)
    except CardError as error:
        return _answered({"error": "CardError", "rule": "card", "reason": str(error)}, HTTP_NO_MODEL)
    except Exception as error:
        _log.error("a request failed: %s", without_content(error))
        return _answered({"error": "Exception", "rule": "internal", "reason": type(error).__name__}, HTTP_FAILED)


def _answered(answer: object, status: int = 200) -> Response:
    return Response(serialization.serialize(answer), status, media_type="application/msgpack")
