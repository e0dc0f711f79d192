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
