"""The result as a picture that every viewer can show: the image under its heat map, and the findings in words."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import PIL.Image
import reportlab
from highdicom.sc import SCImage
from numpy.typing import NDArray
from PIL import ImageDraw, ImageFont
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian

from meddx.export.case_facts import CaseFacts
from meddx.export.case_picture import case_picture
from meddx.export.case_text import case_text
from meddx.export.dicom_results.identifiers import instance_uid, series_uid
from meddx.export.dicom_results.result_object import (
    equipment,
    plain_source,
    research_comment,
    series_description,
    written,
)

_SERIES_NUMBER = 9002
_SIDE = 1024
"""Longest side of the picture in pixels."""
_TEXT_WIDTH, _MARGIN, _SIZE, _LEADING = 720, 24, 18, 25
_INK, _PAPER = (235, 235, 235), (0, 0, 0)


def secondary_capture(header: Dataset, facts: CaseFacts) -> bytes:
    """Return the picture, at most 1024 pixels long, and the text of the case beside it, as RGB.

    Neither picture nor text says whose image it is; the header does, as the source's. No heat map is drawn where
    `facts.explanation` is None.
    """
    shown = "" if facts.explanation is None else facts.explanation.method
    check = "" if facts.check is None else facts.check.verdict
    result = SCImage.from_ref_dataset(
        ref_dataset=plain_source(header),
        pixel_array=_page(facts),
        photometric_interpretation="RGB",
        bits_allocated=8,
        coordinate_system="PATIENT",
        patient_orientation=("L", "F"),
        series_instance_uid=series_uid("SC", header, facts),
        series_number=_SERIES_NUMBER,
        sop_instance_uid=instance_uid("SC", header, facts, facts.label.name, shown, check),
        instance_number=1 + facts.card.labels.index(facts.label),
        transfer_syntax_uid=ExplicitVRLittleEndian,
        series_description=series_description("picture", facts),
        specific_character_set="ISO_IR 192",
        **equipment(facts),
    )
    result.PatientOrientation = []  # a page of picture and text has none
    result.Laterality = header.get("Laterality", "")
    if "BurnedInAnnotation" in header:
        result.BurnedInAnnotation = header.BurnedInAnnotation
    result.ImageComments = research_comment(facts)
    reference = Dataset()
    reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID = header.SOPClassUID, header.SOPInstanceUID
    if facts.image.frames > 1:
        reference.ReferencedFrameNumber = facts.image.frame + 1
    result.SourceImageSequence = [reference]
    return written(result, header)


def _page(facts: CaseFacts) -> NDArray[np.uint8]:
    """Return picture and text side by side, uint8 (rows, columns, 3)."""
    picture = case_picture(facts, _SIDE)
    font = ImageFont.truetype(str(Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"), _SIZE)
    lines = [part for line in _words(facts) for part in _wrapped(line, font)]
    rows = max(picture.height, len(lines) * _LEADING) + 2 * _MARGIN
    page = PIL.Image.new("RGB", (picture.width + _TEXT_WIDTH + 3 * _MARGIN, rows), _PAPER)
    page.paste(picture, (_MARGIN, _MARGIN))
    drawing = ImageDraw.Draw(page)
    for number, line in enumerate(lines):
        drawing.text((picture.width + 2 * _MARGIN, _MARGIN + number * _LEADING), line, _INK, font)
    return np.asarray(page)


def _words(facts: CaseFacts) -> Sequence[str]:
    """Return the text of the case, a line each, without what says whose image it is."""
    nameless = CaseFacts(
        facts.card, facts.answer, facts.image, facts.sha256, facts.label, facts.explanation, facts.check, facts.coverage
    )
    return case_text(nameless).splitlines()


def _wrapped(line: str, font: ImageFont.FreeTypeFont) -> list[str]:
    """Return the line in pieces that fit, broken between words; a word that is too long stands alone."""
    indent = line[: len(line) - len(line.lstrip())]
    pieces = [""]
    for word in line.split():
        longer = f"{pieces[-1]} {word}".strip()
        if pieces[-1] and font.getlength(indent + longer) > _TEXT_WIDTH:
            pieces.append(word)
        else:
            pieces[-1] = longer
    return [indent + piece for piece in pieces]
