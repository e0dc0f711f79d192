"""The opinions of readers on one result as DICOM objects, which refer to the result that was sent."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import cast

from pydicom import dcmread

from meddx.errors import Refused
from meddx.export.dicom_results.opinion_report import ReaderStatement, opinion_report
from meddx.imaging.source_header import source_header
from meddx.model.card import Card
from meddx.network.film_answer import report_of, version_of
from meddx.network.node_database import GivenOpinion
from meddx.types import OpinionVerdict, ReaderOpinion


def opinion_objects(data: bytes, results: Path, card: Card, opinions: Sequence[GivenOpinion]) -> dict[str, bytes]:
    """Return the reports by name. data: of the film's file. results: the folder of what a model said of it.

    Opinions on another version of the model than the result, or of labels that the card has no more, are left out.
    Raises Refused where none is left.
    """
    version, fingerprint = version_of(results)
    known = {label.name for label in card.labels} | {""}
    fitting = [one for one in opinions if one.fingerprint == fingerprint and {one.label, one.corrected} <= known]
    if not fitting:
        raise Refused(
            "another-version",
            f"The opinion is on another version of {card.id} than the result, and is in the records alone: give node "
            "and web app the same models.",
        )
    read = card.model_copy(update={"version": version})
    objects = {}
    for number, given in enumerate(fitting, 1):
        several, path = report_of(results, given.frame)
        verdict = cast(OpinionVerdict, given.verdict) if given.verdict else None
        said = ReaderStatement(
            given.token,
            given.label,
            ReaderOpinion(verdict, given.note, given.corrected),
            given.who,
            given.frame if several else None,
        )
        result = dcmread(BytesIO(path.read_bytes()), stop_before_pixels=True)
        objects[f"opinion-{number}.dcm"] = opinion_report(source_header(data, given.frame), read, result, said)
    return objects
