"""Maps by a chosen method: quick ones are asked for at once, slow ones run as a job that can be stopped."""

from concurrent import futures
from contextlib import suppress
from functools import partial

from meddx.engine import local
from meddx.errors import CardError, EngineUnavailable, Refused
from meddx.explain.methods import METHODS
from meddx.types import Explanation, JobStatus
from pages.ui.common import engine_requests
from pages.ui.common.session import MapRequestKey, SessionCase, session

_KIND = "explain"
_WAIT_SECONDS = 0.7
_ON_ITS_WAY = JobStatus("", _KIND, "running")


def is_slow(method: str) -> bool:
    """Return whether the method takes so long that it runs as a job."""
    return not METHODS[method].quick


def latest_map(case: SessionCase, key: MapRequestKey) -> Explanation | JobStatus:
    """The maps, or how far they are; the first call sets them going. What has ended without maps stays so."""
    known = case.maps.get(key) or _begin(case, key)
    if isinstance(known, JobStatus) and not known.ended:
        known = _asked_again(known)
    elif isinstance(known, futures.Future) and known.done():
        known = _heard(known)
    case.maps[key] = known
    return _ON_ITS_WAY if isinstance(known, futures.Future) else known


def stop_map_job(case: SessionCase, key: MapRequestKey) -> None:
    """Have its job end; it does not begin again by itself."""
    known = case.maps.get(key)
    if isinstance(known, JobStatus) and not known.ended:
        with suppress(Refused, EngineUnavailable):  # it has ended already
            local.engine().cancel(known.id)
        case.maps[key] = JobStatus(known.id, _KIND, "cancelled")


def retry_map(case: SessionCase, key: MapRequestKey) -> None:
    """Forget how it ended: the next look sets it going."""
    case.maps.pop(key, None)


def _begin(case: SessionCase, key: MapRequestKey) -> futures.Future[Explanation] | JobStatus:
    model, frame, method = key
    if not is_slow(method):
        explain = partial(local.engine().explain, case.data, model, method, frame)
        answer = engine_requests.run_in_background(explain)
        futures.wait([answer], _WAIT_SECONDS)
        return answer
    _stop_others()
    arguments = {"data": case.data, "model": model, "method": method, "frame": frame}
    try:
        return JobStatus(local.engine().start(_KIND, arguments), _KIND, "waiting")
    except (Refused, EngineUnavailable) as error:
        return _failed(str(error))


def _stop_others() -> None:
    """A reader who looks at another map no longer waits for those before; coming back to one sets it going anew."""
    for case in session().cases:
        for key, known in list(case.maps.items()):
            if isinstance(known, JobStatus) and not known.ended:
                stop_map_job(case, key)
                retry_map(case, key)


def _heard(answer: futures.Future[Explanation]) -> Explanation | JobStatus:
    try:
        return answer.result()
    except (Refused, EngineUnavailable, CardError) as error:
        return _failed(str(error))


def _asked_again(known: JobStatus) -> Explanation | JobStatus:
    try:
        found = local.engine().job(known.id)
    except Refused as refused:
        return _failed(refused.reason)
    except EngineUnavailable:
        return known  # busy or being replaced; the next look tells
    return found.result if isinstance(found.result, Explanation) else found


def _failed(why: str) -> JobStatus:
    return JobStatus("", _KIND, "failed", message=why)
