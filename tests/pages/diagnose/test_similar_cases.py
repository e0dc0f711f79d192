import threading

from meddx.types import SimilarCase, StoredFrame
from pages.ui.diagnose import similar_cases
from tests.pages.fake import NO_FILM
from tests.patience import SECONDS

NEAR = [
    SimilarCase("a/1.png", ("NODULE",), ("NODULE",), 0.41),
    SimilarCase("a/2.png", ("NODULE", "EFFUSION"), (), 0.6),
    SimilarCase("<b>.png", (), ("EFFUSION",), 1.25),
]


def test_the_sentence_counts_true_labels(card):
    assert similar_cases.similar_cases_sentence(NEAR, card) == (
        "True labels of the 3 most similar validation cases: 2 × Nodule, 1 × Effusion, "
        "1 × none of the model's labels. Some cases have several labels."
    )
    assert similar_cases.similar_cases_sentence(NEAR[::2], card) == (
        "True labels of the 2 most similar validation cases: 1 × Nodule, 1 × none of the model's labels."
    )


def test_the_table_has_truth_answer_and_distance_and_no_markup_of_names(card):
    html = similar_cases.similar_cases_table(NEAR, card)
    assert "Nodule, Effusion" in html
    assert "0.41" in html
    assert "1.25" in html
    assert "&lt;b&gt;" in html
    assert "<b>" not in html


def test_images_that_the_engine_does_not_give_in_time_are_left_out(engine, monkeypatch):
    monkeypatch.setattr(similar_cases, "_WAIT_SECONDS", 0.1)
    go = threading.Event()
    thumbnail, asked = engine.thumbnail, []

    def slow(data, side, frame=0):
        asked.append(data)
        if data == b"slow":
            go.wait(SECONDS)
        return thumbnail(data, side, frame)

    monkeypatch.setattr(engine, "thumbnail", slow)
    images = [StoredFrame(data) for data in (b"quick", b"slow", NO_FILM)]
    assert list(similar_cases._thumbnails(images)) == images[:1]
    go.set()
    assert asked == [b"quick", b"slow", NO_FILM]
