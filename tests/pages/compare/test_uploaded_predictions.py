"""Uploaded files of scores as systems."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.patience import SECONDS

ROWS = "case,label,ill,well,reader:Dr One\na,ill,0.9,0.1,well\nb,well,0.2,0.8,well\n"


def page():
    import streamlit as st

    from pages.ui.compare.uploaded_predictions import uploaded_systems

    for name, system in uploaded_systems().items():
        st.write(f"{name}: {system.kind}, {len(system.predictions)}")


@pytest.fixture
def given(engine):
    """Give the page files by name; return what it says of systems, and its errors."""
    opened = AppTest.from_function(page, default_timeout=SECONDS).run()

    def give(**files):
        opened.file_uploader[0].set_value([(f"{name}.csv", text.encode(), "text/csv") for name, text in files.items()])
        opened.run()
        assert not opened.exception
        return [one.value for one in opened.markdown], [one.value for one in opened.error]

    return give


def test_a_file_is_a_system_and_each_reader_one_more(given):
    assert given(vendor=ROWS) == (["vendor: file, 2", "Dr One: reader, 2"], [])


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_used(given):
    systems, errors = given(bad=ROWS.replace("0.8", "1.8"), vendor=ROWS)
    assert systems == ["vendor: file, 2", "Dr One: reader, 2"]
    assert len(errors) == 1
    assert errors[0].startswith("bad.csv: Row 2, column")


def test_of_two_systems_of_one_name_the_first_is_used_and_the_file_of_the_other_named(given):
    systems, errors = given(vendor=ROWS, other=ROWS.replace("case,", "image,"))
    assert systems == ["vendor: file, 2", "Dr One: reader, 2", "other: file, 2"]
    assert errors == ["other.csv: another file already has a system named Dr One; rename one."]


def test_a_file_that_stays_is_not_read_again_and_one_removed_is_forgotten(given, engine):
    given(vendor=ROWS)
    given(vendor=ROWS, other=ROWS.replace("reader:Dr One", "reader:Dr Two"))
    assert len(engine.uploads) == 2
    systems, _ = given(other=ROWS)
    assert systems[0] == "other: file, 2"
    assert len(systems) == 2


def test_a_file_that_is_being_read_leaves_the_others_in_use(given, engine):
    given(vendor=ROWS)
    engine.done = {}
    assert given(vendor=ROWS, other=ROWS.replace("Dr One", "Dr Two")) == (["vendor: file, 2", "Dr One: reader, 2"], [])


def test_a_corrected_file_of_the_same_name_is_read_anew(given):
    assert given(vendor=ROWS)[0] == ["vendor: file, 2", "Dr One: reader, 2"]
    assert given(vendor=ROWS + "c,ill,0.7,0.3,ill\n")[0] == ["vendor: file, 3", "Dr One: reader, 3"]
