"""Nodes for tests; what pynetdicom leaves open is collected in the module that made it, whose marks say it may."""

import gc

import pytest

from meddx.network.node import DicomNode
from meddx.network.node_config import read_node_config
from tests.network.peers import free_port
from tests.network.programmed_engine import ProgrammedEngine, configuration


@pytest.fixture(scope="module", autouse=True)
def _leaves_no_socket_to_others():
    """A connection that failed stays unclosed in pynetdicom until it is collected, which would be in another test."""
    yield
    gc.collect()


@pytest.fixture
def models(untrained_models, monkeypatch):
    """The model of the rules is installed."""
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))


@pytest.fixture
def start(tmp_path, models):
    """Start a node; the port it listens on is that of its configuration."""
    nodes = []

    def started(peer_port, **changes):
        engine, port = ProgrammedEngine(), free_port()
        config = read_node_config(configuration(tmp_path, port, peer_port, **changes))
        nodes.append(DicomNode(config, engine))
        return nodes[-1], engine, port

    yield started
    for node in nodes:
        node.close()
