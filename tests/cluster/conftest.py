"""A Ray cluster of two nodes with a core each on this machine, and a set of images to measure on it."""

import os
import socket
from pathlib import Path

import pytest

from meddx.cluster.connection import cluster_at
from meddx.config import ROOT
from meddx.errors import Refused
from meddx.model.tensorflow_startup import start_tensorflow_on_single_cores
from tests.engine.labelled import large_images
from tests.engine.test_job_runner import until
from tests.fused import write_fused
from tests.untrained import network, write_model

IMAGES = 160
ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "OMP_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
}
"""Of the nodes: as little as two of them can do with on one machine."""


LEFT_BY_RAY = "ignore:.*(subprocess|unclosed|<_io|Popen).*:pytest.PytestUnraisableExceptionWarning"
"""Ray leaves the files and processes of its nodes to the garbage collector."""


def pytest_collection_modifyitems(items):
    """Marks of the tests in this folder; pytest gives all items of a run."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.filterwarnings(LEFT_BY_RAY))


@pytest.fixture(scope="package")
def place(tmp_path_factory):
    """Models, and a set whose evaluation takes seconds; this process computes as the commands do that keep answers."""
    pytest.importorskip("ray", reason="ray is not installed (requirements-cluster.txt)")
    start_tensorflow_on_single_cores()
    import tensorflow as tf

    assert tf.config.threading.get_intra_op_parallelism_threads() == 1, "tests/cluster take a run of their own"
    folder = tmp_path_factory.mktemp("cluster")
    write_model(folder / "models", "medium", model=network("exclusive", size=224))
    write_fused(folder / "models")
    large_images(folder / "allowed" / "set", IMAGES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MEDDX_MODELS", str(folder / "models"))
        patch.setenv("MEDDX_EVALUATE_ROOTS", str(folder / "allowed"))
        patch.setenv("MEDDX_JOBS", str(folder / "jobs"))
        yield folder


@pytest.fixture(scope="package")
def nodes(place):
    """The cluster; its nodes take their settings from this process' environment when they start."""
    import ray
    from ray.cluster_utils import Cluster

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))))
        head = {"num_cpus": 1, "include_dashboard": False, "ray_client_server_port": port}
        made = Cluster(initialize_head=True, head_node_args=head)
        made.add_node(num_cpus=1)
        made.front = f"ray://127.0.0.1:{port}"
        try:
            yield made
        finally:
            ray.shutdown()
            made.shutdown()


@pytest.fixture
def address(nodes):
    """How this process reaches the cluster, both of whose nodes are there."""
    if len(nodes.worker_nodes) < 1:
        nodes.add_node(num_cpus=1)
    until(lambda: connects(nodes.front))
    return nodes.front


def connects(front):
    """Ray gives up on a connection after seconds, which a busy machine may take."""
    try:
        cluster_at(front)
    except Refused:
        return False
    return True
