"""Choose the systems in the sidebar; the page's address names them, so that a link opens the same comparison."""

from dataclasses import dataclass, replace

import streamlit as st

from meddx.evaluate.paired.system import System
from meddx.evaluate.paired.system_sources import with_distinct_ids
from pages.ui.common.language.choice_boxes import kept_choice, multi_select, own_key, select_box
from pages.ui.common.language.language import _
from pages.ui.common.model_titles import told_apart
from pages.ui.common.session import session
from pages.ui.compare import available_systems, uploaded_predictions
from pages.ui.compare.system_titles import title_of

MODELS_PARAMETER = "models"
_FIRST, _OTHERS = "compare-first", "compare-others"
MAX_SYSTEMS = 3


@dataclass(frozen=True)
class SystemChoice:
    """Hold the compared systems. systems: two or more, in display order; mean, majority: consensus systems to add."""

    systems: tuple[System, ...]
    mean: bool
    majority: bool

    @property
    def ids(self) -> tuple[str, ...]:
        """Return the ids of the systems."""
        return tuple(system.id for system in self.systems)


def pick_systems() -> SystemChoice | None:
    """Draw the choice and the upload; return the chosen systems, None where no two systems share cases."""
    selectors = st.container()
    uploaded = uploaded_predictions.uploaded_systems()
    systems = available_systems.available_systems() | uploaded
    partners = available_systems.comparable_systems(systems)
    for name in uploaded:
        if name not in partners:
            st.error(
                _(
                    "{name}: no case and label in common with any model or other file. Use exactly the models' case "
                    "ids and label names."
                ).format(name=name)
            )
    if not partners:
        return None
    with selectors:
        return _pick(systems, partners)


def _pick(systems: dict[str, System], partners: dict[str, list[str]]) -> SystemChoice:
    titles = told_apart({name: title_of(systems[name]) for name in partners})
    _read_address(partners)
    chosen = kept_choice(_FIRST)
    # In every run, since what is set in one alone may not reach the browser.
    st.session_state[own_key(_FIRST)] = chosen if chosen in partners else available_systems.default_system(partners)
    first = select_box(
        _("Compare"), list(partners), format_func=titles.__getitem__, key=_FIRST, on_change=_reset_others
    )
    kept = kept_choice(_OTHERS)
    others = [name for name in kept if name in partners[first]] if isinstance(kept, list) else []
    st.session_state[own_key(_OTHERS)] = others or partners[first][:1]
    selected = multi_select(
        _("With"),
        partners[first],
        format_func=titles.__getitem__,
        key=_OTHERS,
        max_selections=MAX_SYSTEMS,
        help=_("Models and uploaded files with predictions for the same cases."),
    )
    mean = st.checkbox(
        _("Add their mean"),
        key="compare-mean",
        help=_("Adds a system whose probabilities are the mean of the others'."),
    )
    majority = st.checkbox(
        _("Add their majority vote"),
        key="compare-majority",
        help=_("Adds a system that predicts what most of them predict."),
    )
    if systems[first].kind == "model":
        session().model = first  # for the other pages
    names = (first, *(selected or partners[first][:1]))
    st.query_params[MODELS_PARAMETER] = ",".join(
        name for name in names if systems[name].kind in available_systems.RECORDED_KINDS
    )
    return SystemChoice(with_short_titles([systems[name] for name in names]), mean, majority)


def with_short_titles(systems: list[System]) -> tuple[System, ...]:
    """Return the systems without the words that all models' titles begin with.

    "Childhood pneumonia, plain CNN" beside "Childhood pneumonia, ResNet" becomes "plain CNN".
    """
    systems = with_distinct_ids(systems)
    models = [system for system in systems if system.kind in available_systems.RECORDED_KINDS]
    beginnings = {system.title.rpartition(", ")[0] for system in models}
    short = {system.id: system.title.rpartition(", ")[2] for system in models}
    if len(models) < 2 or len(beginnings) != 1 or len(set(short.values())) < len(models):
        return tuple(systems)
    return tuple(replace(system, title=short.get(system.id, system.title)) for system in systems)


def _read_address(partners: dict[str, list[str]]) -> None:
    """Set the widgets from the address when the page opens; afterwards the address follows the widgets."""
    requested = [name for name in st.query_params.get(MODELS_PARAMETER, "").split(",") if name]
    if kept_choice(_FIRST) is not None or not requested or requested[0] not in partners:
        return
    st.session_state[own_key(_FIRST)] = requested[0]
    others = [name for name in requested[1:] if name in partners[requested[0]]]
    st.session_state[own_key(_OTHERS)] = others[:MAX_SYSTEMS]


def _reset_others() -> None:
    st.session_state[own_key(_OTHERS)] = []
