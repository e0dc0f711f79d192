"""Images of cases are read once and only the last ones are kept."""

from dataclasses import replace

from meddx.types import OodScore, Refusal, StoredFrame
from pages.ui.common.given import NOTHING
from pages.ui.common.session import SessionCase
from pages.ui.evaluate import gallery
from tests.pages.common.test_thumbnail import halves
from tests.pages.evaluate.states import state
from tests.pages.fake import prediction


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


def test_what_speaks_against_relying_on_an_answer_is_said_below_its_image(card, monkeypatch):
    drawn = []
    monkeypatch.setattr(gallery.st, "html", drawn.append)
    monkeypatch.setattr(gallery.st, "button", lambda *_, **__: False)
    answer = replace(prediction({"ILL": 0.9, "WELL": 0.1}), ood=OodScore(9.0, 2.0), cautions=("A <negative>.",))
    case = SessionCase("a", b"image", drawn=(halves(100, 200), "/image/a"), answers={(card.key, 0, NOTHING): answer})
    gallery._figure(state(), card, 0, case, evidence=True)
    assert "<span>Unlike the training images.</span><span>A &lt;negative&gt;.</span>" in drawn[0]
