"""The area of a heat map that is coloured by default, as a Segmentation."""

import numpy as np
from highdicom import AlgorithmIdentificationSequence
from highdicom.seg import SegmentAlgorithmTypeValues, Segmentation, SegmentationTypeValues, SegmentDescription
from pydicom.dataset import Dataset

from meddx.errors import Refused
from meddx.explain.methods import METHODS
from meddx.export.case_facts import CaseFacts, map_colour_scale
from meddx.export.dicom_results import concepts
from meddx.export.dicom_results.identifiers import instance_uid, series_uid
from meddx.export.dicom_results.parametric_map import refer_to_frame
from meddx.export.dicom_results.result_object import (
    MANUFACTURER,
    equipment,
    plain_source,
    remove_slice_distance,
    research_comment,
    series_description,
    written,
)
from meddx.formatting import percent
from meddx.imaging.overlay import CUTOFF, map_on_image

_SERIES_NUMBER = 9004


def segmentation(header: Dataset, facts: CaseFacts) -> bytes:
    """Return the area as a binary segment with the rows and columns of the source.

    The cut-off is that of the viewer, 20 % of the scale. What it encloses drew the network's attention; it does not
    outline disease, and the segment says so. Raises Refused where no pixel reaches the cut-off, and where the source
    lies in a Frame of Reference without a slice thickness (PS3.3 C.7.6.16.2.1, Type 1C).
    """
    assert facts.explanation is not None
    if "FrameOfReferenceUID" in header and "SliceThickness" not in header:
        raise Refused(
            "no-geometry",
            "A segmentation in a Frame of Reference needs the slice thickness, which the header does not state: leave "
            "the area out, or complete the header.",
        )
    explanation, label = facts.explanation, facts.label
    evidence = map_on_image(explanation.maps[label.name], explanation.placement, header.Rows, header.Columns)
    area = evidence >= CUTOFF * map_colour_scale(facts)
    if not area.any():
        raise Refused("nothing-marked", "No pixel of the heat map reaches the cut-off: leave the segmentation out.")
    method = METHODS[explanation.method].title
    described = SegmentDescription(
        segment_number=1,
        segment_label=f"Highlighted for {label.title}"[:64],
        segmented_property_category=concepts.SPATIAL,
        segmented_property_type=concepts.HIGHLIGHTED,
        algorithm_type=SegmentAlgorithmTypeValues.AUTOMATIC,
        algorithm_identification=AlgorithmIdentificationSequence(
            name=f"{method} of {facts.card.id}"[:64],
            family=concepts.ARTIFICIAL_INTELLIGENCE,
            version=facts.card.version,
            source=MANUFACTURER,
        ),
    )
    described.SegmentDescription = f"Heat map at {percent(CUTOFF)} of its scale or more; not an outline of disease."
    result = Segmentation(
        source_images=[plain_source(header)],
        pixel_array=area.astype(np.uint8),
        segmentation_type=SegmentationTypeValues.BINARY,
        segment_descriptions=[described],
        series_instance_uid=series_uid("SEG", header, facts),
        series_number=_SERIES_NUMBER,
        sop_instance_uid=instance_uid("SEG", header, facts, label.name, explanation.method),
        instance_number=1 + facts.card.labels.index(label),
        omit_empty_frames=False,
        content_label="HIGHLIGHTED",
        content_description=f"Area highlighted for {label.title}"[:64],
        series_description=series_description("highlighted area", facts),
        specific_character_set="ISO_IR 192",
        **equipment(facts),
    )
    if "FrameOfReferenceUID" not in header:
        result.PatientOrientation = header.get("PatientOrientation", "")
    result.ContentCreatorName = ""  # a program
    result.ImageComments = research_comment(facts)
    result.ContentQualification = "RESEARCH"
    remove_slice_distance(result)
    refer_to_frame(result, facts)
    return written(result, header)
