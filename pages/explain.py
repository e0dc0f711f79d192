"""Explain: which of a model's heat maps can be relied on, as measured on films on which the finding was marked."""

import streamlit as st

from meddx.errors import CardError
from meddx.evaluate.maps.measures import MEASURES, POINTING
from meddx.explain.record import Record, read_record
from meddx.model.registry import InstalledModel
from pages.ui import states
from pages.ui.charts import style
from pages.ui.explain import chart, tables
from pages.ui.installed import installed
from pages.ui.models import choice, text


def page() -> None:
    """The whole page. Only records are read; no model is asked."""
    found = installed()
    st.html(text.STYLE)
    if not found.models:
        states.no_models({})
        return
    with st.sidebar:
        model = choice.choose(found.models)
    st.html(text.heading(f"How far its heat maps can be relied on: {model.card.title}", model.card.summary))
    try:
        record = read_record(model.folder, model.card)
    except CardError as error:
        states.panel("refused", "The record cannot be used", str(error))
        return
    if record is None:
        _none(model)
        return
    _shown(record)


def _none(model: InstalledModel) -> None:
    st.write(
        "Nothing has been measured about this model's heat maps, so none of its methods is recommended and Diagnose "
        "begins with Grad-CAM. On films on which findings are marked by boxes or masks, this makes the record:"
    )
    st.code(f"python -m meddx explain-check --model {model.card.id}", language="bash")


def _shown(record: Record) -> None:
    if record.synthetic:
        st.badge("Synthetic: measured on phantoms, says nothing about patients", color="orange")
    row = record.method(record.recommended)
    title = row.title if row else record.recommended
    st.html(
        text.box(
            "use",
            f"Recommended: {title}",
            [record.why, "Chosen on validation films; the numbers below are of test films, looked at once."],
        )
    )
    st.caption(f"Measured on {record.films}. {record.command}")
    drawn = chart.pointing(record, POINTING, MEASURES[POINTING].title)
    tall = "".join(tables.group(record, kind) for kind in tables.GROUPS)
    st.html(tall)
    st.html(text.box("reading", "How to read this", tables.meanings(record)))
    st.download_button(
        "Export CSV",
        tables.as_csv(record),
        file_name=f"{record.model}-heat-maps.csv",
        mime="text/csv",
        on_click="ignore",
    )
    if drawn is not None:
        st.subheader("Does the map's highest place lie on the finding?", anchor=False)
        st.plotly_chart(
            drawn, theme=None, config=style.CONFIG, alt="Share of maps that point at the finding, by method."
        )


page()
