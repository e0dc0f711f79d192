"""The worker as a process: answers, deaths, replacements."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from meddx.engine import local
from meddx.errors import CardError, EngineUnavailable, Refused
from meddx.types import Prediction, Refusal
from tests.engine.answers import Direct, images
from tests.imaging.images import dataset, written
from tests.patience import SECONDS
from tests.untrained import write_model


@pytest.fixture(scope="module")
def engine(untrained_models):
    before = os.environ.get("MEDDX_MODELS")
    os.environ["MEDDX_MODELS"] = str(untrained_models)
    running = local.LocalEngine()
    yield running
    running.stop()
    if before is None:
        del os.environ["MEDDX_MODELS"]
    else:
        os.environ["MEDDX_MODELS"] = before


def runs(pid):
    """Whether the process exists and is more than an entry waiting to be collected."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def eventually(condition, seconds=SECONDS):
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, "did not happen in time"
        time.sleep(0.05)


def test_a_request_made_while_the_engine_starts_is_answered(engine, untrained_models):
    (image,) = images(1)
    said = engine.predict(image, "untrained").probabilities
    assert said == pytest.approx(Direct(untrained_models / "untrained")(image), abs=1e-5)
    eventually(lambda: engine.status().state == "ready")
    assert set(engine.status().loaded) == {"untrained", "untrained-multi"}


def test_many_users_at_once_each_get_their_own_answer(engine, untrained_models):
    models = ("untrained", "untrained-multi")
    kinds = [*images(5), b"no image", images(1)[0][:300], images(1, modality="CT")[0]]
    direct = {(model, data): Direct(untrained_models / model)(data) for model in models for data in kinds[:5]}

    def ask(index):
        data, model = kinds[index % len(kinds)], models[index % len(models)]
        try:
            return data, model, engine.diagnose(data, model).answer
        except Refused as refused:
            return data, model, refused

    with ThreadPoolExecutor(16) as users:
        answers = list(users.map(ask, range(160)))
    for data, model, answer in answers:
        if (model, data) in direct:
            assert isinstance(answer, Prediction)
            assert answer.probabilities == pytest.approx(direct[model, data], abs=1e-5)
        elif data is kinds[-1]:
            assert isinstance(answer, Refusal)
        else:
            assert isinstance(answer, Refused)
    assert engine.status().restarts == 0


def test_the_same_image_is_drawn_by_either_call(engine):
    (image,) = images(1)
    assert engine.image(image) == engine.diagnose(image, "untrained").image


def test_a_thumbnail_is_a_small_picture_of_the_image(engine):
    (image,) = images(1)
    drawn = engine.image(image)
    picture = PIL.Image.open(BytesIO(engine.thumbnail(image, 32)))
    longest = max(drawn.rows, drawn.columns)
    assert (picture.format, picture.size) == (
        "JPEG",
        (round(drawn.columns * 32 / longest), round(drawn.rows * 32 / longest)),
    )
    with pytest.raises(Refused) as refused:
        engine.thumbnail(b"no image", 32)
    assert refused.value.rule == "not-an-image"


def test_what_is_wrong_is_told_apart(engine):
    with pytest.raises(Refused) as refused:
        engine.image(b"no image")
    assert refused.value.rule == "not-an-image"
    with pytest.raises(CardError, match="No model 'none' is installed"):
        engine.predict(images(1)[0], "none")
    with pytest.raises(EngineUnavailable, match="TypeError"):
        engine.image("text, not bytes")


def test_a_job_is_started_watched_and_cancelled_from_here(engine):
    (image,) = images(1)
    job = engine.start("predict_frames", {"data": image, "model": "untrained"})
    eventually(lambda: engine.job(job).ended)
    status = engine.job(job)
    assert status.state == "done"
    said = engine.predict(image, "untrained").probabilities
    answered = status.result["probabilities"]
    assert {label: value for label, (value,) in answered.items()} == pytest.approx(said, abs=1e-6)
    assert status.result["refused"] == (None,)
    engine.cancel(job)
    assert engine.job(job) == status, "it had ended before"
    for ask in (engine.job, engine.cancel):
        with pytest.raises(Refused, match="not known any more"):
            ask("A" * 22)  # of the right form, and of no job
    with pytest.raises(Refused, match="no job of kind 'fly'"):
        engine.start("fly", {})


def test_a_person_with_as_many_unfinished_jobs_as_one_may_have_keeps_nobody_out(engine):
    frames = np.random.default_rng(1).integers(0, 4096, (300, 70, 70), dtype=np.uint16)
    elements = dataset(frames[0], Modality="DX", NumberOfFrames=len(frames))
    elements.PixelData = frames.tobytes()
    arguments = {"data": written(elements), "model": "untrained"}
    eventually(lambda: engine.status().state == "ready")
    hers, his = engine.owned_by("ana"), engine.owned_by("ben")
    jobs = []

    def start_more():
        while len(jobs) < 100:
            jobs.append(hers.start("predict_frames", arguments))

    with pytest.raises(Refused, match="unfinished jobs") as refused:
        start_more()
    assert refused.value.rule == "too-many-jobs"
    job = his.start("predict_frames", {**arguments, "data": images(1)[0]})
    eventually(lambda: engine.job(job).ended)
    assert engine.job(job).state == "done"
    assert not all(engine.job(one).ended for one in jobs)
    for one in jobs:
        engine.cancel(one)
    eventually(lambda: all(engine.job(one).ended for one in jobs))


def test_a_worker_killed_in_a_request_is_an_error_at_once_and_the_next_is_answered(engine):
    (image,) = images(1)
    expected = engine.predict(image, "untrained").probabilities
    worker, restarts = engine.worker_pid, engine.status().restarts
    os.kill(worker, signal.SIGSTOP)  # so that the request is on its way for certain when the worker dies
    with ThreadPoolExecutor(1) as user:
        asked = user.submit(engine.predict, image, "untrained")
        time.sleep(0.3)
        assert not asked.done()
        os.kill(worker, signal.SIGKILL)
        with pytest.raises(EngineUnavailable, match="stopped while answering"):
            asked.result(SECONDS)
    eventually(lambda: _predicted(engine, image) is not None)  # the next worker may take a minute on a busy machine
    assert engine.predict(image, "untrained").probabilities == pytest.approx(expected, abs=1e-6)
    assert engine.worker_pid != worker
    assert engine.status().restarts == restarts + 1


def _predicted(engine, image):
    try:
        return engine.predict(image, "untrained")
    except EngineUnavailable:
        return None


def test_a_worker_too_busy_to_say_how_it_is_does_not_count_as_starting(engine):
    engine.predict(images(1)[0], "untrained")
    known = engine.status()
    os.kill(engine.worker_pid, signal.SIGSTOP)
    try:
        assert engine.status() == known
    finally:
        os.kill(engine.worker_pid, signal.SIGCONT)


def test_the_socket_is_out_of_reach_for_others(engine):
    assert engine.socket.parent.stat().st_mode & 0o777 == 0o700


SERVER = """
import time
from meddx.engine import local
local.start()
local.start()
print(local.engine().worker_pid, local.engine().socket, flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("up", [False, True], ids=["while the worker starts", "when it is up"])
def test_a_server_killed_leaves_no_worker_and_no_socket(up, untrained_models):
    environment = os.environ | {"MEDDX_MODELS": str(untrained_models)}
    server = subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True, env=environment)
    worker, socket = server.stdout.readline().split()
    if up:
        eventually(lambda: Path(socket).exists())
    assert runs(worker)
    server.kill()
    server.wait()
    eventually(lambda: not runs(worker))
    eventually(lambda: not Path(socket).parent.exists())
    server.stdout.close()


DEADLY = """
import os, sys
sys.addaudithook(lambda event, what: os._exit(9) if event == "open" and "deadly/weights" in str(what[0]) else None)
"""


def test_a_model_whose_load_kills_the_worker_is_given_up_and_the_others_answer(tmp_path, monkeypatch):
    write_model(tmp_path / "models", "good")
    write_model(tmp_path / "models", "deadly")
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "sitecustomize.py").write_text(DEADLY)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "code"))
    monkeypatch.setenv("MEDDX_MODELS", str(tmp_path / "models"))
    engine = local.LocalEngine()
    eventually(lambda: engine.status().state == "ready", SECONDS)
    status = engine.status()
    assert (status.restarts, status.loaded) == (2, ("good",))
    assert "Model deadly failed: the process that loaded it ended 2 times" in status.failed["deadly"]
    (image,) = images(1)
    with pytest.raises(CardError, match="ended 2 times"):
        engine.predict(image, "deadly")
    assert isinstance(engine.predict(image, "good"), Prediction)
    folder = engine.socket.parent
    engine.stop()
    assert not folder.exists()


def test_what_a_reader_waits_for_says_at_once_that_the_engine_is_not_up():
    engine = local.LocalEngine()  # its worker needs seconds to import TensorFlow
    for ask in (
        lambda: engine.start("explain", {}),
        lambda: engine.job("A" * 22),
        lambda: engine.cancel("A" * 22),
        lambda: engine.upload([("image", [b"1"])]),
        engine.jobs,
        lambda: engine.job_record("A" * 22),
        lambda: engine.job_result("A" * 22),
        lambda: engine.job_case("A" * 22, "a"),
        lambda: engine.remove_job("A" * 22),
    ):
        with pytest.raises(EngineUnavailable, match="not up yet"):
            ask()
    assert engine.status().state == "starting"
    engine.stop()


def test_stop_ends_the_worker_and_the_next_engine_is_another():
    first = local.engine()
    assert local.engine() is first
    local.stop()
    local.stop()
    assert not runs(first.worker_pid)
    assert not first.socket.parent.exists()
    with pytest.raises(EngineUnavailable):
        first.image(b"")
