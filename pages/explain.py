"""Explain: which of a model's heat maps can be relied on, as measured on films that it had not learned from."""

import streamlit as st

from meddx.evaluate.maps.measures import MEASURES
from meddx.explain.record import Record
from meddx.model.registry import InstalledModel
from pages.ui import states
from pages.ui.charts import style
from pages.ui.explain import chart, every, look, tables, words
from pages.ui.explain.as_file import as_csv
from pages.ui.installed import installed
from pages.ui.map_record import map_record
from pages.ui.models import choice, text


def page() -> None:
    """The whole page. Only records are read; no model is asked."""
    found = installed()
    st.html(look.STYLE)
    if not found.models:
        states.no_models({})
        return
    with st.sidebar:
        model = choice.choose(found.models)
    st.html(text.heading(f"How far its heat maps can be relied on: {model.card.title}", model.card.summary))
    records = {one.card.id: map_record(one) for one in found.models}
    record = records[model.card.id]
    if isinstance(record, str):
        states.panel("refused", "The record cannot be used", record)
    elif record is None:
        _none(model)
    else:
        _shown(record)
    _every([(one.card, of) for one in found.models if isinstance(of := records[one.card.id], Record)])


def _none(model: InstalledModel) -> None:
    st.write(
        "Nothing has been measured about this model's heat maps, so none of its methods is recommended and Diagnose "
        "begins with Grad-CAM. This makes the record, on the films that the model was tested with, or on your own:"
    )
    command = f"python -m meddx explain-check --model {model.card.id}"
    st.code(f"{command}\n{command} --data PATH --keep", language="bash")


def _shown(record: Record) -> None:
    if record.synthetic:
        st.badge("Synthetic: measured on phantoms, says nothing about patients", color="orange")
    row, decided = record.method(record.recommended), words.decided_by(record)
    title = row.title if row else record.recommended
    kind = "use" if words.beats_chance(record) else "fails"
    st.html(text.box(kind, f"Shown first: {title}", words.sentences(record)))
    drawn = chart.deciding(record, decided, MEASURES[decided].title)
    if drawn is not None:
        st.subheader(MEASURES[decided].title, anchor=False)
        st.caption(f"{MEASURES[decided].meaning} Bars: 95 % intervals. Dotted: the best map that saw no network.")
        st.plotly_chart(drawn, theme=None, config=style.CONFIG, alt=f"{MEASURES[decided].title}, by method.")
    st.html(tables.first(record))
    with st.expander("Every measure, and tf-keras-vis' own maps"):
        st.html("".join(tables.full(record)))
        st.html(text.box("reading", "How to read this", tables.meanings(record)))
    _export([record], f"{record.model}-heat-maps.csv")
    st.caption(f"Measured on {record.films}. {record.command}")


def _every(known: every.Known) -> None:
    if not known:
        return
    st.subheader("Every model", anchor=False)
    st.html(every.first_methods(known))
    with st.expander("Every method on every model"):
        st.html("".join(every.grids(known)))
        _export([record for _, record in known], "heat-maps.csv")


def _export(records: list[Record], name: str) -> None:
    st.download_button(
        "Export CSV", as_csv(records), file_name=name, mime="text/csv", on_click="ignore", key=f"export {name}"
    )


page()
