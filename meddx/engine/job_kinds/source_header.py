"""Read what DICOM results take over from an image's header, in this process, where bytes of strangers are decoded."""

from collections.abc import Mapping
from typing import Any

from meddx.engine.contract import JobContext
from meddx.imaging import source_header
from meddx.types import Progress


def run(context: JobContext, arguments: Mapping[str, Any], progress: Progress) -> str:
    """Return the header of one frame in the DICOM JSON model (PS3.18 F), see meddx.imaging.source_header.

    arguments: data (bytes of the file), frame. Raises Refused where the header allows no results.
    """
    progress(0, 0, "Reading the header")
    return source_header.source_header(arguments["data"], arguments["frame"]).to_json()
