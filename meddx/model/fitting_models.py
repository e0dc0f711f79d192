"""Find the models that fit an image, by what its file states and by how like their training images its pixels are."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from meddx.errors import Refused
from meddx.model.acceptance import check_accepted, patient_cautions
from meddx.model.card import Card
from meddx.model.shelf import Place, image_side, is_teaching, place_of


@dataclass(frozen=True)
class StatedFacts:
    """What a file states of its image and its patient; None where it states nothing. colour: of its pixels."""

    format: str
    modality: str | None = None
    body_part: str | None = None
    view: str | None = None
    age_years: float | None = field(default=None, repr=False)
    sex: str | None = field(default=None, repr=False)
    synthetic: bool = False
    colour: bool = False


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

    That is the one of which the file states most. Then the first model of every place on the shelf comes before the
    second of any, so that a file which states nothing is held against each kind of image; of these, those that see
    colour as the image has it, then those for images as they come, then those of larger images.
    """
    found: list[FittingModel] = []
    for card in cards:
        try:
            check_accepted(card, facts)
        except Refused:
            continue
        if not patient_cautions(card, facts):
            found.append(FittingModel(card, _stated(card, facts)))
    found.sort(key=lambda one: (is_teaching(one.card), -image_side(one.card), one.card.title))
    ranks: dict[str, int] = {}
    in_place: Counter[Place] = Counter()
    for one in found:
        place = place_of(one.card)
        ranks[one.card.id] = in_place[place]
        in_place[place] += 1
    other_colour = {one.card.id: facts.colour and one.card.input.channels == 1 for one in found}
    return tuple(sorted(found, key=lambda one: (-len(one.stated), ranks[one.card.id], other_colour[one.card.id])))


def doubts(
    chosen: Card, fitting: Sequence[FittingModel], alike: Mapping[str, bool | None], *, colour: bool = False
) -> bool:
    """Return whether file or pixels speak against the chosen model. alike: as in `proposed`.

    colour: of the image; it speaks against a model of grey images, where nothing else says whether the pixels fit.
    """
    if chosen.id not in {one.card.id for one in fitting}:
        return True
    of_pixels = alike.get(chosen.id)
    return of_pixels is False or (of_pixels is None and colour and chosen.input.channels == 1)


def proposed(chosen: Card, fitting: Iterable[FittingModel], alike: Mapping[str, bool | None]) -> Proposal | None:
    """Return the first model to propose instead of the chosen one, which `doubts` speak against; None without one.

    alike: by model, whether the pixels are like its training images; a model of which that is not known, or not
    measured (None), is proposed only where the file states something that suits it.
    """
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
