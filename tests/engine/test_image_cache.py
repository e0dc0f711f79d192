import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from meddx.engine import image_cache as module
from meddx.engine.image_cache import ImageCache
from meddx.errors import Refused
from tests.imaging.images import image_bytes
from tests.patience import SECONDS


@pytest.fixture
def images():
    kept = ImageCache(most_bytes=3 * 4 * 64)  # three images of 8 x 8 float32
    yield kept
    kept.close()


def image(value):
    return image_bytes(np.full((8, 8), value, np.uint16))


def test_an_image_is_read_once_also_by_many_at_a_time(images, monkeypatch):
    reads = []
    together = threading.Barrier(4)

    def slowly(data, frame):
        reads.append(frame)
        together.wait(SECONDS)  # all four have asked by now, so that all but one found it being read
        return read(data, frame)

    read = module.read_image
    monkeypatch.setattr(module, "read_image", slowly)
    data = image(1)
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(images.read, data, 0)
        others = [pool.submit(lambda: (together.wait(SECONDS), images.read(data, 0))[1]) for _ in range(3)]
        assert {id(other.result(10)) for other in others} == {id(first.result(10))}
    assert reads == [0]
    assert images.read(data, 0).drawn() is images.read(data, 0).drawn()


def test_the_least_recently_used_goes_first(images):
    files = [image(value) for value in range(4)]
    kept = [images.read(file, 0) for file in files[:3]]
    assert images.read(files[0], 0) is kept[0]
    images.read(files[3], 0)
    assert images.read(files[0], 0) is kept[0]
    assert images.read(files[1], 0) is not kept[1]


def test_what_is_drawn_counts_too(images):
    files = [image(value) for value in range(3)]
    kept = [images.read(file, 0) for file in files[:2]]  # which leaves room for one more, unless they are drawn
    assert [one.nbytes for one in kept] == [4 * 64] * 2
    drawn = [len(one.drawn().result(SECONDS).pixels) for one in kept]
    assert [one.nbytes for one in kept] == [4 * 64 + size for size in drawn]
    images.read(files[2], 0)
    assert images.read(files[1], 0) is kept[1]
    assert images.read(files[0], 0) is not kept[0]


def test_a_full_cache_of_small_images_is_not_added_up_for_each_new_one(monkeypatch):
    looks = []

    class Noted(module.CachedImage):
        def __getattribute__(self, name):
            if name == "nbytes":
                looks.append(self)
            return super().__getattribute__(name)

    monkeypatch.setattr(module, "CachedImage", Noted)
    images = ImageCache(most_bytes=320 * 4 * 64)
    for value in range(640):
        images.read(image(value), 0)
    assert len(looks) < 10 * 640
    images.close()


def test_the_room_is_free_again_of_all_that_goes(images):
    files = [image(value) for value in range(5)]
    for times in range(3):
        kept = [images.read(file, 0) for file in files]
        kept[-1].drawn().result(SECONDS)  # of one that stays, and
        kept[0].drawn().result(SECONDS)  # of one that has gone
        assert images._total == sum(one.result().nbytes for one in images._cached.values()) > 0, times
        assert images.drop_unused(-1) > 0
        assert images._total == 0


def test_an_image_larger_than_the_room_is_answered_all_the_same(images):
    large = image_bytes(np.zeros((64, 64), np.uint16))
    assert images.read(large, 0).image.values.shape == (64, 64)
    assert images.read(large, 0).drawn().result().rows == 64


def test_a_refusal_is_not_kept(images):
    for _ in range(2):
        with pytest.raises(Refused):
            images.read(b"no image", 0)
    with pytest.raises(Refused):
        images.read(image(1), 5)
    assert images.read(image(1), 0).image.frame == 0


def test_an_image_that_nobody_has_asked_for_lately_is_dropped_and_one_in_use_stays(images):
    files = [image(1), image(2)]
    unused, used = (images.read(file, 0) for file in files)
    for one in (unused, used):
        one.used -= 2 * SECONDS  # as if so long ago
    assert images.read(files[1], 0) is used
    assert images.drop_unused(SECONDS) == 1
    assert images.read(files[1], 0) is used
    assert images.read(files[0], 0) is not unused
