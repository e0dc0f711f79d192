"""Models: what each is for, what it learned from, how good it was on whom, and where it fails."""

import streamlit as st

from meddx.errors import Refused
from meddx.evaluate.predictions import Predictions, read_predictions
from meddx.evaluate.robustness import read_robustness
from meddx.model.card import Card
from meddx.model.registry import InstalledModel
from pages.ui.common import html, model_card, notices
from pages.ui.common.installed_models import installed_models
from pages.ui.models import (
    add_model_help,
    confusion_tables,
    model_picker,
    performance,
    robustness,
    shortcuts,
    training_curve,
)


def page() -> None:
    """The whole page. Only records are read; no model is asked."""
    found = installed_models()
    st.html(html.STYLE)
    if not found.models:
        notices.render_no_models({})
        add_model_help.render_refused_folders(found.refused)
        add_model_help.render_add_model_help()
        return
    unknown = model_picker.unknown_model(found.cards)
    with st.sidebar:
        model = model_picker.pick_model(found.models)
        if found.refused:
            count = len(found.refused)
            st.caption(f"{count} more {'folder' if count == 1 else 'folders'} cannot be used; see below.")
    if unknown is not None:
        notices.render_notice(
            "refused", "No such model", "The address names a model that is not installed. This is another."
        )
    card = model.card
    _purpose(card)
    _performance(card, found.cards)
    _earlier(card)
    curve_place = _records(model)
    _worse_images(model)
    shortcuts.render_shortcuts(model)
    st.subheader("What it learned from", anchor=False)
    model_card.fact_list_html(model_card.training_facts(card))
    with st.expander("Technical"):
        model_card.fact_list_html(model_card.technical_facts(card))
    with st.expander("Every number in the card"):
        model_card.metrics_table(card)
    add_model_help.render_refused_folders(found.refused)
    add_model_help.render_add_model_help()
    with curve_place:  # last: charts are slow to load, and nothing waits for them
        _curve(model)


def _purpose(card: Card) -> None:
    st.html(html.page_heading(card.title, card.summary))
    if card.synthetic:
        st.badge("Synthetic: trained on phantoms, says nothing about patients", color="orange")
    st.caption(f"{card.id} {card.version} · {card.architecture} · {card.weights.parameters:,} parameters")
    named = {"For": card.use.intended, "Not for": card.use.not_for, "Takes": model_card.accepted_images(card)}
    failures = card.use.known_failures or ("The card names no known failure.",)
    st.html(
        html.side_by_side(
            html.titled_box("use", "What it is for", named), html.titled_box("fails", "Where it fails", failures)
        )
    )


def _performance(card: Card, cards: dict[str, Card]) -> None:
    st.subheader("How good it was on its test set", anchor=False)
    if not performance.has_test_metrics(card):
        st.write("The card states no measurement on a test set.")
        return
    compared = performance.siblings(card, cards)
    reading = html.titled_box(
        "reading", "How to read this", performance.meanings(compared) | performance.interval_sentence(compared)
    )
    st.html(html.side_by_side(performance.siblings_table(compared), reading))
    st.html(performance.label_table(card))


def _earlier(card: Card) -> None:
    versions = [one.card.version for one in installed_models().earlier if one.card.id == card.id]
    if versions:
        st.caption(f"What version {' and '.join(versions)} said of the same cases is kept: choose it on Compare.")


def _records(model: InstalledModel) -> st.delta_generator.DeltaGenerator:
    """The confusion matrix, and the place where the curve goes: beside it, or below one of many labels."""
    many = confusion_tables.is_numbered(model.card)
    left, right = (st.container(), st.container()) if many else st.columns([1.15, 1], gap="medium")
    with left:
        st.subheader("What it called the test cases", anchor=False)
        predictions = _recorded(model)
        if predictions is None:
            st.write("The folder holds no recorded test predictions of these labels.")
        else:
            st.html(confusion_tables.confusion_html(model.card, predictions))
            st.caption(confusion_tables.how_called(model.card))
    return right.container()


def _worse_images(model: InstalledModel) -> None:
    st.subheader("What worse images do to it", anchor=False)
    try:
        rows = read_robustness(model.folder / "robustness.csv")
    except Refused:
        st.write("The folder holds no table of worse images; `python -m meddx robustness` measures one.")
        return
    st.html(robustness.robustness_table(rows))
    st.caption(robustness.robustness_sentences(rows))


def _recorded(model: InstalledModel) -> Predictions | None:
    try:
        predictions = read_predictions(model.folder / "predictions-test.parquet")
    except Refused:
        return None
    same = set(predictions.labels) == {label.name for label in model.card.labels}
    return predictions if same and len(predictions) else None


def _curve(model: InstalledModel) -> None:
    st.subheader("How it was trained", anchor=False)
    drawn = training_curve.read_curve(model.folder / "curve.csv")
    if drawn is None:
        st.write("The folder holds no training curve.")
        return
    words = training_curve.training_sentence(drawn)
    st.plotly_chart(
        training_curve.training_figure(drawn),
        theme=None,
        config={"displayModeBar": False},
        alt=f"Training curve. {words}",
    )
    st.caption(words)


page()
