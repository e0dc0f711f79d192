"""The table of DICOM PS3.15 Annex E (Table E.1-1): what becomes of an attribute, by profile and option."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from pydicom.tag import BaseTag

TABLE = Path(__file__).parent / "confidentiality_profile.csv"
"""Columns: tag (x for any digit), name, basic, patient_characteristics, full_dates, modified_dates."""

Dates = Literal["remove", "shift", "keep"]
BurnedIn = Literal["mask", "refuse", "ask", "keep"]
Action = Literal["remove", "empty", "replace", "map UIDs", "look inside", "keep", "shift"]


@dataclass(frozen=True)
class Options:
    """What is retained beyond the Basic Application Level Confidentiality Profile, and what becomes of burned-in text.

    dates: "remove" (Basic Profile), "shift" (Retain Longitudinal Temporal Information, Modified Dates) or "keep" (Full
    Dates). patient_characteristics: keep sex, age, size, weight and the like. burned_in: mask text in the pixels
    (Clean Pixel Data Option), refuse an image that has any, leave to somebody what is to be masked, or keep it.
    """

    dates: Dates = "remove"
    patient_characteristics: bool = False
    burned_in: BurnedIn = "mask"


@dataclass(frozen=True)
class AttributeRule:
    """One row of the table, with the codes of the standard: D, Z, X, K, C, U and what is joined of them."""

    tag: str
    name: str
    basic: str
    patient_characteristics: str
    full_dates: str
    modified_dates: str


BASIC_ACTIONS: dict[str, Action] = {
    "X": "remove",
    "Z": "empty",
    "D": "replace",
    "U": "map UIDs",
    "X/Z": "empty",
    "X/D": "replace",
    "Z/D": "replace",
    "X/Z/D": "replace",
    "X/Z/U*": "look inside",
}
"""What is done for each code. Where the standard leaves the choice to the type of the attribute in its IOD, which is
not looked up, it is the one that satisfies the strictest type: an attribute of type 1 may not be empty, nor one of type
2 missing."""


@cache
def rules() -> dict[str, AttributeRule]:
    """Return the rows of the table by tag, eight hexadecimal digits in upper case or x."""
    with TABLE.open(newline="", encoding="utf-8") as file:
        return {row["tag"]: AttributeRule(**row) for row in csv.DictReader(file)}


def rule_of(tag: BaseTag) -> AttributeRule | None:
    """Return the row for a tag, None where the table does not list it."""
    digits = f"{int(tag):08X}"
    found = rules().get(digits)
    if found is None and digits[:2] in ("50", "60"):  # repeating groups
        found = rules().get(f"{digits[:2]}xx{digits[4:]}") or rules().get(f"{digits[:2]}xxxxxx")
    return found


def action_of(rule: AttributeRule, options: Options) -> Action:
    """Return what is done to an attribute of the table.

    An option's K keeps it. C, clean, keeps dates that are shifted and nothing else: free text cannot be cleaned
    without reading it, so it goes as the Basic Profile says.
    """
    if options.patient_characteristics and rule.patient_characteristics == "K":
        return "keep"
    if options.dates == "keep" and rule.full_dates == "K":
        return "keep"
    if options.dates == "shift" and rule.modified_dates == "C":
        return "shift"
    return BASIC_ACTIONS[rule.basic]
