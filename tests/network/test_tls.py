"""A node with TLS takes films of certified senders only."""

import subprocess

import pydicom
import pytest
from pynetdicom import AE
from pynetdicom.sop_class import DigitalXRayImageStorageForPresentation

from meddx.network.node import DicomNode
from meddx.network.node_config import Tls, read_node_config
from meddx.network.tls import client_context
from tests.network.peers import free_port, store
from tests.network.programmed_engine import ProgrammedEngine, configuration
from tests.network.test_node import films

pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed <s:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:Exception ignored in. <s:pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def certified(tmp_path):
    """Certificate and key that certify themselves, for 127.0.0.1."""
    key, certificate = tmp_path / "node.key", tmp_path / "node.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=node"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    return Tls(certificate=certificate, key=key, authorities=certificate)


def test_films_come_in_by_tls_and_not_without(certified, tmp_path, untrained_models, monkeypatch):
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))
    port = free_port()
    path = configuration(tmp_path, port, free_port())
    path.write_text(
        f"{path.read_text()}\n[tls]\ncertificate = 'node.pem'\nkey = 'node.key'\nauthorities = 'node.pem'\n"
    )
    [film] = films(tmp_path, 1)
    node = DicomNode(read_node_config(path), ProgrammedEngine())
    try:
        assert store(port, film) != 0
        entity = AE("MODALITY")
        entity.add_requested_context(DigitalXRayImageStorageForPresentation)
        secured = (client_context(certified), "127.0.0.1")
        association = entity.associate("127.0.0.1", port, ae_title="MEDDX", tls_args=secured)
        assert association.send_c_store(pydicom.dcmread(film)).Status == 0
        association.release()
        assert len(node._queue.films()) == 1
    finally:
        node.close()
