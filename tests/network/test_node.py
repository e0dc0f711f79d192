"""The node between a sender and a peer of dcmtk, with an engine that answers every film alike."""

import json

import pydicom
import pytest
from pynetdicom import AE, evt
from pynetdicom.presentation import AllStoragePresentationContexts

from meddx import cli
from meddx.audit.record import audit_log, keyed_hash
from meddx.errors import CardError, EngineUnavailable, Refused
from meddx.network.node import DicomNode
from meddx.network.node_config import read_node_config
from meddx.network.node_worklist import listed_studies
from tests.engine.answers import images
from tests.engine.test_job_runner import until
from tests.network.films import STUDY, films, reports_in
from tests.network.peers import free_port, storage, store
from tests.network.programmed_engine import ProgrammedEngine, configuration

pytestmark = [
    pytest.mark.usefixtures("models"),
    # pynetdicom leaves the socket of a refused connection to the garbage collector
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"),
]


def test_films_come_in_by_storescu_and_their_results_go_to_the_peer_of_the_rule(start, tmp_path, capsys):
    with storage(tmp_path / "pacs") as peer:
        node, engine, port = start(peer)
        paths = films(tmp_path, 2)
        other = tmp_path / "ct.dcm"
        other.write_bytes(images(1, modality="CT", **STUDY)[0])
        assert store(port, *paths, other) == 0
        assert store(port, *paths) == 0, "sent twice"
        until(
            lambda: [task.state for task in node._queue.tasks()] == ["done"] * 4
        )  # answered, and sent: files are whole
    sources = {pydicom.dcmread(path).SOPInstanceUID for path in paths}
    reports = reports_in(tmp_path / "pacs")
    assert set(reports) == sources
    assert engine.asked == 2, "a film is answered once"
    for [report] in reports.values():
        assert (report.StudyInstanceUID, str(report.PatientName)) == ("1.2.3", "Zebedee^Quartz")

    capsys.readouterr()
    assert cli.main(["node", "list", "--config", str(tmp_path / "node.toml"), "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    unread = listed["films"][2]
    assert (unread["state"], unread["reason"]) == ("no model", "No rule is for it (CT, CHEST).")
    assert "Zebedee" not in json.dumps(listed)


def test_the_worklist_learns_whose_film_it_is_and_what_the_model_said(start, tmp_path):
    with storage(tmp_path / "pacs") as peer:
        node, _, port = start(peer)
        assert store(port, *films(tmp_path, 1, PatientID="Q7", StudyDescription="Thorax")) == 0
        until(lambda: [task.state for task in node._queue.tasks()] == ["done", "done"] and node._queue.headings())
    [study] = listed_studies(node._queue, node._config)
    assert (study.heading.name, study.heading.patient_id, study.heading.study_title) == (
        "Zebedee Quartz",
        "Q7",
        "Thorax",
    )
    assert [(one.label, one.probability, one.rule) for one in study.labels] == [("EFFUSION", 0.7, "chest")]
    assert study.state == "sent"


def test_the_audit_log_tells_of_each_film_and_never_whose_it_is(start, tmp_path, monkeypatch):
    monkeypatch.setenv("MEDDX_AUDIT", str(tmp_path / "audit.jsonl"))
    away = free_port()
    node, engine, port = start(away)
    assert store(port, *films(tmp_path, 1)) == 0
    until(lambda: [task.state for task in node._queue.tasks()] == ["done", "failed"])
    engine.raises = Refused("view", "Another view.")
    [other] = films(tmp_path, 1, ViewPosition="LL")
    assert store(port, other) == 0
    until(lambda: len(node._queue.tasks()) == 3 and node._queue.tasks()[2].state == "refused")
    assert node._queue.films()[1].state == "no model"
    ct = tmp_path / "ct.dcm"
    ct.write_bytes(images(1, modality="CT", **STUDY)[0])
    assert store(port, ct) == 0
    until(lambda: node._queue.films()[-1].state == "no model")
    told = [(one.event, one.outcome, one.subject, one.detail) for one in audit_log().entries()]
    assert told == [
        ("film-received", "success", "MODALITY", ""),
        ("film-read", "success", "chest", "untrained"),
        *[("film-sent", "success", "pacs", "")] * 3,
        ("film-failed", "refused", "pacs", "send: 3 attempts"),
        ("film-received", "success", "MODALITY", ""),
        ("film-read", "refused", "chest", "view"),
        ("film-received", "success", "MODALITY", ""),
        ("film-read", "refused", "no rule", "no-rule"),
    ]
    entries = list(audit_log().entries())
    cases = [one.case for one in entries]
    assert set(cases[:6]) == {hashed_case(node, 0)}
    assert len(set(cases)) == 3
    assert entries[0].address == "127.0.0.1"
    assert b"Zebedee" not in (tmp_path / "audit.jsonl").read_bytes()


def hashed_case(node, place):
    """The hash by which Diagnose records the same film when it is seen."""
    return keyed_hash(node._folder.film(node._queue.films()[place]))


def test_nothing_is_taken_or_done_that_the_audit_log_cannot_hold(start, tmp_path, monkeypatch):
    log = tmp_path / "audit.jsonl"
    monkeypatch.setenv("MEDDX_AUDIT", str(log))
    with storage(tmp_path / "pacs") as peer:
        node, _, port = start(peer)
        [path] = films(tmp_path, 1)
        log.mkdir()
        assert store(port, path) != 0
        assert node._queue.films() == []
        log.rmdir()
        assert store(port, path) == 0
        until(lambda: [task.state for task in node._queue.tasks()] == ["done", "done"])
        entries = log.read_bytes()
        log.unlink()
        log.mkdir()
        monkeypatch.setattr("meddx.network.node._TROUBLE_SECONDS", 0.05)
        said = []
        monkeypatch.setattr("meddx.network.node._log.error", lambda *words: said.append(words))
        for path in (tmp_path / "pacs").iterdir():
            path.unlink()
        assert node._queue.resend(2)
        until(lambda: len(said) > 2)
        assert list((tmp_path / "pacs").iterdir()) == [], "nothing is sent that cannot be recorded"
        assert node._queue.tasks()[1].attempts == 0, "and that is no failure of the peer"
        log.rmdir()
        log.write_bytes(entries)
        until(lambda: node._queue.tasks()[1].state == "done")
        assert list((tmp_path / "pacs").iterdir())


def test_a_label_that_the_model_lacks_cannot_be_critical(tmp_path):
    path = configuration(tmp_path, free_port(), free_port())
    path.write_text(path.read_text() + 'critical = ["PNEUMOTHORAX"]\n')
    with pytest.raises(Refused, match="calls PNEUMOTHORAX critical, which model untrained does not know"):
        DicomNode(read_node_config(path), ProgrammedEngine()).close()


def test_what_is_left_out_of_the_results_stands_in_the_list(start, tmp_path):
    node, _, port = start(free_port())
    path = tmp_path / "film.dcm"
    path.write_bytes(images(1, StudyInstanceUID="1.2.3", SeriesInstanceUID="1.2.4")[0])
    assert store(port, path) == 0
    until(lambda: [task.state for task in node._queue.tasks()][:1] == ["done"])
    assert "PatientOrientation" in node._queue.tasks()[0].reason


def test_who_is_not_allowed_sends_nothing(start, tmp_path):
    node, _, port = start(free_port())
    [path] = films(tmp_path, 1)
    assert store(port, path, calling="STRANGER") != 0
    assert store(port, path, called="OTHER") != 0
    assert store(port, path) == 0
    assert len(node._queue.films()) == 1


def test_a_model_that_is_not_installed_is_named_at_the_start(tmp_path):
    path = configuration(tmp_path, free_port(), free_port())
    path.write_text(path.read_text().replace('model = "untrained"', 'model = "unknown"'))
    with pytest.raises(CardError, match="No model 'unknown' is installed"):
        DicomNode(read_node_config(path), ProgrammedEngine()).close()


def test_a_peer_that_is_away_gets_the_results_when_a_person_sends_them_again(start, tmp_path, capsys):
    away = free_port()
    node, _, port = start(away)
    assert store(port, *films(tmp_path, 1)) == 0
    until(lambda: [task.state for task in node._queue.tasks()] == ["done", "failed"])
    config = str(tmp_path / "node.toml")
    assert cli.main(["node", "list", "--config", config, "--state", "failed"]) == 0
    assert "failed after 3 attempts. Peer 'pacs' cannot be reached." in capsys.readouterr().out
    received = []

    peer = AE("PACS")
    peer.supported_contexts = AllStoragePresentationContexts
    handlers = [(evt.EVT_C_STORE, lambda event: received.append(event.request.AffectedSOPInstanceUID) or 0)]
    server = peer.start_server(("127.0.0.1", away), block=False, evt_handlers=handlers)
    try:
        assert cli.main(["node", "resend", str(node._queue.tasks()[1].id), "--config", config]) == 0
        until(lambda: [task.state for task in node._queue.tasks()] == ["done", "done"])
    finally:
        server.shutdown()
    assert len(received) == len(set(received)) >= 2


@pytest.mark.parametrize(
    ("raised", "state", "reason"),
    [
        (Refused("view", "Another view."), "refused", "Another view."),
        (EngineUnavailable("Replaced."), "failed", "Replaced."),
        (ValueError("Zebedee^Quartz"), "failed", "ValueError"),
    ],
)
def test_a_film_that_gets_no_answer_holds_up_nothing_and_says_why(start, tmp_path, raised, state, reason):
    node, engine, port = start(free_port())
    engine.raises = raised
    assert store(port, *films(tmp_path, 1)) == 0
    until(lambda: [task.state for task in node._queue.tasks()] == [state])
    [task] = node._queue.tasks()
    assert task.reason.startswith(reason)
    assert "Zebedee" not in task.reason
    assert node._queue.films()[0].state == ("no model" if state == "refused" else "assigned")
