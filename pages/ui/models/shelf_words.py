"""Say in the reader's language where a model stands on the shelf (meddx.model.shelf)."""

from meddx.model.card import Card
from meddx.model.shelf import BODY_PARTS, IMAGE_KINDS, Place, image_side, is_teaching, place_of
from pages.ui.common.language.formatting import capital
from pages.ui.common.language.language import N_, _, number

_BODY_PARTS = (
    N_("Chest"), N_("Breast"), N_("Head"), N_("Eye"), N_("Skin"), N_("Abdomen"), N_("Pelvis"), N_("Spine"), N_("Hand"),
    N_("Knee"),
)  # fmt: skip
_KINDS = (
    N_("X-ray"), N_("mammography"), N_("ultrasound"), N_("MRI"), N_("CT"), N_("fundus photograph"), N_("OCT"),
    N_("microscopy"), N_("dermatoscopy"), N_("endoscopy"), N_("photograph"), N_("PET"), N_("scintigraphy"),
    N_("angiography"),
)  # fmt: skip
assert set(_BODY_PARTS) == set(BODY_PARTS.values())
assert set(_KINDS) == set(IMAGE_KINDS.values())


def place_title(place: Place) -> str:
    """Return the place: "Chest: X-ray"; a body part or kind without a word of its own as the card has it."""
    body_part, kind = _(place.body_part), _(place.kind)
    if place.body_part and place.kind:
        return _("{body_part}: {kind_of_image}").format(body_part=body_part, kind_of_image=kind)
    return body_part or capital(kind) or _("Any image")


def shelf_caption(card: Card) -> str:
    """Return where the model stands and how many pixels it sees, a line below its title."""
    where = place_title(place_of(card))
    if is_teaching(card):
        where = _("Teaching and benchmarks · {place}").format(place=where)
    return _("{place} · {pixels} pixels").format(place=where, pixels=number(image_side(card)))
