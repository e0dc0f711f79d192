"""The folder of a node: what is kept, what leaves it, and one node at a time."""

import errno
import os
import threading

import pytest

from meddx.errors import Refused
from meddx.network.node_database import QUEUE_FILE
from meddx.network.node_folder import NodeFolder
from meddx.network.node_queue import NodeQueue
from meddx.network.node_reasons import FILE_MISSING, NO_MODEL_ACCEPTS
from tests.engine.test_job_runner import until
from tests.network.films import films
from tests.network.peers import free_port, storage, store

pytestmark = [  # pynetdicom leaves the socket of a refused connection to the garbage collector
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"),
]


def test_one_node_at_a_time_in_a_folder_and_old_films_leave_it(start, tmp_path):
    with storage(tmp_path / "pacs") as peer:
        node, _, port = start(peer, keep_days=0)
        with pytest.raises(Refused, match="Another node runs"):
            start(peer)
        assert store(port, *films(tmp_path, 1)) == 0
        until(lambda: [task.state for task in node._queue.tasks()] == ["done", "done"])
        node._cleaned = 0.0
        until(lambda: node._queue.films()[0].state == "removed")
    assert list((tmp_path / "state" / "films").iterdir()) == list((tmp_path / "state" / "results").iterdir()) == []


def test_a_removed_film_that_came_again_when_the_node_ended_does_not_stay(start, tmp_path):
    folder = tmp_path / "state"
    (folder / "films").mkdir(parents=True)
    queue = NodeQueue(folder / QUEUE_FILE)
    queue.add_film("1.2", "1.1", "c0ffee", "MODALITY")
    queue.mark_removed(queue.films()[0].id)
    queue.close()
    (folder / "films" / "c0ffee").write_bytes(b"written, and not yet acknowledged")
    start(free_port())
    assert list((folder / "films").iterdir()) == []


def test_a_film_that_cannot_be_kept_is_not_acknowledged(start, tmp_path, monkeypatch):
    node, _, port = start(free_port())
    [path] = films(tmp_path, 1)

    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr("meddx.network.durable_files.os.fsync", full)
        assert store(port, path) != 0
    assert node._queue.films() == []
    assert list((tmp_path / "state" / "films").iterdir()) == [], "nothing half written stays"
    assert store(port, path) == 0


def test_a_film_is_kept_and_removed_by_one_at_a_time(start, tmp_path, monkeypatch):
    node, engine, port = start(free_port(), keep_days=0)
    engine.raises = Refused("view", "Another view.")
    held = []
    for name in ("add_film", "mark_removed"):
        act = getattr(node._queue, name)
        monkeypatch.setattr(
            node._queue, name, lambda *what, act=act: held.append(node._folder.changing.locked()) or act(*what)
        )
    assert store(port, *films(tmp_path, 1)) == 0
    until(lambda: [task.state for task in node._queue.tasks()] == ["refused"])
    node._cleaned = 0.0
    until(lambda: node._queue.films()[0].state == "removed")
    assert held == [True, True]


def test_films_are_written_while_another_is_put_in_its_place(tmp_path):
    folder = NodeFolder(tmp_path)
    folder.make()
    inside = threading.Event()

    def keep():
        with folder.keeping_film("c0ffee", b"film"):
            inside.set()

    with folder.changing:
        keeping = threading.Thread(target=keep)
        keeping.start()
        until(lambda: [path.read_bytes() for path in tmp_path.glob("films/.*.partial")] == [b"film"])
        assert not (tmp_path / "films" / "c0ffee").exists()
        assert not inside.is_set()
    keeping.join()
    assert inside.is_set()
    assert [path.name for path in (tmp_path / "films").iterdir()] == ["c0ffee"]


def test_a_film_that_is_to_be_sent_again_meanwhile_is_not_removed(tmp_path, monkeypatch):
    folder = NodeFolder(tmp_path)
    folder.make()
    queue = NodeQueue(folder.queue_file)
    with folder.keeping_film("c0ffee", b"film"):
        queue.add_film("1.2", "1.1", "c0ffee", "MODALITY")
    queue.assign(1, ["chest"])
    queue.finish(queue.next_task("answer"), ["pacs"])
    queue.finish(queue.next_task("send"))
    removable = queue.removable_films(1e12)
    monkeypatch.setattr(queue, "removable_films", lambda before: queue.resend(2) and removable)
    folder.remove_old(queue, 0)
    assert folder.film(queue.films()[0]) == b"film"
    queue.close()


def test_a_film_whose_file_is_lost_holds_up_nothing_and_comes_back_when_it_is_sent_again(start, tmp_path):
    node, engine, port = start(free_port())
    engine.raises = Refused("view", "Another view.")
    paths = films(tmp_path, 2)
    assert store(port, paths[0]) == 0
    until(lambda: [task.state for task in node._queue.tasks()] == ["refused"])
    until(lambda: node._queue.film_without_heading() is None)
    (tmp_path / "state" / "films" / node._queue.films()[0].sha256).unlink()
    with node._queue.transaction() as database:  # as if it had just come
        for change in ("DELETE FROM task", "DELETE FROM heading", "UPDATE film SET state = 'received'"):
            database.execute(change)
    assert store(port, paths[1]) == 0
    until(lambda: [film.reason for film in node._queue.films()] == [FILE_MISSING, NO_MODEL_ACCEPTS])
    until(lambda: node._queue.film_without_heading() is None)
    assert store(port, paths[0]) == 0
    until(lambda: [film.reason for film in node._queue.films()] == [NO_MODEL_ACCEPTS] * 2)
    until(lambda: [one.name for one in node._queue.headings()] == ["Zebedee Quartz"] * 2)
