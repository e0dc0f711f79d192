"""Requests to the engine, on threads of their own: a page never waits long for an answer."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from functools import partial
from queue import Empty
from typing import TypeVar

from meddx.engine import local
from meddx.engine.contract import Diagnosis
from meddx.errors import CardError, EngineUnavailable, Refused
from meddx.types import DrawableImage, ImageHeader, Prediction, Refusal
from pages.ui.common import account_engine
from pages.ui.common.given import NOTHING
from pages.ui.common.image_route import Thumbnail
from pages.ui.common.request_line import RequestLine
from pages.ui.common.session import HeadersRead, PendingRequest, RequestKey, Session, SessionCase

EngineAnswer = Diagnosis | DrawableImage | Prediction
_Result = TypeVar("_Result")

_workers = ThreadPoolExecutor(16, thread_name_prefix="engine-request")
_AHEAD = 32
"""Images of one session that are requested in the background and wait their turn: as many as the engine may answer
until the page looks again."""
_THUMBNAIL_SIDE = 96
"""Longest side of a worklist's thumbnail in pixels: twice what it fills, for dense screens."""
_START_SECONDS = 60.0
IMAGE_ALONE = ""
"""Stands for the model in the key of an error where the image was not drawn, whatever model is chosen."""


def request_case(case: SessionCase, model: str, draw: bool) -> bool:
    """Store a finished result, request what is missing, and return whether any of it is still to come.

    model: the key of its card. draw: whether the decoded image is wanted as well as the answer.
    """
    collect_answer(case)
    key = case.key(model)
    answered, failed = key in case.answers, key in case.errors
    draws = draw and case.drawn is None and image_error(case) is None
    if case.unreadable is not None or ((answered or failed) and not draws):
        return False
    left = case.pending is not None and not case.pending.draws and case.pending.key[1] != case.frame
    _leave_line(case)
    if case.pending is not None and not left:  # an answer on a frame that was left is not waited for
        return True
    engine = account_engine.own_engine()
    if answered or failed:
        _submit(case, case.key(IMAGE_ALONE), draws, partial(engine.image, case.data, case.frame))
    elif draws:
        asked = partial(engine.diagnose, case.data, model, case.frame, **key[2].arguments())
        _submit(case, key, draws, asked)
    else:
        _submit(case, key, draws, _prediction(case, model, hurry=True))
    return True


def request_ahead(line: RequestLine, cases: Sequence[SessionCase], model: str) -> bool:
    """Request answers for images that are not open; return whether any has none yet.

    line: of the session, in which they wait their turn; an answer by another model or on another record, which was
    asked for before, gives it up.
    """
    waiting = [case for case in cases if not is_settled(case, model)]
    for case in waiting:
        if case.pending is not None and case.pending.key != case.key(model):
            _leave_line(case)
    for case in waiting[:_AHEAD]:
        if case.pending is None:
            asked: Future[EngineAnswer] = run_in_turn(line, _prediction(case, model, hurry=False))
            case.pending = PendingRequest(case.key(model), False, asked, in_line=True)
    return bool(waiting)


def _prediction(case: SessionCase, model: str, *, hurry: bool) -> Callable[[], Prediction]:
    """Return what asks for the answer of a model (the key of its card) to the present frame.

    hurry: whether the reader waits for it; the heat maps of the open image wait meanwhile.
    """
    beside = case.key(model)[2].arguments()
    return partial(account_engine.own_engine().predict, case.data, model, case.frame, **beside, hurry=hurry)


def request_thumbnails(line: RequestLine, cases: Sequence[SessionCase]) -> bool:
    """Store the thumbnails that have arrived, request others; return whether any is missing.

    line: of the session, in which they wait their turn. An image that gives none, such as one that cannot be read,
    stays without; one is asked for again where the engine did not answer, or the request was cancelled.
    """
    for case in cases:
        if isinstance(case.thumbnail, Future) and case.thumbnail.done():
            case.thumbnail = _thumbnail(case.thumbnail)
    missing = [case for case in cases if not isinstance(case.thumbnail, Thumbnail) and case.rejected is None]
    for case in missing[:_AHEAD]:
        if case.thumbnail is None:
            thumbnail = partial(account_engine.own_engine().thumbnail, case.data, _THUMBNAIL_SIDE)
            case.thumbnail = run_in_turn(line, thumbnail)
    return bool(missing)


def request_headers(session: Session, first: SessionCase | None = None) -> bool:
    """Request what the files say of patient, study and series, one after the other; return whether any is missing.

    The first one's, which need not be of the session, and the open image's come before the others'. A file that cannot
    be read says nothing; one is asked for again where the engine did not answer.
    """
    _take_headers(session)
    missing = [case for case in (*filter(None, (first, session.current)), *session.cases) if case.header is None]
    for case in missing:
        if case.rejected is not None:
            case.header = ImageHeader()
    if missing and (session.headers is None or session.headers.done()):
        read = partial(_read_headers, account_engine.own_engine(), session, missing, session.headers_read)
        session.headers = run_in_background(read)
    return any(case.header is None for case in missing)


def wait_for_headers(session: Session, seconds: float) -> None:
    """Wait for the headers that have been requested, at most so many seconds."""
    if session.headers is not None:
        wait([session.headers], seconds)
    _take_headers(session)


def _take_headers(session: Session) -> None:
    """Keep with the images what has been read of their files, on the script's own thread.

    A list of studies that is being made would not agree with itself if they changed meanwhile.
    """
    with suppress(Empty):
        while True:
            case, header = session.headers_read.get_nowait()
            case.header = header


def _read_headers(
    engine: account_engine.AccountEngine, session: Session, cases: Sequence[SessionCase], read: HeadersRead
) -> None:
    """Read what is missing; an image that is opened meanwhile comes next."""
    seen: set[SessionCase] = set()
    for case in cases:
        for one in (session.current or case, case):
            if one in seen or one.header is not None:
                continue
            seen.add(one)
            try:
                read.put((one, engine.header(one.data)))
            except Refused:
                read.put((one, ImageHeader()))
            except EngineUnavailable:
                return


def _thumbnail(answer: Future[bytes]) -> Thumbnail | None:
    try:
        return Thumbnail(answer.result())
    except (EngineUnavailable, CancelledError):
        return None
    except Refused:
        return Thumbnail(b"")


def is_settled(case: SessionCase, model: str) -> bool:
    """Return whether the engine has nothing more to say about this image and model: answered, refused or failed."""
    collect_answer(case)
    key = case.key(model)
    return case.unreadable is not None or key in case.answers or key in case.errors


def collect_answer(case: SessionCase) -> None:
    """Store the result of the pending request if it has arrived."""
    pending = case.pending
    if pending is None or not pending.future.done():
        return
    case.pending = None
    if pending.future.cancelled():
        return
    try:
        result = pending.future.result()
    except Refused as refused:
        refusal = Refusal(refused.rule, refused.reason)
        case.frames = max(case.frames, refused.frames)
        if pending.draws:
            case.damaged[pending.key[1]] = refusal
        else:
            case.answers[pending.key] = refusal
    except CardError as error:  # concerns the model: the image is still asked for
        case.errors[pending.key] = str(error)
    except EngineUnavailable as error:  # not asked again unless the reader does: the image may be the cause
        case.errors[pending.key] = str(error)
        if pending.draws:
            case.errors[IMAGE_ALONE, pending.key[1], NOTHING] = str(error)
    else:
        if isinstance(result, DrawableImage):
            case.draw(result)
        elif isinstance(result, Diagnosis):
            case.draw(result.image)
            case.answers[pending.key] = result.answer
        else:
            case.answers[pending.key] = result


def retry(case: SessionCase, model: str) -> None:
    """Drop the errors of a failed request, so that the next `request_case` sends it again."""
    case.errors.pop(case.key(model), None)
    case.errors.pop(case.key(IMAGE_ALONE), None)


def image_error(case: SessionCase) -> str | None:
    """Return why the engine has not drawn the present frame, None where it has not failed to."""
    return case.errors.get(case.key(IMAGE_ALONE))


def wait_briefly(case: SessionCase, seconds: float) -> None:
    """Wait for the pending result, at most so many seconds."""
    if case.pending is not None:
        try:
            case.pending.future.exception(timeout=seconds)
        except TimeoutError:
            return


def _submit(case: SessionCase, key: RequestKey, draws: bool, request: Callable[[], EngineAnswer]) -> None:
    case.pending = PendingRequest(key, draws, run_in_background(request))


def _leave_line(case: SessionCase) -> None:
    """Give up a request that waits its turn among those of images that are not open."""
    if case.pending is not None and case.pending.in_line and case.pending.future.cancel():
        case.pending = None


def run_in_background(request: Callable[[], _Result]) -> Future[_Result]:
    """Run a request to the engine on another thread, once the engine has started; return its future."""
    return _workers.submit(_once_started, request)


def run_in_turn(line: RequestLine, request: Callable[[], _Result]) -> Future[_Result]:
    """Run a request to the engine as `run_in_background` does, when its turn in the line of its session comes."""
    return line.submit(_workers.submit, partial(_once_started, request))


def _once_started(request: Callable[[], _Result]) -> _Result:
    """Run the request after the engine has started, since before it could only fail; wait _START_SECONDS at most."""
    give_up = time.monotonic() + _START_SECONDS
    while local.engine().status().state == "starting" and time.monotonic() < give_up:
        time.sleep(0.2)
    return request()
