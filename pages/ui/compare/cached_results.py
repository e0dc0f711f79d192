"""Compute what a comparison needs besides its tests, cached for all sessions that compare the same systems."""

import hashlib

import streamlit as st

from meddx.errors import Refused
from meddx.evaluate.assessment import Assessment, assess
from meddx.evaluate.paired.alignment import Aligned, align
from meddx.evaluate.paired.consensus import with_consensus
from pages.ui.compare import available_systems
from pages.ui.compare.system_picker import SystemChoice

_MAX_CACHED = 24


def aligned_systems(choice: SystemChoice) -> Aligned:
    """Return the systems on their common cases, with the chosen consensus. Raises Refused where they share none."""
    return _aligned(choice_key(choice), choice)


def assessed_system(choice: SystemChoice, name: str) -> Assessment:
    """Return all metrics of one system on the common cases. name: the system's id."""
    return _assessed(choice_key(choice), name, choice)


def aligned_validation(choice: SystemChoice) -> Aligned | None:
    """Return the models on their common validation cases; None where one has none, or they share none."""
    return _validation(choice_key(choice), choice)


def choice_key(choice: SystemChoice) -> str:
    """Return the cache key of a choice: a digest of all that a result depends on, validation cases included."""
    validation = [available_systems.validation_of(system) for system in choice.systems]
    systems = [system.digest if system else None for system in (*choice.systems, *validation)]
    return hashlib.sha256(repr((systems, choice.mean, choice.majority)).encode()).hexdigest()


@st.cache_resource(max_entries=_MAX_CACHED, show_spinner=False)
def _aligned(key: str, _choice: SystemChoice) -> Aligned:
    held_out = aligned_validation(_choice) if _choice.mean else None
    return with_consensus(align(_choice.systems), held_out, mean=_choice.mean, majority=_choice.majority)


@st.cache_resource(max_entries=_MAX_CACHED, show_spinner=False)
def _assessed(key: str, name: str, _choice: SystemChoice) -> Assessment:
    system = next(one for one in _aligned(key, _choice).systems if one.id == name)
    return assess(system.predictions, system.thresholds, system.exclusive)


@st.cache_resource(max_entries=_MAX_CACHED, show_spinner=False)
def _validation(key: str, _choice: SystemChoice) -> Aligned | None:
    systems = [available_systems.validation_of(system) for system in _choice.systems]
    try:
        return align([system for system in systems if system is not None]) if None not in systems else None
    except Refused:
        return None
