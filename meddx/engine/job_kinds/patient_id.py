"""Read the patient's id from an image file's header, by which records of the patient are found again to erase them."""

from collections.abc import Mapping
from typing import Any

from meddx.engine.contract import JobContext
from meddx.imaging.patient_facts import PATIENT_FACTS, patient_facts
from meddx.types import Progress


def run(context: JobContext, arguments: Mapping[str, Any], progress: Progress) -> str:
    """Return PatientID as its header states it, "" for a file that states none.

    arguments: data (bytes of the file). Raises Refused where the file cannot be read.
    """
    progress(0, 0, "Reading the header")
    return patient_facts(arguments["data"]).get(PATIENT_FACTS["PatientID"], "")
