"""What is kept of a measurement, and when it counts no more."""

import hashlib

import pytest

from meddx.model.inference.evidence import (
    EVIDENCE_FILE,
    GRAPH_FILE,
    ONNX_RUNTIME,
    Evidence,
    evidence_folder,
    evidence_of,
    machine,
    read_evidence,
    write_evidence,
)

WEIGHTS = "a" * 64


@pytest.fixture
def folder(monkeypatch, tmp_path):
    monkeypatch.setenv("MEDDX_CACHE", str(tmp_path))
    folder = evidence_folder(WEIGHTS, ["features"])
    folder.mkdir(parents=True)
    (folder / GRAPH_FILE).write_bytes(b"graph")
    return folder


def measured(**changes):
    graph = hashlib.sha256(b"graph").hexdigest()
    milliseconds = {1: {"TensorFlow": 4.5, ONNX_RUNTIME: 3.0}}
    known = {"chosen": ONNX_RUNTIME, "milliseconds": milliseconds, "differs": (1e-6, float("inf")), "graph": graph}
    return Evidence(**{**known, "machine": machine(), **changes})


def test_it_is_read_as_it_was_written_by_this_user_alone(folder):
    write_evidence(folder, measured())
    assert read_evidence(folder) == measured()
    assert (folder / EVIDENCE_FILE).stat().st_mode & 0o777 == 0o600


def test_it_counts_no_more_once_it_or_the_graph_is_damaged(folder):
    assert read_evidence(folder) is None
    write_evidence(folder, measured())
    (folder / GRAPH_FILE).write_bytes(b"another")
    assert read_evidence(folder) is None
    (folder / GRAPH_FILE).unlink()
    assert read_evidence(folder) is None
    write_evidence(folder, measured(graph=""))
    assert read_evidence(folder) is not None
    file = folder / EVIDENCE_FILE
    file.write_bytes(file.read_bytes()[:-20])
    assert read_evidence(folder) is None


def test_each_network_and_each_set_of_outputs_has_its_own(folder):
    assert len({folder, evidence_folder("b" * 64, ["features"]), evidence_folder(WEIGHTS, ["features", "pool"])}) == 3


def test_a_model_is_told_what_was_measured_on_this_machine_alone(folder):
    assert evidence_of(WEIGHTS) is None
    write_evidence(folder, measured(machine=machine() | {"processor": "another"}))
    assert evidence_of(WEIGHTS) is None
    write_evidence(folder, measured())
    assert evidence_of(WEIGHTS) == measured()
    assert evidence_of("b" * 64) is None
