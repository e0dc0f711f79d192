"""Evaluations whose worker, or whole server, is killed in the middle: the same result as undisturbed, to the byte."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from meddx.engine import evaluation_job
from meddx.engine.job_store import JobStore
from meddx.engine.local import LocalEngine
from meddx.engine.service import Service
from meddx.errors import EngineUnavailable
from meddx.kept_pieces import ANSWERS
from tests.engine.labelled import large_images
from tests.engine.test_local import eventually, runs
from tests.patience import SECONDS
from tests.untrained import network, write_model

IMAGES = 80
ARGUMENTS = {
    "model": "medium",
    "folder_of_images": "set",
    "classes": {"NORMAL": ["NORMAL"], "NODULE": ["NODULE"]},
}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Models, a set whose evaluation takes seconds, and the environment of whoever evaluates it."""
    folder = tmp_path_factory.mktemp("killed")
    write_model(folder / "models", "medium", model=network("exclusive", size=224))
    large_images(folder / "allowed" / "set", IMAGES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MEDDX_MODELS", str(folder / "models"))
        patch.setenv("MEDDX_EVALUATE_ROOTS", str(folder / "allowed"))
        patch.setenv("MEDDX_JOBS", str(folder / "jobs"))
        yield folder


def answered(job):
    """Whole lines of answers, a piece each."""
    path = JobStore().folder(job) / ANSWERS
    return path.read_bytes().count(b"\n") if path.exists() else 0


def state(job):
    return JobStore().read(job).state


def result(job):
    folder = JobStore().folder(job)
    assert json.loads((folder / "job.json").read_text())["result"]["refused"] == {"not-an-image": 1}
    return [
        (folder / name).read_bytes() for name in (evaluation_job.PREDICTIONS_FILE, evaluation_job.REFUSED_FILE, ANSWERS)
    ]


@pytest.fixture(scope="module")
def undisturbed(place):
    service = Service()
    job = service.start("evaluate", ARGUMENTS)
    eventually(lambda: state(job) == "done", SECONDS)
    service.close()
    return result(job)


def test_the_worker_is_killed_and_its_successor_goes_on(place, undisturbed):
    engine = LocalEngine()
    eventually(lambda: engine.status().state != "starting")
    job = engine.start("evaluate", ARGUMENTS)
    eventually(lambda: answered(job) >= 3)
    os.kill(engine.worker_pid, signal.SIGKILL)
    before = answered(job)
    assert before < IMAGES // 8, "it was killed in the middle"
    assert state(job) == "running"
    eventually(lambda: known(engine, job), SECONDS)
    assert answered(job) >= before
    eventually(lambda: state(job) == "done", SECONDS)
    eventually(lambda: engine.job(job).state == "done", SECONDS)  # written down before it is said
    engine.stop()
    assert result(job) == undisturbed


def known(engine, job):
    try:
        return engine.job(job).state in ("running", "done")
    except EngineUnavailable:
        return False


SERVER = """
import sys, time
from meddx.engine import local
local.start()
print(local.engine().worker_pid, flush=True)
if len(sys.argv) > 1:
    while local.engine().status().state == "starting":
        time.sleep(0.1)
    print(local.engine().start("evaluate", eval(sys.argv[1])), flush=True)
time.sleep(600)
"""


@pytest.mark.slow
def test_the_server_is_killed_and_the_next_one_goes_on(place, undisturbed):
    def server(*arguments):
        return subprocess.Popen([sys.executable, "-c", SERVER, *arguments], stdout=subprocess.PIPE, text=True)

    first = server(repr(ARGUMENTS))
    worker, job = first.stdout.readline().strip(), first.stdout.readline().strip()
    eventually(lambda: answered(job) >= 3)
    first.kill()
    first.wait()
    first.stdout.close()
    eventually(lambda: not runs(worker))
    time.sleep(0.2)
    before = answered(job)
    assert (state(job), before < IMAGES // 8) == ("running", True), "it was killed in the middle, and nobody goes on"

    second = server()
    try:
        eventually(lambda: state(job) == "done", SECONDS)
    finally:
        second.kill()
        second.wait()
        second.stdout.close()
    assert result(job) == undisturbed
