"""Checks of whether a model may be applied to an image, by what the image states of itself and of its patient."""

import math
from typing import Protocol

from meddx.errors import Refused
from meddx.model.card import Card


class Stated(Protocol):
    """What a file states of its image and its patient, None where it states nothing; meddx.types.Image is one."""

    @property
    def format(self) -> str:
        """Return the format's name, such as "DICOM"."""

    @property
    def modality(self) -> str | None:
        """Return Modality."""

    @property
    def body_part(self) -> str | None:
        """Return BodyPartExamined."""

    @property
    def view(self) -> str | None:
        """Return ViewPosition."""

    @property
    def age_years(self) -> float | None:
        """Return the patient's age."""

    @property
    def sex(self) -> str | None:
        """Return PatientSex."""

    @property
    def synthetic(self) -> bool:
        """Return whether it is a phantom."""


def check_accepted(card: Card, image: Stated) -> tuple[str, ...]:
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
    if card.accepts.age_years is not None and image.age_years is None:
        unstated.append("PatientAge")
    if card.accepts.sex and image.sex is None:
        unstated.append("PatientSex")
    notes = []
    if image.synthetic:
        notes.append("This image is a synthetic phantom: the answer says nothing about a patient.")
    if unstated:
        what = " or ".join(unstated)
        notes.append(f"The {image.format} file states no {what}: whether this model fits the image was not checked.")
    return tuple(notes)


def patient_cautions(card: Card, image: Stated) -> tuple[str, ...]:
    """Return why the model is not made for the patient of this image, one sentence each.

    What the file states of the patient is not repeated.
    """
    ages, sex = card.accepts.age_years, card.accepts.sex
    sentences = []
    if ages is not None and image.age_years is not None and not ages[0] <= math.floor(image.age_years) <= ages[1]:
        years = f"{ages[0]} to {ages[1]} years" if ages[0] else f"up to {ages[1]} years"
        sentences.append(
            f"The file states an age that this model is not made for: it is for patients of {years}. "
            "Do not rely on its findings here."
        )
    if sex and image.sex is not None and image.sex not in sex:
        sentences.append(
            f"The file states another sex than this model is made for ({', '.join(sex)}). "
            "Do not rely on its findings here."
        )
    return tuple(sentences)


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
