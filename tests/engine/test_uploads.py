"""Uploads between the browser and an evaluation: who writes them, who may have them, what is left of them."""

import io
import os
import subprocess
import sys
import threading
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from meddx.engine.client import EngineClient
from meddx.engine.contract import EVALUATE
from meddx.engine.disk_shares import SERVER_VARIABLE, make_room, process_identity, share_of, sweep_abandoned
from meddx.engine.job_store import UPLOADED_IMAGES, UPLOADS, JobStore
from meddx.engine.service import Service
from meddx.engine.uploads import claim_upload, discard_upload, store_upload, unpacked_upload
from meddx.errors import Refused
from meddx.types import no_progress
from tests.engine.full_disk import FullDisk
from tests.engine.labelled import class_folders, zipped
from tests.engine.test_job_runner import until
from tests.patience import SECONDS


@pytest.fixture
def jobs(tmp_path, monkeypatch):
    """The private folder of jobs."""
    monkeypatch.setenv("MEDDX_JOBS", str(tmp_path / "jobs"))
    return tmp_path / "jobs"


@pytest.fixture
def archive(tmp_path):
    return zipped(class_folders(tmp_path / "set"))


def left(jobs):
    return sorted(path.name for path in (jobs / UPLOADS).iterdir()) if (jobs / UPLOADS).exists() else []


def test_two_inspections_of_one_upload_both_see_all_of_it(jobs, archive, untrained_models, monkeypatch):
    monkeypatch.setattr("meddx.engine.job_runner._TURN_SECONDS", 0.0)  # they take turns at every file
    service = Service(untrained_models)
    token = service.upload([("images.zip", [archive])])
    ids = [service.start("inspect_labelled_set", {"upload": token}) for _ in range(3)]
    until(lambda: all(service.job(id).ended for id in ids), 30)
    assert [service.job(id).state for id in ids] == ["done"] * 3, [service.job(id).message for id in ids]
    assert [service.job(id).result["images"] for id in ids] == [13] * 3
    service.close()


def test_who_has_an_upload_keeps_others_waiting_and_they_give_way_meanwhile(jobs, archive):
    token = store_upload([("images.zip", [archive])])
    waiting, go = threading.Event(), threading.Event()
    seen = []

    def progress(done, total, message=""):
        if "Waiting" in message:
            waiting.set()

    def second():
        with unpacked_upload(token, progress) as images:
            assert go.is_set()
            seen.append(len(list(images.rglob("*"))))

    with unpacked_upload(token, no_progress) as images:
        seen.append(len(list(images.rglob("*"))))
        thread = threading.Thread(target=second)
        thread.start()
        assert waiting.wait(SECONDS)
        go.set()
    thread.join(10)
    assert seen[0] == seen[1] > 13


def test_an_upload_that_a_job_took_is_gone_for_the_one_that_waited(jobs, archive):
    token = store_upload([("images.zip", [archive])])
    job = JobStore().create("evaluate", {})
    waiting, refused = threading.Event(), []

    def second():
        try:
            claim_upload(token, jobs, lambda done, total, message="": waiting.set())
        except Refused as why:
            refused.append(why.rule)

    def first(done, total, message=""):
        if not waiting.is_set():
            thread.start()
            assert waiting.wait(SECONDS)

    thread = threading.Thread(target=second)
    claim_upload(token, JobStore().folder(job.id), first)
    thread.join(10)
    assert refused == ["no-upload"]
    assert left(jobs) == []
    assert (JobStore().folder(job.id) / UPLOADED_IMAGES).is_dir()


@pytest.mark.parametrize("name", ["../image", "/etc/image", "C:/image"])
def test_a_name_that_leads_elsewhere_is_refused_and_nothing_stays(jobs, name):
    with pytest.raises(Refused) as refused:
        store_upload([("image", [b"a patient"]), (name, [b"a patient"])])
    assert refused.value.rule == "other-archive"
    assert left(jobs) == []


def test_an_upload_that_ends_early_leaves_nothing(jobs):
    def broken():
        yield b"a patient"
        raise ConnectionError

    with pytest.raises(Refused) as refused:
        store_upload([("image", broken())])
    assert refused.value.rule == "disk"
    assert left(jobs) == []


def test_an_upload_that_finds_the_disk_full_is_refused_and_leaves_nothing(jobs, monkeypatch):
    disk = FullDisk(jobs, monkeypatch)
    disk.fill()
    with pytest.raises(Refused, match="full") as refused:
        store_upload([("image", [b"a patient"])])
    assert refused.value.rule == "disk-full"
    assert left(jobs) == []


def test_unpacking_that_finds_the_disk_full_says_so_and_gives_the_room_back(jobs, archive, monkeypatch):
    token = store_upload([("images.zip", [archive])])
    with monkeypatch.context() as patch:
        patch.setattr("meddx.evaluate.sets.unpack_upload._write", write_to_a_full_disk)
        with pytest.raises(OSError, match="No space left"), unpacked_upload(token, no_progress):
            pass
    assert not list((jobs / UPLOADS / token).glob(f"{UPLOADED_IMAGES}*"))
    with unpacked_upload(token, no_progress) as images:
        assert len(list(images.rglob("*/*/*"))) == 13


def write_to_a_full_disk(content, member, target):
    with Path("/dev/full").open("wb", buffering=0) as file:
        file.write(content.read(member))


WEB_PROCESS = """
import os, sys
from pathlib import Path
from meddx.engine.client import EngineClient

written = []

def watch(event, arguments):
    if event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        written.append(str(arguments[0]))
    elif event in ("os.mkdir", "os.rename", "os.link", "os.symlink", "os.truncate", "shutil.copyfile"):
        written.append(f"{event} {arguments[0]}")
    elif event.startswith(("tempfile.", "subprocess.", "sqlite3.")):
        written.append(f"{event} {arguments}")

client = EngineClient(Path(sys.argv[1]))
sys.addaudithook(watch)
token = client.upload([("image", [memoryview(os.urandom(1 << 20)) for _ in range(5)]), ("labels.csv", [b"path,label"])])
assert written == [], written
Path("watched").write_bytes(b"")
assert written == ["watched"], "the hook sees what is written"
print(token)
"""


def test_the_web_process_hands_an_upload_on_without_touching_its_disk(jobs, served, tmp_path):
    command = [sys.executable, "-c", WEB_PROCESS, str(served)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONDONTWRITEBYTECODE": "1"}
    web = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert web.returncode == 0, web.stderr
    raw = jobs / UPLOADS / web.stdout.strip() / "raw"
    assert {path.name: path.stat().st_size for path in raw.iterdir()} == {"image": 5 << 20, "labels.csv": 10}


def test_what_refuses_an_upload_crosses_the_seam(served, jobs):
    from meddx.engine.client import EngineClient

    client = EngineClient(served)
    with pytest.raises(Refused) as refused:
        client.upload([("../image", [bytes(1 << 20)] * 20), ("image", [b"more"])])
    assert refused.value.rule == "other-archive"
    assert left(jobs) == []
    token = client.upload([("image", [b"whole"])])
    assert (jobs / UPLOADS / token / "raw" / "image").read_bytes() == b"whole"
    client.close()


def test_an_upload_whose_sender_goes_away_leaves_nothing(served, jobs):
    import socket

    with socket.socket(socket.AF_UNIX) as web:
        web.connect(str(served))
        head = b"POST /upload HTTP/1.1\r\nHost: engine\r\nTransfer-Encoding: chunked\r\n\r\n"
        web.sendall(head + b"6\r\n\xa5image\r\n" + b"4\r\n\xc4\x02ab\r\n")
        until(lambda: len(list((jobs / UPLOADS).rglob("image"))) == 1)
    until(lambda: left(jobs) == [])


@pytest.fixture
def served(jobs, tmp_path):
    """The socket of an engine's HTTP side, in this process."""
    import uvicorn

    from meddx.engine.http_app import application

    service = Service(tmp_path / "no models")
    path = tmp_path / "s"
    server = uvicorn.Server(uvicorn.Config(application(service), uds=str(path), log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    until(lambda: server.started)
    yield path
    server.should_exit = True
    thread.join(10)
    service.close()


def bomb(size):
    """A few bytes that unpack to so many."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("image", bytes(size))
    return file.getvalue()


def test_many_small_archives_unpack_to_no_more_than_one_may(jobs, monkeypatch):
    monkeypatch.setenv("MEDDX_MAX_UNPACKED_BYTES", "1000000")
    token = store_upload([(f"{n}.zip", [bomb(400_000)]) for n in range(8)])
    with pytest.raises(Refused, match=r"at most \d+ files of 0.0 GiB") as refused, unpacked_upload(token, no_progress):
        raise AssertionError("past the limit")
    assert refused.value.rule == "too-large-archive"
    assert sum(path.stat().st_size for path in jobs.rglob("*") if path.is_file()) < 20_000


def test_what_one_owner_unpacks_counts_over_all_uploads_and_evaluations(jobs, monkeypatch, tmp_path):
    monkeypatch.setenv("MEDDX_MAX_UNPACKED_BYTES", "1000000")
    first, second = (store_upload([("a.zip", [bomb(600_000)])], "ana") for _ in range(2))
    job = JobStore().create("evaluate", {})
    claim_upload(first, JobStore().folder(job.id), no_progress)
    with pytest.raises(Refused), unpacked_upload(second, no_progress):
        raise AssertionError("past her share")
    of_another = store_upload([("a.zip", [bomb(600_000)])], "ben")
    with unpacked_upload(of_another, no_progress):
        pass
    JobStore().remove(job.id)
    with unpacked_upload(second, no_progress):
        pass


def test_uploads_that_are_left_make_room_for_those_of_the_same_owner_alone(jobs, monkeypatch):
    monkeypatch.setenv("MEDDX_MAX_UPLOAD_BYTES", "1000")
    monkeypatch.setenv("MEDDX_MAX_UNPACKED_BYTES", "1000")
    bens = store_upload([("a", [bytes(900)])], "ben")
    hers = []
    for n in range(3):
        hers.append(store_upload([("a", [bytes(900)])], "ana"))
        os.utime(jobs / UPLOADS / hers[-1], (n, n))
    assert left(jobs) == sorted([bens, *hers[1:]])
    with (
        unpacked_upload(hers[1], no_progress),
        unpacked_upload(hers[2], no_progress),
        pytest.raises(Refused) as refused,
    ):
        store_upload([("a", [bytes(900)])], "ana")  # jobs read the others
    assert refused.value.rule == "too-large-upload"
    assert left(jobs) == sorted([bens, *hers[1:]])


def test_more_than_one_upload_may_have_is_refused_before_it_is_written(jobs, monkeypatch):
    monkeypatch.setenv("MEDDX_MAX_UPLOAD_BYTES", "1000")
    taken = []

    def pieces():
        for n in range(100):
            taken.append(n)
            yield bytes(100)

    with pytest.raises(Refused) as refused:
        store_upload([("a", pieces())])
    assert refused.value.rule == "too-large-upload"
    assert len(taken) == 11
    assert left(jobs) == []


def test_an_upload_goes_when_it_is_discarded_unless_a_job_reads_it(jobs, archive):
    token = store_upload([("images.zip", [archive])])
    with unpacked_upload(token, no_progress):
        discard_upload(token)
        assert left(jobs) == [token]
    discard_upload(token)
    discard_upload(token)
    assert left(jobs) == []
    with pytest.raises(Refused):
        discard_upload("../..")


def test_uploads_of_a_server_that_has_ended_are_swept_at_once(jobs, archive, monkeypatch):
    ended = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    monkeypatch.setenv(SERVER_VARIABLE, process_identity(ended.pid))
    store_upload([("images.zip", [archive])])
    monkeypatch.setenv(SERVER_VARIABLE, process_identity(os.getpid()))
    ours = store_upload([("images.zip", [archive])])
    sweep_abandoned(JobStore())
    assert len(left(jobs)) == 2
    ended.communicate(b"\n")
    sweep_abandoned(JobStore())
    assert left(jobs) == [ours]


def test_what_an_evaluation_waits_for_outlives_tab_and_server(jobs, archive, monkeypatch):
    monkeypatch.setenv(SERVER_VARIABLE, process_identity(os.getpid()) + "0")  # one that has ended
    token = store_upload([("images.zip", [archive])], "ana")
    store = JobStore()
    waiting = store.create(EVALUATE, {"upload": token})
    discard_upload(token)
    sweep_abandoned(store)
    assert not make_room(store, "ana", but=jobs)
    assert left(jobs) == [token]
    store.write(replace(waiting, state="cancelled", ended=1.0))
    sweep_abandoned(store)
    assert left(jobs) == []


def test_the_owner_crosses_the_seam(jobs, served):
    client = EngineClient(served)
    token = client.owned_by("account ana").upload([("a", [b"1234"])])
    assert share_of(jobs / UPLOADS / token) == ("account ana", 4)
    assert share_of(jobs / UPLOADS / client.upload([("a", [b"1234"])])) == ("", 4)
    client.discard_upload(token)
    assert token not in left(jobs)
    client.close()
