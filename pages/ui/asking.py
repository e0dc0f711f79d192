"""Questions to the engine, off the script's thread: a page never waits long for an answer."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from meddx.engine import local
from meddx.engine.interface import Diagnosis
from meddx.errors import CardError, EngineUnavailable, Refused
from meddx.types import DrawableFilm, Prediction, Refusal
from pages.ui.session import Case, Pending, Question

Answer = Diagnosis | DrawableFilm | Prediction
_Any = TypeVar("_Any")

_askers = ThreadPoolExecutor(16, thread_name_prefix="asking")
_AHEAD = 2
"""Films of one session that are asked about in the background at a time, so that sessions share the engine."""
_START_SECONDS = 60.0


def ask(case: Case, model: str, draw: bool) -> bool:
    """Take in what has been answered and ask for what is still missing; True while something is on its way.

    draw: whether the film itself is wanted, not only the answer.
    """
    settle(case)
    question = (model, case.frame)
    answered = question in case.answers
    if case.pending is not None:
        return True
    if case.unreadable is not None or question in case.troubles:
        return False
    engine = local.engine()
    draws = draw and case.drawn is None
    if draws and answered:
        _submit(case, question, draws, partial(engine.film, case.data, case.frame))
    elif draws:
        _submit(case, question, draws, partial(engine.diagnose, case.data, model, case.frame))
    elif not answered:
        _submit(case, question, draws, partial(engine.predict, case.data, model, case.frame))
    return case.pending is not None


def ask_ahead(cases: Sequence[Case], model: str) -> bool:
    """The same for the films that are not open, a few at a time; True while some are unanswered."""
    waiting = [case for case in cases if case.data and not settled(case, model)]
    for case in waiting[:_AHEAD]:
        ask(case, model, draw=False)
    return bool(waiting)


def settled(case: Case, model: str) -> bool:
    """Whether there is nothing more to hear from the engine about this film and model."""
    settle(case)
    question = (model, case.frame)
    return case.unreadable is not None or question in case.answers or question in case.troubles


def settle(case: Case) -> None:
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
        if isinstance(result, DrawableFilm):
            case.draw(result)
        elif isinstance(result, Diagnosis):
            case.draw(result.film)
            case.answers[pending.question] = result.answer
        else:
            case.answers[pending.question] = result


def retry(case: Case, model: str) -> None:
    """Forget that the engine could not be asked."""
    case.troubles.pop((model, case.frame), None)


def wait(case: Case, seconds: float) -> None:
    """Give the pending answer a moment."""
    if case.pending is not None:
        try:
            case.pending.future.exception(timeout=seconds)
        except TimeoutError:
            return


def _submit(case: Case, question: Question, draws: bool, job: Callable[[], Answer]) -> None:
    case.pending = Pending(question, draws, in_background(job))


def in_background(job: Callable[[], _Any]) -> Future[_Any]:
    """A question to the engine on a thread of its own, once the engine is up."""
    return _askers.submit(_when_up, job)


def _when_up(job: Callable[[], _Any]) -> _Any:
    """Hold a question back while the engine is being started or replaced; it would only fail."""
    give_up = time.monotonic() + _START_SECONDS
    while local.engine().status().state == "starting" and time.monotonic() < give_up:
        time.sleep(0.2)
    return job()
