"""What a file does to its decoder costs that file alone."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from meddx.errors import MeddxError, Refused
from meddx.imaging import child_pool, isolated_reading
from meddx.imaging.isolated_reading import IsolatedReader
from meddx.imaging.read_image import read_image
from tests.imaging.images import image_bytes
from tests.patience import SECONDS

FILM = image_bytes(np.arange(1600, dtype=np.uint16).reshape(40, 40), Modality="DX", WindowCenter=700, WindowWidth=300)
OTHER_FILM = image_bytes(np.arange(1500, dtype=np.uint16).reshape(30, 50), Modality="DX")


@pytest.fixture
def reader():
    reader = IsolatedReader(patience=60)
    yield reader
    reader.close()


def test_an_image_is_what_read_image_makes_of_it(reader):
    here, there = read_image(FILM), reader.read(FILM)
    np.testing.assert_array_equal(there.values, here.values)
    assert there.values.dtype == here.values.dtype
    for name in set(vars(here)) - {"values"}:
        assert getattr(there, name) == getattr(here, name), name


@pytest.mark.parametrize(("data", "frame"), [(b"", 0), (b"no image", 0), (FILM, 3), (FILM[:-100], 0)])
def test_a_refusal_is_that_of_read_image(reader, data, frame):
    with pytest.raises(Refused) as here:
        read_image(data, frame)
    with pytest.raises(Refused) as there:
        reader.read(data, frame)
    assert (there.value.rule, there.value.reason, there.value.frames) == (
        here.value.rule, here.value.reason, here.value.frames,
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["crashed", "hung", "memory", "failed"])
def test_a_decoder_that_breaks_costs_one_image(kind, monkeypatch):
    monkeypatch.setattr(isolated_reading, "CHILD", "tests.imaging.broken_reader")
    reader = IsolatedReader(patience=SECONDS)
    reader.read(FILM)
    reader._patience = 1.0 if kind == "hung" else SECONDS
    word = {"crashed": b"die", "hung": b"hang", "memory": b"memory", "failed": b"fail"}[kind]
    with pytest.raises(Refused) as refused:
        reader.read(word)
    assert refused.value.rule == f"decoder-{kind}"
    assert "patient" not in refused.value.reason
    reader._patience = SECONDS
    assert reader.read(FILM).values.shape == (40, 40)
    reader.close()


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
def test_a_question_that_is_broken_off_does_not_leave_its_answer_to_the_next(error, monkeypatch):
    """Ray cancels a piece by KeyboardInterrupt; the process goes on with other pieces."""
    monkeypatch.setattr(isolated_reading, "CHILD", "tests.imaging.broken_reader")
    reader = IsolatedReader(patience=SECONDS)
    reader.read(FILM)

    def broken_off(*_):
        raise error

    before = signal.signal(signal.SIGALRM, broken_off)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        with pytest.raises(error):
            reader.read(b"slow" + FILM)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert reader.read(OTHER_FILM).values.shape == (30, 50)
    reader.close()


def test_a_process_that_cannot_be_started_is_not_the_fault_of_the_file_and_leaves_nothing_open(monkeypatch):
    def full(*_, **__):
        raise BlockingIOError

    reader, before = IsolatedReader(), len(list(Path("/proc/self/fd").iterdir()))
    with monkeypatch.context() as patch:
        patch.setattr(subprocess, "Popen", full)
        with pytest.raises(MeddxError, match="does not start"):
            reader.read(FILM)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    assert reader.read(FILM).values.shape == (40, 40)
    reader.close()


def test_others_are_read_while_one_hangs(monkeypatch):
    monkeypatch.setattr(isolated_reading, "CHILD", "tests.imaging.broken_reader")
    reader = IsolatedReader(patience=SECONDS)
    hanging = [threading.Thread(target=_refused, args=(reader, b"hang")) for _ in range(3)]
    for thread in hanging:
        thread.start()
    assert reader.read(FILM).values.shape == (40, 40)
    assert all(thread.is_alive() for thread in hanging)
    children = [
        int(pid) for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()
    ]
    for pid in children:
        if b"broken_reader" in Path(f"/proc/{pid}/cmdline").read_bytes():
            os.kill(pid, 9)
    for thread in hanging:
        thread.join(SECONDS)
    reader.close()


def test_no_more_processes_start_than_have_a_core_to_work_on(reader, monkeypatch):
    monkeypatch.setattr(child_pool, "_BUSY", 2)
    monkeypatch.setattr(child_pool, "_LONGEST_SECONDS", SECONDS)
    with ThreadPoolExecutor(8) as pool:
        shapes = [image.values.shape for image in pool.map(reader.read, [FILM, OTHER_FILM] * 12)]
    assert shapes == [(40, 40), (30, 50)] * 12
    assert len(reader._pool.waiting) == 2


def _refused(reader, data):
    with pytest.raises(MeddxError):  # one may be ended as it starts
        reader.read(data)


def test_children_end_with_a_parent_that_is_killed(tmp_path):
    script = (
        "import sys\nfrom meddx.imaging.isolated_reading import IsolatedReader\nreader = IsolatedReader()\n"
        "reader.read(sys.stdin.buffer.read())\nprint(reader._pool.waiting[0][0]._running[0].pid, flush=True)\n"
        "import time\ntime.sleep(600)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    parent.stdin.write(FILM)
    parent.stdin.close()
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    give_up = time.monotonic() + SECONDS
    while Path(f"/proc/{child}/cmdline").exists() and Path(f"/proc/{child}/cmdline").read_bytes():
        assert time.monotonic() < give_up
        time.sleep(0.05)


def test_processes_that_wait_in_vain_end_all_but_one(reader):
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(reader.read, [FILM] * 3))  # each starts a process, which takes longer than to ask for all three
    children = [child._running[0] for child, _ in reader._pool.waiting]
    assert len(children) == 3
    assert reader.drop_unused(SECONDS) == 0
    assert reader.drop_unused(0) == 2
    assert [child.poll() is None for child in children] == [False, False, True]
    assert reader.read(FILM).values.shape == (40, 40)
    assert len(reader._pool.waiting) == 1


def test_a_parent_that_ends_while_its_child_starts_leaves_no_message():
    script = (
        "import os, threading\nfrom pathlib import Path\nfrom meddx.imaging.isolated_reading import IsolatedReader\n"
        "threading.Thread(target=IsolatedReader().read, args=(b'',), daemon=True).start()\n"
        "while not any((task / 'children').read_text() for task in Path('/proc/self/task').iterdir()):\n    pass\n"
        "os._exit(0)"  # long before the child has imported what it needs
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr == ""
