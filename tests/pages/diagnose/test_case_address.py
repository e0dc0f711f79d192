"""The address of what Diagnose shows: written without names, and opened."""

import pytest

from pages.ui.common import recorded_images
from pages.ui.common.language.language import drawn_in
from pages.ui.common.session import Session
from pages.ui.diagnose import case_address
from pages.ui.diagnose.case_address import CaseAddress, requested_view, sample_case, view_address
from tests.pages.common.test_recorded_images import models  # noqa: F401  (a fixture)
from tests.pages.test_diagnose import upload, words


def current(page):
    return page.session_state["images"].current


def test_the_address_of_a_film_names_no_file(card):
    case = Session().add("Quartz^Zebedee.dcm", b"film")
    address = view_address(case, card, "NODULE", "grad-cam")
    assert address == {"model": "untrained", "film": case.digest[:16], "label": "NODULE", "method": "grad-cam"}
    case.turn_to(4)
    assert view_address(case, card, "", "")["frame"] == "5"


def test_an_address_comes_back_as_it_was_written(card):
    case = Session().add("a.dcm", b"film")
    case.turn_to(2)
    written = view_address(case, card, "NODULE", "grad-cam")
    assert requested_view(written) == CaseAddress("", case.digest[:16], 2, "NODULE", "grad-cam")


@pytest.mark.parametrize("frame", ["0", "-1", "1e3", "²", "99999999", "", "x"])
@pytest.mark.parametrize("film", ["", "abc", "g" * 16, "../../etc/passwd"])
def test_what_breaks_its_form_is_left_out(frame, film):
    assert requested_view({"film": film, "frame": frame}) == CaseAddress()


def test_a_link_to_a_sample_opens_it_with_its_view(visit):
    page = visit(case="phantom/effusion", label="NODULE", method="layer-cam")
    assert not page.exception
    assert current(page).name == "Phantom: effusion"
    assert current(page).labels == {"untrained": "NODULE"}
    assert page.session_state["images"].methods == {"untrained": "layer-cam"}


def test_labels_and_methods_that_there_are_not_are_ignored(visit):
    page = visit(case="phantom/healthy", label="HERNIA", method="guessing", frame="1")
    assert not page.exception
    assert current(page).labels == {"untrained": "EFFUSION"}


@pytest.mark.parametrize("case", ["phantom/unicorn", "none/test/0000000000000000", "x", "untrained/test/zz"])
def test_a_case_that_there_is_not_is_refused_with_its_reason(visit, case):
    page = visit(case=case)
    assert not page.exception
    assert "The case of this link cannot be opened" in words(page)
    page = upload(page, ("a.dcm", b"image"))
    assert "cannot be opened" not in words(page)


def test_a_link_to_a_film_says_which_one_to_load_and_opens_it_as_asked(visit):
    digest = Session().add("", b"image").digest
    page = visit(film=digest[:16], label="NODULE", frame="3")
    assert "This link shows a film that is not here" in words(page)
    assert f"{digest[:4]} {digest[4:8]}" in words(page)
    page = upload(page, ("wrong.dcm", b"another"), ("right.dcm", b"image"))
    assert (current(page).name, current(page).frame) == ("right.dcm", 2)
    assert current(page).labels["untrained"] == "NODULE"
    assert "not here" not in words(page)


def test_the_address_is_opened_once(visit):
    page = visit(case="phantom/effusion")
    page = upload(page, ("a.dcm", b"image"))
    assert current(page).name == "a.dcm"
    assert current(page.run()).name == "a.dcm"


def test_a_recorded_case_is_found_again_by_its_address(models):  # noqa: F811
    address = recorded_images.library_address("with", "validation", "val/000001")
    assert "000001" not in address
    images = Session()
    case = case_address.library_case(images, address)
    assert (case.name, case.library) == ("000001", address)
    assert case_address.library_case(images, address) is case
    assert len(images.cases) == 1
    assert recorded_images.known_labels(address) == "light"
    assert recorded_images.known_labels("phantom/effusion") == recorded_images.known_labels(address[:-1] + "x") == ""


def test_a_sample_keeps_its_english_name_and_is_drawn_in_the_language_of_the_page():
    with drawn_in("zh_CN"):
        case = sample_case(Session(), "healthy")
        assert (case.name, case.title) == ("Phantom: healthy", "体模：正常")
    assert case.title == "Phantom: healthy"
