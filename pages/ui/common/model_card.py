"""The model card in a dialog: intended use, performance, training data, technical facts."""

from collections.abc import Sequence

import streamlit as st

from meddx.evaluate import metric_registry
from meddx.evaluate.card_metrics import as_estimate
from meddx.model.card import Card, CardMetric

CardFacts = dict[str, str | Sequence[str]]


def render_model_card(card: Card) -> None:
    """Open the model card in a dialog."""
    st.dialog(card.title, width="large")(_content)(card)


def _content(card: Card) -> None:
    st.caption(f"{card.id} {card.version} · {card.architecture} · {card.weights.parameters:,} parameters")
    if card.synthetic:
        st.badge("Synthetic: trained on phantoms, not valid for patients", color="orange")
    st.write(card.summary)
    use, performance, data, details = st.tabs(["Use and limits", "Performance", "Training data", "Technical"])
    with use:
        render_facts(
            {
                "Intended for": card.use.intended,
                "Not for": card.use.not_for,
                "Accepts": accepted_images(card),
                "Known failures": card.use.known_failures,
            }
        )
    with performance:
        render_metrics(card)
    with data:
        render_facts(training_facts(card))
    with details:
        render_facts(technical_facts(card))
    st.page_link("models.py", label="All results of this model", query_params={"model": card.id})


def training_facts(card: Card) -> CardFacts:
    """Return where the weights come from, by title."""
    origin = card.training
    if origin is None:
        return {"Data": "Not known: the model was added from a file."}
    return {
        "Data": origin.data,
        "Licence": origin.licence,
        "DOI": origin.doi or "none",
        "Split": origin.split_rule,
        "Cases": f"{origin.n_train:,} training, {origin.n_validation:,} validation, {origin.n_test:,} test",
        "Initial weights": origin.pretrained or "random initialisation",
        "Recipe": origin.config,
    }


def technical_facts(card: Card) -> CardFacts:
    """Return labels, input, calibration, heat map and weights file, by title."""
    size = card.input
    resized = {"pad": "aspect ratio kept and padded", "stretch": "stretched", "crop": "aspect ratio kept and cut"}
    calibration, explained = card.calibration, card.explained
    scaling = f", scaled as {size.scaling}" if size.scaling else ""
    scaling += ", channels in the order BGR" if size.channel_order == "bgr" else ""
    return {
        "Labels": [
            label.title + (f" ({label.code.scheme} {label.code.value})" if label.code else " (no coded concept)")
            for label in card.labels
        ],
        "Input": f"{size.height} × {size.width} × {size.channels}, range {size.low:g} to {size.high:g}, "
        f"{resized[size.resize]}{scaling}",
        "Calibration": f"temperature {calibration.temperature:.3g}, fitted on {calibration.fitted_on}"
        if calibration
        else "not calibrated here: its outputs are raw scores",
        "Heat map": f"Grad-CAM on layer {explained.layer}; top of the colour scale: "
        + (
            "not measured, each map is stretched to its own maximum"
            if explained.heatmap_scale is None
            else f"{explained.heatmap_scale:.3g} logit units ({explained.scale_rule})"
        ),
        "Weights SHA-256": card.weights.sha256,
        "Written by": f"Keras {card.weights.keras}",
    }


def accepted_images(card: Card) -> str:
    """Return which images the model accepts, in words."""
    parts = [
        f"{name} {', '.join(values)}"
        for name, values in (
            ("modality", card.accepts.modality),
            ("body part", card.accepts.body_part),
            ("view", card.accepts.view),
        )
        if values
    ]
    if card.accepts.age_years is not None:
        parts.append("age {} to {} years".format(*card.accepts.age_years))
    if card.accepts.sex:
        parts.append(f"sex {', '.join(card.accepts.sex)}")
    images = "PNG and JPEG accepted, with a note" if card.accepts.unlabelled_images else "PNG and JPEG not accepted"
    return f"{'; '.join(parts) or 'any DICOM image'}; {images}"


def render_facts(facts: CardFacts) -> None:
    """Draw each fact beside its title."""
    for name, fact in facts.items():
        label, value = st.columns([1, 4], gap="small")
        label.caption(name)
        if isinstance(fact, str):
            value.text(fact)
        else:
            for line in fact or ("none stated",):
                value.text(line)


def render_metrics(card: Card) -> None:
    """Draw the card's metrics with their intervals as a table."""
    titles: dict[str | None, str] = {label.name: label.title for label in card.labels}
    if not card.metrics:
        st.write("This card reports no metrics.")
        return
    st.table([_row(metric, titles) for metric in card.metrics], hide_index=True)
    st.caption("Intervals: " + "; ".join(sorted({metric.interval for metric in card.metrics})) + ".")


def _row(metric: CardMetric, titles: dict[str | None, str]) -> dict[str, str]:
    estimate = as_estimate(metric)
    interval = "none" if metric.low is None else metric_registry.metric_span(metric.name, estimate.low, estimate.high)
    return {
        "Metric": metric_registry.title(metric.name),
        "Label": titles.get(metric.label, metric.label or "all"),
        "Value": metric_registry.text(metric.name, metric.value),
        "95 % interval": interval + (f". {metric.reason}" if metric.reason else ""),
        "n": f"{metric.n:,}",
        "Set": metric.set,
    }
