"""Readers are answered by the replicas of a cluster, with the numbers of one machine, whatever is lost on the way."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import numpy as np
import pytest

from meddx.cluster import replicas as module
from meddx.cluster.connection import cluster_at
from meddx.config import environment_of_children
from meddx.engine.client import EngineClient
from meddx.engine.replica_answers import ReplicaAnswers, replicas_at
from meddx.engine.serialization import serialize
from meddx.engine.service import Service
from meddx.errors import CardError, EngineUnavailable, Refused
from tests.cluster import on_a_node
from tests.cluster.conftest import connects
from tests.engine.answers import images
from tests.engine.test_job_runner import until
from tests.patience import SECONDS

pytestmark = pytest.mark.slow

RECORD, NOTE = {"age": "61", "sex": "F"}, "Cough and haemoptysis"


@pytest.fixture(scope="module", autouse=True)
def _patience():
    """Of a reader: as long as a test's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "PATIENCE", SECONDS)
        yield


@pytest.fixture(scope="module")
def there(nodes):
    """A machine in front whose readers the cluster answers; its replicas end with these tests."""
    until(lambda: connects(nodes.front))
    with closing(Service(cluster=nodes.front)) as service:
        yield service
        import ray

        with suppress(Exception):  # the connection may be lost by then
            cluster_at(nodes.front)
            ray.get(ray.remote(num_cpus=0)(on_a_node.end_replicas).remote())


@pytest.fixture(scope="module")
def here(place):
    """One machine that answers by itself."""
    with closing(Service(same_bits=1)) as service:
        yield service


@pytest.fixture(scope="module")
def replicas(nodes, there):
    """Asks the replicas anything."""
    with closing(replicas_at(nodes.front)) as asked:
        yield asked


def listeners(pid):
    """The TCP ports on which a process listens."""
    own = {str(one.readlink()) for one in Path(f"/proc/{pid}/fd").iterdir()}
    rows = [
        line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/{pid}/net/{name}").read_text().splitlines()
    ]
    return {int(row[1].rpartition(":")[2], 16) for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in own}


def processes(title):
    """The ids of the cluster's processes with such a title."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if title in (folder / "cmdline").read_text() and is_of_this_test(folder):
                found.append(int(folder.name))
    return found


def is_of_this_test(folder):
    """Whether this process started the one of that folder in /proc, or one that did."""
    parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    return parent == os.getpid() or (parent > 1 and is_of_this_test(folder.parent / str(parent)))


@contextmanager
def worker(folder, **settings):
    """The engine's own process, as the app starts it, and its client."""
    socket = folder / "worker.sock"
    command = [sys.executable, "-m", "meddx.engine.worker", "--socket", str(socket)]
    environment = environment_of_children() | settings
    with (
        subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment) as process,
        closing(EngineClient(socket)) as client,
    ):
        until(socket.exists)
        yield client
        process.stdin.close()


def is_ready(client):
    try:
        return client.status().state == "ready"
    except EngineUnavailable:
        return False


def test_a_reader_is_answered_through_the_engine_with_the_bits_of_one_machine(tmp_path, nodes, there, here):
    film = images(1)[0]
    with worker(tmp_path, MEDDX_ENGINE=nodes.front) as client:
        until(lambda: is_ready(client))
        assert set(client.status().loaded) == {"medium", "fused"}
        assert serialize(client.diagnose(film, "medium").answer) == serialize(here.predict(film, "medium"))


def test_a_record_and_a_note_are_answered_with_the_bits_of_one_machine(there, here):
    for film in images(3):
        asked = [one.predict(film, "fused", record=RECORD, note=NOTE) for one in (there, here)]
        assert serialize(asked[0]) == serialize(asked[1])


def test_what_is_asked_at_once_is_answered_as_alone(there, here):
    films = images(12)
    alone = [here.predict(film, "medium") for film in films]
    with ThreadPoolExecutor(len(films)) as readers:
        together = list(readers.map(lambda film: there.predict(film, "medium"), films))
    assert list(map(serialize, together)) == list(map(serialize, alone))


def test_passes_in_the_background_have_the_bits_of_one_machine_that_is_asked_for_each_alone(there, here):
    inputs = np.random.default_rng(5).random((5, 224, 224, 1), np.float32)
    alone = [here.pass_in_background("medium", inputs[at : at + 1]) for at in range(len(inputs))]
    for one, others in zip(there.pass_in_background("medium", inputs), zip(*alone, strict=True), strict=True):
        np.testing.assert_array_equal(one, np.concatenate(others))


def test_a_replica_that_is_lost_during_requests_costs_none_of_them(replicas, tmp_path):
    asked = [(number, tmp_path) for number in range(6)]
    with ThreadPoolExecutor(len(asked)) as readers:
        assert list(readers.map(lambda one: replicas.ask(on_a_node.killed_once, one), asked)) == list(range(6))
    assert (tmp_path / "killed").exists()


def test_after_all_replicas_and_the_gateway_are_lost_the_next_reader_is_answered(there, here, replicas):
    film = images(1)[0]
    lost = {replicas.ask(on_a_node.process_id, None), *processes("ray::ServeReplica"), *processes("ray::_Gateway")}
    assert len(lost) >= 3
    for process in lost:
        os.kill(process, signal.SIGKILL)
    assert serialize(there.predict(film, "medium")) == serialize(here.predict(film, "medium"))


def test_a_question_that_always_ends_the_process_is_refused(replicas):
    with pytest.raises(Refused, match="5 processes or nodes") as refused:
        replicas.ask(on_a_node.killed_always, 1)
    assert refused.value.rule == "ends-the-process"


def test_who_waits_too_long_for_a_core_is_told_and_the_next_is_answered(replicas, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(module, "PATIENCE", 0.1)
        with pytest.raises(Refused, match="No core of the cluster was free") as refused:
            replicas.ask(on_a_node.slow, 1)
    assert refused.value.rule == "no-replica"
    assert replicas.ask(on_a_node.squared, 3) == 9


def test_nodes_of_another_installation_answer_nobody_and_it_is_about_no_image(there, monkeypatch):
    monkeypatch.setattr(module, "installation_digest", lambda: "another")
    with pytest.raises(CardError, match="install the same on every node"):
        there.predict(images(1)[0], "medium")


def test_a_node_with_another_model_or_other_references_does_not_answer(there, replicas):
    card = there.loaded("medium").card
    one = np.zeros((224, 224, 1), np.float32)
    with pytest.raises(CardError, match="another model medium"):
        ReplicaAnswers(replicas, "medium:other", ())(one)
    with pytest.raises(CardError, match="other references of model medium"):
        ReplicaAnswers(replicas, card.key, ("some_layer",))(one)


def test_serve_has_no_http_and_each_replica_one_port_beside_that_of_ray(replicas):
    replica = replicas.ask(on_a_node.process_id, None)
    assert processes("ray::ProxyActor") == []
    assert len(listeners(replica)) == 2
    (gateway, *_) = processes("ray::_Gateway")
    assert len(listeners(gateway)) == 1


def test_without_a_cluster_one_sentence_says_so_and_the_next_question_tries_again(place, nodes, there, here):
    film = images(1)[0]
    with closing(Service(cluster="ray://127.0.0.1:9")) as service:
        with pytest.raises(CardError, match=r"No cluster answers at ray://127\.0\.0\.1:9"):
            service.predict(film, "medium")
        assert (service.status().loaded, service.status().failed) == (("medium",), {})
        service.image(film)
        service._models._replicas._address = nodes.front
        assert serialize(service.predict(film, "medium")) == serialize(here.predict(film, "medium"))
