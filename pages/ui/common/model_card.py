"""The model card, for readers: what the model is for, what it was trained on, how good it is and where it fails."""

from collections.abc import Sequence

import streamlit as st

from meddx.evaluate import metric_registry
from meddx.evaluate.card_metrics import as_estimate
from meddx.model.card import Card, CardMetric

CardFacts = dict[str, str | Sequence[str]]


def render_model_card(card: Card) -> None:
    """The card in a dialog."""
    st.dialog(card.title, width="large")(_content)(card)


def _content(card: Card) -> None:
    st.caption(f"{card.id} {card.version} · {card.architecture} · {card.weights.parameters:,} parameters")
    if card.synthetic:
        st.badge("Synthetic: trained on phantoms, says nothing about patients", color="orange")
    st.write(card.summary)
    use, performance, data, details = st.tabs(["Use and limits", "Performance", "Training data", "Technical"])
    with use:
        fact_list_html(
            {
                "Intended for": card.use.intended,
                "Not for": card.use.not_for,
                "Accepts": accepted_images(card),
                "Known failures": card.use.known_failures,
            }
        )
    with performance:
        metrics_table(card)
    with data:
        fact_list_html(training_facts(card))
    with details:
        fact_list_html(technical_facts(card))
    st.page_link("models.py", label="The whole record of this model", query_params={"model": card.id})


def training_facts(card: Card) -> CardFacts:
    """What the weights come from."""
    origin = card.training
    return {
        "Data": origin.data,
        "Licence": origin.licence,
        "DOI": origin.doi or "none",
        "Split": origin.split_rule,
        "Cases": f"{origin.n_train:,} training, {origin.n_validation:,} validation, {origin.n_test:,} test",
        "Weights started from": origin.pretrained or "random initialisation",
        "Recipe": origin.config,
    }


def technical_facts(card: Card) -> CardFacts:
    """What the pipeline and a report use."""
    size = card.input
    resized = "aspect ratio kept and padded" if size.resize == "pad" else "stretched"
    return {
        "Labels": [f"{label.title} ({label.code.scheme} {label.code.value})" for label in card.labels],
        "Input": f"{size.height} × {size.width} × {size.channels}, range {size.low:g} to {size.high:g}, {resized}",
        "Calibration": f"temperature {card.calibration.temperature:.3g}, fitted on {card.calibration.fitted_on}",
        "Evidence": f"Grad-CAM on layer {card.explained.layer}; colours end at "
        f"{card.explained.heatmap_scale:.3g} logit units ({card.explained.scale_rule})",
        "Weights SHA-256": card.weights.sha256,
        "Written by": f"Keras {card.weights.keras}",
    }


def accepted_images(card: Card) -> str:
    """Which images the model takes, in words."""
    parts = [
        f"{name} {', '.join(values)}"
        for name, values in (
            ("modality", card.accepts.modality),
            ("body part", card.accepts.body_part),
            ("view", card.accepts.view),
        )
        if values
    ]
    images = "PNG and JPEG too, with a note" if card.accepts.unlabelled_images else "no PNG or JPEG"
    return f"{'; '.join(parts) or 'any image'}; {images}"


def fact_list_html(facts: CardFacts) -> None:
    """Each fact beside its name."""
    for name, fact in facts.items():
        label, value = st.columns([1, 4], gap="small")
        label.caption(name)
        if isinstance(fact, str):
            value.text(fact)
        else:
            for line in fact or ("none stated",):
                value.text(line)


def metrics_table(card: Card) -> None:
    """Every number in the card, as a table."""
    titles: dict[str | None, str] = {label.name: label.title for label in card.labels}
    if not card.metrics:
        st.write("The card states no measurements.")
        return
    st.table([_row(metric, titles) for metric in card.metrics], hide_index=True)
    st.caption("Intervals: " + "; ".join(sorted({metric.interval for metric in card.metrics})) + ".")


def _row(metric: CardMetric, titles: dict[str | None, str]) -> dict[str, str]:
    estimate = as_estimate(metric)
    interval = "none" if metric.low is None else metric_registry.span(metric.name, estimate.low, estimate.high)
    return {
        "Metric": metric_registry.title(metric.name),
        "Label": titles.get(metric.label, metric.label or "all"),
        "Value": metric_registry.text(metric.name, metric.value),
        "95 % interval": interval + (f". {metric.reason}" if metric.reason else ""),
        "n": f"{metric.n:,}",
        "Set": metric.set,
    }
