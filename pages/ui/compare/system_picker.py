"""What to compare: chosen in the sidebar, written into the address so that a link opens the same comparison."""

from dataclasses import dataclass, replace

import streamlit as st

from meddx.evaluate.paired.system import System
from meddx.evaluate.paired.system_sources import with_distinct_ids
from pages.ui.compare import available_systems, uploaded_predictions

MODELS_PARAMETER = "models"
_FIRST, _OTHERS = "compare-first", "compare-others"
MAX_SYSTEMS = 3


@dataclass(frozen=True)
class SystemChoice:
    """systems: two or more, in the order to show them; mean, majority: whether to add them together as one more."""

    systems: tuple[System, ...]
    mean: bool
    majority: bool

    @property
    def ids(self) -> tuple[str, ...]:
        """Of the systems."""
        return tuple(system.id for system in self.systems)


def pick_systems() -> SystemChoice | None:
    """The reader's choice; None when there are no two systems with cases in common."""
    place = st.container()
    brought = uploaded_predictions.uploaded_systems()
    known = available_systems.available_systems() | brought
    partners = available_systems.comparable_systems(known)
    for name in brought:
        if name not in partners:
            st.error(
                f"{name}: no case and label in common with any model or other file. Case ids must match exactly, "
                "and labels have the models' names."
            )
    if not partners:
        return None
    with place:
        return _chosen(known, partners)


def _chosen(known: dict[str, System], partners: dict[str, list[str]]) -> SystemChoice:
    titles = {name: known[name].title for name in partners}
    _from_address(partners)
    st.session_state.setdefault(_FIRST, available_systems.default_pair(partners))
    if st.session_state[_FIRST] not in partners:
        st.session_state[_FIRST] = available_systems.default_pair(partners)
    first = st.selectbox("Compare", list(partners), format_func=titles.__getitem__, key=_FIRST, on_change=_other_first)
    others = [name for name in st.session_state.get(_OTHERS, []) if name in partners[first]]
    st.session_state[_OTHERS] = others or partners[first][:1]
    chosen = st.multiselect(
        "With",
        partners[first],
        format_func=titles.__getitem__,
        key=_OTHERS,
        max_selections=MAX_SYSTEMS,
        help="What was tested on the same cases: models, and the files that you bring.",
    )
    mean = st.checkbox("Their mean as one more", key="compare-mean", help="The mean of their probabilities.")
    majority = st.checkbox("Their majority as one more", key="compare-majority", help="What most of them call.")
    names = (first, *(chosen or partners[first][:1]))
    st.query_params[MODELS_PARAMETER] = ",".join(
        name for name in names if known[name].kind in available_systems.RECORDED_KINDS
    )
    return SystemChoice(_short([known[name] for name in names]), mean, majority)


def _short(systems: list[System]) -> tuple[System, ...]:
    """Titles without the words they all begin with: "Childhood pneumonia, plain CNN" is then the "plain CNN"."""
    systems = with_distinct_ids(systems)
    models = [system for system in systems if system.kind in available_systems.RECORDED_KINDS]
    begins = {system.title.rpartition(", ")[0] for system in models}
    short = {system.id: system.title.rpartition(", ")[2] for system in models}
    if len(models) < 2 or len(begins) != 1 or len(set(short.values())) < len(models):
        return tuple(systems)
    return tuple(replace(system, title=short.get(system.id, system.title)) for system in systems)


def _from_address(partners: dict[str, list[str]]) -> None:
    """Once, when the page opens: afterwards the widgets are the truth and the address follows."""
    asked = [name for name in st.query_params.get(MODELS_PARAMETER, "").split(",") if name]
    if _FIRST in st.session_state or not asked or asked[0] not in partners:
        return
    st.session_state[_FIRST] = asked[0]
    st.session_state[_OTHERS] = [name for name in asked[1:] if name in partners[asked[0]]][:MAX_SYSTEMS]


def _other_first() -> None:
    st.session_state[_OTHERS] = []
