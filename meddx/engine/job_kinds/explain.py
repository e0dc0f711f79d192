"""Where one method finds evidence on one image: for methods of many passes, with progress and a way out."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from meddx.engine.job_runner import JobProgress
from meddx.types import Explanation

if TYPE_CHECKING:
    from meddx.engine.service import Service


def run(service: "Service", arguments: Mapping[str, Any], progress: JobProgress) -> Explanation:
    """Maps of every label.

    arguments: those of Engine.explain: data (bytes of the file), model (id), method (name), frame. Raises Refused where
    the image cannot be read or is not accepted, and for an unknown method.
    """
    return service.explain(**arguments, progress=progress)
