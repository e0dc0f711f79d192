"""What may stand beside the open image: the session's other images, and the open one by another model."""

from collections import Counter
from collections.abc import Mapping

from meddx.model.card import Card
from meddx.model.fitting_models import fitting_models
from meddx.model.shelf import shelf_order
from pages.ui.common.language.language import N_, _
from pages.ui.common.model_titles import model_titles
from pages.ui.common.session import FurtherPane, Session, SessionCase
from pages.ui.diagnose.model_proposal import stated_facts
from pages.ui.diagnose.worklist.studies import Entry, entries, header_of, image_text, stack_of, study_text

_MODEL, _AWAITED = "model ", "awaited "
_DIGITS = 16
SHOWS_NOTHING = ""
_NOTHING = N_("Nothing")


def pane_choices(pane: FurtherPane, images: Session, card: Card, cards: Mapping[str, Card]) -> dict[str, str]:
    """Return choice -> title of all that a pane may show, nothing first, then images of the same patient.

    card: of the chosen model; cards: by id, all that are installed. Models that other panes show are left out.
    """
    elsewhere = {one.model for one in images.further_panes[: images.layout - 1] if one is not pane}
    titles = model_titles(cards.values())
    models = {
        _MODEL + one.id: _("This image by {model}").format(model=titles[one.id])
        for one in _other_models(images, card, cards)
        if one.id not in elsewhere
    }
    return {SHOWS_NOTHING: _(_NOTHING), **image_titles(images), **models}


def image_titles(images: Session) -> dict[str, str]:
    """Return id -> title of every readable image or stack, those of the same patient first; of the open one, if it
    has several frames."""
    current = images.current
    if current is None:
        return {}
    patient = header_of(current).patient
    rows = [entry for entry in entries(images.cases) if _may_be_shown(entry, current)]
    rows.sort(key=lambda entry: (current not in entry.cases, not (patient and _patient(entry) == patient)))
    titles = {entry.shown(None).id: _title(entry, images, current) for entry in rows}
    often = Counter(titles.values())
    return {id: title if often[title] == 1 else f"{title} · {_name(images, id)}" for id, title in titles.items()}


def chosen_in(pane: FurtherPane, images: Session, card: Card) -> str:
    """Return the choice that the pane shows now: nothing, where a pane before it shows that model already."""
    if pane.awaited:
        return _AWAITED + pane.awaited
    if pane.model:
        before = images.further_panes[: images.further_panes.index(pane)]
        return SHOWS_NOTHING if pane.model in {card.id, *(one.model for one in before)} else _MODEL + pane.model
    case, current = images.find(pane.case), images.current
    if case is None or current is None:
        return SHOWS_NOTHING
    entry = next(entry for entry in entries(images.cases) if case in entry.cases)
    return entry.shown(None).id if _may_be_shown(entry, current) else SHOWS_NOTHING


def choose(pane: FurtherPane, choice: str, images: Session) -> None:
    """Let the pane show this from now on; another image of the open series begins at the open one."""
    case, current = images.find(choice), images.current
    if case is not None and current in stack_of(images.cases, case):
        case = current
    pane.case, pane.frame = (case.id, case.frame) if case is not None else ("", 0)
    pane.model = choice.removeprefix(_MODEL) if choice.startswith(_MODEL) else ""
    pane.stack, pane.awaited, pane.left_empty = None, "", choice == SHOWS_NOTHING


def missing_title(pane: FurtherPane, cards: Mapping[str, Card]) -> str:
    """Return the title of what the pane shows where it is none of pane_choices."""
    if pane.model in cards:  # made for other images than the open one
        return _("This image by {model}").format(model=model_titles(cards.values())[pane.model])
    return _("An image that is not here")


def missing_message(pane: FurtherPane) -> str:
    """Return which film the address names that is not in the session."""
    digits = pane.awaited.partition(".")[2][:_DIGITS]
    groups = " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))
    return _("This link shows a film that is not here. Add the film whose SHA-256 begins with {digits}.").format(
        digits=groups
    )


def priors(images: Session) -> list[str]:
    """Return the choices that are other images of the open image's patient, the newest study first."""
    current = images.current
    if current is None or not (patient := header_of(current).patient):
        return []
    others = [entry for entry in entries(images.cases) if current not in entry.cases and _may_be_shown(entry, current)]
    return [entry.shown(None).id for entry in others if _patient(entry) == patient]


def _other_models(images: Session, card: Card, cards: Mapping[str, Card]) -> list[Card]:
    """Return the other models that fit the open image, by what its file states; all where that is not known yet."""
    others = [one for one in shelf_order(cards.values()) if one.id != card.id]
    current = images.current
    if current is None or current.header is None or current.drawn is None:
        return others
    fitting = {one.card.id for one in fitting_models(others, stated_facts(current.header, current.drawn[0]))}
    return [one for one in others if one.id in fitting]


def _may_be_shown(entry: Entry, current: SessionCase) -> bool:
    if current in entry.cases:
        return entry.is_stack or current.frames > 1
    return entry.cases[0].rejected is None


def _patient(entry: Entry) -> str:
    return header_of(entry.cases[0]).patient


def _title(entry: Entry, images: Session, current: SessionCase) -> str:
    if current in entry.cases:
        title = _("Another image of this series") if entry.is_stack else _("Another frame of this image")
        return " · ".join(filter(None, (title, image_text(entry))))
    patient, whose = header_of(current).patient, ""
    if patient and _patient(entry):
        whose = _("Same patient") if _patient(entry) == patient else _("Another patient")
    return " · ".join(filter(None, (whose, image_title(images, entry))))


def image_title(images: Session, entry: Entry) -> str:
    """Return study, kind and number of images of a row; the name of its file, where that states no study."""
    case = entry.shown(None)
    study = study_text(header_of(case), hidden=images.hides_patient)
    return " · ".join(
        filter(None, (study, image_text(entry), "" if study or entry.is_stack else _name(images, case.id)))
    )


def _name(images: Session, id: str) -> str:
    """Return the name of the image's file, its place among the images where patient data are hidden."""
    place, case = next((at, one) for at, one in enumerate(images.cases, 1) if one.id == id)
    return _("Image {number}").format(number=place) if images.hides_patient and not case.library else case.name
