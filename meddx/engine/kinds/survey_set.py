"""What labelled set a reader means: how many films, and what it calls its classes."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from meddx.engine import incoming
from meddx.engine.evaluation import allowed
from meddx.engine.jobs import Progress
from meddx.evaluate.sets.survey import survey

if TYPE_CHECKING:
    from meddx.engine.service import Service


def run(service: "Service", arguments: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """films (how many), classes (name -> films; empty where the table has a column for each label).

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
    return {"films": found.films, "classes": found.classes}
