"""Read whose image a file is from its header, in this process, where bytes of strangers are decoded."""

from collections.abc import Mapping
from typing import Any

from meddx.engine.contract import JobContext
from meddx.imaging import patient_facts
from meddx.types import Progress


def run(context: JobContext, arguments: Mapping[str, Any], progress: Progress) -> dict[str, str]:
    """Return the facts, title -> text; none for a file that states none.

    arguments: data (bytes of the file). Raises Refused where the file cannot be read.
    """
    progress(0, 0, "Reading the header")
    return patient_facts.patient_facts(arguments["data"])
