import time

from meddx.types import EngineStatus
from pages.ui.common import engine_state
from tests.patience import SECONDS


def test_the_state_is_refreshed_in_the_background(engine, monkeypatch):
    monkeypatch.setattr(engine_state, "_status", EngineStatus("starting"))
    monkeypatch.setattr(engine_state, "_requested_at", float("-inf"))
    assert engine_state.current_state() in ("starting", "ready")
    give_up = time.monotonic() + SECONDS
    while engine_state.current_state() != "ready" and time.monotonic() < give_up:
        time.sleep(0.01)
    assert engine_state.current_state() == "ready"


def test_an_engine_that_does_not_answer_keeps_no_page_waiting(engine, monkeypatch):
    monkeypatch.setattr(engine_state, "_status", EngineStatus("warming"))
    monkeypatch.setattr(engine_state, "_refreshing", True)
    monkeypatch.setattr(engine_state, "_requested_at", float("-inf"))
    assert engine_state.current_state() == "warming"
