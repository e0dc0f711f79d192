"""What a record adds to the image: a fusion beside its image alone and its record alone, on the same test cases."""

import hashlib
from html import escape

import streamlit as st

from meddx.errors import Refused
from meddx.evaluate import metric_registry
from meddx.evaluate.paired.comparison import Comparison
from meddx.evaluate.paired.difference import PairedDifference
from meddx.evaluate.paired.parts_alone import has_parts_alone, parts_files
from meddx.evaluate.paired.record_adds import of_the_fusion, what_the_record_adds
from meddx.evaluate.paired.summary_sentences import p_value_text
from meddx.model.registry import InstalledModel
from pages.ui.common import html
from pages.ui.common.installed_models import installed_models
from pages.ui.common.language.language import _, number
from pages.ui.common.language.translated import translated
from pages.ui.evaluate.evaluated_system import EvaluatedSystem
from pages.ui.evaluate.metric_titles import metric_text, metric_title
from pages.ui.evaluate.recorded_predictions_source import recorded_source

SHOWN_METRICS = ("auroc", "balanced accuracy", "accuracy", "brier")
"""Those that are shown, as far as they were compared."""


def render_record_adds(subject: EvaluatedSystem) -> None:
    """Draw the section, closed at first; nothing for a model of images alone, and for other cases than its test."""
    model = _fusion(subject)
    if model is None:
        return
    section = st.expander(_("What the record adds"), on_change="rerun", key=f"record adds {subject.key}")
    if not section.open:
        return
    with section:
        content = b"".join(path.read_bytes() for path in parts_files(model))
        found = _compared(subject.key, hashlib.sha256(content).hexdigest(), model)
        if found is None:
            st.write(_("What image and record say alone is not of this model's labels or cases; train it again."))
            return
        st.html(record_table(found))
        st.caption(_notes(found))


def record_table(found: Comparison) -> str:
    """Return the table: a metric a row, what each reaches, and what the fusion has over either part; HTML."""
    by_part = [
        {one.metric: one for one in of_the_fusion(found) if one.b == system.id} for system in found.aligned.systems[1:]
    ]
    rows = []
    for name in (name for name in SHOWN_METRICS if all(name in part for part in by_part)):
        metric, parts = metric_registry.row(name), [part[name] for part in by_part]
        values = [metric_text(name, value) for value in (parts[0].first, *(one.second for one in parts))]
        title = metric_title(name)
        if metric.direction:
            title = _("{text} ({remark})").format(text=title, remark=_("lower is better"))
        rows.append((title, [*map(escape, values), *map(_difference, parts)]))
    head = [
        "",
        _("Image and record together"),
        _("Image alone"),
        _("Record alone"),
        _("More than the image alone"),
        _("More than the record alone"),
    ]
    return html.data_table("paired", _("The same test cases, asked three ways, with paired tests"), head, rows)


def _difference(one: PairedDifference) -> str:
    metric = metric_registry.row(one.metric)
    if not one.defined:
        return _("no interval")
    return _("{difference} ({low} to {high}), {p_value}").format(
        difference=metric.signed(one.difference),
        low=metric.signed_limit(one.low),
        high=metric.signed_limit(one.high),
        p_value=escape(translated(p_value_text(one.p_adjusted))),
    )


def _notes(found: Comparison) -> str:
    return _(
        "{cases} cases. Differences with 95 % intervals; p after Holm's correction for three pairs. All three were "
        "trained from one recipe and calibrated on the same validation cases. The note, where there is one, counts "
        "with the record."
    ).format(cases=number(len(found.aligned)))


def _fusion(subject: EvaluatedSystem) -> InstalledModel | None:
    """Return the model whose recorded test cases these are, if it is a fusion with its parts; else None."""
    if subject.card is None or subject.source != recorded_source(subject.card, "test"):
        return None
    model = next((one for one in installed_models().models if one.card.id == subject.card.id), None)
    return model if model is not None and has_parts_alone(model) else None


@st.cache_resource(max_entries=8, show_spinner=False)
def _compared(subject: str, digest: str, _model: InstalledModel) -> Comparison | None:
    """Compare once for all sessions. subject, digest: of the predictions, by which the result is cached."""
    try:
        return what_the_record_adds(_model)
    except Refused:
        return None
