"""Kept jobs: what is left when their process ends, and who takes them up."""

import json
import os
import threading
import time

import pytest

from meddx.engine import job_store as module
from meddx.engine.job_runner import JobKind, JobRunner
from meddx.engine.job_store import UPLOADED_IMAGES, UPLOADS, JobStore
from meddx.errors import Refused
from tests.engine.test_job_runner import until


class Counting:
    """Writes a line for each piece; goes on after the lines that are there; stops at `stop` until told to go on."""

    def __init__(self, stop=None, total=6):
        self.stop, self.total = stop, total
        self.go = threading.Event()
        self.worked = []

    def run(self, service, arguments, progress):
        lines = arguments["folder"] / "lines"
        done = len(lines.read_text().split()) if lines.exists() else 0
        for piece in range(done, self.total):
            progress(piece, self.total)
            if piece == self.stop:
                while not self.go.wait(0.005):
                    progress(piece, self.total)
            self.worked.append(piece)
            with lines.open("a") as file:
                file.write(f"{piece}\n")
        return {"lines": lines.read_text().split(), "by": arguments["name"]}


@pytest.fixture
def engine(tmp_path):
    """Makes the Jobs of one process after another on the same folder."""
    made = []

    def make(counting):
        kinds = {"count": JobKind(counting.run, kept=True), "passing": JobKind(lambda *_: 1)}
        made.append(JobRunner("service", kinds, lambda: False, JobStore(tmp_path / "jobs")))
        return made[-1]

    yield make
    for jobs in made:
        jobs.close()


def tend(jobs):
    threading.Thread(target=jobs.tend, daemon=True).start()


def test_the_next_process_goes_on_where_the_last_one_stopped(engine):
    first = Counting(stop=3)
    jobs = engine(first)
    job = jobs.start("count", {"name": "x"})
    until(lambda: len(first.worked) == 3)
    jobs.close()
    until(lambda: jobs.status(job).ended)

    second = Counting()
    jobs = engine(second)
    assert jobs.status(job).state == "running", "as the last process left it"
    tend(jobs)
    until(lambda: jobs.status(job).state == "done")
    assert second.worked == [3, 4, 5]
    assert jobs.status(job).result == {"lines": list("012345"), "by": "x"}

    third = engine(Counting())
    tend(third)
    assert third.status(job).result == {"lines": list("012345"), "by": "x"}, "read from the folder"


def test_two_processes_do_not_work_on_one_job_and_either_can_cancel_it(engine, monkeypatch):
    monkeypatch.setattr("meddx.engine.job_runner._WRITE_SECONDS", 0.0)
    first, second = Counting(stop=2), Counting()
    one, other = engine(first), engine(second)
    job = one.start("count", {"name": "x"})
    until(lambda: len(first.worked) == 2)
    tend(other)
    time.sleep(0.1)
    assert second.worked == []
    until(lambda: (other.status(job).state, other.status(job).done) == ("running", 2))
    other.cancel(job)
    until(lambda: one.status(job).state == "cancelled")
    until(lambda: other.status(job).state == "cancelled")
    tend(engine(second))
    time.sleep(0.1)
    assert second.worked == []


def test_one_that_is_removed_while_it_runs_ends_and_stays_away(engine, tmp_path, monkeypatch):
    monkeypatch.setattr("meddx.engine.job_runner._WRITE_SECONDS", 0.0)
    counting = Counting(stop=2)
    jobs = engine(counting)
    job = jobs.start("count", {"name": "x"})
    until(lambda: len(counting.worked) == 2)
    JobStore(tmp_path / "jobs").remove(job)
    until(lambda: jobs.status(job).ended)
    assert list((tmp_path / "jobs").iterdir()) == []
    with pytest.raises(Refused, match="was removed"):
        engine(counting).status(job)


def test_only_kept_kinds_leave_anything(engine, tmp_path):
    jobs = engine(Counting())
    passing = jobs.start("passing", {})
    until(lambda: jobs.status(passing).ended)
    assert not (tmp_path / "jobs").exists()


def test_everything_is_out_of_reach_for_others(engine, tmp_path):
    jobs = engine(Counting())
    job = jobs.start("count", {"name": "x"})
    until(lambda: jobs.status(job).ended)
    folder = tmp_path / "jobs"
    assert {path.stat().st_mode & 0o777 for path in (folder, folder / job)} == {0o700}
    assert (folder / job / "job.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("until_later", [0, 3600])
def test_uploaded_images_go_with_the_end_of_the_job_unless_they_are_to_stay(engine, tmp_path, until_later):
    counting = Counting(stop=0)
    jobs = engine(counting)
    images_until = time.time() + until_later if until_later else 0
    job = jobs.start("count", {"name": "x", "images_until": images_until})
    images = tmp_path / "jobs" / job / UPLOADED_IMAGES
    images.mkdir()
    counting.go.set()
    until(lambda: jobs.status(job).ended)
    until(lambda: images.exists() == bool(until_later))
    if until_later:
        record = JobStore(tmp_path / "jobs").read(job)
        JobStore(tmp_path / "jobs").progressed(record, arguments={"images_until": time.time() - 1})
        JobStore(tmp_path / "jobs").sweep()
        assert not images.exists()


def test_what_is_too_old_is_swept_and_nothing_else(tmp_path, monkeypatch):
    monkeypatch.setenv("MEDDX_JOB_DAYS", "10")
    kept = JobStore(tmp_path)
    old, new, running = (kept.create("count", {}) for _ in range(3))
    kept.progressed(old, state="done", ended=time.time() - 11 * 86400)
    kept.progressed(new, state="done", ended=time.time() - 9 * 86400)
    kept.progressed(running, state="running", created=time.time() - 99 * 86400)
    for name, age in (("a", 7 * 3600), ("b", 3600)):
        (tmp_path / UPLOADS / name).mkdir(parents=True)
        os.utime(tmp_path / UPLOADS / name, (time.time() - age,) * 2)
    kept.sweep()
    assert {job.id for job in kept.all()} == {new.id, running.id}
    assert [path.name for path in (tmp_path / UPLOADS).iterdir()] == ["b"]


@pytest.mark.parametrize("id", ["", "..", "../../etc/passwd", "a" * 23, "/etc", "incoming"])
def test_what_is_no_id_reaches_no_folder(tmp_path, id):
    kept = JobStore(tmp_path)
    for ask in (kept.read, kept.folder, kept.remove, kept.hold):
        with pytest.raises(Refused):
            ask(id)


def test_a_spoilt_record_is_no_job(tmp_path):
    kept = JobStore(tmp_path)
    job, other = kept.create("count", {}), kept.create("count", {})
    (tmp_path / job.id / "job.json").write_text("{")
    (tmp_path / other.id / "job.json").write_text(json.dumps({"id": other.id}))
    assert kept.all() == []
    with pytest.raises(Refused):
        kept.read(job.id)


def test_the_right_to_work_ends_when_it_is_released(tmp_path):
    kept = JobStore(tmp_path)
    job = kept.create("count", {})
    held = kept.hold(job.id)
    assert kept.hold(job.id) is None
    held.release()
    assert kept.hold(job.id) is not None


def test_the_folder_follows_the_setting(monkeypatch, tmp_path):
    monkeypatch.delenv("MEDDX_JOBS")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert module.JobStore().directory == tmp_path / "meddx" / "jobs"
