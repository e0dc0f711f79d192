"""Whether a model may be asked about a film, by what the film states of itself."""

import re

from meddx.errors import Refused
from meddx.model.card import Card
from meddx.types import Film

_CODE_STRING = re.compile(r"[A-Z0-9_ ]{1,16}")
"""Value Representation CS, PS3.5 6.2. Anything else in these attributes is not repeated: it may be free text."""


def check(card: Card, film: Film) -> tuple[str, ...]:
    """Notes for the reader, one sentence each. Raises Refused where the card does not accept the film.

    Rules: "modality-not-accepted", "body-part-not-accepted", "view-not-accepted", "unlabelled-image-not-accepted",
    and "synthetic-model": a model trained on phantoms knows nothing of patients, so it answers synthetic films only.
    """
    if card.synthetic and not film.synthetic:
        raise Refused(
            "synthetic-model",
            f"{card.title} was trained on synthetic phantoms, and this film is not marked as one; "
            "choose a model trained on patients.",
        )
    unlabelled = film.format != "DICOM" and film.modality is None
    if unlabelled and not card.accepts.unlabelled_images:
        raise Refused(
            "unlabelled-image-not-accepted",
            f"A {film.format} states no modality, and {card.title} takes only films that do; use the DICOM file.",
        )
    unstated = [
        attribute
        for attribute, rule, stated, accepted in (
            ("Modality", "modality-not-accepted", film.modality, card.accepts.modality),
            ("BodyPartExamined", "body-part-not-accepted", film.body_part, card.accepts.body_part),
            ("ViewPosition", "view-not-accepted", film.view, card.accepts.view),
        )
        if _unstated(card, attribute, rule, stated, accepted)
    ]
    notes = []
    if film.synthetic:
        notes.append("This film is a synthetic phantom: the answer says nothing about a patient.")
    if unstated:
        what = " or ".join(unstated)
        notes.append(f"The {film.format} file states no {what}: whether this model fits the film was not checked.")
    return tuple(notes)


def _unstated(card: Card, attribute: str, rule: str, stated: str | None, accepted: tuple[str, ...]) -> bool:
    """True when the card asks for the attribute and the film states none. Raises Refused when it states another."""
    if not accepted:
        return False
    if stated is None:
        return True
    if stated.casefold() in (value.casefold() for value in accepted):
        return False
    shown = stated.upper() if _CODE_STRING.fullmatch(stated.upper()) else "of an unknown kind"
    raise Refused(
        rule,
        f"The film states {attribute} {shown}, and {card.title} takes only {', '.join(accepted)}; "
        "choose a model made for such films.",
    )
