"""Stored jobs: what is left when their process ends, and who takes them up."""

import json
import os
import threading
import time
from dataclasses import replace

import pytest

from meddx.engine import job_store as module
from meddx.engine.contract import JobKind
from meddx.engine.job_runner import JobRunner
from meddx.engine.job_store import UPLOADED_IMAGES, UPLOADS, JobStore
from meddx.errors import Refused
from tests.engine.full_disk import FullDisk
from tests.engine.test_job_runner import until


class Counting:
    """Writes a line for each piece; goes on after the lines that are there; stops at `stop` until told to go on."""

    def __init__(self, stop=None, total=6):
        self.stop, self.total = stop, total
        self.go = threading.Event()
        self.worked = []

    def run(self, context, arguments, progress):
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
    """Makes the JobRunner of one process after another on the same folder."""
    made = []

    def make(counting):
        kinds = {"count": JobKind(counting.run, stored=True), "passing": JobKind(lambda *_: 1)}
        made.append(JobRunner("service", kinds, lambda: False, JobStore(tmp_path / "jobs")))
        return made[-1]

    yield make
    for jobs in made:
        jobs.close()


def recover(jobs):
    threading.Thread(target=jobs.recover, daemon=True).start()


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
    recover(jobs)
    until(lambda: jobs.status(job).state == "done")
    assert second.worked == [3, 4, 5]
    assert jobs.status(job).result == {"lines": list("012345"), "by": "x"}

    third = engine(Counting())
    recover(third)
    assert third.status(job).result == {"lines": list("012345"), "by": "x"}, "read from the folder"


def test_two_processes_do_not_work_on_one_job_and_either_can_cancel_it(engine, monkeypatch):
    monkeypatch.setattr("meddx.engine.job_runner._WRITE_SECONDS", 0.0)
    first, second = Counting(stop=2), Counting()
    one, other = engine(first), engine(second)
    job = one.start("count", {"name": "x"})
    until(lambda: len(first.worked) == 2)
    recover(other)
    time.sleep(0.1)
    assert second.worked == []
    until(lambda: (other.status(job).state, other.status(job).done) == ("running", 2))
    other.cancel(job)
    until(lambda: one.status(job).state == "cancelled")
    until(lambda: other.status(job).state == "cancelled")
    recover(engine(second))
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


def test_only_stored_kinds_leave_anything(engine, tmp_path):
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
        JobStore(tmp_path / "jobs").write(replace(record, arguments={"images_until": time.time() - 1}))
        JobStore(tmp_path / "jobs").sweep()
        assert not images.exists()


def test_what_is_too_old_is_swept_and_nothing_else(tmp_path, monkeypatch):
    monkeypatch.setenv("MEDDX_JOB_DAYS", "10")
    store = JobStore(tmp_path)
    old, new, running = (store.create("count", {}) for _ in range(3))
    store.write(replace(old, state="done", ended=time.time() - 11 * 86400))
    store.write(replace(new, state="done", ended=time.time() - 9 * 86400))
    store.write(replace(running, state="running", created=time.time() - 99 * 86400))
    for name, age in (("a", 7 * 3600), ("b", 3600)):
        (tmp_path / UPLOADS / name).mkdir(parents=True)
        os.utime(tmp_path / UPLOADS / name, (time.time() - age,) * 2)
    store.sweep()
    assert {job.id for job in store.all()} == {new.id, running.id}
    assert [path.name for path in (tmp_path / UPLOADS).iterdir()] == ["b"]


@pytest.mark.parametrize("id", ["", "..", "../../etc/passwd", "a" * 23, "/etc", "incoming"])
def test_what_is_no_id_reaches_no_folder(tmp_path, id):
    store = JobStore(tmp_path)
    for ask in (store.read, store.folder, store.remove, store.lock):
        with pytest.raises(Refused):
            ask(id)


def test_a_spoilt_record_is_no_job(tmp_path):
    store = JobStore(tmp_path)
    job, other = store.create("count", {}), store.create("count", {})
    (tmp_path / job.id / "job.json").write_text("{")
    (tmp_path / other.id / "job.json").write_text(json.dumps({"id": other.id}))
    assert store.all() == []
    with pytest.raises(Refused):
        store.read(job.id)


def test_the_right_to_work_ends_when_it_is_released(tmp_path):
    store = JobStore(tmp_path)
    job = store.create("count", {})
    held = store.lock(job.id)
    assert store.lock(job.id) is None
    held.release()
    assert store.lock(job.id) is not None


def test_the_folder_follows_the_setting(monkeypatch, tmp_path):
    monkeypatch.delenv("MEDDX_JOBS")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert module.JobStore().directory == tmp_path / "meddx" / "jobs"


@pytest.fixture
def disk(tmp_path, monkeypatch):
    monkeypatch.setattr("meddx.engine.job_runner._WRITE_SECONDS", 0.0)
    monkeypatch.setattr("meddx.engine.job_runner._RECOVER_SECONDS", 0.01)
    return FullDisk(tmp_path / "jobs", monkeypatch)


def test_a_job_that_finds_the_disk_full_fails_and_the_next_ones_work(engine, tmp_path, disk):
    counting = Counting(stop=2)
    jobs = engine(counting)
    job = jobs.start("count", {"name": "x", "images_until": time.time() + 3600})
    images = tmp_path / "jobs" / job / UPLOADED_IMAGES
    images.mkdir()
    until(lambda: len(counting.worked) == 2)
    waiting = jobs.start("count", {"name": "y"})
    disk.fill()
    until(lambda: jobs.status(job).ended)
    status = jobs.status(job)
    assert (status.state, status.result.rule) == ("failed", "disk-full")
    assert "full" in status.message
    assert jobs.record(job).state == "failed", "though it could not be written down"
    assert not images.exists(), "nothing comes of them, and they take room"
    until(lambda: jobs.status(waiting).ended)
    passing = jobs.start("passing", {})
    until(lambda: jobs.status(passing).state == "done")
    assert list((tmp_path / "jobs").rglob("*.partial")) == []

    disk.free()
    counting.stop = None
    recover(jobs)
    until(lambda: JobStore(tmp_path / "jobs").read(job).state == "failed")
    until(lambda: JobStore(tmp_path / "jobs").lock(job) is not None)
    after = jobs.start("count", {"name": "z"})
    until(lambda: jobs.status(after).state == "done")


def test_a_job_that_cannot_be_written_down_is_refused_and_leaves_nothing(engine, tmp_path, disk):
    jobs = engine(Counting())
    disk.fill()
    with pytest.raises(Refused) as refused:
        jobs.start("count", {"name": "x"})
    assert refused.value.rule == "disk-full"
    assert list((tmp_path / "jobs").iterdir()) == []
    disk.free()
    job = jobs.start("count", {"name": "x"})
    until(lambda: jobs.status(job).state == "done")


def test_a_result_that_cannot_be_written_down_is_a_failure(engine, tmp_path):
    counting = Counting()
    counting.run = lambda context, arguments, progress: {"a set": {1}}
    jobs = engine(counting)
    job = jobs.start("count", {"name": "x"})
    until(lambda: jobs.status(job).ended)
    assert jobs.status(job).state == JobStore(tmp_path / "jobs").read(job).state == "failed"


def test_what_goes_wrong_with_one_job_keeps_no_other_from_being_taken_up(engine, tmp_path, monkeypatch, caplog):
    store = JobStore(tmp_path / "jobs")
    first, second = (store.create("count", {"name": name}) for name in "xy")
    lock, sweep, failures = JobStore.lock, JobStore.sweep, []

    def broken_lock(self, id):
        if id == second.id and len(failures) < 2:  # the newest comes first
            failures.append(id)
            raise RuntimeError("Zebedee^Quartz")
        return lock(self, id)

    def broken_sweep(self):
        raise KeyError("Zebedee^Quartz")

    monkeypatch.setattr(JobStore, "lock", broken_lock)
    monkeypatch.setattr(JobStore, "sweep", broken_sweep)
    monkeypatch.setattr("meddx.engine.job_runner._RECOVER_SECONDS", 0.01)
    jobs = engine(Counting())
    recover(jobs)
    until(lambda: store.read(first.id).state == "done")
    until(lambda: store.read(second.id).state == "done")
    assert len(failures) == 2
    monkeypatch.setattr(JobStore, "sweep", sweep)
    store.write(replace(store.read(first.id), ended=1.0))
    until(lambda: [job.id for job in store.all()] == [second.id])
    assert "RuntimeError" in caplog.text
    assert "Zebedee" not in caplog.text


@pytest.mark.parametrize("record", [b"{", b"{}", b"[]", b'{"id": 1}', None])
def test_images_of_a_folder_that_is_no_job_are_swept_in_time(tmp_path, record):
    store = JobStore(tmp_path)
    job, locked = store.create("count", {}), store.create("count", {})
    for one in (job, locked):
        images = store.folder(one.id) / UPLOADED_IMAGES
        images.mkdir()
        (images / "image").write_bytes(b"a patient")
        path = store.folder(one.id) / "job.json"
        path.unlink() if record is None else path.write_bytes(record)
    lock = store.lock(locked.id)

    store.sweep()
    assert (store.folder(job.id) / UPLOADED_IMAGES).exists(), "it may be just being made"

    long_ago = time.time() - 7 * 3600
    for one in (job, locked):
        for path in (store.folder(one.id), store.folder(one.id) / "job.json"):
            if path.exists():
                os.utime(path, (long_ago, long_ago))
    store.sweep()
    assert not (store.folder(job.id) / UPLOADED_IMAGES).exists()
    assert store.folder(job.id).exists() == (record is not None)
    assert (store.folder(locked.id) / UPLOADED_IMAGES / "image").exists(), "another process can read it"

    if record is not None:
        os.utime(store.folder(job.id) / "job.json", (1.0, 1.0))
        store.sweep()
        assert not store.folder(job.id).exists()
    lock.release()


def test_what_a_process_died_over_removing_is_swept(tmp_path):
    (tmp_path / "abc.removed" / UPLOADED_IMAGES).mkdir(parents=True)
    JobStore(tmp_path).sweep()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_swept_keeps_no_other(tmp_path, monkeypatch):
    store = JobStore(tmp_path)
    jobs = [store.create("count", {}) for _ in range(3)]
    for job in jobs:
        store.write(replace(job, state="done", ended=1.0))
    remove = JobStore.remove

    def broken(self, id):
        if id == jobs[1].id:
            raise PermissionError("Zebedee^Quartz")
        remove(self, id)

    monkeypatch.setattr(JobStore, "remove", broken)
    store.sweep()
    assert [job.id for job in store.all()] == [jobs[1].id]


@pytest.mark.parametrize(("state", "stay"), [("done", True), ("failed", False), ("cancelled", False)])
def test_images_stay_for_a_result_alone(tmp_path, state, stay):
    store = JobStore(tmp_path)
    job = store.create("count", {"images_until": time.time() + 3600})
    (store.folder(job.id) / UPLOADED_IMAGES).mkdir()
    store.write(replace(job, state=state, ended=time.time()))
    store.sweep()
    assert (store.folder(job.id) / UPLOADED_IMAGES).exists() == stay


def test_a_record_of_another_job_is_none(tmp_path):
    store = JobStore(tmp_path)
    job, other = store.create("count", {}), store.create("count", {})
    (store.folder(job.id) / "job.json").write_bytes((store.folder(other.id) / "job.json").read_bytes())
    with pytest.raises(Refused):
        store.read(job.id)
