"""Requests for the quick check of the heat map that is about to be shown: started by itself, kept with the image."""

from contextlib import suppress

from meddx.engine.contract import QUICK_MAP_CHECK
from meddx.errors import EngineUnavailable, Refused
from meddx.types import Explanation, JobStatus
from pages.ui.common import account_engine
from pages.ui.common.session import MapCheckKey, SessionCase, session


def latest_quick_check(case: SessionCase, key: MapCheckKey, explanation: Explanation) -> JobStatus:
    """Return the status of the check of a map, which the first call starts.

    explanation: the maps of every label by the key's method. A check that the engine has lost is started again.
    """
    status = case.quick_checks.get(key) or _start(case, key, explanation)
    if not status.ended:
        try:
            status = account_engine.own_engine().job(status.id)
        except Refused:  # of a worker that was replaced
            status = _start(case, key, explanation)
        except EngineUnavailable:
            pass  # busy or restarting; the next poll tells
    case.quick_checks[key] = status
    return status


def _start(case: SessionCase, key: MapCheckKey, explanation: Explanation) -> JobStatus:
    _cancel_others()
    model, frame, given, label, method = key
    arguments = {
        "data": case.data, "frame": frame, "model": model, "label": label, "method": method, "maps": explanation.maps,
        **given.arguments(),
    }  # fmt: skip
    try:
        return JobStatus(account_engine.own_engine().start(QUICK_MAP_CHECK, arguments), QUICK_MAP_CHECK, "waiting")
    except (Refused, EngineUnavailable) as error:
        return JobStatus("", QUICK_MAP_CHECK, "failed", message=str(error))


def _cancel_others() -> None:
    """Cancel the session's checks of maps that are not on screen any more; returning to one starts it again."""
    for case in session().cases:
        for key, status in list(case.quick_checks.items()):
            if not status.ended:
                with suppress(Refused, EngineUnavailable):  # it has ended already
                    account_engine.own_engine().cancel(status.id)
                del case.quick_checks[key]
