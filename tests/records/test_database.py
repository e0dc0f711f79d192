"""What is said of a database that cannot be used never repeats its URL, which may hold a password."""

import traceback

import pytest

from meddx import config
from meddx.errors import Refused
from meddx.records.database import Database


@pytest.mark.parametrize(
    "url",
    ["postgresql://ana:SECRET:5432/records", "postgresql://ana:x@host:SECRET/records", "postgresql://ana:SECRET:"],
)
def test_a_url_that_cannot_be_read_is_refused_without_its_text(url, monkeypatch):
    monkeypatch.setenv("MEDDX_RECORDS", url)
    with pytest.raises(Refused, match="MEDDX_RECORDS is a URL that cannot be read") as caught:
        Database(config.records_place())
    assert "SECRET" not in "".join(traceback.format_exception(caught.value))


def test_a_server_that_lets_nobody_in_by_this_name_is_refused_in_words_that_say_what_to_check(server, monkeypatch):
    monkeypatch.setenv("MEDDX_RECORDS", server.database() + "&dbname=SECRET")
    database = Database(config.records_place())
    refusal = "check that it runs, and its name, user and password"
    with pytest.raises(Refused, match=refusal) as caught, database.reading() as session:
        session.connection()
    assert "SECRET" not in "".join(traceback.format_exception(caught.value))
