"""Removal of what identifies a patient from a data set: PS3.15 Annex E, through every sequence.

The result is built from nothing: an attribute is in it because a rule vouches for its value, so what no rule knows
(private attributes, unknown ones, text in any encoding, a value in the wrong VR) does not pass.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.sr.coding import Code
from pydicom.tag import BaseTag

from meddx.imaging.deidentification.dates import shift
from meddx.imaging.deidentification.profile import Action, Options, action_of, rule_of
from meddx.imaging.deidentification.pseudonyms import Pseudonyms
from meddx.imaging.deidentification.vouched_values import DATES, TEXT, has_its_vr, known_code, vouched

Change = Literal["removed", "emptied", "replaced", "UIDs mapped", "dates shifted"]
Changes = Counter[tuple[str, Change]]
"""How often something was done to an attribute, by its keyword, or by "private attributes" and the like."""

FILE_GROUPS = frozenset({0x0000, 0x0002, 0x0004})
"""Commands, file meta information and directories: none belongs in the data set of an image."""
GRAPHIC_GROUPS = frozenset({0x50, 0x60})
"""First digits of the repeating groups of curves and overlays, which are drawings and may be writing."""
PIXELS = frozenset({"PixelData", "FloatPixelData", "DoubleFloatPixelData"})
MALFORMED = "unknown or malformed attributes"
TIME_OFFSET = "TimezoneOffsetFromUTC"
CODE = ("CodeValue", "CodingSchemeDesignator", "CodeMeaning")
DUMMIES: dict[str, object] = {
    **dict.fromkeys(("AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UT"), "REMOVED"),
    **dict.fromkeys(("DS", "IS"), "0"),
    **dict.fromkeys(("US", "SS", "UL", "SL", "FL", "FD", "UV", "SV"), 0),
    "AS": "000Y",
    "DA": "19000101",
    "DT": "19000101000000",
    "TM": "000000",
}
"""Values of action D, consistent with the VR; for others (sequences, bytes) there is none, and they are left empty."""


@dataclass
class DatasetCleaner:
    """Cleans the data sets of one patient's file, and counts what it does.

    little_endian: the byte order of the file, which words of lookup tables are in.
    """

    options: Options
    pseudonyms: Pseudonyms
    patient: str
    little_endian: bool = True
    changes: Changes = field(default_factory=Counter)

    def clean(self, elements: Dataset) -> Dataset:
        """Return what may stay of a data set, without its pixels."""
        cleaned = Dataset()
        code = _known_code(elements)
        for tag in elements.keys():  # noqa: SIM118  (iterating a data set converts its values, which may fail)
            self._add(cleaned, elements, BaseTag(tag), code)
        return cleaned

    def _add(self, cleaned: Dataset, elements: Dataset, tag: BaseTag, code: Code | None) -> None:
        hidden = _unknown(tag)
        if hidden is not None:
            self._count(hidden, "removed")
            return
        try:
            element = elements[tag]
            understood = has_its_vr(element)
        except Exception:  # no such attribute in the dictionary, or a value that breaks its VR; the text may quote it
            self._count(MALFORMED, "removed")
            return
        if element.keyword in PIXELS:
            return
        rule = rule_of(tag)
        if code is not None and element.keyword in CODE:
            cleaned.add_new(tag, element.VR, _of_code(code, element.keyword))
        elif not understood:
            self._count(element.keyword, "removed")
        elif rule is not None:
            self._act(cleaned, element, action_of(rule, self.options))
        else:
            self._act(cleaned, element, self._unlisted(element.VR))

    def _unlisted(self, vr: str) -> Action:
        """Return what is done to an attribute that the table does not list."""
        if vr == "UI":
            return "map UIDs"
        if vr in DATES:
            return self.options.dates
        return "look inside" if vr == "SQ" else "keep"

    def _act(self, cleaned: Dataset, element: DataElement, action: Action) -> None:
        vr, name = element.VR, element.keyword
        if action == "remove":
            self._count(name, "removed")
        elif action == "empty":
            self._empty(cleaned, element)
        elif action == "replace" and vr != "UI":
            if vr in DUMMIES:
                cleaned.add_new(element.tag, vr, DUMMIES[vr])
                self._count(name, "replaced")
            else:
                self._empty(cleaned, element)
        elif vr == "SQ":
            cleaned.add_new(element.tag, vr, Sequence([self.clean(item) for item in element.value]))
        elif vr == "UI":
            self._map_uids(cleaned, element)
        elif vr in DATES or name == TIME_OFFSET:
            self._date(cleaned, element, action)
        else:
            self._keep(cleaned, element)

    def _empty(self, cleaned: Dataset, element: DataElement) -> None:
        cleaned.add_new(element.tag, element.VR, [] if element.VR == "SQ" else None)
        if not element.is_empty:
            self._count(element.keyword, "emptied")

    def _map_uids(self, cleaned: Dataset, element: DataElement) -> None:
        stated = [str(uid).strip("\0 ") for uid in _listed(element)]
        mapped = [self.pseudonyms.uid(uid) for uid in stated]
        cleaned.add_new(element.tag, "UI", mapped)
        if mapped != stated:
            self._count(element.keyword, "UIDs mapped")

    def _date(self, cleaned: Dataset, element: DataElement, action: Action) -> None:
        days = self.pseudonyms.days(self.patient) if action == "shift" else 0
        moved = [shift(str(value), element.VR, days) for value in _listed(element)]
        if None in moved:
            self._count(element.keyword, "removed")
            return
        cleaned.add_new(element.tag, element.VR, moved)
        if moved and days and element.VR in ("DA", "DT"):
            self._count(element.keyword, "dates shifted")

    def _keep(self, cleaned: Dataset, element: DataElement) -> None:
        """Add what of the value is vouched for, and leave text empty where nothing is, as its presence may matter."""
        values = None if element.is_empty else vouched(element)
        if values is not None:
            kept = values if len(values) > 1 else values[0]
            if isinstance(kept, bytes) and element.VR == "OW" and not self.little_endian:
                kept = np.frombuffer(kept[: len(kept) // 2 * 2], ">u2").astype("<u2").tobytes()
            cleaned.add_new(element.tag, element.VR, kept)
        elif element.VR in TEXT or element.is_empty:
            self._empty(cleaned, element)
        else:
            self._count(element.keyword, "removed")

    def _count(self, name: str, change: Change) -> None:
        self.changes[name or MALFORMED, change] += 1


def _listed(element: DataElement) -> list[object]:
    if element.is_empty:
        return []
    return list(element.value) if element.VM > 1 else [element.value]


def _unknown(tag: BaseTag) -> str | None:
    """Return what to call an attribute that is removed whatever it holds, None for one to look at."""
    if tag.is_private:
        return "private attributes"
    if tag.group >> 8 in GRAPHIC_GROUPS:
        return "curves and overlays"
    if tag.group in FILE_GROUPS or tag.element == 0:
        return "file, command and length attributes"
    return None


def _known_code(elements: Dataset) -> Code | None:
    """Return the concept that a data set codes (PS3.3 8.8), None where it is none or not of the dictionary."""
    try:
        value, scheme = (str(elements[keyword].value).strip("\0 ") for keyword in CODE[:2])
    except Exception:  # missing or malformed
        return None
    return known_code(value, scheme)


def _of_code(code: Code, keyword: str) -> str:
    return {"CodeValue": code.value, "CodingSchemeDesignator": code.scheme_designator}.get(keyword, code.meaning)
