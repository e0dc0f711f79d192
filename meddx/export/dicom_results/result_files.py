"""All the DICOM objects of one answer, by file name."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from meddx.errors import Refused
from meddx.export.case_facts import CaseFacts

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

NO_PACKAGES = "Results as DICOM need packages that are not installed: pip install -r requirements-pacs.txt."


@dataclass(frozen=True)
class ResultFiles:
    """The objects of one answer: file name -> content; and a sentence for each that could not be written."""

    files: dict[str, bytes]
    left_out: tuple[str, ...] = ()


def dicom_results_available() -> bool:
    """Return whether the packages are installed that write DICOM results."""
    return find_spec("highdicom") is not None


def require_dicom_results() -> None:
    """Raise Refused where the packages are missing that write DICOM results."""
    if not dicom_results_available():
        raise Refused("no-highdicom", NO_PACKAGES)


def result_files(
    header: "Dataset", cases: Sequence[CaseFacts], *, segmentation: bool = False, report: bool = False
) -> ResultFiles:
    """Return Structured Report and Secondary Capture, and a Parametric Map for each heat map that is shown.

    header: of the source (meddx.imaging.source_header). cases: the same image and answer, one for each label whose heat
    map was drawn or checked, at least one; the first is the report's. segmentation, report: whether the highlighted
    areas and the one-page report are wanted too. Raises Refused where the packages are missing.
    """
    require_dicom_results()
    logging.getLogger("highdicom").setLevel(logging.CRITICAL)  # its warnings may repeat a name
    from meddx.export.dicom_results import encapsulated_pdf, parametric_map, secondary_capture, structured_report
    from meddx.export.dicom_results import segmentation as area

    files = {"findings.dcm": structured_report.structured_report(header, cases)}
    left_out = []
    for number, facts in enumerate(cases):
        name = f"{1 + facts.card.labels.index(facts.label)}"
        if number == 0 or facts.explanation is not None:
            files[f"picture-{name}.dcm"] = secondary_capture.secondary_capture(header, facts)
        if facts.explanation is None:
            continue
        makers = {f"map-{name}.dcm": parametric_map.parametric_map}
        if segmentation:
            makers[f"area-{name}.dcm"] = area.segmentation
        for file, make in makers.items():
            try:
                files[file] = make(header, facts)
            except Refused as refused:
                left_out.append(f"{facts.label.title}: {refused.reason}")
    if report:
        files["report.dcm"] = encapsulated_pdf.encapsulated_pdf(header, cases[0])
    return ResultFiles(files, tuple(left_out))
