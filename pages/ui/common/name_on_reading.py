"""What files are called that readers add: by their own names, or by pseudonyms where the server de-identifies."""

from dataclasses import replace

from meddx.deidentification_settings import reading_policy
from meddx.evaluate.sets.name_pseudonyms import name_pseudonym
from meddx.imaging.deidentification.on_reading import reading_key
from meddx.imaging.deidentification.pseudonyms import Pseudonyms
from pages.ui.common.case_table import CaseTable


def deidentifies() -> bool:
    """Return whether what readers add is de-identified before anything else is done with it."""
    return reading_policy() != "off"


def name_on_reading(name: str) -> str:
    """Return the name, or a pseudonym of each part of its path.

    The ending of an image goes: PNG, JPEG and DICOM get that of what they become.
    """
    if not deidentifies():
        return name
    return name_pseudonym(name, Pseudonyms(reading_key()))


def table_on_reading(table: CaseTable) -> CaseTable:
    """Return the table with its images named as the session names them."""
    if not deidentifies():
        return table
    renamed = ({column: name_on_reading(row[column]) for column in table.columns if row[column]} for row in table.rows)
    return replace(table, rows=tuple({**row, **names} for row, names in zip(table.rows, renamed, strict=True)))
