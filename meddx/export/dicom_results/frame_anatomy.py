"""Which part of the body a map is of: the functional group Frame Anatomy, PS3.3 C.7.6.16.2.8."""

from highdicom.sr import CodedConcept
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

_REGIONS = {
    "ABDOMEN": codes.SCT.Abdomen,
    "BRAIN": codes.SCT.Brain,
    "BREAST": codes.SCT.Breast,
    "CHEST": codes.SCT.Chest,
    "EYE": codes.SCT.Eye,
    "HAND": codes.SCT.Hand,
    "HEAD": codes.SCT.Head,
    "KNEE": codes.SCT.Knee,
    "NECK": codes.SCT.Neck,
    "PELVIS": codes.SCT.Pelvis,
    "SKIN": codes.SCT.Skin,
    "SPINE": codes.SCT.Spine,
    "THORAX": codes.SCT.Chest,
}
"""By Body Part Examined (0018,0015)."""
_UNKNOWN = Code("123037004", "SCT", "Body structure")


def frame_anatomy(header: Dataset) -> Dataset:
    """Return the item: the region that the source states as its body part, on the side that it states.

    A body part that has no code here is "Body structure"; a source without a side is of an unpaired part.
    """
    anatomy = Dataset()
    anatomy.AnatomicRegionSequence = [
        CodedConcept.from_code(_REGIONS.get(header.get("BodyPartExamined") or "", _UNKNOWN))
    ]
    anatomy.FrameLaterality = header.get("Laterality") or "U"
    return anatomy
