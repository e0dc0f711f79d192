"""The job that explains hands over to the service."""

from types import SimpleNamespace

from meddx.engine.job_kinds import explain
from meddx.types import no_progress


def test_arguments_and_progress_reach_the_service_and_its_answer_comes_back():
    asked = []

    def answer(data, model, method, frame=0, progress=None):
        asked.append((data, model, method, frame, progress))
        return "maps"

    arguments = {"data": b"film", "model": "m", "method": "rise", "frame": 2}
    assert explain.run(SimpleNamespace(explain=answer), arguments, no_progress) == "maps"
    assert asked == [(b"film", "m", "rise", 2, no_progress)]
