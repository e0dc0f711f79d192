"""UIDs that repeat: the same result of the same image has the same UID, so that sending it twice does not double it."""

from uuid import NAMESPACE_URL, uuid5

from highdicom import UID
from pydicom.dataset import Dataset

from meddx import __version__
from meddx.export.case_facts import CaseFacts


def instance_uid(kind: str, header: Dataset, facts: CaseFacts, *parts: str) -> UID:
    """Return the UID of one object.

    It depends on the source's SOP Instance UID and frame, the card's fingerprint, the version of meddx, `kind` and
    `parts`, which name what else the object states, not on numbers: another machine may round them otherwise.
    """
    return _uid(kind, header.SOPInstanceUID, str(facts.image.frame), facts.card.key, __version__, *parts)


def series_uid(kind: str, header: Dataset, facts: CaseFacts, *parts: str) -> UID:
    """Return the UID of the series that holds this kind of result of one model on the images of one series."""
    return _uid("series", kind, header.StudyInstanceUID, header.SeriesInstanceUID, facts.card.key, __version__, *parts)


def opinion_uid(token: str, *parts: str) -> UID:
    """Return the UID of the report of an opinion, or of a part of it. token: tells the opinion from every other."""
    return _uid("opinion", token, *parts)


def opinion_series_uid(header: Dataset) -> UID:
    """Return the UID of the series that holds the opinions on results of the images of one series."""
    return _uid("opinions", header.StudyInstanceUID, header.SeriesInstanceUID)


def frame_of_reference_uid(header: Dataset) -> UID:
    """Return the UID of a Frame of Reference for an image that states none: its own plane, and no other image's."""
    return _uid("frame of reference", header.SOPInstanceUID)


def device_uid() -> UID:
    """Return the UID of this version of meddx as a device."""
    return _uid("device", __version__)


def _uid(*parts: str) -> UID:
    """Return a UID derived from a UUID (PS3.5 B.2) of the parts."""
    return UID(f"2.25.{uuid5(NAMESPACE_URL, ' '.join(('meddx-result', *map(repr, parts)))).int}")
