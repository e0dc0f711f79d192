"""Titles of labels and systems for readers."""

import re
from collections.abc import Mapping

from meddx.evaluate.paired.alignment import Aligned
from meddx.evaluate.paired.system import System
from meddx.model.card import Card
from pages.ui.common.installed_models import installed_models
from pages.ui.common.language.language import N_, _
from pages.ui.common.language.translated import translated

_ALONE = (N_("image alone"), N_("record alone"), N_("note alone"), N_("record and note alone"))
"""Parts of a fusion that are systems of their own, by their names in meddx.evaluate.paired.parts_alone."""
_COMMAS = re.compile(r", |\N{FULLWIDTH COMMA}")


def label_titles_of(aligned: Aligned) -> Mapping[str, str]:
    """Return the title of each common label, from the first card that has it; a label of files only keeps its name."""
    cards = [installed_models().cards[system.id] for system in aligned.systems if system.id in installed_models().cards]
    titles: dict[str, str] = {}
    for card in reversed(cards):
        titles |= {label.name: label.title for label in card.labels}
    return {label: titles.get(label, label) for label in aligned.labels}


def title_of(system: System, *, full: bool = False) -> str:
    """Return a system's title in the reader's language. full: with what the page leaves out of models' titles."""
    card = _card_of(system)
    if card is None:
        return _of_part(system)
    short = card.title.rpartition(", ")[2]
    title = translated(card.title)
    if system.title.startswith(card.title):
        return title + system.title.removeprefix(card.title)
    if not system.title.startswith(short):
        return translated(system.title)
    return (title if full else _parts(title)[1]) + system.title.removeprefix(short)


def _of_part(system: System) -> str:
    """Return the title of a part of a fusion that stands alone; of another system what translates its title."""
    model, _colon, part = system.title.rpartition(": ")
    if part not in _ALONE:
        return translated(system.title)
    return _("{model}: {part}").format(model=translated(model), part=_(part))


def _card_of(system: System) -> Card | None:
    """Return the card of a model or of an earlier version, None for other systems."""
    installed = installed_models()
    earlier = {version.name: version.card for version in installed.earlier}
    return (dict(installed.cards) | earlier).get(system.id) if system.kind in ("model", "version") else None


def _parts(title: str) -> tuple[str, str]:
    """Return a model's title before its last comma, as its language writes it, "" without one, and after it."""
    *_before, comma = [None, *_COMMAS.finditer(title)]
    return (title[: comma.start()], title[comma.end() :]) if comma else ("", title)


def drawn_titles(titles: Mapping[str, str]) -> dict[str, str]:
    """Return titles of labels in the reader's language. titles: label -> title, in English."""
    return {label: translated(title) for label, title in titles.items()}


def with_absence(titles: Mapping[str, str]) -> dict[str, str]:
    """Return the titles of labels, and of "no LABEL", which is what a prediction below the threshold says."""
    return dict(titles) | {f"no {name}": _("no {label}").format(label=title) for name, title in titles.items()}


def common_prefix(aligned: Aligned) -> str:
    """Return the words that all models' titles begin with and the page leaves out, "" where there are none."""
    for system in aligned.systems:
        card = _card_of(system)
        if card is not None and ", " in card.title and not system.title.startswith(card.title.rpartition(", ")[0]):
            return _parts(translated(card.title))[0]
    return ""


def full_titles(aligned: Aligned) -> dict[str, str]:
    """Return, by system id, titles with the common prefix, for sentences that are quoted elsewhere."""
    return {system.id: title_of(system, full=True) for system in aligned.systems}
