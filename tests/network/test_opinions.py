"""A reader's opinion on a film of the node goes where the results went, if the rule says so."""

from dataclasses import replace

import highdicom
import pydicom
import pytest

from meddx.audit.record import audit_log
from meddx.errors import Refused
from meddx.export.dicom_results.opinion_report import opinion_word
from meddx.model.registry import find_model
from meddx.network.node import DicomNode
from meddx.network.node_config import NodeRule, read_node_config
from meddx.network.node_queue import NodeQueue
from meddx.network.opinion_return import return_opinion
from meddx.records.recorded import AnswerToRecord, OpinionToRecord
from meddx.types import ReaderOpinion
from tests.engine.test_job_runner import until
from tests.export.cases import answer
from tests.network.peers import dump_of, errors_of, free_port, storage, store
from tests.network.programmed_engine import ProgrammedEngine, configuration
from tests.network.test_node import films

pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"),
]
ACCEPTED = OpinionToRecord("EFFUSION", ReaderOpinion("agree"), "eva")


@pytest.fixture
def model(untrained_models, monkeypatch):
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))
    return find_model(untrained_models, "untrained")


@pytest.fixture
def seen(model):
    """What the reader saw."""
    return AnswerToRecord(answer(), model.card.fingerprint, {})


@pytest.fixture
def answered(tmp_path, model, monkeypatch):
    """A node that has answered a film and sent the results; yields it, the film and the folder of its peer."""
    with storage(tmp_path / "pacs") as peer:
        port = free_port()
        path = configuration(tmp_path, port, peer)
        path.write_text(path.read_text() + "opinions = true\n")
        monkeypatch.setenv("MEDDX_NODE", str(path))
        monkeypatch.setenv("MEDDX_AUDIT", str(tmp_path / "audit.jsonl"))
        node = DicomNode(read_node_config(path), ProgrammedEngine())
        try:
            [film] = films(tmp_path, 1)
            assert store(port, film) == 0
            until(lambda: states(node) == ["done", "done"])
            yield node, node._folder.film(node._queue.films()[0]), tmp_path / "pacs"
        finally:
            node.close()


def states(node):
    return [task.state for task in node._queue.tasks()]


def opinions_in(folder):
    """The reports of opinions that a peer holds, by what they say."""
    reports = [pydicom.dcmread(path) for path in folder.glob("SR*")]
    found = {}
    for report in reports:
        if report.SeriesNumber == 9006:
            [group] = highdicom.sr.ComprehensiveSR.from_dataset(report).content.get_image_measurement_groups()
            said = {one.name.meaning: one.value.meaning for one in group.get_qualitative_evaluations()}
            found[said["Opinion of a reader on a result"]] = report
    return found


def test_an_opinion_is_sent_and_refers_to_the_result(answered, seen, tmp_path):
    node, film, pacs = answered
    return_opinion(film, seen, ACCEPTED)
    return_opinion(film, seen, ACCEPTED)
    until(lambda: states(node) == ["done"] * 3)
    assert list(opinions_in(pacs)) == ["Accepted"]
    report = opinions_in(pacs)["Accepted"]
    [result] = [one for one in map(pydicom.dcmread, pacs.glob("SR*")) if one.SeriesNumber == 9001]
    referred = {one.value for one in report.iterall() if one.keyword == "ReferencedSOPInstanceUID"}
    assert referred == {result.SOPInstanceUID, node._queue.films()[0].sop_instance_uid}
    assert (report.StudyInstanceUID, str(report.PatientName)) == ("1.2.3", "Zebedee^Quartz")
    assert "eva" in dump_of(path_of(pacs, report))
    assert [(one.event, one.detail) for one in audit_log().entries()][-1] == ("film-sent", "opinions: 1")


def path_of(folder, report):
    return next(path for path in folder.glob("SR*") if pydicom.dcmread(path).SOPInstanceUID == report.SOPInstanceUID)


def test_every_change_of_mind_is_a_report_without_errors(answered, seen, tmp_path):
    node, film, pacs = answered
    for opinion in (
        ReaderOpinion("agree"), ReaderOpinion("agree", "small, left"), ReaderOpinion("disagree", "", "NODULE"),
        ReaderOpinion("unsure"), ReaderOpinion(),
    ):  # fmt: skip
        return_opinion(film, seen, OpinionToRecord("EFFUSION", opinion, ""))
    until(lambda: states(node) == ["done"] * 3)
    reports = opinions_in(pacs)
    assert set(reports) == {"Accepted", "Supplemented", "Rejected", "Unsure", "Withdrawn"}
    assert all(errors_of(path_of(pacs, report)) == [] for report in reports.values())
    assert "small, left" in dump_of(path_of(pacs, reports["Supplemented"]))
    rejected = dump_of(path_of(pacs, reports["Rejected"]))
    assert "Right finding instead" in rejected
    assert "Nodule" in rejected or "NODULE" in rejected


def test_an_opinion_on_another_version_of_the_model_is_refused_and_listed(answered, seen):
    node, film, pacs = answered
    return_opinion(film, replace(seen, fingerprint="another"), ACCEPTED)
    until(lambda: states(node) == ["done", "done", "refused"])
    assert "another version of untrained" in node._queue.tasks()[2].reason
    assert opinions_in(pacs) == {}
    assert node._queue.films()[0].state == "assigned"


def test_opinions_on_the_result_are_sent_whatever_model_is_installed_since_and_others_left_out(
    answered, seen, model, monkeypatch
):
    node, film, pacs = answered
    newer = model.card.model_copy(update={"version": "9.9.9", "labels": model.card.labels[:2]})
    assert [label.name for label in newer.labels] == ["NORMAL", "EFFUSION"]
    assert newer.fingerprint != model.card.fingerprint
    monkeypatch.setattr("meddx.network.node.find_model", lambda *_: replace(model, card=newer))
    for answer_seen, given in (
        (seen, ACCEPTED),
        (replace(seen, fingerprint=newer.fingerprint), OpinionToRecord("EFFUSION", ReaderOpinion("unsure"), "eva")),
        (seen, OpinionToRecord("NODULE", ReaderOpinion("agree"), "eva")),
        (seen, OpinionToRecord("EFFUSION", ReaderOpinion("disagree", "", "NODULE"), "eva")),
    ):
        return_opinion(film, answer_seen, given)
    until(lambda: node._queue.tasks()[2].reason.endswith(" 3."))
    assert states(node) == ["done"] * 3
    assert list(opinions_in(pacs)) == ["Accepted"]
    said = dump_of(path_of(pacs, opinions_in(pacs)["Accepted"]))
    assert f"untrained {model.card.version} says" in said


def test_nothing_is_handed_over_that_no_rule_asks_for(answered, seen, tmp_path, monkeypatch):
    node, film, _ = answered
    return_opinion(b"another film", seen, ACCEPTED)
    return_opinion(film, replace(seen, prediction=answer(model="other")), ACCEPTED)
    path = tmp_path / "node.toml"
    path.write_text(path.read_text().replace("opinions = true", "opinions = false"))
    return_opinion(film, seen, ACCEPTED)
    monkeypatch.delenv("MEDDX_NODE")
    return_opinion(film, seen, ACCEPTED)
    assert node._queue.opinions(1, "chest") == []


def test_opinions_need_peers_and_are_forgotten_with_their_film(answered, seen):
    with pytest.raises(ValueError, match="opinions go to where the results go"):
        NodeRule(name="one", model="m", opinions=True)
    node, film, _ = answered
    return_opinion(film, seen, ACCEPTED)
    node._queue.mark_removed(1)
    assert node._queue.opinions(1, "chest") == []


def test_an_opinion_on_a_film_that_leaves_the_node_meanwhile_is_refused_once_and_leaves_nothing(
    answered, seen, monkeypatch
):
    node, film, _ = answered
    answered_films = NodeQueue.answered_films

    def then_it_leaves(queue, sha256):
        found = answered_films(queue, sha256)
        queue.mark_removed(1)
        return found

    monkeypatch.setattr(NodeQueue, "answered_films", then_it_leaves)
    with pytest.raises(Refused, match="has left the DICOM node meanwhile"):
        return_opinion(film, seen, ACCEPTED)
    assert (node._queue.opinions(1, "chest"), states(node)) == ([], ["done", "done"])
    return_opinion(film, seen, ACCEPTED)


def test_a_node_that_has_not_run_is_said_and_the_opinion_waits(tmp_path, seen, model, monkeypatch):
    path = configuration(tmp_path, 11112, 104)
    path.write_text(path.read_text() + "opinions = true\n")
    monkeypatch.setenv("MEDDX_NODE", str(path))
    with pytest.raises(Refused, match="No node has run"):
        return_opinion(b"film", seen, ACCEPTED)


@pytest.mark.parametrize(
    ("opinion", "word"),
    [
        (ReaderOpinion("agree"), "accepted"),
        (ReaderOpinion("agree", "note"), "supplemented"),
        (ReaderOpinion(None, "note"), "supplemented"),
        (ReaderOpinion("disagree", "note"), "rejected"),
        (ReaderOpinion("unsure", "note"), "unsure"),
        (ReaderOpinion(), "withdrawn"),
    ],
)
def test_the_words_of_opinions(opinion, word):
    assert opinion_word(opinion) == word
