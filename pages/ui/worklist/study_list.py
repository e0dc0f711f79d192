"""The studies of the node with their filters, grouped by patient; the list follows the node by itself."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import get_args

import streamlit as st

from meddx.errors import Refused
from meddx.network.node_config import NodeConfig
from meddx.network.node_folder import NodeFolder
from meddx.network.node_worklist import (
    WORK_STATES,
    ListedStudy,
    Order,
    WorklistFilter,
    grouped_by_patient,
    listed_studies,
)
from pages.ui.common import notices, session_audit
from pages.ui.common.filters import render_filter
from pages.ui.common.installed_models import installed_models
from pages.ui.common.language.choice_boxes import select_box
from pages.ui.common.language.language import N_, _, ngettext, number
from pages.ui.common.language.translated import translated
from pages.ui.common.model_titles import model_titles
from pages.ui.common.session import session
from pages.ui.worklist import open_studies, study_row

_MOST_SHOWN = 50
_POLL_SECONDS = 5.0
_ORDERS: dict[Order, str] = {"urgency": N_("Urgency"), "arrival": N_("Arrival")}


def render_studies(config: NodeConfig) -> None:
    """Draw filters and list, or why the node's folder cannot be used."""
    with _said_where_unreadable():
        _render(config)


@contextmanager
def _said_where_unreadable() -> Iterator[None]:
    title, reason = _("The worklist cannot be read"), _("The node's folder cannot be used at present: try again.")
    try:
        yield
    except Refused as refused:
        notices.render_notice("error", title, refused.reason)
    except (OSError, sqlite3.Error):
        notices.render_notice("error", title, reason)


def _render(config: NodeConfig) -> None:
    order, asked = _choices(_read(config))
    said = [f"{name} {value}" for name, value in vars(asked).items() if value is not None]
    session_audit.record_once("worklist-read", subject="", detail=", ".join(said) or "all studies")
    st.fragment(_render_list, run_every=_POLL_SECONDS)(config, order, asked)


def _read(config: NodeConfig) -> list[ListedStudy]:
    queue = NodeFolder(config.folder).queue()
    try:
        return listed_studies(queue, config)
    finally:
        queue.close()


def _choices(studies: list[ListedStudy]) -> tuple[Order, WorklistFilter]:
    """Draw the order and the filters, and return what is chosen."""
    titles = model_titles(installed_models().cards.values())
    labels = [label for study in studies for label in study.labels]
    models = sorted({label.model for label in labels})
    findings = sorted({label.title for label in labels if label.is_finding})
    cells = st.columns([1, 1, 1.4, 1.4, 1.4], gap="small", vertical_alignment="bottom")
    orders: tuple[Order, ...] = get_args(Order)
    order = select_box(
        _("Order"), orders, format_func=lambda one: _(_ORDERS[one]), key="worklist order", place=cells[0]
    )
    state = render_filter(cells[1], _("State"), WORK_STATES, "worklist state", lambda one: _(study_row.STATES[one]))
    model = render_filter(cells[2], _("Model"), models, "worklist model", lambda one: titles.get(one, one))
    finding = render_filter(cells[3], _("Finding"), findings, "worklist finding", translated)
    images = session()
    images.hides_patient = cells[4].toggle(_("Hide names and dates"), images.hides_patient, key="worklist hides")
    return order, WorklistFilter(state, model, finding)


def _render_list(config: NodeConfig, order: Order, asked: WorklistFilter) -> None:
    with _said_where_unreadable():
        _render_groups(grouped_by_patient(filter(asked.takes, _read(config)), order), config)


def _render_groups(groups: list[list[ListedStudy]], config: NodeConfig) -> None:
    count = sum(map(len, groups))
    if not count:
        st.write(_("No study is as asked for."))
        return
    total = ngettext("1 study", "{count} studies", count).format(count=number(count))
    if count > _MOST_SHOWN:
        total = _("The first {most} of {count} studies").format(most=number(_MOST_SHOWN), count=number(count))
    st.caption(total)
    readers = open_studies.readers(session())
    drawn = 0
    for place, group in enumerate(groups, 1):
        shown = group[: _MOST_SHOWN - drawn]
        if not shown:
            break
        study_row.render_patient(shown[0], place, hides_patient=session().hides_patient)
        for study in shown:
            study_row.render_study(study, config, readers[study.uid], hides_patient=session().hides_patient)
        drawn += len(shown)
