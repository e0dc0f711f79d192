"""Films of a server that de-identifies what it reads, on their way into the session."""

import threading
from concurrent.futures import wait

import numpy as np
import pytest

from meddx.types import Box
from pages.ui.common import account_engine
from pages.ui.common.engine_requests import run_in_turn
from pages.ui.common.session import ArrivingArchive, Session
from pages.ui.diagnose.archive_arrival import arrival_text, collect_archives
from pages.ui.diagnose.deidentification.film_arrival import add_film, collect_films, films_text
from tests.engine.archives import archive
from tests.imaging.images import image_bytes
from tests.pages.fake import NO_FILM
from tests.patience import SECONDS


@pytest.fixture
def asking(engine, monkeypatch):
    """The engine of a server that asks about text."""
    monkeypatch.setenv("MEDDX_DEIDENTIFY", "ask")
    monkeypatch.setattr(account_engine, "own_engine", lambda: engine)
    return engine


def arrived(session):
    while collect_films(session):
        session.films[0].pending.exception(timeout=SECONDS)


def test_without_the_setting_a_film_is_there_at_once(engine):
    session = Session()
    case = add_film(session, "DOE.dcm", b"film")
    assert (session.cases, case.name, case.data) == ([case], "DOE.dcm", b"film")
    assert engine.asked == []


def test_a_film_is_there_once_it_is_clean_by_another_name_and_nothing_holds_the_original(asking):
    session = Session()
    asking.text[b"named"] = ((Box(1, 2, 3, 4),), False)
    for name, data in (("DOE.dcm", b"film"), ("ROE.dcm", b"named")):
        assert add_film(session, name, data, opens=data == b"named") is None
    assert session.is_arriving
    assert session.held == len(b"film") + len(b"named")
    assert films_text(session) == "De-identifying 2 images"
    arrived(session)
    assert [case.data for case in session.cases] == [b"clean film", b"clean named"]
    assert [case.masked for case in session.cases] == [(), (Box(1, 2, 3, 4),)]
    assert session.current is session.cases[1]
    assert not any("OE" in case.name for case in session.cases)
    assert all(case.name.endswith(".dcm") for case in session.cases)
    assert not session.is_arriving
    assert films_text(session) == ""


def test_a_film_does_not_wait_for_the_answers_to_others(asking):
    session, answered = Session(), threading.Event()
    others = [run_in_turn(session.line, lambda: answered.wait(SECONDS)) for _ in range(8)]
    add_film(session, "DOE.dcm", b"film")
    arrived(session)
    assert [case.data for case in session.cases] == [b"clean film"]
    assert not others[-1].done()
    answered.set()
    wait(others, SECONDS)


def test_a_film_with_text_waits_for_the_reader(asking):
    session = Session()
    asking.text[b"named"] = ((Box(1, 2, 3, 4),), True)
    add_film(session, "DOE.dcm", b"named")
    arrived(session)
    assert session.cases == []
    assert [(asked.case.data, asked.boxes) for asked in session.asked] == [(b"clean named", (Box(1, 2, 3, 4),))]
    assert not session.is_empty
    session.drop_all()
    assert session.is_empty


def test_a_file_that_is_refused_says_why_and_its_bytes_are_gone(asking):
    session = Session()
    add_film(session, "DOE.txt", NO_FILM)
    add_film(session, "ROE.dcm", b"film")
    arrived(session)
    assert [case.rejected and case.rejected.rule for case in session.cases] == ["not-an-image", None]
    assert session.cases[0].data == b""
    assert "DOE" not in session.cases[0].name
    assert session.current is session.cases[0]


def test_no_name_of_an_archive_or_of_a_file_in_it_is_kept(asking):
    session = Session()
    film = image_bytes(np.zeros((8, 8), np.uint8))
    session.arriving.append(ArrivingArchive("study", archive({"DOE/1.dcm": film, "DOE/letter.txt": b"a letter"})))
    said = []
    while collect_archives(session):
        said.append(arrival_text(session))
        session.arriving[0].pending.exception(timeout=SECONDS)
    arrived(session)
    names = [case.name for case in session.cases]
    assert len(names) == 2
    assert "DOE" not in str((names, said, [case.rejected for case in session.cases]))
    assert session.current.data == b"clean " + film
