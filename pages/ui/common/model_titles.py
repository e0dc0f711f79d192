"""Titles of installed models, by which two of the same title are told apart."""

from collections import Counter
from collections.abc import Iterable, Mapping

from meddx.model.card import Card
from pages.ui.common.language.language import _
from pages.ui.common.language.translated import translated


def model_titles(cards: Iterable[Card]) -> dict[str, str]:
    """Return id -> title in the reader's language, followed by the id where several of the cards have that title."""
    return told_apart({card.id: translated(card.title) for card in cards})


def told_apart(titles: Mapping[str, str]) -> dict[str, str]:
    """Return titles by id, each that several have followed by the id."""
    often = Counter(title.casefold() for title in titles.values())
    return {
        id: title if often[title.casefold()] == 1 else _("{title} ({id})").format(title=title, id=id)
        for id, title in titles.items()
    }
