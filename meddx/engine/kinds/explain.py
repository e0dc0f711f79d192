"""Where one method finds evidence on one film: for methods of many passes, with progress and a way out."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from meddx.engine.jobs import Progress
from meddx.types import Explanation

if TYPE_CHECKING:
    from meddx.engine.service import Service


def run(service: "Service", arguments: Mapping[str, Any], progress: Progress) -> Explanation:
    """Maps of every label.

    arguments: those of Engine.explain: data (bytes of the file), model (id), method (name), frame. Raises Refused where
    the film cannot be read or is not accepted, and for an unknown method.
    """
    return service.explain(**arguments, progress=progress)
