import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from meddx.engine.batching import Batcher
from tests.patience import SECONDS


class Gated:
    """A forward pass that waits for `open`, notes the sizes of its batches, and answers 10 x and 100 x."""

    def __init__(self):
        self.open = threading.Event()
        self.entered = threading.Event()
        self.sizes = []

    def __call__(self, inputs):
        self.entered.set()
        assert self.open.wait(SECONDS)
        self.sizes.append(len(inputs))
        if (inputs < 0).any():
            raise ValueError("a negative input")
        return inputs[:, 0, 0] * 10, inputs[..., 0] * 100


def one(value):
    return np.full((1, 1, 1), value, np.float32)


def test_inputs_that_wait_go_together_and_each_gets_its_own_answer():
    forward = Gated()
    batcher = Batcher(forward, largest=4, name="test")
    with ThreadPoolExecutor(7) as pool:
        answers = [pool.submit(batcher, one(0))]
        assert forward.entered.wait(SECONDS)
        answers += [pool.submit(batcher, one(value)) for value in range(1, 7)]
        while batcher.waiting < 6:
            threading.Event().wait(0.01)
        forward.open.set()
        for value, answer in enumerate(answers):
            logits, maps = answer.result(10)
            assert logits == 10 * value
            assert maps == 100 * value
    assert forward.sizes == [1, 4, 2]
    batcher.close()


def test_an_error_reaches_who_asked_and_the_next_is_answered():
    forward = Gated()
    forward.open.set()
    batcher = Batcher(forward, largest=4, name="test")
    with pytest.raises(ValueError, match="negative"):
        batcher(one(-1))
    assert batcher(one(2))[0] == 20
    batcher.close()


def test_a_request_waits_for_one_small_pass_in_the_background_and_no_more():
    forward = Gated()
    batcher = Batcher(forward, largest=4, name="test")
    order = []
    answer = forward.__call__

    def noting(inputs):
        parts = answer(inputs)
        order.append(inputs[:, 0, 0, 0].tolist())
        return parts

    batcher.forward = noting
    with ThreadPoolExecutor(3) as pool:
        background = pool.submit(batcher.in_background, np.stack([one(value) for value in range(5)]))
        assert forward.entered.wait(SECONDS)
        requests = [pool.submit(batcher, one(value)) for value in (10, 11)]
        while batcher.waiting < 2:
            threading.Event().wait(0.01)
        forward.open.set()
        logits, maps = background.result(SECONDS)
        assert [request.result(SECONDS)[0].tolist() for request in requests] == [[100], [110]]
    assert (logits[:, 0].tolist(), maps.shape) == ([0, 10, 20, 30, 40], (5, 1, 1))
    background_passes = [values for values in order if values[0] < 10]
    assert background_passes == [[0, 1], [2, 3], [4]]
    assert sorted(order[1]) == [10, 11], "both requests go together, before what is left of the background"
    batcher.close()


def test_an_error_in_the_background_reaches_who_asked():
    forward = Gated()
    forward.open.set()
    batcher = Batcher(forward, largest=4, name="test")
    with pytest.raises(ValueError, match="negative"):
        batcher.in_background(np.stack([one(1), one(-1)]))
    assert batcher(one(2))[0] == 20
    batcher.close()


def test_what_waits_when_it_is_closed_is_still_answered():
    forward = Gated()
    batcher = Batcher(forward, largest=4, name="test")
    with ThreadPoolExecutor(1) as pool:
        background = pool.submit(batcher.in_background, np.stack([one(value) for value in range(3)]))
        assert forward.entered.wait(SECONDS)
        batcher.close()
        forward.open.set()
        assert background.result(SECONDS)[0].ravel().tolist() == [0, 10, 20]
