"""Where on the image the report speaks of, so that viewers draw the image with it: TID 1410 groups beside the others.

Each has the tracking identifier of the group (TID 1501) that says what was found there.
"""

import numpy as np
from highdicom.sr import (
    AlgorithmIdentification,
    CodedConcept,
    GraphicTypeValues,
    ImageRegion,
    PlanarROIMeasurementsAndQualitativeEvaluations,
    RelationshipTypeValues,
    SourceImageForRegion,
    TextContentItem,
    TrackingIdentifier,
)
from pydicom.dataset import Dataset
from scipy import ndimage

from meddx.export.case_facts import CaseFacts, map_colour_scale
from meddx.export.dicom_results import concepts
from meddx.export.dicom_results.result_object import plain_source
from meddx.formatting import percent
from meddx.imaging.overlay import CUTOFF, map_on_image

_WHOLE = "The whole image."
_HIGHLIGHTED = (
    f"Box around the part with the most evidence of where the heat map reaches {percent(CUTOFF)} of its scale; "
    "no outline of disease."
)
_Box = tuple[int, int, int, int]
"""Left, top, right, bottom, in columns and rows from the image's upper left corner (PS3.3 C.18.6.1.1)."""


def image_region(
    header: Dataset,
    facts: CaseFacts,
    tracking: TrackingIdentifier,
    finding: CodedConcept,
    by: AlgorithmIdentification,
    *,
    shown: CaseFacts | None = None,
) -> PlanarROIMeasurementsAndQualitativeEvaluations:
    """Return the group of what is highlighted on the map of `shown`, of the whole image where nothing is.

    A finding without a place of its own is one of the whole image. Viewers that expect a place of every group (OHIF
    3.12 and 3.13) else draw nothing of the report.
    """
    box = None if shown is None else _highlighted_box(header, shown)
    text = _WHOLE if box is None else _HIGHLIGHTED
    left, top, right, bottom = box or (0, 0, int(header.Columns), int(header.Rows))
    frames = [facts.image.frame + 1] if facts.image.frames > 1 else None
    region = ImageRegion(
        graphic_type=GraphicTypeValues.POLYLINE,
        graphic_data=np.array([[left, top], [right, top], [right, bottom], [left, bottom], [left, top]], np.float64),
        source_image=SourceImageForRegion(plain_source(header).SOPClassUID, header.SOPInstanceUID, frames),
    )
    group = PlanarROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=tracking, referenced_region=region, finding_type=finding, algorithm_id=by
    )
    comment = TextContentItem(concepts.COMMENT, text, relationship_type=RelationshipTypeValues.CONTAINS)
    group[0].ContentSequence.append(comment)
    return group


def _highlighted_box(header: Dataset, facts: CaseFacts) -> _Box | None:
    explanation = facts.explanation
    assert explanation is not None
    evidence = map_on_image(explanation.maps[facts.label.name], explanation.placement, header.Rows, header.Columns)
    area = evidence >= CUTOFF * map_colour_scale(facts)
    if not area.any():
        return None
    parts, _ = ndimage.label(area)
    down, across = ndimage.find_objects(parts)[parts.flat[np.argmax(evidence)] - 1]
    return int(across.start), int(down.start), int(across.stop), int(down.stop)
