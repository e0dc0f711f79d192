"""Ask a worker process over a Unix domain socket: the Engine that a client sees."""

from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from pathlib import Path
from types import NoneType
from typing import Any, Self, TypeVar

import httpx

from meddx.engine import serialization, upload_stream
from meddx.engine.contract import (
    OWNER_HEADER,
    UPLOAD_HEADER,
    DeidentifiedFile,
    Diagnosis,
    EvaluationResult,
    Record,
    StoredJob,
    UnpackedPart,
    UploadedFile,
    UploadKind,
)
from meddx.engine.unix_socket import UnixSocketTransport
from meddx.errors import CardError, EngineUnavailable, Refused
from meddx.types import Box, DrawableImage, EngineStatus, Explanation, ImageHeader, JobStatus, Prediction, StoredFrame

_Answer = TypeVar("_Answer")

_ANSWER_SECONDS = 120.0
"""Longest wait for one answer; it covers a model that is still loading on a busy machine."""
_STATUS_SECONDS = 2.0
_JOB_SECONDS = 10.0
"""Longest wait for the status of a job, which may include its result."""
_DEIDENTIFY_SECONDS = 900.0
"""Longest wait for a file to be de-identified; a long multi-frame object takes some minutes."""
_UPLOAD_SECONDS = 3600.0
"""Longest wait for an upload to be stored, all images of which may have to be de-identified before."""
_PIECE_BYTES = 1 << 17
_NOT_UP = "The engine is not up yet; try again in a few seconds."


class NotUp(EngineUnavailable):
    """Raised where no worker listens on the socket: the request reached none, and may be repeated."""


class Disconnected(EngineUnavailable):
    """Raised where the worker ended while it had the request, which may be the cause."""


class EngineClient:
    """An implementation of meddx.engine.contract.Engine that asks a worker.

    Safe to call from many threads; close() after use.
    """

    def __init__(self, socket: Path) -> None:
        self._http = httpx.Client(transport=UnixSocketTransport(socket), base_url="http://engine", trust_env=False)
        self._headers: dict[str, str] = {}

    def owned_by(self, owner: str) -> Self:
        """Return the client for one owner, who has a share of the engine: of its jobs, its disk and its turns."""
        owned = copy(self)
        owned._headers = {OWNER_HEADER: owner} if owner else {}
        return owned

    def status(self) -> EngineStatus:
        """Return the worker's own status, which does not count restarts.

        Raises EngineUnavailable while no worker is up.
        """
        return self._answer(EngineStatus, "GET", "/status", None, _STATUS_SECONDS)

    def image(self, data: bytes, frame: int = 0) -> DrawableImage:
        """Return the frame, ready to draw."""
        return self._answer(DrawableImage, "POST", "/image", {"data": data, "frame": frame})

    def thumbnail(self, data: bytes, side: int, frame: int = 0) -> bytes:
        """Return the frame as JPEG in the file's window, at most `side` pixels long."""
        return self._answer(bytes, "POST", "/thumbnail", {"data": data, "side": side, "frame": frame})

    def header(self, data: bytes) -> ImageHeader:
        """Return what the file says of patient, study and series."""
        return self._answer(ImageHeader, "POST", "/header", {"data": data})

    def deidentify(self, data: bytes) -> DeidentifiedFile:
        """Return an image file without what identifies its patient."""
        return self._answer(DeidentifiedFile, "POST", "/deidentify", {"data": data}, _DEIDENTIFY_SECONDS)

    def mask_text(self, data: bytes, boxes: tuple[Box, ...]) -> bytes:
        """Return a file that `deidentify` asked about with these boxes masked."""
        return self._answer(bytes, "POST", "/mask_text", {"data": data, "boxes": boxes}, _DEIDENTIFY_SECONDS)

    def unpack(self, archive: bytes, room: int, start: int = 0, held: str = "") -> UnpackedPart:
        """Return files of a ZIP archive, from number `start` on."""
        question: dict[str, object] = {"archive": archive, "room": room, "start": start, "held": held}
        return self._answer(UnpackedPart, "POST", "/unpack", question)

    def predict(
        self,
        data: bytes,
        model: str,
        frame: int = 0,
        *,
        record: Record | None = None,
        note: str = "",
        hurry: bool = True,
    ) -> Prediction:
        """Return the model's prediction with a heat map for every label."""
        question = _question(data, model, frame, record, note) | {"hurry": hurry}
        return self._answer(Prediction, "POST", "/predict", question)

    def diagnose(
        self, data: bytes, model: str, frame: int = 0, *, record: Record | None = None, note: str = ""
    ) -> Diagnosis:
        """Return the frame, ready to draw, and the model's prediction in one call."""
        return self._answer(Diagnosis, "POST", "/diagnose", _question(data, model, frame, record, note))

    def explain(
        self, data: bytes, model: str, method: str, frame: int = 0, *, record: Record | None = None, note: str = ""
    ) -> Explanation:
        """Return the maps of every label by one method."""
        question = _question(data, model, frame, record, note) | {"method": method}
        return self._answer(Explanation, "POST", "/explain", question)

    def start(self, kind: str, arguments: Mapping[str, Any]) -> str:
        """Start a job and return its id."""
        question: dict[str, object] = {"kind": kind, "arguments": dict(arguments)}
        return self._answer(str, "POST", "/start", question, _JOB_SECONDS)

    def job(self, id: str) -> JobStatus:
        """Return the status of a job."""
        return self._answer(JobStatus, "POST", "/job", {"id": id}, _JOB_SECONDS)

    def cancel(self, id: str) -> None:
        """Ask a job to end soon."""
        self._answer(NoneType, "POST", "/cancel", {"id": id}, _JOB_SECONDS)

    def upload(self, files: Iterable[UploadedFile], kind: UploadKind = "images") -> str:
        """Send files for jobs that take `upload`, piece by piece, and return the upload's token."""
        body, headers = upload_stream.encode(files), {UPLOAD_HEADER: kind, **self._headers}
        timeout = _timeout(_UPLOAD_SECONDS)
        return self._send(
            str, self._http.build_request("POST", "/upload", content=body, headers=headers, timeout=timeout)
        )

    def discard_upload(self, token: str) -> None:
        """Remove an upload that no job has taken or reads."""
        self._answer(NoneType, "POST", "/discard_upload", {"token": token}, _JOB_SECONDS)

    def jobs(self) -> tuple[StoredJob, ...]:
        """Return the jobs of stored kinds, the newest first."""
        return self._answer(tuple, "POST", "/jobs", {}, _JOB_SECONDS)

    def job_record(self, id: str) -> StoredJob:
        """Return the record of one stored job."""
        return self._answer(StoredJob, "POST", "/job_record", {"id": id}, _JOB_SECONDS)

    def job_result(self, id: str) -> EvaluationResult:
        """Return the result of an evaluation."""
        return self._answer(EvaluationResult, "POST", "/job_result", {"id": id})

    def job_case(self, id: str, case: str) -> StoredFrame:
        """Return the image of one case of an evaluation."""
        return self._answer(StoredFrame, "POST", "/job_case", {"id": id, "case": case})

    def remove_job(self, id: str) -> None:
        """Remove a stored job with all that it kept."""
        self._answer(NoneType, "POST", "/remove_job", {"id": id}, _JOB_SECONDS)

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
        parts = [] if question is None else serialization.message_parts(question)
        headers = {"Content-Length": str(sum(map(len, parts))), **self._headers}
        request = self._http.build_request(
            method, path, content=_pieces(parts), headers=headers, timeout=_timeout(seconds)
        )
        return self._send(kind, request)

    def _send(self, kind: type[_Answer], request: httpx.Request) -> _Answer:
        try:
            response = self._http.send(request)
        except httpx.ConnectError as error:
            raise NotUp(_NOT_UP) from error
        except httpx.TimeoutException as error:
            raise EngineUnavailable("The engine gave no answer in time; try again later.") from error
        except httpx.HTTPError as error:
            raise Disconnected("The engine stopped while answering this request; it is being replaced.") from error
        answer = serialization.deserialize(response.content)
        if response.is_success and isinstance(answer, kind):
            return answer
        raise _error(answer)


def _question(data: bytes, model: str, frame: int, record: Record | None, note: str) -> dict[str, object]:
    """Return the question about an image, with what lies beside it where there is any."""
    question: dict[str, object] = {"data": data, "model": model, "frame": frame}
    return question | ({"record": dict(record)} if record else {}) | ({"note": note} if note else {})


def _timeout(seconds: float = _ANSWER_SECONDS) -> httpx.Timeout:
    """Return the longest waits: for the connection, and for each part of request and response."""
    return httpx.Timeout(seconds, connect=_STATUS_SECONDS)


def _pieces(parts: Iterable[bytes | memoryview]) -> Iterator[bytes]:
    """Yield parts, joined or cut to what a socket takes at once: httpcore copies what is left of one after a send."""
    short = b""
    for part in parts:
        if len(short) + len(part) < _PIECE_BYTES:
            short += part
            continue
        if short:
            yield short
        for start in range(0, len(part), _PIECE_BYTES):
            yield bytes(part[start : start + _PIECE_BYTES])
        short = b""
    if short:
        yield short


def _error(answer: object) -> Exception:
    match answer:
        case {"error": "Refused", "rule": str(rule), "reason": str(reason), "frames": int(frames)}:
            return Refused(rule, reason, frames)
        case {"error": "CardError", "reason": str(reason)}:
            return CardError(reason)
        case {"reason": str(reason)}:
            return EngineUnavailable(f"The engine failed on this request ({reason}); its log says where.")
        case _:
            return EngineUnavailable(
                "The engine answered something that this version does not understand: restart the server."
            )
