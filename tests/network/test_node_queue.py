"""The queue: nothing is lost, nothing is double, and what failed can be seen and repeated."""

import sqlite3

import pytest

from meddx.network.node_config import Retry
from meddx.network.node_database import GivenOpinion
from meddx.network.node_queue import NodeQueue

NOW = Retry(first_seconds=1e-6, longest_seconds=1e-6, attempts=2)


@pytest.fixture
def queue(tmp_path):
    made = NodeQueue(tmp_path / "queue.sqlite")
    yield made
    made.close()


def film_with_task(queue, uid="1.2", rules=("chest",)):
    queue.add_film(uid, "1.1", "sha " + uid, "MODALITY")
    [film] = queue.complete_films(0)
    queue.assign(film.id, rules)
    return film


def test_a_film_that_comes_twice_is_there_once_and_a_study_waits_until_it_is_quiet(queue):
    for _ in range(2):
        queue.add_film("1.2", "1.1", "sha", "MODALITY")
    queue.add_film("1.3", "1.1", "other", "MODALITY")
    assert queue.complete_films(60) == []
    assert [film.sop_instance_uid for film in queue.complete_films(0)] == ["1.2", "1.3"]
    assert len(queue.films()) == 2


def test_an_answer_and_its_sending_are_one_step(queue):
    film_with_task(queue)
    task = queue.next_task("answer")
    assert queue.next_task("send") is None
    queue.finish(task, ["pacs", "archive"])
    assert queue.next_task("answer") is None
    assert [(one.kind, one.peer, one.state) for one in queue.tasks()] == [
        ("answer", "", "done"), ("send", "pacs", "waiting"), ("send", "archive", "waiting"),
    ]  # fmt: skip


def test_what_fails_is_tried_again_then_fails_for_good_and_can_be_sent_again(queue):
    film_with_task(queue)
    for attempt in (1, 2):
        task = queue.next_task("answer")
        assert task.attempts == attempt - 1
        queue.postpone(task, "the peer is away", NOW)
    assert queue.next_task("answer") is None
    [failed] = queue.tasks()
    assert (failed.state, failed.attempts, failed.reason) == ("failed", 2, "the peer is away")
    assert queue.resend(failed.id)
    assert queue.next_task("answer").attempts == 0
    assert not queue.resend(99)


def test_what_was_made_due_again_meanwhile_is_neither_refused_nor_put_off(queue):
    film = film_with_task(queue)
    for end in (lambda task: queue.refuse(task, "no"), lambda task: queue.postpone(task, "away", Retry(attempts=1))):
        task = queue.next_task("answer")
        assert queue.resend(task.id)
        [again] = queue.tasks()
        end(task)
        assert queue.tasks() == [again]
        assert queue.film(film.id).state == "assigned"


def test_what_is_sent_or_was_refused_can_be_sent_again_and_an_answer_that_was_given_not(queue):
    film_with_task(queue)
    queue.finish(queue.next_task("answer"), ["pacs"])
    queue.refuse(queue.next_task("send"), "The peer takes no such objects.")
    assert queue.removable_films(1e12) == [], "its results are not where they are to be"
    answered, refused = queue.tasks()
    assert not queue.resend(answered.id)
    assert queue.resend(refused.id)
    queue.finish(queue.next_task("send"))
    assert queue.resend(refused.id)


def test_pauses_grow_up_to_the_longest():
    retry = Retry(first_seconds=10, longest_seconds=60)
    assert [retry.pause(attempts) for attempts in (1, 2, 3, 4, 1000)] == [10, 20, 40, 60, 60]


def test_a_film_without_a_model_is_recorded_as_such(queue):
    film = film_with_task(queue, rules=("chest", "brain"))
    for state in ("assigned", "no model"):
        queue.refuse(queue.next_task("answer"), "The model does not accept it.")
        assert queue.film(film.id).state == state


def test_a_full_disk_loses_nothing_and_leaves_nothing_half_done(queue):
    film_with_task(queue)
    before = queue.films(), queue.tasks()
    pages = queue._connection.execute("PRAGMA page_count").fetchone()[0]
    queue._connection.execute(f"PRAGMA max_page_count = {pages}")
    added = []

    def fill():
        for number in range(1000):
            queue.add_film(f"1.3.{number}", "1.1" * 20, "a" * 64, "MODALITY")
            added.append(f"1.3.{number}")

    with pytest.raises(sqlite3.OperationalError, match="full"):
        fill()
    assert [film.sop_instance_uid for film in queue.films()] == ["1.2", *added]
    assert (queue.films()[:1], queue.tasks()) == before
    queue._connection.execute("PRAGMA max_page_count = 100000")
    queue.add_film("1.4", "1.1", "b" * 64, "MODALITY")
    assert queue.films()[-1].sop_instance_uid == "1.4"


def test_a_film_that_comes_again_after_its_removal_is_answered_again(queue):
    film = film_with_task(queue)
    assert queue.removable_films(1e12) == [], "it still waits"
    queue.finish(queue.next_task("answer"))
    assert [one.id for one in queue.removable_films(1e12)] == [film.id]
    queue.mark_removed(film.id)
    queue.add_film("1.2", "1.1", "sha 1.2", "MODALITY")
    assert [one.id for one in queue.complete_films(0)] == [film.id]
    assert queue.tasks() == []


def test_an_opinion_that_comes_while_others_are_sent_is_still_to_be_sent(queue):
    film = film_with_task(queue)
    queue.finish(queue.next_task("answer"))
    queue.add_opinion(opinion("one", film), ["pacs"])
    sending = queue.next_task("opinion")
    queue.add_opinion(opinion("two", film), ["pacs"])
    queue.finish(sending)
    assert queue.next_task("opinion").state == "waiting"
    queue.finish(queue.next_task("opinion"))
    queue.add_opinion(opinion("two", film), ["pacs"])
    assert queue.next_task("opinion") is None, "it was there already"


def test_an_opinion_on_a_film_that_has_left_or_came_again_unread_is_not_taken(queue):
    film = film_with_task(queue)
    assert not queue.add_opinion(opinion("early", film), ["pacs"]), "no model has answered yet"
    queue.finish(queue.next_task("answer"))
    assert queue.add_opinion(opinion("one", film), [])
    assert queue.add_opinion(opinion("one", film), []), "it is there"
    queue.mark_removed(film.id)
    assert not queue.add_opinion(opinion("late", film), ["pacs"])
    queue.add_film("1.2", "1.1", "sha 1.2", "MODALITY")
    assert not queue.add_opinion(opinion("later", film), ["pacs"])
    assert queue.opinions(film.id, "chest") == queue.tasks() == []


def opinion(token, film):
    return GivenOpinion(token, film.id, "chest", "fingerprint", 0, "NODULE", "agree", "", "", "eva")
