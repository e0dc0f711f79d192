"""Where a DICOM image of several frames states the attributes of one frame (PS3.3 C.7.6.16)."""

from collections.abc import Iterable, Iterator

from pydicom.dataset import Dataset


def frame_groups(elements: Dataset, frame: int, keywords: Iterable[str]) -> Iterator[Dataset]:
    """Yield the data sets that may hold attributes of one frame (zero-based), nearest first.

    The order is per-frame functional groups, shared functional groups, top level. keywords: of the groups that are
    wanted, each a sequence of one item, such as PixelMeasuresSequence. Raises what pydicom raises where the groups
    break the standard.
    """
    per_frame = elements.get("PerFrameFunctionalGroupsSequence") or []
    for groups in (*per_frame[frame : frame + 1], *(elements.get("SharedFunctionalGroupsSequence") or [])[:1]):
        for keyword in keywords:
            yield from (groups.get(keyword) or [])[:1]
    yield elements
