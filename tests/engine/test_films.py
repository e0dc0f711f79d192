import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from meddx.engine import films as module
from meddx.engine.films import Films
from meddx.errors import Refused
from tests.imaging.films import film_bytes


@pytest.fixture
def films():
    kept = Films(most_bytes=3 * 4 * 64)  # three films of 8 x 8 float32
    yield kept
    kept.close()


def film(value):
    return film_bytes(np.full((8, 8), value, np.uint16))


def test_a_film_is_read_once_also_by_many_at_a_time(films, monkeypatch):
    reads = []
    together = threading.Barrier(4)

    def slowly(data, frame):
        reads.append(frame)
        together.wait(10)  # all four have asked by now, so that all but one found it being read
        return read(data, frame)

    read = module.read_film
    monkeypatch.setattr(module, "read_film", slowly)
    data = film(1)
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(films.read, data, 0)
        others = [pool.submit(lambda: (together.wait(10), films.read(data, 0))[1]) for _ in range(3)]
        assert {id(other.result(10)) for other in others} == {id(first.result(10))}
    assert reads == [0]
    assert films.read(data, 0).drawn() is films.read(data, 0).drawn()


def test_the_least_recently_used_goes_first(films):
    files = [film(value) for value in range(4)]
    kept = [films.read(file, 0) for file in files[:3]]
    assert films.read(files[0], 0) is kept[0]
    films.read(files[3], 0)
    assert films.read(files[0], 0) is kept[0]
    assert films.read(files[1], 0) is not kept[1]


def test_a_film_larger_than_the_room_is_answered_all_the_same(films):
    large = film_bytes(np.zeros((64, 64), np.uint16))
    assert films.read(large, 0).film.values.shape == (64, 64)
    assert films.read(large, 0).drawn().result().rows == 64


def test_a_refusal_is_not_kept(films):
    for _ in range(2):
        with pytest.raises(Refused):
            films.read(b"no film", 0)
    with pytest.raises(Refused):
        films.read(film(1), 5)
    assert films.read(film(1), 0).film.frame == 0
