"""The model card, for readers: what the model is for, what it was trained on, how good it is and where it fails."""

from collections.abc import Sequence

import streamlit as st

from meddx.model.card import Card


def show(card: Card) -> None:
    """The card in a dialog."""
    st.dialog(card.title, width="large")(_content)(card)


def _content(card: Card) -> None:
    st.caption(f"{card.id} {card.version} · {card.architecture} · {card.weights.parameters:,} parameters")
    if card.synthetic:
        st.badge("Synthetic: trained on phantoms, says nothing about patients", color="orange")
    st.write(card.summary)
    use, performance, data, technical = st.tabs(["Use and limits", "Performance", "Training data", "Technical"])
    with use:
        _facts(
            {
                "Intended for": card.use.intended,
                "Not for": card.use.not_for,
                "Accepts": accepts(card),
                "Known failures": card.use.known_failures,
            }
        )
    with performance:
        _metrics(card)
    with data:
        training = card.training
        _facts(
            {
                "Data": training.data,
                "Licence": training.licence,
                "DOI": training.doi or "none",
                "Split": training.split_rule,
                "Cases": f"{training.n_train:,} training, {training.n_validation:,} validation, "
                f"{training.n_test:,} test",
                "Weights started from": training.pretrained or "random initialisation",
            }
        )
    with technical:
        size = card.input
        _facts(
            {
                "Labels": [f"{label.title} ({label.code.scheme} {label.code.value})" for label in card.labels],
                "Input": f"{size.height} × {size.width} × {size.channels}, range {size.low:g} to {size.high:g}, "
                f"{'aspect ratio kept and padded' if size.resize == 'pad' else 'stretched'}",
                "Calibration": f"temperature {card.calibration.temperature:.3g}, "
                f"fitted on {card.calibration.fitted_on}",
                "Evidence": f"Grad-CAM on layer {card.explained.layer}; colours end at "
                f"{card.explained.heatmap_scale:.3g} logit units ({card.explained.scale_rule})",
                "Weights SHA-256": card.weights.sha256,
                "Written by": f"Keras {card.weights.keras}",
            }
        )


def accepts(card: Card) -> str:
    """Which films the model takes, in words."""
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
    return f"{'; '.join(parts) or 'any film'}; {images}"


def _facts(facts: dict[str, str | Sequence[str]]) -> None:
    for name, fact in facts.items():
        label, value = st.columns([1, 4], gap="small")
        label.caption(name)
        if isinstance(fact, str):
            value.text(fact)
        else:
            for line in fact or ("none stated",):
                value.text(line)


def _metrics(card: Card) -> None:
    metrics = card.metrics
    titles: dict[str | None, str] = {label.name: label.title for label in card.labels}
    if not metrics:
        st.write("The card states no measurements.")
        return
    st.table(
        [
            {
                "Metric": {"auroc": "AUROC"}.get(metric.name, metric.name.capitalize()),
                "Label": titles.get(metric.label, "all"),
                "Value": f"{metric.value:.3f}",
                "95 % interval": f"{metric.low:.3f} to {metric.high:.3f}",
                "n": f"{metric.n:,}",
                "Set": metric.set,
            }
            for metric in metrics
        ],
        hide_index=True,
    )
    st.caption("Intervals: " + "; ".join(sorted({metric.interval for metric in metrics})) + ".")
