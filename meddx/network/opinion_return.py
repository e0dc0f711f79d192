"""Hand a reader's recorded opinion to the node, which sends it to where the results went, if its rule says so."""

import hashlib
import sqlite3

from meddx.errors import Refused
from meddx.network.node_config import configured_node
from meddx.network.node_database import GivenOpinion
from meddx.network.node_folder import NodeFolder
from meddx.records.recorded import AnswerToRecord, OpinionToRecord


def return_opinion(data: bytes, answer: AnswerToRecord, given: OpinionToRecord) -> None:
    """Hand over an opinion on a film of the node; nothing where there is no node, or no rule of it asks for opinions.

    data: of the film's file. Raises Refused where the node's folder cannot be used, or the film leaves it meanwhile;
    doing it again does not double.
    """
    config = configured_node()
    model = answer.prediction.model
    rules = {rule.name: rule for rule in config.rule if rule.opinions and rule.model == model} if config else {}
    if config is None or not rules:
        return
    queue = NodeFolder(config.folder).queue()
    said = given.opinion
    try:
        for film, rule in queue.answered_films(hashlib.sha256(data).hexdigest()):
            if rule in rules:
                opinion = GivenOpinion(
                    f"{given.token} {rule}", film, rule, answer.fingerprint, answer.frame, given.label,
                    said.verdict or "", said.corrected, said.note, given.who,
                )  # fmt: skip
                if not queue.add_opinion(opinion, rules[rule].send_to):
                    raise Refused(
                        "film-left",
                        "The film has left the DICOM node meanwhile: the opinion is kept in the records and was not "
                        "sent. Try again to go on without sending it.",
                    )
    except sqlite3.Error:
        raise Refused(
            "no-node", "The opinion could not be handed to the DICOM node, whose database cannot be used: try again."
        ) from None
    finally:
        queue.close()
