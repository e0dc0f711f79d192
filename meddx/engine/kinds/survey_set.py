"""What labelled set a reader means: how many films, and what it calls its classes."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from meddx.engine import incoming
from meddx.engine.evaluation import allowed
from meddx.engine.jobs import Progress
from meddx.evaluate.sets.survey import survey

if TYPE_CHECKING:
    from meddx.engine.service import Service


def run(service: "Service", arguments: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """films, classes, no_image, missing and unlabelled of meddx.evaluate.sets.survey.Survey.

    arguments: folder_of_films (path) or upload (what meddx.engine.incoming.receive returned). Raises Refused.
    """
    if "upload" in arguments:
        root = incoming.unpacked(
            arguments["upload"], lambda done, total: progress(done >> 20, total >> 20, "Unpacking (MiB)")
        )
    else:
        root = allowed(arguments["folder_of_films"])
    progress(0, 0, "Reading the list of films")
    found = survey(root)
    return {name: value for name, value in asdict(found).items() if name != "path"}
