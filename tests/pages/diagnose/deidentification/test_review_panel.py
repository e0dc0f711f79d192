"""What a reader is asked about text in the pixels of a film, and what becomes of the answer."""

import time
from concurrent.futures import Future

import pytest
from streamlit.testing.v1 import AppTest

from meddx.audit.record import audit_log
from meddx.errors import Refused
from meddx.types import Box
from pages.ui.diagnose.deidentification import review_panel
from pages.ui.diagnose.deidentification.box_outline import MOST_CELLS, box_outline
from pages.ui.diagnose.deidentification.place_editor import set_drawn_places, set_place
from tests.pages.fake import drawable
from tests.pages.test_diagnose import NAVIGATION, upload, words
from tests.patience import SECONDS

BOXES = (Box(0, 0, 1, 2), Box(1, 1, 2, 3))


@pytest.fixture
def page(engine, untrained_models, monkeypatch, tmp_path):
    monkeypatch.setenv("MEDDX_MODELS", str(untrained_models))
    monkeypatch.setenv("MEDDX_AUDIT", str(tmp_path / "audit.jsonl"))
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


def decisions():
    """What the audit log says of text in pixels."""
    return [one.detail for one in audit_log().entries() if "text" in one.detail]


def by_numbers(page, place, *numbers, press_label):
    page = until(page, lambda page: asked(page)[0].case.drawn and page.number_input)
    [choice] = [box for box in page.selectbox if box.label == "Place"]
    page = choice.select(place).run()
    for field, value in zip(page.number_input, numbers, strict=True):
        field.set_value(value)
    return press(page, press_label)


def masked(page, label="Mask what is ticked and open"):
    page = until(press(page, label), lambda page: page.session_state["images"].current)
    return page.session_state["images"].current.masked


def test_a_reader_marks_text_that_was_not_found_by_numbers_and_it_is_written_down(page):
    page = by_numbers(review(page), -1, 2, 1, 3, 2, press_label="Add this place")
    assert [box.label for box in page.checkbox][-1] == "Place 3: rows 1 to 2, columns 2 to 3"
    page = page.checkbox[0].uncheck().run()
    assert masked(page) == (BOXES[1], Box(0, 1, 2, 3))
    assert decisions() == [
        "said that its pixels hold text in 2 places",
        "of 2 places of text found, 1 masked as found and 1 removed or changed; 1 masked as set by hand",
    ]


def test_a_place_that_was_found_is_changed_by_numbers(page):
    page = by_numbers(review(page), 1, 1, 2, 1, 3, press_label="Change this place")
    assert [box.label for box in page.checkbox][1] == "Place 2: rows 1 to 2, columns 1 to 3"
    assert masked(page) == (BOXES[0], Box(0, 0, 2, 3))


def test_a_place_beyond_the_image_can_be_set_right_by_numbers(page):
    page = review(page)
    set_place(asked(page)[0], None, Box(0, 1, 7, 7))
    page = by_numbers(page.run(), 2, 1, 2, 2, 3, press_label="Change this place")
    assert not page.exception
    assert masked(page) == (*BOXES, Box(0, 1, 2, 3))


def test_a_place_that_is_drawn_is_masked_also_where_the_one_before_was_unticked(page):
    page = review(page).checkbox[1].uncheck().run()
    film = asked(page)[0]
    set_place(film, None, Box(5, 5, 7, 7))
    set_place(film, 0, Box(0, 1, 2, 3))
    assert masked(page.run()) == (Box(0, 1, 2, 3), Box(5, 5, 7, 7))


def test_a_place_that_comes_while_the_film_is_masked_is_masked_too(page, engine, monkeypatch):
    page = review(page)
    [film], mask_text, late = asked(page), engine.mask_text, [Box(5, 5, 7, 7)]

    def drawn_meanwhile(data, boxes):
        while late:
            set_place(film, None, late.pop())
        return mask_text(data, boxes)

    monkeypatch.setattr(engine, "mask_text", drawn_meanwhile)
    assert masked(page) == (*BOXES, Box(5, 5, 7, 7))
    assert page.session_state["images"].current.data == b"masked named3"


def test_each_change_that_the_viewer_reports_is_set_once_and_for_its_own_film(page):
    [film] = asked(review(page))

    def change(name, number, *sides, file=film.case.id):
        place = dict(zip(("top", "left", "bottom", "right"), sides, strict=True))
        return {"name": name, "file": file, "number": number} | place

    changes = [change("a", "a", 5, 5, 7, 7), change("b", "b", 1, 1, 2, 2), change("c", "a", 6, 6, 8, 8)]
    set_drawn_places(film, [*changes[:2], change("d", "d", 0, 0, 1, 1, file="another")])
    set_drawn_places(film, changes)
    assert film.places == [*BOXES, Box(6, 6, 8, 8), Box(1, 1, 2, 2)]
    assert film.drawn == {"a": 2, "b": 3, "c": 2}


@pytest.mark.parametrize(
    "broken",
    [
        "none", None, {}, {"name": "a"}, {"number": None}, {"number": "a", "top": "high"}, {"top": -1}, {"bottom": 5},
        {"right": float("inf")},
    ],
)  # fmt: skip
def test_what_breaks_the_form_of_a_change_is_left_out_and_the_others_are_set(page, broken):
    [film] = asked(review(page))
    whole = {"name": "b", "file": film.case.id, "number": "b", "top": 5, "left": 5, "bottom": 7, "right": 7}
    part = whole | {"name": "a"} | broken if broken and "name" not in broken and isinstance(broken, dict) else broken
    set_drawn_places(film, [part, whole])
    assert film.places == [*BOXES, Box(5, 5, 7, 7)]
    set_drawn_places(film, broken)
    assert film.places == [*BOXES, Box(5, 5, 7, 7)]


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


def test_an_image_that_comes_while_the_page_is_drawn_is_drawn(page, monkeypatch):
    page = review(page)
    [film] = asked(page)
    film.case.drawn, film.drawing = None, Future()
    choices = review_panel._render_choice

    def the_image_comes_meanwhile(session, asked):
        choices(session, asked)
        if not film.drawing.done():
            film.drawing.set_result(drawable())

    monkeypatch.setattr(review_panel, "_render_choice", the_image_comes_meanwhile)
    page.run()
    assert film.case.drawn


def test_a_film_whose_image_was_not_drawn_is_masked_without_drawing_the_page_all_the_time(page, monkeypatch):
    page = review(page)
    [film] = asked(page)
    film.case.drawn, film.drawing, film.masking = None, Future(), Future()
    film.drawing.set_exception(Refused("no-pixels", "This image has no pixels."))
    choices, runs = review_panel._render_choice, []

    def counted(session, asked):
        runs.append(asked)
        assert len(runs) < 10
        choices(session, asked)

    monkeypatch.setattr(review_panel, "_render_choice", counted)
    assert not page.run().exception
    assert "Masking" in words(page)


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
