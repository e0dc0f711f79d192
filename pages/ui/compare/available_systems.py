"""The systems that the page can compare: models with recorded test predictions, and the pairs worth comparing."""

import streamlit as st

from meddx.evaluate.paired.system import System
from meddx.evaluate.paired.system_sources import overlapping_pairs, system_from_recorded
from meddx.model.card import Card
from meddx.model.registry import ModelFolder
from pages.ui.common.installed_models import default_model as installed_first_choice
from pages.ui.common.installed_models import installed_models
from pages.ui.common.recorded_images import RecordedSplit
from pages.ui.evaluate.recorded_predictions_source import recorded_predictions

RECORDED_KINDS = ("model", "version")
"""Kinds of systems whose predictions lie in the models folder."""


def available_systems() -> dict[str, System]:
    """By id: every installed model, and every earlier version, whose folder holds test predictions of its labels."""
    found = [_recorded(model, "test") for model in (*installed_models().models, *installed_models().earlier)]
    return {system.id: system for system in found if system is not None}


def validation_of(system: System) -> System | None:
    """What a model said of its validation set; None where nothing is recorded, or it is no model."""
    of_files = {model.card.id: model for model in installed_models().models} | {
        one.name: one for one in installed_models().earlier
    }
    model = of_files.get(system.id) if system.kind in RECORDED_KINDS else None
    return _recorded(model, "validation") if model else None


def _recorded(model: ModelFolder, set_name: RecordedSplit) -> System | None:
    predictions = recorded_predictions(model, set_name)
    return system_from_recorded(model, predictions) if predictions is not None else None


def comparable_systems(known: dict[str, System]) -> dict[str, list[str]]:
    """By id, those that share cases with it: models of its own data first, the best before; earlier versions, files
    and readers last."""
    models = {name: system for name, system in known.items() if system.kind in RECORDED_KINDS}
    pairs = _overlapping(tuple((name, system.version) for name, system in models.items()), list(models.values()))
    brought = [system for system in known.values() if system.kind not in RECORDED_KINDS]
    if brought:
        pairs = [pair for pair in overlapping_pairs(known.values()) if not set(pair) <= set(models)] + pairs
    found: dict[str, list[str]] = {name: [] for name in known}
    for a, b in pairs:
        found[a].append(b)
        found[b].append(a)
    for name, others in found.items():
        others.sort(key=lambda other: _order(name, other))
    return {name: others for name, others in found.items() if others}


def _order(name: str, other: str) -> tuple[bool, bool, float]:
    cards = installed_models().cards
    if other not in cards:
        return True, True, 0.0
    same = name in cards and cards[other].training.data == cards[name].training.data
    return False, not same, -stated_auroc(cards[other])


@st.cache_data(max_entries=8, show_spinner=False)
def _overlapping(key: tuple[tuple[str, str], ...], _known: list[System]) -> list[tuple[str, str]]:
    return overlapping_pairs(_known)


def default_pair(found: dict[str, list[str]]) -> str:
    """The model that the page opens with: the one Diagnose begins with, or else the best, real before synthetic."""
    cards = installed_models().cards
    first = installed_first_choice(cards) if cards else ""

    def order(name: str) -> tuple[bool, bool, bool, float]:
        card = cards.get(name)
        return (True, True, True, 0.0) if card is None else (False, name != first, card.synthetic, -stated_auroc(card))

    return min(found, key=order)


def stated_auroc(card: Card) -> float:
    """The AUROC on the test set that the card states; 0 when it states none."""
    return max(
        (one.value for one in card.metrics if (one.name, one.set, one.label) == ("auroc", "test", None)), default=0
    )
