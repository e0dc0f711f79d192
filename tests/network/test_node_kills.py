"""A node that is killed while films come in loses none of those that it has acknowledged, and doubles no result."""

import subprocess
import sys
import time

import pydicom
import pytest
from pynetdicom import AE
from pynetdicom.sop_class import DigitalXRayImageStorageForPresentation

from meddx.config import ROOT
from meddx.network.node_database import QUEUE_FILE
from meddx.network.node_queue import NodeQueue
from tests.engine.test_job_runner import until
from tests.network.films import films, reports_in
from tests.network.peers import free_port, storage
from tests.network.programmed_engine import configuration

pytestmark = [
    pytest.mark.usefixtures("models"),
    # pynetdicom leaves the socket of a refused connection to the garbage collector
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"),
]


def acknowledged(port, path):
    """Whether a node acknowledges a film."""
    entity = AE("MODALITY")
    entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = entity.connection_timeout = 5
    entity.add_requested_context(DigitalXRayImageStorageForPresentation)
    association = entity.associate("127.0.0.1", port, ae_title="MEDDX")
    if not association.is_established:
        return False
    status = association.send_c_store(pydicom.dcmread(path))
    association.release()
    return status.get("Status") == 0


@pytest.mark.parametrize(
    ("count", "moments"),
    [(6, (0.3, 1.2)), pytest.param(40, [0.15 * n for n in range(15)], marks=pytest.mark.slow)],
    ids=["few", "many"],
)
def test_every_acknowledged_film_has_one_result_however_often_the_node_is_killed(tmp_path, count, moments):
    port = free_port()
    paths = films(tmp_path, count)
    with storage(tmp_path / "pacs") as peer:
        config = configuration(tmp_path, port, peer)
        program = [sys.executable, "-m", "tests.network.programmed_engine", str(config)]
        waiting = list(paths)
        taken = []

        def send_some(seconds):
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                if waiting and acknowledged(port, waiting[0]):
                    taken.append(waiting.pop(0))
                else:
                    time.sleep(0.02)

        for seconds in moments:
            with subprocess.Popen(program, cwd=ROOT) as node:
                until(lambda: acknowledged(port, paths[0]))  # it is up; one that it has already is no second film
                send_some(seconds)
                node.kill()
        with subprocess.Popen(program, cwd=ROOT) as node:
            until(lambda: send_some(0.5) or not waiting)
            queue = NodeQueue(tmp_path / "state" / QUEUE_FILE)
            until(lambda: len(queue.tasks()) == 2 * count and all(task.state == "done" for task in queue.tasks()))
            queue.close()
            node.kill()
    sources = {pydicom.dcmread(path).SOPInstanceUID for path in taken}
    assert len(sources) == count
    reports = reports_in(tmp_path / "pacs")
    assert set(reports) == sources
    assert {len(one) for one in reports.values()} == {1}
