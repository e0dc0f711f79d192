"""Probabilities of every frame of a file."""

from types import SimpleNamespace

import pytest

from meddx.engine.job_kinds import predict_frames
from meddx.engine.serialization import deserialize, serialize
from meddx.errors import Refused
from meddx.types import Refusal
from tests.pages.fake import prediction


class Context:
    """A file of three frames; those of `damaged` cannot be decoded."""

    def __init__(self, damaged=()):
        self.damaged = damaged

    def read(self, data, frame=0):
        if frame in self.damaged:
            raise Refused("cannot-be-decoded", f"Frame {frame + 1} is damaged.", 3)
        return SimpleNamespace(frames=3)

    def predict(self, data, model, frame=0):
        return prediction({"ILL": 0.25 * frame, "WELL": 1 - 0.25 * frame}, model=model)


def run(context, seen=None):
    def progress(done, total, message=""):
        if seen is not None:
            seen.append((done, total))

    return predict_frames.run(context, {"data": b"x", "model": "m"}, progress)


def test_each_label_has_a_probability_of_each_frame_in_order_and_progress_is_counted():
    seen = []
    found = run(Context(), seen)
    assert found == {
        "probabilities": {"ILL": (0.0, 0.25, 0.5), "WELL": (1.0, 0.75, 0.5)},
        "refused": (None, None, None),
    }
    assert seen == [(0, 1), (1, 3), (2, 3)]


@pytest.mark.parametrize("damaged", [0, 1, 2])
def test_a_damaged_frame_says_why_and_the_others_are_predicted(damaged):
    found = run(Context(damaged={damaged}))
    why = Refusal("cannot-be-decoded", f"Frame {damaged + 1} is damaged.")
    assert found["refused"] == tuple(why if frame == damaged else None for frame in range(3))
    assert deserialize(serialize(found)) == found
    assert [p is None for p in found["probabilities"]["ILL"]] == [frame == damaged for frame in range(3)]


def test_a_file_whose_frames_are_all_refused_is_refused():
    with pytest.raises(Refused, match="Frame 1 is damaged") as raised:
        run(Context(damaged={0, 1, 2}))
    assert raised.value.frames == 3
