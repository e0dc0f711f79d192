"""An Engine whose answers come from a worker process, asked over a Unix domain socket."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import NoneType
from typing import Any, TypeVar

import httpx

from meddx.engine import serialization
from meddx.engine.contract import Diagnosis
from meddx.errors import CardError, EngineUnavailable, Refused
from meddx.types import DrawableImage, EngineStatus, Explanation, JobStatus, Prediction

_Answer = TypeVar("_Answer")

_ANSWER_SECONDS = 120.0
"""Longest wait for one answer; it covers a model that is still loading on a busy machine."""
_STATUS_SECONDS = 2.0
_JOB_SECONDS = 10.0
"""Longest wait for word of a job, which may bring its result."""
_KEEP_ALIVE_SECONDS = 5.0
"""Shorter than the worker's, so that no request goes out on a connection that the worker is closing."""
_PIECE_BYTES = 1 << 17
_NOT_UP = "The engine is not up yet; try again in a few seconds."


class NotUp(EngineUnavailable):
    """No worker listens on the socket: the request reached none, and may be made again."""


class Disconnected(EngineUnavailable):
    """The worker went away while it had the request, which may be why it did."""


class EngineClient:
    """Implements meddx.engine.contract.Engine. Safe to call from many threads; close() after use."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._http = httpx.Client(
            transport=httpx.HTTPTransport(
                uds=str(socket),
                limits=httpx.Limits(max_connections=None, keepalive_expiry=_KEEP_ALIVE_SECONDS),
            ),
            base_url="http://engine",
            trust_env=False,
        )

    def status(self) -> EngineStatus:
        """What the worker says of itself; it does not count restarts. Raises EngineUnavailable while it is not up."""
        return self._answer(EngineStatus, "GET", "/status", None, _STATUS_SECONDS)

    def image(self, data: bytes, frame: int = 0) -> DrawableImage:
        """The frame, ready to draw."""
        return self._answer(DrawableImage, "POST", "/image", {"data": data, "frame": frame})

    def predict(self, data: bytes, model: str, frame: int = 0) -> Prediction:
        """The model's answer with a heat map for every label."""
        return self._answer(Prediction, "POST", "/predict", {"data": data, "model": model, "frame": frame})

    def diagnose(self, data: bytes, model: str, frame: int = 0) -> Diagnosis:
        """Both in one call."""
        return self._answer(Diagnosis, "POST", "/diagnose", {"data": data, "model": model, "frame": frame})

    def explain(self, data: bytes, model: str, method: str, frame: int = 0) -> Explanation:
        """Maps of every label by one method."""
        question: dict[str, object] = {"data": data, "model": model, "method": method, "frame": frame}
        return self._answer(Explanation, "POST", "/explain", question)

    def start(self, kind: str, arguments: Mapping[str, Any]) -> str:
        """Begin a job and return its id."""
        return self._answer(str, "POST", "/start", {"kind": kind, "arguments": dict(arguments)})

    def job(self, id: str) -> JobStatus:
        """How far it is."""
        return self._answer(JobStatus, "POST", "/job", {"id": id}, _JOB_SECONDS)

    def cancel(self, id: str) -> None:
        """Have it end soon."""
        self._answer(NoneType, "POST", "/cancel", {"id": id}, _JOB_SECONDS)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _answer(
        self,
        kind: type[_Answer],
        method: str,
        path: str,
        question: dict[str, object] | None,
        seconds: float = _ANSWER_SECONDS,
    ) -> _Answer:
        if not self._socket.exists():  # asking all the same would leave httpcore with a socket that it does not close
            raise NotUp(_NOT_UP)
        body = b"" if question is None else serialization.serialize(question)
        timeout = httpx.Timeout(seconds, connect=_STATUS_SECONDS)
        try:
            response = self._http.request(
                method, path, content=_pieces(body), headers={"Content-Length": str(len(body))}, timeout=timeout
            )
        except httpx.ConnectError as error:
            raise NotUp(_NOT_UP) from error
        except httpx.TimeoutException as error:
            raise EngineUnavailable(f"The engine gave no answer within {seconds:.0f} s; try again later.") from error
        except httpx.HTTPError as error:
            raise Disconnected("The engine stopped while answering this request; it is being replaced.") from error
        answer = serialization.deserialize(response.content)
        if response.is_success and isinstance(answer, kind):
            return answer
        raise _error(answer)


def _pieces(body: bytes) -> Iterator[bytes]:
    """The body in parts that a socket takes at once: httpcore copies what is left of a part after every send."""
    for start in range(0, len(body), _PIECE_BYTES):
        yield body[start : start + _PIECE_BYTES]


def _error(answer: object) -> Exception:
    match answer:
        case {"error": "Refused", "rule": str(rule), "reason": str(reason)}:
            return Refused(rule, reason)
        case {"error": "CardError", "reason": str(reason)}:
            return CardError(reason)
        case {"reason": str(reason)}:
            return EngineUnavailable(f"The engine failed on this request ({reason}); its log says where.")
        case _:
            return EngineUnavailable("The engine answered something that this version does not understand.")
