"""Find the systems that the page can compare: models with recorded test predictions, and pairs that share cases."""

import streamlit as st

from meddx.evaluate.paired.system import System
from meddx.evaluate.paired.system_sources import overlapping_pairs, system_from_recorded
from meddx.model.card import Card
from meddx.model.registry import ModelFolder
from pages.ui.common import model_choice
from pages.ui.common.installed_models import installed_models
from pages.ui.common.recorded_images import RecordedSplit
from pages.ui.compare.parts_alone import systems_alone
from pages.ui.evaluate.recorded_predictions_source import recorded_predictions

RECORDED_KINDS = ("model", "version")
"""Kinds of systems whose predictions are in the models folder."""


def available_systems() -> dict[str, System]:
    """Return, by id, every installed model and earlier version with recorded test predictions of its labels.

    Beside a fusion: its image alone and its record alone.
    """
    systems = [_recorded(model, "test") for model in (*installed_models().models, *installed_models().earlier)]
    alone = [system for model in installed_models().models for system in systems_alone(model)]
    return {system.id: system for system in (*filter(None, systems), *alone)}


def validation_of(system: System) -> System | None:
    """Return a model with its recorded validation predictions; None where there are none, or it is not a model."""
    folders: dict[str, ModelFolder] = {model.card.id: model for model in installed_models().models}
    folders |= {version.name: version for version in installed_models().earlier}
    model = folders.get(system.id) if system.kind in RECORDED_KINDS else None
    return _recorded(model, "validation") if model else None


def _recorded(model: ModelFolder, set_name: RecordedSplit) -> System | None:
    predictions = recorded_predictions(model, set_name)
    return system_from_recorded(model, predictions) if predictions is not None else None


def comparable_systems(systems: dict[str, System]) -> dict[str, list[str]]:
    """Return, by id, the systems that share cases with each: models of the same data first, the best of these first.

    Earlier versions, files and readers come last.
    """
    models = {name: system for name, system in systems.items() if system.kind in RECORDED_KINDS}
    pairs = _overlapping(tuple(system.digest for system in models.values()), list(models.values()))
    uploaded = [system for system in systems.values() if system.kind not in RECORDED_KINDS]
    if uploaded:
        pairs = [pair for pair in overlapping_pairs(systems.values()) if not set(pair) <= set(models)] + pairs
    partners: dict[str, list[str]] = {name: [] for name in systems}
    for a, b in pairs:
        partners[a].append(b)
        partners[b].append(a)
    for name, others in partners.items():
        others.sort(key=lambda other: _order(name, other))
    return {name: others for name, others in partners.items() if others}


def _order(name: str, other: str) -> tuple[bool, bool, float]:
    cards = installed_models().cards
    if other not in cards:
        return True, True, 0.0
    known = cards[other].training
    same = known is not None and name in cards and (own := cards[name].training) is not None and own.data == known.data
    return False, not same, -stated_auroc(cards[other])


@st.cache_data(max_entries=8, show_spinner=False)
def _overlapping(digests: tuple[str, ...], _models: list[System]) -> list[tuple[str, str]]:
    """Look for pairs once for all sessions. digests: of the models, by which the result is cached."""
    return overlapping_pairs(_models)


def default_system(partners: dict[str, list[str]]) -> str:
    """Return the id with which the page opens: the chosen model, else the best, patients before phantoms."""
    cards = installed_models().cards
    first = model_choice.chosen_model(cards) if cards else ""

    def order(name: str) -> tuple[bool, bool, bool, float]:
        card = cards.get(name)
        return (True, True, True, 0.0) if card is None else (False, name != first, card.synthetic, -stated_auroc(card))

    return min(partners, key=order)


def stated_auroc(card: Card) -> float:
    """Return the card's AUROC on the test set over all labels, 0 where it has none."""
    return max(
        (one.value for one in card.metrics if (one.name, one.set, one.label) == ("auroc", "test", None)), default=0
    )
