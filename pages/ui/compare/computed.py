"""What the page computes, kept for everybody who compares the same systems."""

import numpy as np
import streamlit as st

from meddx.errors import Refused
from meddx.evaluate.assessment import Assessment, assess
from meddx.evaluate.paired.alignment import Aligned, align
from meddx.evaluate.paired.compare import Comparison, compare
from meddx.evaluate.paired.consensus import majority, mean_probability
from meddx.evaluate.paired.system import System
from pages.ui.compare import subjects
from pages.ui.compare.choice import Choice

_KEPT = 24


def aligned(choice: Choice) -> Aligned:
    """The systems on their common cases, with the consensus that was asked for. Raises Refused."""
    return _aligned(key(choice), choice)


def compared(choice: Choice, label: str | None) -> Comparison:
    """Every metric of every pair, of one label or (None) over all."""
    return _compared(key(choice), label, choice)


def assessed(choice: Choice, name: str) -> Assessment:
    """Every number of one system, on the common cases."""
    return _assessed(key(choice), name, choice)


def validation(choice: Choice) -> Aligned | None:
    """The same models on the validation cases they have in common; None where some has none, or they share none."""
    return _validation(key(choice), choice)


def key(choice: Choice) -> str:
    """Equal keys mean equal numbers."""
    parts = [f"{s.id} {s.version} {len(s.predictions)} {_print(s)}" for s in choice.systems]
    return "|".join([*parts, str(choice.mean), str(choice.majority)])


def _print(system: System) -> str:
    return f"{float(np.abs(system.predictions.probabilities).sum()):.12g} {system.thresholds}"


@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def _aligned(key: str, _choice: Choice) -> Aligned:
    found = align(_choice.systems)
    if not (_choice.mean or _choice.majority):
        return found
    added = []
    if _choice.mean:
        held_out = validation(_choice)
        same = held_out is not None and held_out.labels == found.labels
        added.append(mean_probability(found.systems, held_out.systems if held_out and same else ()))
    if _choice.majority:
        added.append(majority(found.systems))
    return Aligned((*found.systems, *added), found.dropped, found.n_dropped, found.unaligned)


@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def _compared(key: str, label: str | None, _choice: Choice) -> Comparison:
    return compare(_aligned(key, _choice), labels=[label])


@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def _assessed(key: str, name: str, _choice: Choice) -> Assessment:
    system = next(one for one in _aligned(key, _choice).systems if one.id == name)
    return assess(system.predictions, system.thresholds, system.exclusive)


@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def _validation(key: str, _choice: Choice) -> Aligned | None:
    found = [subjects.validation(system) for system in _choice.systems]
    try:
        return align([one for one in found if one is not None]) if None not in found else None
    except Refused:
        return None
