import pytest

from pages.ui.common.byte_cache import ByteCache


def test_what_is_held_is_not_made_again_and_never_exceeds_the_limit():
    cache, made = ByteCache(10), []

    def make(key, size):
        made.append(key)
        return key.encode() * size

    for key in "abcd":
        cache.get(key, lambda key=key: make(key, 4))
        assert cache.total <= 10
        cache.get("a", lambda: make("a", 4))
    assert made == ["a", "b", "c", "d"], "a was used last each time, so the others went"
    assert cache.get("x", lambda: make("x", 11)) == b"x" * 11
    assert cache.total == 0


def test_a_failure_is_not_held():
    cache = ByteCache(10)
    with pytest.raises(ZeroDivisionError):
        cache.get("a", lambda: 1 // 0)
    assert cache.get("a", lambda: b"made") == b"made"
