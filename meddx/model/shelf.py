"""Sort models onto the shelf that a clinician reads: by body part and kind of image, those for small images last."""

from collections.abc import Iterable
from dataclasses import dataclass

from meddx.model.card import Card

FEWEST_PIXELS = 64
"""Longest side of its training images from which a model is of images as they come."""
BODY_PARTS = {
    "CHEST": "Chest", "THORAX": "Chest", "BREAST": "Breast", "BRAIN": "Head", "HEAD": "Head", "EYE": "Eye",
    "RETINA": "Eye", "SKIN": "Skin", "ABDOMEN": "Abdomen", "PELVIS": "Pelvis", "SPINE": "Spine", "HAND": "Hand",
    "KNEE": "Knee",
}  # fmt: skip
"""Values of Body Part Examined (0018,0015), in words."""
IMAGE_KINDS = {
    "CR": "X-ray", "DX": "X-ray", "RG": "X-ray", "MG": "mammography", "US": "ultrasound", "MR": "MRI", "CT": "CT",
    "OP": "fundus photograph", "OPT": "OCT", "SM": "microscopy", "DMS": "dermatoscopy", "ES": "endoscopy",
    "XC": "photograph", "PT": "PET", "NM": "scintigraphy", "XA": "angiography",
}  # fmt: skip
"""Values of Modality (0008,0060), in words."""


@dataclass(frozen=True)
class Place:
    """Where a model stands: body part and kind of image, each in words or "" where it takes any."""

    body_part: str
    kind: str

    @property
    def title(self) -> str:
        """Return the place, for readers: "Chest: X-ray"."""
        if self.body_part and self.kind:
            return f"{self.body_part}: {self.kind}"
        return self.body_part or f"{self.kind[:1].upper()}{self.kind[1:]}" or "Any image"


@dataclass(frozen=True)
class Shelf:
    """Models of one place, those of the largest images first. teaching: of small images, or phantoms, of any place."""

    place: Place | None
    cards: tuple[Card, ...]

    @property
    def teaching(self) -> bool:
        """Return whether its models are for teaching and benchmarks."""
        return self.place is None


def place_of(card: Card) -> Place:
    """Return where a model stands, by the first value that its card accepts."""
    accepts = card.accepts
    return Place(_word(BODY_PARTS, accepts.body_part), _word(IMAGE_KINDS, accepts.modality))


def image_side(card: Card) -> int:
    """Return the longest side in pixels of what the model sees: of its input, or of images enlarged to that."""
    longest = max(card.input.height, card.input.width)
    known = card.training.image_side if card.training is not None else None
    return longest if known is None else min(longest, known)


def is_teaching(card: Card) -> bool:
    """Return whether a model is for teaching and benchmarks: of phantoms, or of images too small to be read."""
    return card.synthetic or image_side(card) < FEWEST_PIXELS


def shelves(cards: Iterable[Card]) -> tuple[Shelf, ...]:
    """Return the shelves in the order of their titles; teaching and benchmarks come last."""
    ordered = sorted(cards, key=lambda card: (-image_side(card), card.title))
    by_place: dict[Place, list[Card]] = {}
    for card in ordered:
        if not is_teaching(card):
            by_place.setdefault(place_of(card), []).append(card)
    found = [Shelf(place, tuple(of)) for place, of in sorted(by_place.items(), key=lambda item: item[0].title)]
    teaching = tuple(sorted(filter(is_teaching, ordered), key=lambda card: place_of(card).title))
    return (*found, *([Shelf(None, teaching)] if teaching else []))


def shelf_order(cards: Iterable[Card]) -> tuple[Card, ...]:
    """Return the cards as they stand on the shelves."""
    return tuple(card for shelf in shelves(cards) for card in shelf.cards)


def _word(words: dict[str, str], values: tuple[str, ...]) -> str:
    return next((words.get(value.upper(), value.capitalize()) for value in values), "")
