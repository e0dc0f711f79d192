"""The heat map of one label as a Parametric Map: evidence at every pixel of the source, in shares of its scale."""

import math

import numpy as np
from highdicom import VOILUTTransformation
from highdicom.pm import ParametricMap, RealWorldValueMapping
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage

from meddx.errors import Refused
from meddx.explain.methods import METHODS
from meddx.export.case_facts import CaseFacts, map_colour_scale
from meddx.export.dicom_results import concepts
from meddx.export.dicom_results.frame_anatomy import frame_anatomy
from meddx.export.dicom_results.identifiers import frame_of_reference_uid, instance_uid, series_uid
from meddx.export.dicom_results.result_object import (
    equipment,
    plain_source,
    remove_slice_distance,
    research_comment,
    series_description,
    written,
)
from meddx.imaging.overlay import map_on_image

_SERIES_NUMBER = 9003
_DIRECTIONS = {"L": (1, 0, 0), "R": (-1, 0, 0), "P": (0, 1, 0), "A": (0, -1, 0), "H": (0, 0, 1), "F": (0, 0, -1)}
"""Unit vectors of the patient's coordinate system, PS3.3 C.7.6.2.1.1, by the letters of PatientOrientation."""


def parametric_map(header: Dataset, facts: CaseFacts) -> bytes:
    """Return the map of `facts.label`, one frame of float32 with the rows and columns of the source.

    A value is the evidence at the centre of the pixel, as meddx.imaging.overlay draws it, 0 where the network saw
    nothing, as a share of the scale of the colours: OHIF 3.13 draws any map from 0 to 1, whatever window it states. The
    second Real World Value Mapping gives the evidence in the map's own units. Where the source states a plane in a
    Frame of Reference the map lies in the same. A projection states none: the map then has a Frame of Reference of its
    own, in which only the directions (PatientOrientation) and distances (pixel spacing) mean something; it is aligned
    by its pixels. Raises Refused where the source states neither, since the object cannot be written without a geometry
    (PS3.3 A.75).
    """
    assert facts.explanation is not None
    explanation, label = facts.explanation, facts.label
    source = _placed(header)
    evidence = map_on_image(explanation.maps[label.name], explanation.placement, header.Rows, header.Columns)
    scale = map_colour_scale(facts)
    shares = (evidence / scale).astype(np.float32)
    lowest = -1.0 if explanation.signed else 0.0
    value_range = float(shares.min()), float(shares.max())
    share_of_scale = RealWorldValueMapping(
        lut_label="share of scale",
        lut_explanation=f"Share of the scale of the colours, for {label.title}"[:64],
        unit=concepts.NO_UNITS,
        value_range=value_range,
        slope=1.0,
        intercept=0.0,
        quantity_definition=concepts.EVIDENCE,
    )
    in_own_units = RealWorldValueMapping(
        lut_label=label.name[:16],
        lut_explanation=f"{METHODS[explanation.method].title} for {label.title}"[:64],
        unit=concepts.UNITS[explanation.units],
        value_range=value_range,
        slope=scale,
        intercept=0.0,
        quantity_definition=concepts.EVIDENCE,
    )
    window = VOILUTTransformation(
        window_center=(lowest + 1) / 2,
        window_width=1 - lowest,
        window_explanation="The scale that all images share" if explanation.scale else "This map alone",
        voi_lut_function="LINEAR_EXACT",
    )
    result = ParametricMap(
        source_images=[source],
        pixel_array=shares,
        series_instance_uid=series_uid("PM", header, facts, source.FrameOfReferenceUID),
        series_number=_SERIES_NUMBER,
        sop_instance_uid=instance_uid("PM", header, facts, label.name, explanation.method),
        instance_number=1 + facts.card.labels.index(label),
        contains_recognizable_visual_features=False,
        real_world_value_mappings=[share_of_scale, in_own_units],
        voi_lut_transformations=[window],
        content_label="HEAT_MAP",
        content_description=f"Evidence for {label.title}"[:64],
        content_qualification="RESEARCH",
        derived_pixel_contrast="NONE",
        series_description=series_description("heat map", facts),
        specific_character_set="ISO_IR 192",
        **equipment(facts),
    )
    result.ContentCreatorName = ""  # a program
    result.SharedFunctionalGroupsSequence[0].FrameAnatomySequence = [frame_anatomy(header)]
    result.ImageComments = research_comment(facts)
    remove_slice_distance(result)
    refer_to_frame(result, facts)
    return written(result, header)


def refer_to_frame(result: Dataset, facts: CaseFacts) -> None:
    """Name the frame in every reference to a source of several frames."""
    if facts.image.frames == 1:
        return
    for item in result.iterall():
        if item.keyword == "SourceImageSequence":
            for reference in item.value:
                reference.ReferencedFrameNumber = facts.image.frame + 1


def _placed(header: Dataset) -> Dataset:
    """Return the header as highdicom takes it, with a plane in a Frame of Reference."""
    source = plain_source(header)
    if "FrameOfReferenceUID" in header:
        return source
    orientation = [_DIRECTIONS[letters[0]] for letters in header.get("PatientOrientation") or []]
    spacing = header.get("PixelSpacing") or []
    if len(orientation) != 2 or len(spacing) != 2 or not all(math.isfinite(float(one)) for one in spacing):
        raise Refused(
            "no-geometry",
            "A parametric map needs the image's orientation (PatientOrientation) and pixel spacing, which its header "
            "does not state: leave the map out, or complete the header.",
        )
    source.SOPClassUID = CTImageStorage
    source.FrameOfReferenceUID, source.PositionReferenceIndicator = frame_of_reference_uid(header), ""
    source.ImagePositionPatient = [0, 0, 0]
    source.ImageOrientationPatient = [*orientation[0], *orientation[1]]
    return source
