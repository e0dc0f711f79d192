"""What the page computes, kept for everybody who compares the same systems."""

import hashlib

import numpy as np
import streamlit as st

from meddx.errors import Refused
from meddx.evaluate.assessment import Assessment, assess
from meddx.evaluate.paired.alignment import Aligned, align
from meddx.evaluate.paired.comparison import SPECIFICITY, Comparison, comparable_labels, compare
from meddx.evaluate.paired.consensus import with_consensus
from meddx.evaluate.paired.system import System
from pages.ui.compare import available_systems
from pages.ui.compare.system_picker import SystemChoice

_KEPT = 24


def aligned_systems(choice: SystemChoice) -> Aligned:
    """The systems on their common cases, with the consensus that was asked for. Raises Refused."""
    return _aligned(choice_key(choice), choice)


def compared_systems(choice: SystemChoice, label: str | None, specificity: float = SPECIFICITY) -> Comparison:
    """Every metric of every pair, of one label or (None) over all."""
    return _compared(choice_key(choice), label, specificity, choice)


def all_differences(choice: SystemChoice, specificity: float) -> Comparison:
    """Every metric of every pair in every label, as exports hold it."""
    found = aligned_systems(choice)
    parts = [compared_systems(choice, label, specificity).differences for label in comparable_labels(found)]
    return Comparison(found, tuple(one for part in parts for one in part))


def assessed_system(choice: SystemChoice, name: str) -> Assessment:
    """Every number of one system, on the common cases."""
    return _assessed(choice_key(choice), name, choice)


def aligned_validation(choice: SystemChoice) -> Aligned | None:
    """The same models on the validation cases they have in common; None where some has none, or they share none."""
    return _validation(choice_key(choice), choice)


def choice_key(choice: SystemChoice) -> str:
    """Equal keys mean equal numbers."""
    parts = [f"{s.id} {s.version} {len(s.predictions)} {_print(s)}" for s in choice.systems]
    return "|".join([*parts, str(choice.mean), str(choice.majority)])


def _print(system: System) -> str:
    """Of everything that a comparison reads."""
    predictions = system.predictions
    read = hashlib.sha256(np.ascontiguousarray(predictions.probabilities).tobytes())
    read.update(np.ascontiguousarray(predictions.targets).tobytes())
    known = (predictions.labels, predictions.cases, predictions.groups, sorted(predictions.attributes.items()))
    read.update(repr((known, system.thresholds, system.codes, system.title)).encode())
    return read.hexdigest()


@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def _aligned(key: str, _choice: SystemChoice) -> Aligned:
    held_out = aligned_validation(_choice) if _choice.mean else None
    return with_consensus(align(_choice.systems), held_out, mean=_choice.mean, majority=_choice.majority)


@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def _compared(key: str, label: str | None, specificity: float, _choice: SystemChoice) -> Comparison:
    return compare(_aligned(key, _choice), labels=[label], specificity=specificity)


@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def _assessed(key: str, name: str, _choice: SystemChoice) -> Assessment:
    system = next(one for one in _aligned(key, _choice).systems if one.id == name)
    return assess(system.predictions, system.thresholds, system.exclusive)


@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def _validation(key: str, _choice: SystemChoice) -> Aligned | None:
    found = [available_systems.validation_of(system) for system in _choice.systems]
    try:
        return align([one for one in found if one is not None]) if None not in found else None
    except Refused:
        return None
