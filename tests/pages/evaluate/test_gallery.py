"""Images of cases are read once and only the last ones are kept."""

from meddx.types import Refusal, StoredFrame
from pages.ui.evaluate import gallery
from tests.pages.evaluate.states import state


def test_an_image_is_read_once_and_the_oldest_go_when_the_files_are_too_large(monkeypatch):
    opened = []

    def image(name):
        opened.append(name)
        return Refusal("gone", "Gone.") if name == "e" else StoredFrame(name.encode() * 10, 0)

    monkeypatch.setattr(gallery, "_MAX_CACHED_BYTES", 25)
    monkeypatch.setattr(gallery, "MAX_IMAGES", 1)
    of = state(image=image)
    assert gallery.case_image(of, 0) is gallery.case_image(of, 0)
    assert gallery.case_image(of, 1).data == b"b" * 10
    assert gallery.case_image(of, 2).name == "c"
    assert (opened, list(of.images)) == (["a", "b", "c"], [1, 2])
    assert gallery.case_image(of, 4) is None


def test_those_that_are_shown_stay_however_large(monkeypatch):
    monkeypatch.setattr(gallery, "_MAX_CACHED_BYTES", 0)
    of = state(image=lambda name: StoredFrame(name.encode(), 0))
    gallery.case_image(of, 0)
    shown = [gallery.case_image(of, row) for row in range(gallery.MAX_IMAGES)]
    assert [gallery.case_image(of, row) for row in range(gallery.MAX_IMAGES)] == shown
