"""Images of cases are read once and only the last ones are kept."""

from meddx.types import Refusal, StoredFrame
from pages.ui.evaluate import gallery
from tests.pages.evaluate.states import state


def test_an_image_is_read_once_and_the_oldest_is_dropped(monkeypatch):
    opened = []

    def image(name):
        opened.append(name)
        return Refusal("gone", "Gone.") if name == "e" else StoredFrame(name.encode(), 0)

    monkeypatch.setattr(gallery, "_MAX_CACHED", 2)
    of = state(image=image)
    assert gallery.case_image(of, 0) is gallery.case_image(of, 0)
    assert gallery.case_image(of, 1).data == b"b"
    assert gallery.case_image(of, 2).name == "c"
    assert (opened, list(of.images)) == (["a", "b", "c"], [1, 2])
    assert gallery.case_image(of, 4) is None
