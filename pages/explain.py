"""Show how reliable a model's heat maps are, as measured on images it was not trained on."""

from html import escape

import streamlit as st

from meddx.evaluate.map_evaluation.measures import MEASURES
from meddx.explain.map_record import MapRecord
from meddx.model.registry import InstalledModel
from pages.ui.common import default_method, html, model_choice, notices
from pages.ui.common.charts import style
from pages.ui.common.download.download_button import render_download
from pages.ui.common.installed_models import installed_models
from pages.ui.common.language.formatting import paragraph
from pages.ui.common.language.language import N_, _
from pages.ui.common.language.translated import translated
from pages.ui.common.map_records import map_record
from pages.ui.common.passing_maps import NONE_FOR_MODEL, mostly_failing
from pages.ui.common.sections import sections
from pages.ui.explain import all_models, deciding_measure_chart, record_tables, styles, summary_sentences
from pages.ui.explain.csv_export import records_csv
from pages.ui.explain.gallery.gallery_panel import render_map_gallery
from pages.ui.models import model_picker


def page() -> None:
    """Draw the page from the models' records; the model runs for the gallery alone."""
    installed = installed_models()
    st.html(styles.EXPLAIN_STYLE)
    if not installed.models:
        notices.render_no_models({})
        return
    with st.sidebar:
        model = model_picker.pick_model(installed.models)
    model_choice.render_unknown_model(installed.cards, model.card)
    title = _("Heat-map reliability: {model}").format(model=translated(model.card.title))
    st.html(html.page_heading(title, html.card_text(model.card.summary)))
    records = {one.card.id: map_record(one) for one in installed.models}
    record = records[model.card.id]
    if isinstance(record, str):
        notices.render_notice("refused", _("The record cannot be used"), record)
    elif record is None:
        _no_record(model)
    else:
        _summary(record)
    gallery = st.container()
    with sections("explain", flowing=True):
        if isinstance(record, MapRecord):
            with st.container():
                _deciding_measure(record)
            with st.container():
                _measures(record)
        with st.container():
            _all_models(
                [(one.card, of) for one in installed.models if isinstance(of := records[one.card.id], MapRecord)]
            )
    with gallery:  # last: the images of a large set take seconds to be listed
        render_map_gallery(model, record if isinstance(record, MapRecord) else None)


def _no_record(model: InstalledModel) -> None:
    st.write(
        _(
            "The heat maps of this model have not been evaluated. No method is known to be the best "
            "choice; Diagnose starts with Grad-CAM. To evaluate them on labelled images:"
        )
    )
    command = f"python -m meddx explain-check --model {model.card.id}"
    own = f"{command} --data FOLDER --keep"
    on_test_images = _("on its test images")
    st.code(f"{command}   # {on_test_images}\n{own}" if model.card.training else own, language=None)


def _summary(record: MapRecord) -> None:
    if record.synthetic:
        st.badge(_("Synthetic: measured on phantoms, says nothing about patients"), color="orange")
    withheld = mostly_failing(record) is not None
    method = default_method.default_title(record)
    reliable = default_method.is_reliable(record)
    title = _("Default method: {method}") if reliable else _("Default method: {method}, not reliable")
    shown = _(NONE_FOR_MODEL) if withheld else title.format(method=method)
    st.html(html.titled_box("use" if reliable else "fails", shown, summary_sentences.record_sentences(record)))


def _deciding_measure(record: MapRecord) -> None:
    measure = MEASURES[default_method.decided_by(record)]
    title = translated(measure.title)
    figure = deciding_measure_chart.deciding_measure_figure(record, measure.name, title)
    if figure is not None:
        st.header(title, anchor=False)
        legend = _("Bars: 95 % intervals. Dotted line: the best baseline without a model.")
        st.caption(paragraph([translated(measure.meaning), legend]))
        alt = _("{measure} by method, with 95 % intervals.").format(measure=title)
        st.plotly_chart(figure, theme=None, config=style.CONFIG, alt=alt)


def _measures(record: MapRecord) -> None:
    st.html(record_tables.summary_table(record))
    with st.expander(_("All measures, and the same methods in tf-keras-vis"), key="all measures"):
        st.html("".join(record_tables.full_tables(record)))
        st.html(html.titled_box("reading", _("What the measures mean"), record_tables.measure_meanings(record)))
    _export([record], f"{record.model}-heat-maps.csv")
    sentence = _("Measured on {images}. Command: {command}")
    images = html.inline(html.English(record.images))
    st.caption(sentence.format(images=images, command=escape(record.command)), unsafe_allow_html=True)


def _all_models(records: all_models.ModelRecords) -> None:
    if not records:
        return
    st.header(_("All models"), anchor=False)
    st.html(all_models.default_methods(records))
    with st.expander(_("All methods on all models"), key="all methods"):
        if grids := all_models.method_grids(records):
            st.html("".join(grids))
        _export([record for _, record in records], "heat-maps.csv")


def _export(records: list[MapRecord], name: str) -> None:
    render_download(N_("Export CSV"), name, "text/csv", lambda: records_csv(records), key=f"export {name}")


page()
