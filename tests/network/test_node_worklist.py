"""What the worklist makes of the queue: states, urgency, groups of patients, filters."""

import stat
from dataclasses import replace

import pytest

from meddx.network.node_config import NodeRule, Retry, read_node_config
from meddx.network.node_database import AnsweredLabel, GivenOpinion, Heading
from meddx.network.node_queue import NodeQueue
from meddx.network.node_worklist import WorklistFilter, grouped_by_patient, listed_studies
from tests.network.programmed_engine import configuration

AT_ONCE = Retry(attempts=1)


@pytest.fixture
def queue(tmp_path):
    made = NodeQueue(tmp_path / "queue.sqlite")
    yield made
    made.close()


@pytest.fixture
def config(tmp_path):
    read = read_node_config(configuration(tmp_path, 11112, 104))
    return read.model_copy(update={"rule": (NodeRule(name="chest", model="m", critical=("PNEUMOTHORAX",)),)})


def add(queue, uid, study, patient="", rules=("chest",)):
    """A film whose tasks wait; its number."""
    queue.add_film(uid, study, f"sha {uid}", "MODALITY")
    film = queue.films()[-1].id
    queue.assign(film, rules, "" if rules else "No rule is for it.")
    queue.add_heading(Heading(film, patient=patient, name=patient))
    return film


def label(film, name, probability, *, is_finding=False, is_calibrated=True, rule="chest"):
    return AnsweredLabel(film, rule, "m", 0, name, name.capitalize(), probability, is_calibrated, is_finding)


def answer(queue, film, *labels, peers=()):
    [task] = [task for task in queue.tasks() if task.film == film and task.kind == "answer"]
    queue.finish(task, peers, labels=labels)


def states(queue, config):
    return [study.state for study in listed_studies(queue, config)]


def test_the_state_of_a_study_is_that_which_most_needs_a_person(queue, config):
    film = add(queue, "1.1", "1")
    assert states(queue, config) == ["waiting"]
    answer(queue, film, peers=["pacs"])
    assert states(queue, config) == ["read"]
    queue.finish(queue.next_task("send"))
    assert states(queue, config) == ["sent"]
    add(queue, "1.2", "1", rules=())
    assert states(queue, config) == ["sent"], "another film of the study is for no model"
    other = add(queue, "2.1", "2", rules=())
    assert states(queue, config) == ["sent", "refused"]
    queue.mark_removed(other)
    failing = add(queue, "1.3", "1")
    assert states(queue, config) == ["waiting"]
    queue.postpone(queue.next_task("answer"), "away", AT_ONCE)
    [study] = listed_studies(queue, config)
    assert (study.state, [task.film for task in study.failed]) == ("failed", [failing])


def test_the_list_is_of_one_moment_whatever_another_process_writes_meanwhile(queue, config, tmp_path, monkeypatch):
    add(queue, "1.1", "1")
    other = NodeQueue(tmp_path / "queue.sqlite")
    read = queue.answered_labels

    def after_a_change(besides_findings):
        answer(other, 1, label(1, "PNEUMOTHORAX", 0.9))
        add(other, "2.1", "2")
        return read(besides_findings)

    monkeypatch.setattr(queue, "answered_labels", after_a_change)
    try:
        [study] = listed_studies(queue, config)
        assert (study.uid, study.state, study.labels) == ("1", "waiting", [])
    finally:
        other.close()
    monkeypatch.undo()
    assert states(queue, config) == ["read", "waiting"]


def test_results_or_opinions_that_a_peer_may_not_get_need_a_person(queue, config):
    film = add(queue, "1.1", "1")
    answer(queue, film, peers=["pacs"])
    queue.refuse(queue.next_task("send"), "Not for this peer.")
    [study] = listed_studies(queue, config)
    assert (study.state, [task.reason for task in study.failed]) == ("failed", ["Not for this peer."])
    assert queue.resend(study.failed[0].id)
    queue.finish(queue.next_task("send"))
    queue.add_opinion(GivenOpinion("token", film, "chest", "f", 0, "NODULE", "agree", "", "", "eva"), ["pacs"])
    assert states(queue, config) == ["sent"]
    queue.refuse(queue.next_task("opinion"), "On another version.")
    [study] = listed_studies(queue, config)
    assert (study.state, [task.reason for task in study.failed]) == ("failed", ["On another version."])


def test_the_most_urgent_comes_first_then_who_has_waited_longer_and_patients_stay_together(queue, config):
    for number, (patient, probability) in enumerate([("ann", 0.02), ("bob", 0.914), ("cid", None), ("ann", 0.909)]):
        film = add(queue, f"{number}.1", f"study {number}", patient)
        answer(queue, film, label(film, "NODULE", 0.99, is_finding=True), *(
            [label(film, "PNEUMOTHORAX", probability)] if probability else []
        ))  # fmt: skip
    studies = listed_studies(queue, config)
    assert [study.critical and study.critical.probability for study in studies] == [0.02, 0.914, None, 0.909]
    assert uids(grouped_by_patient(studies, "urgency")) == [["study 1"], ["study 3", "study 0"], ["study 2"]]
    assert uids(grouped_by_patient(studies, "arrival")) == [["study 3", "study 0"], ["study 2"], ["study 1"]]


def uids(groups):
    return [[study.uid for study in group] for group in groups]


def test_films_that_state_no_patient_are_not_taken_for_one_person(queue, config):
    add(queue, "1.1", "1")
    add(queue, "2.1", "2")
    assert len(grouped_by_patient(listed_studies(queue, config), "arrival")) == 2


def test_a_score_that_is_no_probability_makes_nothing_urgent(queue, config):
    film = add(queue, "1.1", "1")
    other = add(queue, "2.1", "2", rules=("other",))
    answer(queue, film, label(film, "PNEUMOTHORAX", 0.9, is_finding=True, is_calibrated=False))
    answer(queue, other, label(other, "PNEUMOTHORAX", 0.9, is_finding=True, rule="other"))
    studies = listed_studies(queue, config)
    assert [study.critical for study in studies] == [None, None]
    assert [study.labels[0].label for study in studies] == ["PNEUMOTHORAX"] * 2


def test_filters_leave_the_others_out(queue, config):
    film = add(queue, "1.1", "1")
    add(queue, "2.1", "2")
    answer(queue, film, label(film, "NODULE", 0.8, is_finding=True), label(film, "PNEUMOTHORAX", 0.1))
    studies = listed_studies(queue, config)

    def taken(**asked):
        return [study.uid for study in studies if WorklistFilter(**asked).takes(study)]

    assert taken() == ["1", "2"]
    assert taken(state="waiting") == ["2"]
    assert taken(model="m") == taken(finding="Nodule") == ["1"]
    assert taken(finding="Pneumothorax") == [], "it is no finding"


def test_what_is_removed_is_forgotten_and_nobody_else_may_read_the_rest(queue, config, tmp_path):
    film = add(queue, "1.1", "1", "Zebedee^Quartz")
    answer(queue, film, label(film, "NODULE", 0.8, is_finding=True))
    for path in tmp_path.glob("queue.sqlite*"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    queue.mark_removed(film)
    queue.add_heading(Heading(film, patient="Zebedee^Quartz"))
    assert queue.film_without_heading() is None
    assert (listed_studies(queue, config), queue.headings(), queue.answered_labels()) == ([], [], [])
    queue._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"Zebedee" not in (tmp_path / "queue.sqlite").read_bytes()


def test_how_long_a_study_has_waited_counts_from_its_first_film(queue, config):
    add(queue, "1.1", "1")
    add(queue, "1.2", "1")
    [study] = listed_studies(queue, config)
    later = replace(study.films[1], film=replace(study.films[1].film, received=study.received + 60))
    assert replace(study, films=(study.films[0], later)).waited(study.received + 90) == 90
