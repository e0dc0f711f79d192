"""Results arrive in the order in which the films came, whatever fails on the way, and nothing is held up for ever."""

import sqlite3
from io import BytesIO

import pydicom
import pytest
from pynetdicom import AE, evt
from pynetdicom.presentation import AllStoragePresentationContexts

from meddx.engine.client import NotUp
from meddx.errors import EngineUnavailable
from meddx.network.node import DicomNode
from meddx.network.node_config import Retry, read_node_config
from meddx.network.node_database import QUEUE_FILE
from meddx.network.node_queue import NodeQueue
from tests.engine.answers import images
from tests.engine.test_job_runner import until
from tests.network.peers import free_port, store
from tests.network.programmed_engine import ProgrammedEngine, configuration

AT_ONCE = Retry(first_seconds=1e-6, longest_seconds=1e-6, attempts=4, attempts_in_line=2)
LATER = Retry(first_seconds=1000, attempts=4, attempts_in_line=2)


@pytest.fixture
def queue(tmp_path):
    made = NodeQueue(tmp_path / QUEUE_FILE)
    yield made
    made.close()


def read_films(queue, count, peers=("pacs",), rules=("chest",)):
    """Films of a study each, whose results wait for the peers."""
    for number in range(count):
        queue.add_film(f"1.{number}", f"2.{number}", f"sha {number}", "MODALITY")
    for film in queue.complete_films(0):
        queue.assign(film.id, rules)
    while task := queue.next_task("answer"):
        queue.finish(task, peers)


def sent(queue):
    """Send whatever is due; what went where, in order."""
    found = []
    while task := queue.next_task("send"):
        queue.finish(task)
        found.append((task.film, task.peer))
    return found


def test_what_fails_holds_those_behind_it_for_the_same_peer_and_no_other(queue):
    read_films(queue, 2, ["pacs", "archive"])
    first = queue.next_task("send")
    assert (first.film, first.peer) == (1, "pacs")
    queue.postpone(first, "away", LATER)
    assert sent(queue) == [(1, "archive"), (2, "archive")]
    queue.resend(first.id)
    assert sent(queue) == [(1, "pacs"), (2, "pacs")]


def test_films_are_answered_in_order_by_each_rule(queue):
    for number in range(2):
        queue.add_film(f"1.{number}", "2.1", f"sha {number}", "MODALITY")
        queue.assign(number + 1, ["chest", "brain"])
    queue.postpone(queue.next_task("answer"), "The engine is not up.", LATER)
    answered = []
    while task := queue.next_task("answer"):
        queue.finish(task)
        answered.append((task.film, task.rule))
    assert answered == [(1, "brain"), (2, "brain")]


def test_what_fails_by_itself_is_waited_for_a_few_times_and_then_stands_aside(queue):
    read_films(queue, 2)
    for _ in range(AT_ONCE.attempts_in_line):
        poisoned = queue.next_task("send")
        assert poisoned.film == 1
        queue.postpone(poisoned, "not stored", AT_ONCE, by_itself=True)
    assert sent(queue) == [(2, "pacs"), (1, "pacs")], "it is tried on"


def test_a_peer_that_is_away_is_waited_for_until_a_person_is_needed(queue):
    read_films(queue, 2)
    for _ in range(AT_ONCE.attempts):
        head = queue.next_task("send")
        assert head.film == 1
        queue.postpone(head, "away", AT_ONCE)
    assert [task.state for task in queue.tasks() if task.kind == "send"] == ["failed", "waiting"]
    assert sent(queue) == [(2, "pacs")]


def test_what_stood_aside_is_in_its_line_again_when_a_person_sends_it_again(queue):
    read_films(queue, 2)
    retry = Retry(first_seconds=1000, attempts_in_line=1)
    queue.postpone(queue.next_task("send"), "not stored", retry, by_itself=True)
    assert queue.next_task("send").film == 2
    [aside, _] = [task for task in queue.tasks() if task.kind == "send"]
    queue.resend(aside.id)
    queue.postpone(queue.next_task("send"), "away", retry)
    assert queue.next_task("send") is None


def test_a_database_of_an_earlier_version_goes_on(tmp_path):
    old = NodeQueue(tmp_path / QUEUE_FILE)
    read_films(old, 1)
    old.close()
    with sqlite3.connect(tmp_path / QUEUE_FILE) as database:
        database.execute("DROP INDEX task_by_line")
        database.execute("ALTER TABLE task DROP COLUMN stands_aside")
    database.close()
    queue = NodeQueue(tmp_path / QUEUE_FILE)
    assert sent(queue) == [(1, "pacs")]
    queue.close()


class FailingEngine(ProgrammedEngine):
    """An engine whose first answers are these failures."""

    def __init__(self, *failures):
        super().__init__()
        self._failures = list(failures)

    def predict(self, data, model, frame=0):
        if self._failures:
            raise self._failures.pop(0)
        return super().predict(data, model, frame)


def pacs(port, refuses):
    """A peer that stores but what it refuses, given a report's source and those before; the sources, in order."""
    reports = []

    def store_object(event):
        if event.dataset.Modality != "SR":
            return 0
        [uid] = {str(one.value) for one in event.dataset.iterall() if one.keyword == "ReferencedSOPInstanceUID"}
        if refuses(uid, reports):
            return 0xC000
        reports.append(uid)
        return 0

    entity = AE("PACS")
    entity.supported_contexts = AllStoragePresentationContexts
    server = entity.start_server(("127.0.0.1", port), block=False, evt_handlers=[(evt.EVT_C_STORE, store_object)])
    return server, reports


@pytest.fixture
def sent_through(tmp_path, models):
    """Send three films of a study each through a node; the films, and the sources of the reports as they arrived."""

    def through(engine, refuses):
        port, peer = free_port(), free_port()
        path = configuration(tmp_path, port, peer)
        path.write_text(path.read_text().replace("attempts = 3", "attempts = 1000\nattempts_in_line = 3"))
        uids = []
        server, reports = pacs(peer, lambda uid, before: refuses(uids.index(uid), before))
        node = DicomNode(read_node_config(path), engine)
        try:
            for number, data in enumerate(images(3, PatientOrientation=["L", "F"], PixelSpacing=[0.2, 0.2])):
                film = pydicom.dcmread(BytesIO(data))
                film.StudyInstanceUID, film.SeriesInstanceUID = f"1.2.3.{number}", f"1.2.4.{number}"
                film.save_as(tmp_path / "film.dcm")
                uids.append(str(film.SOPInstanceUID))
                assert store(port, tmp_path / "film.dcm") == 0
            until(lambda: [task.state for task in node._queue.tasks()] == ["done"] * 6)
        finally:
            node.close()
            server.shutdown()
        return [uids.index(uid) for uid in reports]

    return through


@pytest.mark.parametrize("failure", [NotUp("It is not up."), EngineUnavailable("It stopped."), OSError("full")])
def test_reports_arrive_in_order_where_the_engine_fails(sent_through, failure):
    assert sent_through(FailingEngine(failure, failure), lambda *_: False) == [0, 1, 2]


def test_reports_arrive_in_order_where_the_peer_does_not_store_one_at_first(sent_through):
    answers = iter([True, True])
    assert sent_through(FailingEngine(), lambda *_: next(answers, False)) == [0, 1, 2]


def test_one_that_the_peer_does_not_store_holds_up_the_others_for_a_while_only(sent_through):
    assert sent_through(FailingEngine(), lambda number, before: number == 0 and len(before) < 2) == [1, 2, 0]
