"""The engine's last known state, so that no page waits for it: a busy or hung engine answers late."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

from meddx.engine import local
from meddx.types import EngineStatus

EngineState = Literal["starting", "warming", "ready"]

_FRESH_SECONDS = 0.5
_worker = ThreadPoolExecutor(1, thread_name_prefix="engine-state")
_lock = threading.Lock()
_status = EngineStatus("starting")
_requested_at = float("-inf")
_refreshing = False


def current_state() -> EngineState:
    """Return the last known state at once; refresh it in the background when it is older than half a second."""
    return latest().state


def latest() -> EngineStatus:
    """Return the engine's last known status, likewise."""
    global _requested_at, _refreshing
    with _lock:
        if not _refreshing and time.monotonic() - _requested_at > _FRESH_SECONDS:
            _requested_at, _refreshing = time.monotonic(), True
            _worker.submit(_refresh)
    return _status


def _refresh() -> None:
    global _status, _refreshing  # noqa: PLW0603
    try:
        _status = local.engine().status()
    finally:
        _refreshing = False
