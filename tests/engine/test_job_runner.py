import threading
import time
import weakref

import numpy as np
import pytest

from meddx.engine import job_runner as module
from meddx.engine.contract import Cancelled, JobKind
from meddx.engine.job_runner import JobRunner
from meddx.engine.job_store import JobStore
from meddx.errors import EngineUnavailable, Refused
from meddx.types import Refusal
from tests.patience import SECONDS


class Steps:
    """A kind whose pieces the test releases, one by one."""

    def __init__(self, total=1000):
        self.total = total
        self.may = threading.Semaphore(0)
        self.log = []

    def run(self, context, arguments, progress):
        for piece in range(self.total):
            progress(piece, self.total, f"piece {piece}")
            self.log.append(arguments["name"])
            self.may.acquire(timeout=SECONDS)
        return {"name": arguments["name"], "context": context}


def raises(error):
    def run(context, arguments, progress):
        raise error

    return JobKind(run)


def until(condition, seconds=SECONDS):
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, "did not happen in time"
        time.sleep(0.002)


@pytest.fixture
def made(tmp_path):
    """Makes a JobRunner with these kinds, for a service that is the word "service"."""
    all_made = []

    def make(hurry=lambda: False, **kinds):
        all_made.append(JobRunner("service", kinds, hurry, JobStore(tmp_path)))
        return all_made[-1]

    yield make
    for jobs in all_made:
        jobs.close()


def test_a_job_is_watched_to_its_end(made):
    steps = Steps(3)
    jobs = made(steps=JobKind(steps.run))
    job = jobs.start("steps", {"name": "a"})
    until(lambda: len(steps.log) == 1)
    assert (jobs.status(job).state, jobs.status(job).eta_seconds) == ("running", None)
    steps.may.release()
    until(lambda: len(steps.log) == 2)
    status = jobs.status(job)
    assert (status.kind, status.done, status.total, status.message) == ("steps", 1, 3, "piece 1")
    assert status.eta_seconds is None  # its first piece has compiled networks
    steps.may.release()
    until(lambda: len(steps.log) == 3)
    assert jobs.status(job).eta_seconds > 0
    assert jobs.status(job).result is None
    steps.may.release()
    until(lambda: jobs.status(job).ended)
    status = jobs.status(job)
    assert (status.state, status.result, status.eta_seconds) == ("done", {"name": "a", "context": "service"}, None)


def test_the_pace_is_that_of_this_run_after_its_first_piece(made, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: clock[0])
    go, reported = threading.Event(), threading.Event()

    def resumed(context, arguments, progress):
        progress(500, 600)
        clock[0] += 1000
        progress(510, 600)
        clock[0] += 20
        progress(520, 600)
        reported.set()
        go.wait(SECONDS)

    jobs = made(resumed=JobKind(resumed))
    job = jobs.start("resumed", {})
    assert reported.wait(SECONDS)
    assert jobs.status(job).eta_seconds == 160  # 10 pieces took 20 s, 80 are left
    go.set()


def test_one_works_at_a_time_and_a_short_one_does_not_wait_for_the_end_of_a_long_one(made, monkeypatch):
    monkeypatch.setattr(module, "_TURN_SECONDS", 0.0)
    steps = Steps(50)
    jobs = made(steps=JobKind(steps.run))
    for name in "abc":
        jobs.start("steps", {"name": name})
    steps.may.release(29)
    until(lambda: len(steps.log) == 30)
    steady = steps.log[3:]  # until all have begun
    assert all(len(set(three)) == 3 for three in zip(steady, steady[1:], steady[2:], strict=False))


def test_a_turn_lasts_as_long_as_it_is_told(made):
    steps = Steps(5)
    jobs = made(steps=JobKind(steps.run))
    first = jobs.start("steps", {"name": "a"})
    until(lambda: steps.log == ["a"])
    second = jobs.start("steps", {"name": "b"})
    assert jobs.status(second).state == "waiting"
    steps.may.release(4)
    until(lambda: len(steps.log) == 5)
    assert steps.log == ["a"] * 5, "the five pieces took less than a turn"
    steps.may.release(6)
    until(lambda: jobs.status(second).ended)
    assert jobs.status(first).state == jobs.status(second).state == "done"


def test_jobs_hold_back_while_someone_waits_for_a_prediction(made):
    hurry = threading.Event()
    steps = Steps()
    steps.may.release(1000)
    jobs = made(hurry=hurry.is_set, steps=JobKind(steps.run))
    hurry.set()
    job = jobs.start("steps", {"name": "a"})
    until(lambda: jobs.status(job).state == "running")
    time.sleep(0.05)
    assert steps.log == []
    hurry.clear()
    until(lambda: steps.log)


def test_a_job_goes_on_even_when_predictions_never_cease(made, monkeypatch):
    monkeypatch.setattr(module, "_HOLD_BACK_SECONDS", 0.01)
    steps = Steps(3)
    steps.may.release(3)
    jobs = made(hurry=lambda: True, steps=JobKind(steps.run))
    job = jobs.start("steps", {"name": "a"})
    until(lambda: jobs.status(job).state == "done")


@pytest.mark.parametrize("working", [True, False], ids=["working", "waiting"])
def test_a_cancelled_job_ends_before_its_next_piece(made, working):
    steps = Steps()
    jobs = made(steps=JobKind(steps.run))
    first, second = jobs.start("steps", {"name": "a"}), None
    until(lambda: steps.log)
    second = jobs.start("steps", {"name": "b"})
    job = first if working else second
    jobs.cancel(job)
    if working:
        steps.may.release()
    until(lambda: jobs.status(job).state == "cancelled")
    assert jobs.status(job).result is None
    assert steps.log.count("a" if working else "b") == (1 if working else 0)
    jobs.cancel(job)  # nothing more to do


def test_a_cancelled_job_puts_away_what_it_holds(made):
    put_away = threading.Event()

    def run(context, arguments, progress):
        try:
            while True:
                progress(0, 1)
        finally:
            put_away.set()

    jobs = made(endless=JobKind(run))
    job = jobs.start("endless", {})
    jobs.cancel(job)
    until(lambda: jobs.status(job).state == "cancelled")


def test_what_stopped_a_job_is_told_and_no_content_is(made, caplog):
    jobs = made(
        refused=raises(Refused("no-image", "There is no image.")),
        known=raises(EngineUnavailable("A sentence.")),
        unknown=raises(ValueError("Zebedee^Quartz")),
        cancelled=raises(Cancelled()),
    )
    ids = {kind: jobs.start(kind, {}) for kind in ("refused", "known", "unknown", "cancelled")}
    until(lambda: all(jobs.status(job).ended for job in ids.values()))
    said = {kind: jobs.status(job) for kind, job in ids.items()}
    assert {kind: status.state for kind, status in said.items()} == {
        "refused": "failed", "known": "failed", "unknown": "failed", "cancelled": "cancelled",
    }  # fmt: skip
    assert said["refused"].result == Refusal("no-image", "There is no image.")
    assert said["refused"].message == "There is no image."
    assert said["known"].message == "A sentence."
    assert "ValueError" in said["unknown"].message
    assert "Zebedee" not in said["unknown"].message + caplog.text
    assert "test_job_runner.py" in caplog.text


def test_unknown_kinds_and_jobs_are_refused(made):
    jobs = made(steps=JobKind(Steps().run))
    with pytest.raises(Refused, match="'fly'; there are steps"):
        jobs.start("fly", {})
    for ask in (jobs.status, jobs.cancel):
        with pytest.raises(Refused) as refused:
            ask("x")
        assert refused.value.rule == "no-job"


def test_too_many_are_refused_and_old_ones_forgotten(made, monkeypatch):
    monkeypatch.setattr(module, "MOST_UNFINISHED", 2)
    monkeypatch.setattr(module, "_REMEMBERED", 1)
    steps = Steps(1)
    jobs = made(steps=JobKind(steps.run))
    ids = [jobs.start("steps", {"name": "a"}) for _ in range(2)]
    with pytest.raises(Refused, match="2 jobs wait already"):
        jobs.start("steps", {"name": "b"})
    steps.may.release(2)
    until(lambda: all(jobs.status(job).ended for job in ids))
    newest = jobs.start("steps", {"name": "c"})
    known = [job for job in ids if is_known(jobs, job)]
    assert len(known) == 1
    steps.may.release()
    until(lambda: jobs.status(newest).ended)
    monkeypatch.setattr(module, "_REMEMBERED_SECONDS", 0.0)
    last = jobs.start("steps", {"name": "d"})
    assert not any(is_known(jobs, job) for job in (*known, newest))
    steps.may.release()
    until(lambda: jobs.status(last).ended)


def test_old_ones_are_forgotten_though_nobody_starts_another(made, monkeypatch):
    monkeypatch.setattr(module, "_REMEMBERED_SECONDS", 0.0)
    monkeypatch.setattr(module, "_RECOVER_SECONDS", 0.01)
    jobs = made(done=JobKind(lambda context, arguments, progress: 1))
    job = jobs.start("done", {})
    until(lambda: jobs.status(job).ended)
    threading.Thread(target=jobs.recover).start()
    until(lambda: not is_known(jobs, job))


def is_known(jobs, job):
    try:
        jobs.status(job)
    except Refused:
        return False
    return True


def test_what_it_was_given_is_dropped_at_its_end(made):
    jobs = made(done=JobKind(lambda context, arguments, progress: 1))
    data = np.zeros(9)
    gone = weakref.ref(data)
    jobs.start("done", {"data": data})
    del data
    until(lambda: gone() is None)


def test_one_owner_with_many_jobs_keeps_nobody_out(made, monkeypatch):
    monkeypatch.setattr(module, "MOST_OF_AN_OWNER", 3)
    steps = Steps(1)
    jobs = made(steps=JobKind(steps.run))
    hers = [jobs.start("steps", {"name": "ana"}, "ana") for _ in range(3)]
    with pytest.raises(Refused, match="You have 3 unfinished jobs") as refused:
        jobs.start("steps", {"name": "ana"}, "ana")
    assert refused.value.rule == "too-many-jobs"
    his = jobs.start("steps", {"name": "ben"}, "ben")
    steps.may.release(4)
    until(lambda: all(jobs.status(job).ended for job in [*hers, his]))
    assert jobs.start("steps", {"name": "ana"}, "ana")


def test_owners_take_turns_however_many_jobs_each_has(made, monkeypatch):
    monkeypatch.setattr(module, "_TURN_SECONDS", 0.0)
    steps = Steps(200)
    jobs = made(steps=JobKind(steps.run))
    for _ in range(6):
        jobs.start("steps", {"name": "ana"}, "ana")
    jobs.start("steps", {"name": "ben"}, "ben")
    steps.may.release(59)
    until(lambda: len(steps.log) == 60)
    assert abs(steps.log[20:].count("ben") - 20) <= 2


def test_a_job_that_is_cancelled_while_it_waits_lets_no_second_one_work(made, monkeypatch):
    monkeypatch.setattr(module, "_TURN_SECONDS", 0.0)
    at_once, most = [], []

    def run(context, arguments, progress):
        for piece in range(30):
            progress(piece, 30)
            at_once.append(piece)
            most.append(len(at_once))
            time.sleep(0.002)
            at_once.remove(piece)

    jobs = made(run=JobKind(run))
    ids = [jobs.start("run", {}, owner) for owner in ("ana", "ben", "ana", "cleo")]
    until(lambda: len(most) > 10)
    for id in ids[1:3]:
        jobs.cancel(id)
    until(lambda: all(jobs.status(id).ended for id in ids))
    assert set(most) == {1}
