"""What a reader is asked about text in the pixels of a film, and what becomes of the answer."""

import time

import pytest
from streamlit.testing.v1 import AppTest

from meddx.types import Box
from pages.ui.diagnose.deidentification.box_outline import MOST_CELLS, box_outline
from tests.pages.test_diagnose import NAVIGATION, upload, words
from tests.patience import SECONDS

BOXES = (Box(0, 0, 1, 2), Box(1, 1, 2, 3))


@pytest.fixture
def page(engine, untrained_models, monkeypatch):
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))
    monkeypatch.setenv("MEDDX_DEIDENTIFY", "ask")
    engine.text[b"named"] = (BOXES, True)
    return AppTest.from_file(str(NAVIGATION), default_timeout=SECONDS).run()


def until(page, reached):
    give_up = time.monotonic() + SECONDS
    while not reached(page):
        assert time.monotonic() < give_up
        assert not page.exception
        page = page.run()
    return page


def asked(page):
    return page.session_state["images"].asked


def labels(page):
    return [button.label for button in page.main.button]


def review(page):
    page = until(upload(page, ("DOE.dcm", b"named")), asked)
    return until(page, lambda page: "Leave this image out" in labels(page))


def press(page, label):
    [button] = [button for button in page.main.button if button.label == label]
    return button.click().run()


def test_the_page_says_that_files_are_de_identified(page, monkeypatch):
    assert "takes out of every file what identifies its patient" in words(page)
    monkeypatch.setenv("MEDDX_DEIDENTIFY", "off")
    assert "takes out of every file" not in words(page.run())


def test_a_film_without_text_is_opened_without_a_question_by_another_name(page):
    page = until(upload(page, ("DOE.dcm", b"film")), lambda page: page.session_state["images"].current)
    assert not page.exception
    case = page.session_state["images"].current
    assert case.data == b"clean film"
    assert "DOE" not in case.name


def test_what_is_ticked_is_masked_and_no_model_has_seen_the_film_before(page, engine):
    page = review(page)
    assert any("Text was found in 2 places." in one.value for one in page.markdown)
    assert [box.value for box in page.checkbox] == [True, True]
    assert page.checkbox[1].label == "Place 2: rows 2 to 2, columns 2 to 3"
    assert not {"predict", "diagnose", "thumbnail"} & set(engine.asked)
    page = page.checkbox[0].uncheck().run()
    page = until(press(page, "Mask what is ticked and open"), lambda page: page.session_state["images"].current)
    case = page.session_state["images"].current
    assert case.data == b"masked named1"
    assert case.masked == BOXES[1:]
    assert asked(page) == []
    page = until(page, lambda page: case.drawn)
    assert "Text in 1 place is masked, and outlined." in [caption.value for caption in page.run().caption]


def test_a_reader_may_drop_every_box(page):
    page = review(page)
    for at in range(2):
        page = page.checkbox[at].uncheck().run()
    page = until(press(page, "Open without masking anything"), lambda page: page.session_state["images"].current)
    assert page.session_state["images"].current.data == b"masked named0"


def test_a_film_that_is_left_out_is_gone(page):
    page = press(review(page), "Leave this image out")
    assert page.session_state["images"].is_empty
    assert "Drop an image in" in words(page)


def test_an_engine_that_fails_is_asked_again(page, engine):
    page = review(page)
    until(page, lambda page: asked(page)[0].case.drawn)
    engine.fails = 1
    page = until(press(page, "Mask what is ticked and open"), lambda page: "The engine stopped" in words(page))
    page = until(press(page, "Mask what is ticked and open"), lambda page: page.session_state["images"].current)
    assert page.session_state["images"].current.data == b"masked named2"


def test_a_header_that_warns_is_told_apart(page, engine):
    engine.text[b"named"] = ((), True)
    page = review(page)
    assert any("The file says that text is burned into its pixels" in one.value for one in page.markdown)
    assert "Open without masking anything" in labels(page)


def test_outlined_cells_cover_the_boxes_and_little_more():
    assert box_outline((), 10, 10) is None
    assert box_outline((Box(0, 1, 1, 3),), 2, 4) == [[False, True, True, False], [False] * 4]
    cells = box_outline((Box(1000, 100, 1100, 300),), 2000, 1000)
    assert (len(cells), len(cells[0])) == (MOST_CELLS, MOST_CELLS)
    rows = [at for at, row in enumerate(cells) if any(row)]
    assert rows[0] * 2000 / MOST_CELLS <= 1000
    assert (rows[-1] + 1) * 2000 / MOST_CELLS >= 1100
    assert len(rows) <= 7
