"""Requests of a session are asked in their order, a few at a time."""

import threading
import weakref
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial

import numpy as np
import pytest

from pages.ui.common.request_line import ASKED_AT_ONCE, RequestLine
from tests.patience import SECONDS


@pytest.fixture
def start():
    """Run on other threads, more than a line takes."""
    with ThreadPoolExecutor(2 * ASKED_AT_ONCE) as pool:
        yield pool.submit


def test_requests_are_asked_in_their_order_and_no_more_than_a_few_at_a_time(start):
    line, lock, asked, most, now = RequestLine(), threading.Lock(), [], [], [0]

    def request(number):
        with lock:
            asked.append(number)
            now[0] += 1
            most.append(now[0])
        threading.Event().wait(0.002)
        with lock:
            now[0] -= 1
        return -number

    futures = [line.submit(start, lambda number=number: request(number)) for number in range(40)]
    assert [future.result(SECONDS) for future in futures] == [-number for number in range(40)]
    assert max(most) == ASKED_AT_ONCE
    assert all(abs(place - number) < ASKED_AT_ONCE for place, number in enumerate(asked))


def test_what_a_request_raises_is_its_own(start):
    line = RequestLine()
    bad, good = line.submit(start, lambda: 1 / 0), line.submit(start, lambda: "answer")
    with pytest.raises(ZeroDivisionError):
        bad.result(SECONDS)
    assert good.result(SECONDS) == "answer"
    assert line.submit(start, lambda: "later").result(SECONDS) == "later"


def test_what_is_cancelled_leaves_the_line_and_the_others_move_up(start):
    line, free, asked = RequestLine(), threading.Event(), []
    ahead = [line.submit(start, lambda: free.wait(SECONDS)) for _ in range(ASKED_AT_ONCE)]
    behind = [line.submit(start, lambda number=number: asked.append(number)) for number in range(5)]
    assert [future.cancel() for future in behind[1:3]] == [True, True]
    free.set()
    wait([*ahead, *behind], SECONDS)
    assert sorted(asked) == [0, 3, 4]


def test_nothing_is_held_of_what_leaves_the_line(start):
    line, free = RequestLine(), threading.Event()
    ahead = [line.submit(start, lambda: free.wait(SECONDS)) for _ in range(ASKED_AT_ONCE)]
    film = np.zeros(3)
    held = weakref.ref(film)
    behind = line.submit(start, partial(np.sum, film))
    line.leave(behind)
    del film
    assert held() is None
    assert behind.cancelled()
    free.set()
    line.leave(ahead[0])
    assert all(future.result(SECONDS) for future in ahead), "what is asked already goes on"


def test_a_line_that_is_cleared_asks_what_comes_later(start):
    line, free = RequestLine(), threading.Event()
    ahead = [line.submit(start, lambda: free.wait(SECONDS)) for _ in range(ASKED_AT_ONCE)]
    behind = [line.submit(start, lambda: "asked") for _ in range(5)]
    line.clear()
    assert all(future.cancelled() for future in behind)
    free.set()
    assert all(future.result(SECONDS) for future in ahead)
    assert line.submit(start, lambda: "later").result(SECONDS) == "later"


def test_each_request_is_handed_over_behind_those_of_others(start):
    """With one thread, another session that comes later waits for no more than is asked at a time."""
    handed = []
    line = RequestLine()
    asked = []
    for number in range(6):
        line.submit(handed.append, lambda number=number: asked.append(number))
    handed.append(lambda: asked.append("other"))
    while handed:
        handed.pop(0)()
    assert asked == [0, 1, "other", 2, 3, 4, 5]
