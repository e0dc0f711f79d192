"""The engine's state as last heard, so that no page waits for it: a busy or hung engine answers late."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

from meddx.engine import local
from meddx.types import EngineStatus

EngineState = Literal["starting", "warming", "ready"]

_FRESH_SECONDS = 0.5
_listener = ThreadPoolExecutor(1, thread_name_prefix="engine-state")
_lock = threading.Lock()
_status = EngineStatus("starting")
_asked = float("-inf")
_listening = False


def current_state() -> EngineState:
    """Return the state at once; asks again in the background when the last answer is older than half a second."""
    return latest().state


def latest() -> EngineStatus:
    """Return all that the engine said of itself, likewise."""
    global _asked, _listening
    with _lock:
        if not _listening and time.monotonic() - _asked > _FRESH_SECONDS:
            _asked, _listening = time.monotonic(), True
            _listener.submit(_ask)
    return _status


def _ask() -> None:
    global _status, _listening  # noqa: PLW0603
    try:
        _status = local.engine().status()
    finally:
        _listening = False
