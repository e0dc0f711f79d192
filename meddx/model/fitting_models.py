"""Find the models that fit an image, by what its file states and by how like their training images its pixels are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from meddx.errors import Refused
from meddx.model.acceptance import check_accepted, patient_cautions
from meddx.model.card import Card
from meddx.model.shelf import image_side, is_teaching


@dataclass(frozen=True)
class StatedFacts:
    """What a file states of its image and its patient; None where it states nothing."""

    format: str
    modality: str | None = None
    body_part: str | None = None
    view: str | None = None
    age_years: float | None = field(default=None, repr=False)
    sex: str | None = field(default=None, repr=False)
    synthetic: bool = False


@dataclass(frozen=True)
class FittingModel:
    """A model that what the file states allows. stated: the attributes that say so; none where the file states none."""

    card: Card
    stated: tuple[str, ...]


@dataclass(frozen=True)
class Proposal:
    """The model proposed instead of the chosen one, and why.

    stated: attributes of the file that suit it. alike: whether its pixels are like its training images, None where that
    was not measured.
    """

    card: Card
    stated: tuple[str, ...]
    alike: bool | None


def fitting_models(cards: Iterable[Card], facts: StatedFacts) -> tuple[FittingModel, ...]:
    """Return the models that accept the image and are made for its patient, the best fitting first.

    That is the one of which the file states most, then one for images as they come, then one of larger images.
    """
    found = []
    for card in cards:
        try:
            check_accepted(card, facts)
        except Refused:
            continue
        if not patient_cautions(card, facts):
            found.append(FittingModel(card, _stated(card, facts)))
    return tuple(
        sorted(found, key=lambda one: (-len(one.stated), is_teaching(one.card), -image_side(one.card), one.card.title))
    )


def doubts(chosen: Card, fitting: Sequence[FittingModel], alike: Mapping[str, bool | None]) -> bool:
    """Return whether file or pixels speak against the chosen model. alike: as in `proposed`."""
    return chosen.id not in {one.card.id for one in fitting} or alike.get(chosen.id) is False


def proposed(chosen: Card, fitting: Sequence[FittingModel], alike: Mapping[str, bool | None]) -> Proposal | None:
    """Return the model to propose instead of the chosen one, None where that fits or nothing fits better.

    alike: by model, whether the pixels are like its training images; a model of which that is not known, or not
    measured (None), is proposed only where the file states something that suits it.
    """
    if not doubts(chosen, fitting, alike):
        return None
    for one in fitting:
        of_pixels = alike.get(one.card.id)
        if one.card.id != chosen.id and of_pixels is not False and (of_pixels or one.stated):
            return Proposal(one.card, one.stated, of_pixels)
    return None


def _stated(card: Card, facts: StatedFacts) -> tuple[str, ...]:
    accepts = card.accepts
    suits = (
        ("Modality", facts.modality is not None and bool(accepts.modality)),
        ("BodyPartExamined", facts.body_part is not None and bool(accepts.body_part)),
        ("ViewPosition", facts.view is not None and bool(accepts.view)),
        ("PatientAge", facts.age_years is not None and accepts.age_years is not None),
        ("PatientSex", facts.sex is not None and bool(accepts.sex)),
    )
    return tuple(name for name, applies in suits if applies)
