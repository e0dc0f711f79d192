from dataclasses import replace

import pytest

from meddx.types import Explanation
from pages.ui.common.given import NOTHING
from pages.ui.common.session import Session
from pages.ui.diagnose.heat_map import map_requests
from tests.pages.fake import explanation

QUICK, SLOW = ("untrained", 0, NOTHING, "hires-cam"), ("untrained", 0, NOTHING, "rise")


@pytest.fixture
def case(engine, monkeypatch):
    session = Session()
    monkeypatch.setattr(map_requests, "session", lambda: session)
    return session.add("a.dcm", b"image")


def test_a_quick_map_is_there_at_once_and_kept(case, engine):
    first = map_requests.latest_map(case, QUICK)
    assert isinstance(first, Explanation)
    assert map_requests.latest_map(case, QUICK) is first
    assert engine.asked == ["hires-cam"]


def test_a_slow_map_is_a_job_until_its_result_arrives(case, engine):
    assert map_requests.latest_map(case, SLOW).state == "waiting"
    [id] = engine.statuses
    engine.statuses[id] = replace(engine.statuses[id], state="done", result=explanation("rise"))
    assert isinstance(map_requests.latest_map(case, SLOW), Explanation)
    assert len(engine.started) == 1


def test_a_failed_map_stays_failed_until_it_is_retried(case, engine):
    engine.fails = 1
    assert map_requests.latest_map(case, QUICK).message == "The engine stopped while answering."
    assert map_requests.latest_map(case, QUICK).state == "failed"
    map_requests.retry_map(case, QUICK)
    assert isinstance(map_requests.latest_map(case, QUICK), Explanation)


def test_cancelling_a_map_that_is_there_changes_nothing(case):
    finished = map_requests.latest_map(case, QUICK)
    map_requests.cancel_map_job(case, QUICK)
    assert map_requests.latest_map(case, QUICK) is finished


def test_a_job_that_the_engine_has_lost_has_failed(case, engine):
    map_requests.latest_map(case, SLOW)
    engine.statuses.clear()
    assert map_requests.latest_map(case, SLOW).state == "failed"
