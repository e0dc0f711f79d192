"""Probabilities of every frame of a file."""

from types import SimpleNamespace

import pytest

from meddx.engine.job_kinds import predict_frames
from meddx.errors import Refused
from tests.pages.fake import prediction


class Context:
    """A file of three frames; frame 2 may be refused."""

    def __init__(self, refuses=False):
        self.refuses = refuses

    def read(self, data, frame=0):
        return SimpleNamespace(frames=3)

    def predict(self, data, model, frame=0):
        if self.refuses and frame == 2:
            raise Refused("modality-not-accepted", "Frame 3 states Modality CT.")
        return prediction({"ILL": 0.25 * frame, "WELL": 1 - 0.25 * frame}, model=model)


def test_each_label_has_a_probability_of_each_frame_in_order_and_progress_is_counted():
    seen = []
    found = predict_frames.run(
        Context(), {"data": b"x", "model": "m"}, lambda done, total, message="": seen.append((done, total))
    )
    assert found == {"ILL": (0.0, 0.25, 0.5), "WELL": (1.0, 0.75, 0.5)}
    assert seen == [(0, 3), (1, 3), (2, 3)]


def test_a_frame_that_is_refused_refuses_the_file():
    with pytest.raises(Refused, match="Frame 3"):
        predict_frames.run(Context(refuses=True), {"data": b"x", "model": "m"}, lambda done, total, message="": None)
