"""The model card in a dialog: intended use, performance, training data, technical facts."""

from collections.abc import Sequence

import streamlit as st

from meddx.evaluate import metric_registry
from meddx.evaluate.card_metrics import as_estimate
from meddx.model.card import Calibration, Card, CardMetric, ExplainedLayer, Input, Label
from pages.ui.common.language.formatting import clauses, listed, range_text
from pages.ui.common.language.language import N_, _, number
from pages.ui.common.language.translated import translated
from pages.ui.common.runtime_text import runtime_text

_RESIZED = {
    "pad": N_("aspect ratio kept and padded"),
    "stretch": N_("stretched"),
    "crop": N_("aspect ratio kept and cut"),
}
SET_NAMES = {"test": N_("test"), "validation": N_("validation")}
"""What pages call a set of a card's metrics."""

CardFacts = dict[str, str | Sequence[str]]


def render_model_card(card: Card) -> None:
    """Open the model card in a dialog."""
    st.dialog(translated(card.title), width="large")(_content)(card)


def _content(card: Card) -> None:
    st.caption(network_line(card))
    if card.synthetic:
        st.badge(_("Synthetic: trained on phantoms, not valid for patients"), color="orange")
    st.write(translated(card.summary))
    use, performance, data, details = st.tabs(
        [_("Use and limits"), _("Performance"), _("Training data"), _("Technical")]
    )
    with use:
        render_facts(
            {
                _("Intended for"): translated(card.use.intended),
                _("Not for"): translated(card.use.not_for),
                _("Accepts"): accepted_images(card),
                _("Known failures"): [translated(one) for one in card.use.known_failures],
            }
        )
    with performance:
        render_metrics(card)
    with data:
        render_facts(training_facts(card))
    with details:
        render_facts(technical_facts(card))
    st.page_link("models.py", label=_("All results of this model"), query_params={"model": card.id})


def network_line(card: Card) -> str:
    """Return id, version, architecture and size of the model, in a line."""
    parameters = _("{count} parameters").format(count=number(card.weights.parameters))
    return f"{card.id} {card.version} · {card.architecture} · {parameters}"


def training_facts(card: Card) -> CardFacts:
    """Return where the weights come from, by title."""
    origin = card.training
    if origin is None:
        return {_("Data"): _("Not known: the model was added from a file.")}
    return {
        _("Data"): translated(origin.data),
        _("Licence"): origin.licence,
        "DOI": origin.doi or _("none"),
        _("Split"): translated(origin.split_rule),
        _("Cases"): _("{training} training, {validation} validation, {test} test").format(
            training=number(origin.n_train), validation=number(origin.n_validation), test=number(origin.n_test)
        ),
        _("Initial weights"): translated(origin.pretrained) if origin.pretrained else _("random initialisation"),
        _("Recipe"): origin.config,
    }


def technical_facts(card: Card) -> CardFacts:
    """Return labels, input, calibration, heat map, weights file and what runs it here, by title."""
    return {
        _("Labels"): [_label_text(label) for label in card.labels],
        _("Input"): _input_text(card.input),
        _("Calibration"): _calibration_text(card.calibration),
        _("Heat map"): _heat_map_text(card.explained),
        _("Weights SHA-256"): card.weights.sha256,
        _("Written by"): f"Keras {card.weights.keras}",
        _("Run by"): runtime_text(card.weights.sha256),
    }


def _label_text(label: Label) -> str:
    code = f"{label.code.scheme} {label.code.value}" if label.code else _("no coded concept")
    return _("{label} ({code})").format(label=translated(label.title), code=code)


def _input_text(size: Input) -> str:
    values = _("range {range}").format(range=range_text(f"{size.low:g}", f"{size.high:g}"))
    parts = [f"{size.height} × {size.width} × {size.channels}", values, _(_RESIZED[size.resize])]
    if size.scaling:
        parts.append(_("scaled as {scaling}").format(scaling=size.scaling))
    if size.channel_order == "bgr":
        parts.append(_("channels in the order BGR"))
    return listed(parts)


def _calibration_text(calibration: Calibration | None) -> str:
    if calibration is None:
        return _("not calibrated here: its outputs are raw scores")
    return _("temperature {temperature}, fitted on {images}").format(
        temperature=f"{calibration.temperature:.3g}", images=translated(calibration.fitted_on)
    )


def _heat_map_text(explained: ExplainedLayer) -> str:
    if explained.heatmap_scale is None:
        sentence = _(
            "Grad-CAM on layer {layer}; top of the colour scale: not measured, each map is stretched to its own maximum"
        )
        return sentence.format(layer=explained.layer)
    return _("Grad-CAM on layer {layer}; top of the colour scale: {scale} logit units ({rule})").format(
        layer=explained.layer, scale=f"{explained.heatmap_scale:.3g}", rule=translated(explained.scale_rule or "")
    )


def accepted_images(card: Card) -> str:
    """Return which images the model accepts, in words."""
    accepts = card.accepts
    parts = [
        sentence.format(values=listed(values))
        for sentence, values in (
            (_("modality {values}"), accepts.modality),
            (_("body part {values}"), accepts.body_part),
            (_("view {values}"), accepts.view),
        )
        if values
    ]
    if accepts.age_years is not None:
        low, high = accepts.age_years
        parts.append(_("age {low} to {high} years").format(low=low, high=high))
    if accepts.sex:
        parts.append(_("sex {values}").format(values=listed(accepts.sex)))
    with_note, refused = _("PNG and JPEG accepted, with a note"), _("PNG and JPEG not accepted")
    return clauses([*(parts or [_("any DICOM image")]), with_note if accepts.unlabelled_images else refused])


def render_facts(facts: CardFacts) -> None:
    """Draw each fact beside its title."""
    for name, fact in facts.items():
        label, value = st.columns([1, 4], gap="small")
        label.caption(name)
        if isinstance(fact, str):
            value.text(fact)
        else:
            for line in fact or (_("none stated"),):
                value.text(line)


def render_metrics(card: Card) -> None:
    """Draw the card's metrics with their intervals as a table."""
    titles: dict[str | None, str] = {label.name: translated(label.title) for label in card.labels}
    if not card.metrics:
        st.write(_("This card reports no metrics."))
        return
    st.table([_row(metric, titles) for metric in card.metrics], hide_index=True)
    methods = clauses(map(translated, sorted({metric.interval for metric in card.metrics})))
    st.caption(_("Intervals: {methods}.").format(methods=methods))


def _row(metric: CardMetric, titles: dict[str | None, str]) -> dict[str, str]:
    estimate = as_estimate(metric)
    interval = _("none")
    if metric.low is not None:
        interval = translated(metric_registry.metric_span(metric.name, estimate.low, estimate.high))
    return {
        _("Metric"): translated(metric_registry.title(metric.name)),
        _("Label"): titles.get(metric.label) or (translated(metric.label) if metric.label else _("all")),
        _("Value"): metric_registry.text(metric.name, metric.value),
        _("95 % interval"): _("{interval}. {reason}").format(interval=interval, reason=translated(metric.reason))
        if metric.reason
        else interval,
        "n": number(metric.n),
        _("Set"): _(SET_NAMES.get(metric.set, metric.set)),
    }
