"""Questions to the engine, off the script's thread: a page never waits long for an answer."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from meddx.engine import local
from meddx.engine.contract import Diagnosis
from meddx.errors import CardError, EngineUnavailable, Refused
from meddx.types import DrawableImage, Prediction, Refusal
from pages.ui.common.session import PendingRequest, RequestKey, SessionCase

EngineAnswer = Diagnosis | DrawableImage | Prediction
_Any = TypeVar("_Any")

_askers = ThreadPoolExecutor(16, thread_name_prefix="asking")
_AHEAD = 2
"""Images of one session that are asked about in the background at a time, so that sessions share the engine."""
_START_SECONDS = 60.0


def request_case(case: SessionCase, model: str, draw: bool) -> bool:
    """Take in what has been answered and ask for what is still missing; True while something is on its way.

    draw: whether the image itself is wanted, not only the answer.
    """
    collect_answer(case)
    question = (model, case.frame)
    answered = question in case.answers
    if case.pending is not None:
        return True
    if case.unreadable is not None or question in case.troubles:
        return False
    engine = local.engine()
    draws = draw and case.drawn is None
    if draws and answered:
        _submit(case, question, draws, partial(engine.image, case.data, case.frame))
    elif draws:
        _submit(case, question, draws, partial(engine.diagnose, case.data, model, case.frame))
    elif not answered:
        _submit(case, question, draws, partial(engine.predict, case.data, model, case.frame))
    return case.pending is not None


def request_ahead(cases: Sequence[SessionCase], model: str) -> bool:
    """The same for the images that are not open, a few at a time; True while some are unanswered."""
    waiting = [case for case in cases if not is_settled(case, model)]
    for case in waiting[:_AHEAD]:
        request_case(case, model, draw=False)
    return bool(waiting)


def is_settled(case: SessionCase, model: str) -> bool:
    """Whether there is nothing more to hear from the engine about this image and model."""
    collect_answer(case)
    question = (model, case.frame)
    return case.unreadable is not None or question in case.answers or question in case.troubles


def collect_answer(case: SessionCase) -> None:
    """Take in the pending answer if it has come."""
    pending = case.pending
    if pending is None or not pending.future.done():
        return
    case.pending = None
    try:
        result = pending.future.result()
    except Refused as refused:
        refusal = Refusal(refused.rule, refused.reason)
        if pending.draws:
            case.unreadable = refusal
        else:
            case.answers[pending.question] = refusal
    except (EngineUnavailable, CardError) as error:
        case.troubles[pending.question] = str(error)
    else:
        if isinstance(result, DrawableImage):
            case.draw(result)
        elif isinstance(result, Diagnosis):
            case.draw(result.image)
            case.answers[pending.question] = result.answer
        else:
            case.answers[pending.question] = result


def retry(case: SessionCase, model: str) -> None:
    """Forget that the engine could not be asked."""
    case.troubles.pop((model, case.frame), None)


def wait_briefly(case: SessionCase, seconds: float) -> None:
    """Give the pending answer a moment."""
    if case.pending is not None:
        try:
            case.pending.future.exception(timeout=seconds)
        except TimeoutError:
            return


def _submit(case: SessionCase, question: RequestKey, draws: bool, job: Callable[[], EngineAnswer]) -> None:
    case.pending = PendingRequest(question, draws, run_in_background(job))


def run_in_background(job: Callable[[], _Any]) -> Future[_Any]:
    """A question to the engine on a thread of its own, once the engine is up."""
    return _askers.submit(_when_up, job)


def _when_up(job: Callable[[], _Any]) -> _Any:
    """Hold a question back while the engine is being started or replaced; it would only fail."""
    give_up = time.monotonic() + _START_SECONDS
    while local.engine().status().state == "starting" and time.monotonic() < give_up:
        time.sleep(0.2)
    return job()
