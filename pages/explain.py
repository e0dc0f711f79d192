"""Explain: which of a model's heat maps can be relied on, as measured on images that it had not learned from."""

import streamlit as st

from meddx.evaluate.map_evaluation.measures import MEASURES
from meddx.explain.map_record import MapRecord
from meddx.model.registry import InstalledModel
from pages.ui.common import html, notices
from pages.ui.common.charts import style
from pages.ui.common.installed_models import installed_models
from pages.ui.common.map_records import map_record
from pages.ui.explain import all_models, deciding_measure_chart, record_tables, styles, summary_sentences
from pages.ui.explain.csv_export import records_csv
from pages.ui.models import model_picker


def page() -> None:
    """The whole page. Only records are read; no model is asked."""
    found = installed_models()
    st.html(styles.EXPLAIN_STYLE)
    if not found.models:
        notices.render_no_models({})
        return
    with st.sidebar:
        model = model_picker.pick_model(found.models)
    st.html(html.page_heading(f"How far its heat maps can be relied on: {model.card.title}", model.card.summary))
    records = {one.card.id: map_record(one) for one in found.models}
    record = records[model.card.id]
    if isinstance(record, str):
        notices.render_notice("refused", "The record cannot be used", record)
    elif record is None:
        _none(model)
    else:
        _shown(record)
    _every([(one.card, of) for one in found.models if isinstance(of := records[one.card.id], MapRecord)])


def _none(model: InstalledModel) -> None:
    st.write(
        "Nothing has been measured about this model's heat maps, so none of its methods is recommended and Diagnose "
        "begins with Grad-CAM. This makes the record, on the images that the model was tested with, or on your own:"
    )
    command = f"python -m meddx explain-check --model {model.card.id}"
    st.code(f"{command}\n{command} --data PATH --keep", language="bash")


def _shown(record: MapRecord) -> None:
    if record.synthetic:
        st.badge("Synthetic: measured on phantoms, says nothing about patients", color="orange")
    row, decided = record.method(record.recommended), summary_sentences.decided_by(record)
    title = row.title if row else record.recommended
    kind = "use" if summary_sentences.beats_chance(record) else "fails"
    st.html(html.titled_box(kind, f"Shown first: {title}", summary_sentences.record_sentences(record)))
    drawn = deciding_measure_chart.deciding_measure_figure(record, decided, MEASURES[decided].title)
    if drawn is not None:
        st.subheader(MEASURES[decided].title, anchor=False)
        st.caption(f"{MEASURES[decided].meaning} Bars: 95 % intervals. Dotted: the best map that saw no network.")
        st.plotly_chart(drawn, theme=None, config=style.CONFIG, alt=f"{MEASURES[decided].title}, by method.")
    st.html(record_tables.summary_table(record))
    with st.expander("Every measure, and tf-keras-vis' own maps"):
        st.html("".join(record_tables.full_tables(record)))
        st.html(html.titled_box("reading", "How to read this", record_tables.measure_meanings(record)))
    _export([record], f"{record.model}-heat-maps.csv")
    st.caption(f"Measured on {record.images}. {record.command}")


def _every(known: all_models.ModelRecords) -> None:
    if not known:
        return
    st.subheader("Every model", anchor=False)
    st.html(all_models.first_methods(known))
    with st.expander("Every method on every model"):
        st.html("".join(all_models.method_grids(known)))
        _export([record for _, record in known], "heat-maps.csv")


def _export(records: list[MapRecord], name: str) -> None:
    st.download_button(
        "Export CSV", records_csv(records), file_name=name, mime="text/csv", on_click="ignore", key=f"export {name}"
    )


page()
