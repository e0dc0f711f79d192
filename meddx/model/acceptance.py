"""Checks of whether a model may be applied to an image, by what the image states of itself."""

from meddx.errors import Refused
from meddx.model.card import Card
from meddx.types import Image


def check_accepted(card: Card, image: Image) -> tuple[str, ...]:
    """Return notes for the reader, one sentence each, on an image that the card accepts.

    Raises Refused where the card does not accept the image.
    Rules: "modality-not-accepted", "body-part-not-accepted", "view-not-accepted", "unlabelled-image-not-accepted",
    and "synthetic-model": a model trained on phantoms knows nothing of patients, so it answers synthetic images only.
    """
    if card.synthetic and not image.synthetic:
        raise Refused(
            "synthetic-model",
            f"{card.title} was trained on synthetic phantoms, and this image is not marked as one; "
            "choose a model trained on patients.",
        )
    unlabelled = image.format != "DICOM" and image.modality is None
    if unlabelled and not card.accepts.unlabelled_images:
        raise Refused(
            "unlabelled-image-not-accepted",
            f"A {image.format} states no modality, and {card.title} takes only images that do; use the DICOM file.",
        )
    unstated = [
        attribute
        for attribute, rule, stated, accepted in (
            ("Modality", "modality-not-accepted", image.modality, card.accepts.modality),
            ("BodyPartExamined", "body-part-not-accepted", image.body_part, card.accepts.body_part),
            ("ViewPosition", "view-not-accepted", image.view, card.accepts.view),
        )
        if _unstated(card, attribute, rule, stated, accepted)
    ]
    notes = []
    if image.synthetic:
        notes.append("This image is a synthetic phantom: the answer says nothing about a patient.")
    if unstated:
        what = " or ".join(unstated)
        notes.append(f"The {image.format} file states no {what}: whether this model fits the image was not checked.")
    return tuple(notes)


def _unstated(card: Card, attribute: str, rule: str, stated: str | None, accepted: tuple[str, ...]) -> bool:
    """Return whether the card requires the attribute and the image does not state it.

    Raises Refused when it states a value that is not accepted.
    """
    if not accepted:
        return False
    if stated is None:
        return True
    if stated.casefold() in (value.casefold() for value in accepted):
        return False
    raise Refused(  # what the image states is not repeated: it may be any text, a name among others
        rule,
        f"The image states another {attribute} than {' or '.join(accepted)}, which {card.title} asks for; "
        "choose a model made for such images.",
    )
