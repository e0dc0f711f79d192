"""Requests for heat maps by a chosen method: quick ones are computed at once, slow ones as a job."""

from concurrent import futures
from contextlib import suppress
from functools import partial

from meddx.errors import CardError, EngineUnavailable, Refused
from meddx.explain.methods import METHODS
from meddx.types import Explanation, JobStatus
from pages.ui.common import account_engine, engine_requests
from pages.ui.common.session import MapRequestKey, SessionCase, session

_KIND = "explain"
_WAIT_SECONDS = 0.7
_PENDING = JobStatus("", _KIND, "running")


def is_slow(method: str) -> bool:
    """Return whether the method takes so long that it runs as a job."""
    return not METHODS[method].quick


def latest_map(case: SessionCase, key: MapRequestKey) -> Explanation | JobStatus:
    """Return the maps, or the status of their computation, which the first call starts.

    A computation that failed or was cancelled stays so until `retry_map`.
    """
    state = case.maps.get(key) or _start(case, key)
    if isinstance(state, JobStatus) and not state.ended:
        state = _latest_status(state)
    elif isinstance(state, futures.Future) and state.done():
        state = _answer(state)
    case.maps[key] = state
    return _PENDING if isinstance(state, futures.Future) else state


def cancel_map_job(case: SessionCase, key: MapRequestKey) -> None:
    """Cancel the job that computes a map; nothing where none is running."""
    state = case.maps.get(key)
    if isinstance(state, JobStatus) and not state.ended:
        with suppress(Refused, EngineUnavailable):  # it has ended already
            account_engine.own_engine().cancel(state.id)
        case.maps[key] = JobStatus(state.id, _KIND, "cancelled")


def retry_map(case: SessionCase, key: MapRequestKey) -> None:
    """Drop a map's state, so that the next `latest_map` starts its computation again."""
    case.maps.pop(key, None)


def _start(case: SessionCase, key: MapRequestKey) -> futures.Future[Explanation] | JobStatus:
    model, frame, given, method = key
    _forget_others(case, key)
    if not is_slow(method):
        explain = partial(account_engine.own_engine().explain, case.data, model, method, frame, **given.arguments())
        answer = engine_requests.run_in_background(explain)
        futures.wait([answer], _WAIT_SECONDS)
        return answer
    _cancel_others()
    arguments = {"data": case.data, "model": model, "method": method, "frame": frame, **given.arguments()}
    try:
        return JobStatus(account_engine.own_engine().start(_KIND, arguments), _KIND, "waiting")
    except (Refused, EngineUnavailable) as error:
        return _failed(str(error))


def _forget_others(case: SessionCase, key: MapRequestKey) -> None:
    """Forget the image's maps with another record: a reader may try many, and maps of every pixel are large."""
    for other, state in list(case.maps.items()):
        if (other[:2], other[-1]) == (key[:2], key[-1]) and (not isinstance(state, JobStatus) or state.ended):
            del case.maps[other]


def _cancel_others() -> None:
    """Cancel the session's other running maps, which nobody waits for any more; returning to one starts it again."""
    for case in session().cases:
        for key, state in list(case.maps.items()):
            if isinstance(state, JobStatus) and not state.ended:
                cancel_map_job(case, key)
                retry_map(case, key)


def _answer(future: futures.Future[Explanation]) -> Explanation | JobStatus:
    try:
        return future.result()
    except (Refused, EngineUnavailable, CardError) as error:
        return _failed(str(error))


def _latest_status(status: JobStatus) -> Explanation | JobStatus:
    try:
        latest = account_engine.own_engine().job(status.id)
    except Refused as refused:
        return _failed(refused.reason)
    except EngineUnavailable:
        return status  # busy or restarting; the next poll tells
    return latest.result if isinstance(latest.result, Explanation) else latest


def _failed(reason: str) -> JobStatus:
    return JobStatus("", _KIND, "failed", message=reason)
