import threading

from meddx.engine import unused_memory
from meddx.engine.service import Service
from tests.engine.answers import images
from tests.patience import SECONDS


def test_a_service_drops_images_in_its_thread_until_it_is_closed(untrained_models, monkeypatch):
    monkeypatch.setattr(unused_memory, "_LOOK_SECONDS", 0.01)
    monkeypatch.setattr(unused_memory, "UNUSED_SECONDS", 0.0)
    service = Service(untrained_models)
    dropping = threading.Thread(target=service.drop_unused)
    try:
        (data,) = images(1)
        before = service.read(data)
        dropping.start()
        while service.read(data) is before:
            dropping.join(0.02)
            assert dropping.is_alive()
    finally:
        service.close()
        dropping.join(SECONDS)
    assert not dropping.is_alive()


def test_memory_that_became_free_is_given_back_only_where_something_was_dropped(monkeypatch):
    monkeypatch.setattr(unused_memory, "_LOOK_SECONDS", 0.01)
    released, ended = [], threading.Event()
    monkeypatch.setattr(unused_memory, "release_free_memory", lambda: released.append(1))
    answers = iter([0, 3, 0])

    class Holder:
        def drop_unused(self, seconds):
            assert seconds == unused_memory.UNUSED_SECONDS
            answer = next(answers, None)
            if answer is None:
                ended.set()
            return answer or 0

    unused_memory.drop_unused_until(ended, [Holder()])
    assert released == [1]
