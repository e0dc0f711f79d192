"""Names of files on a server that de-identifies what it reads."""

import pytest

from meddx.imaging.deidentification import on_reading
from pages.ui.common.case_table import image_names, read_case_table
from pages.ui.common.name_on_reading import name_on_reading, table_on_reading

TABLE = b"file,age\nDOE/JANE.dcm,61\nROE.png,40\n"


@pytest.fixture
def masking(monkeypatch):
    monkeypatch.setenv("MEDDX_DEIDENTIFY", "mask")
    monkeypatch.setenv(on_reading._KEY_VARIABLE, "11" * 32)


def test_names_and_tables_are_the_readers_own_where_nothing_is_de_identified():
    assert name_on_reading("DOE/JANE.dcm") == "DOE/JANE.dcm"
    table = read_case_table(TABLE)
    assert table_on_reading(table) is table


def test_equal_parts_have_equal_pseudonyms_without_a_letter_of_the_name(masking):
    folder, stem = name_on_reading("DOE/JANE.dcm").split("/")
    assert name_on_reading("JANE.png") == stem
    assert name_on_reading("DOE/x.dcm").split("/")[0] == folder
    assert not {"DOE", "JANE", ".dcm"} & {folder, stem}
    assert name_on_reading("letter.txt") != name_on_reading("letter.png")


def test_two_starts_share_no_name(masking, monkeypatch):
    before = name_on_reading("JANE.dcm")
    monkeypatch.delenv(on_reading._KEY_VARIABLE)
    assert name_on_reading("JANE.dcm") != before
    monkeypatch.delenv(on_reading._KEY_VARIABLE)


def test_a_key_file_keeps_names_from_one_start_to_the_next(masking, monkeypatch, tmp_path):
    monkeypatch.setenv("MEDDX_DEIDENTIFY_KEY_FILE", str(tmp_path / "key"))
    before = name_on_reading("JANE.dcm")
    monkeypatch.setenv(on_reading._KEY_VARIABLE, "22" * 32)
    assert name_on_reading("JANE.dcm") == before
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0


def test_a_table_means_the_images_by_their_new_names(masking):
    table = table_on_reading(read_case_table(TABLE))
    cases = [name_on_reading("DOE/JANE.dcm") + ".dcm", name_on_reading("ROE.png") + ".png"]
    assert [table.row(name, image_names(cases))["age"] for name in cases] == ["61", "40"]
    assert "DOE" not in str(table.rows)
