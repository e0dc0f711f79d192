"""Name images and cases by pseudonyms: equal names stay equal, whether a file, a table or a list of scores states them.

The ending of an image goes, since DICOM, PNG and JPEG become others and tables often leave it out.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from meddx.evaluate.sets.image_finder import IMAGE_SUFFIXES
from meddx.imaging.deidentification.pseudonyms import Pseudonyms

_UID = re.compile(r"\d+(\.\d+){3,}", re.ASCII)


def name_pseudonym(name: str, pseudonyms: Pseudonyms) -> str:
    """Return the pseudonym of each part of a path with either slash; that of a UID is what DICOM objects get."""
    *folders, last = _parts(name)
    return "/".join(_pseudonym(part, pseudonyms) for part in (*folders, without_ending(last)))


def case_pseudonyms(names: Sequence[str], pseudonyms: Pseudonyms) -> Mapping[str, str]:
    """Return the pseudonym of every name; those that differ in their ending alone are kept apart by it."""
    found: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        found.setdefault(name_pseudonym(name, pseudonyms), []).append(name)
    return {
        name: pseudonym if len(alike) == 1 else pseudonyms.name(name)
        for pseudonym, alike in found.items()
        for name in alike
    }


def without_ending(name: str) -> str:
    """Return a name or path without the ending of an image; others keep theirs."""
    ending = PurePosixPath(name).suffix
    return name.removesuffix(ending) if ending.lower() in IMAGE_SUFFIXES else name


def _parts(name: str) -> tuple[str, ...]:
    return tuple(part for part in name.replace("\\", "/").strip().split("/") if part not in ("", ".")) or ("",)


def _pseudonym(part: str, pseudonyms: Pseudonyms) -> str:
    return str(pseudonyms.uid(part)) if _UID.fullmatch(part) else pseudonyms.name(part)
