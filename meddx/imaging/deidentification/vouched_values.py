"""Values that cannot hold a name, a number of a person or any free text: the only ones that leave a file unchanged.

The table of the standard lists attributes that identify. Of all others it says (PS3.15 E.1.1) that they may be kept
where they are known to hold nothing of the kind. Known are numbers, registered UIDs and terms of the standard.
"""

import re
import tomllib
from functools import cache, lru_cache
from pathlib import Path

from pydicom.datadict import dictionary_VR
from pydicom.dataelem import DataElement
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

TERMS = Path(__file__).parent / "terms.toml"
TEXT = frozenset({"CS", "SH", "LO", "ST", "LT", "UC", "UT"})
BINARY_NUMBERS = frozenset({"US", "SS", "UL", "SL", "FL", "FD", "UV", "SV", "AT"})
DATES = frozenset({"DA", "DT", "TM"})
LOOKUP_TABLES = frozenset(
    {
        "LUTData",
        *(f"{colour}PaletteColorLookupTableData" for colour in ("Red", "Green", "Blue", "Alpha")),
        *(f"Segmented{colour}PaletteColorLookupTableData" for colour in ("Red", "Green", "Blue", "Alpha")),
    }
)
"""Bytes that an image cannot be shown without."""
_NUMBER = {
    "DS": re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII),
    "IS": re.compile(r"[+-]?\d{1,11}", re.ASCII),
}
SCHEMES = frozenset(codes.schemes())
_AGE = re.compile(r"(\d{3})([DWMY])", re.ASCII)
OLDEST = 90
"""Years; greater ages become 090Y, as people beyond are few (45 CFR 164.514 (b)(2)(i)(C))."""


@cache
def terms() -> dict[str, frozenset[str]]:
    """Return the terms that an attribute of text may keep, in upper case, by keyword."""
    return {key: frozenset(listed) for key, listed in tomllib.loads(TERMS.read_text(encoding="utf-8")).items()}


def has_its_vr(element: DataElement) -> bool:
    """Return whether the VR is one that the dictionary gives the attribute, so that its value can be judged by it.

    Raises KeyError for an attribute that is not in the dictionary.
    """
    return element.VR in dictionary_VR(element.tag).split(" or ")


def vouched(element: DataElement) -> list[object] | None:
    """Return the values of an attribute that may be kept, None where none may.

    Dates, UIDs and sequences are not judged here.
    """
    values = _values(element)
    if element.VR in BINARY_NUMBERS:
        return [value for value in values if isinstance(value, int | float)] or None
    if element.VR in _NUMBER:
        texts = [str(value).strip("\0 ") for value in values]
        return list(texts) if texts and all(_NUMBER[element.VR].fullmatch(text) for text in texts) else None
    if element.VR in TEXT:
        listed = terms().get(element.keyword, frozenset())
        return [text for value in values if (text := str(value).strip("\0 ").upper()) in listed] or None
    if element.VR == "AS":
        return None if len(values) != 1 else _age(str(values[0]).strip("\0 "))
    if element.keyword in LOOKUP_TABLES:
        return [element.value]
    return None


@lru_cache(4096)
def known_code(value: str, scheme: str) -> Code | None:
    """Return the concept of this code with the meaning that pydicom's dictionary gives it, None for any other.

    The dictionary holds the codes of the context groups of PS3.16. Codes of SNOMED in its older form (SRT) are found
    by the newer one that they are equal to.
    """
    stated = Code(value, scheme, "")
    known = codes.SCT.concepts if scheme == "SRT" else getattr(codes, scheme).concepts if scheme in SCHEMES else {}
    return next((Code(value, scheme, code.meaning) for code in known.values() if code == stated), None)


def _values(element: DataElement) -> list[object]:
    value = element.value
    if value is None or value == "" or isinstance(value, bytes):
        return []
    return list(value) if element.VM > 1 or isinstance(value, list) else [value]


def _age(text: str) -> list[object] | None:
    match = _AGE.fullmatch(text)
    if match is None:
        return None
    return [f"{OLDEST:03}Y" if match[2] == "Y" and int(match[1]) > OLDEST else text]
