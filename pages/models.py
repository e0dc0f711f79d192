"""Models: what each is for, what it learned from, how good it was on whom, and where it fails."""

import streamlit as st

from meddx.errors import Refused
from meddx.evaluate.predictions import Predictions, read_predictions
from meddx.evaluate.robustness import read_robustness
from meddx.model.card import Card
from meddx.model.registry import InstalledModel
from pages.ui import facts, states
from pages.ui.installed import installed
from pages.ui.models import choice, curve, mistakes, own, performance, robustness, shortcuts, text


def page() -> None:
    """The whole page. Only records are read; no model is asked."""
    found = installed()
    st.html(text.STYLE)
    if not found.models:
        states.no_models({})
        own.refused(found.refused)
        own.show()
        return
    unknown = choice.unknown(found.cards)
    with st.sidebar:
        model = choice.choose(found.models)
        if found.refused:
            count = len(found.refused)
            st.caption(f"{count} more {'folder' if count == 1 else 'folders'} cannot be used; see below.")
    if unknown is not None:
        states.panel("refused", "No such model", "The address names a model that is not installed. This is another.")
    card = model.card
    _purpose(card)
    _performance(card, found.cards)
    _earlier(card)
    curve_place = _records(model)
    _worse_films(model)
    shortcuts.show(model)
    st.subheader("What it learned from", anchor=False)
    facts.listed(facts.training(card))
    with st.expander("Technical"):
        facts.listed(facts.technical(card))
    with st.expander("Every number in the card"):
        facts.metrics(card)
    own.refused(found.refused)
    own.show()
    with curve_place:  # last: charts are slow to load, and nothing waits for them
        _curve(model)


def _purpose(card: Card) -> None:
    st.html(text.heading(card.title, card.summary))
    if card.synthetic:
        st.badge("Synthetic: trained on phantoms, says nothing about patients", color="orange")
    st.caption(f"{card.id} {card.version} · {card.architecture} · {card.weights.parameters:,} parameters")
    named = {"For": card.use.intended, "Not for": card.use.not_for, "Takes": facts.accepts(card)}
    failures = card.use.known_failures or ("The card names no known failure.",)
    st.html(text.beside(text.box("use", "What it is for", named), text.box("fails", "Where it fails", failures)))


def _performance(card: Card, cards: dict[str, Card]) -> None:
    st.subheader("How good it was on its test set", anchor=False)
    if not performance.measured(card):
        st.write("The card states no measurement on a test set.")
        return
    compared = performance.siblings(card, cards)
    reading = text.box("reading", "How to read this", performance.MEANINGS | performance.intervals(compared))
    st.html(text.beside(performance.side_by_side(compared), reading))
    st.html(performance.by_label(card))


def _earlier(card: Card) -> None:
    versions = [one.card.version for one in installed().earlier if one.card.id == card.id]
    if versions:
        st.caption(f"What version {' and '.join(versions)} said of the same cases is kept: choose it on Compare.")


def _records(model: InstalledModel) -> st.delta_generator.DeltaGenerator:
    """The confusion matrix, and the place where the curve goes: beside it, or below one of many labels."""
    many = mistakes.numbered(model.card)
    left, right = (st.container(), st.container()) if many else st.columns([1.15, 1], gap="medium")
    with left:
        st.subheader("What it called the test cases", anchor=False)
        predictions = _recorded(model)
        if predictions is None:
            st.write("The folder holds no recorded test predictions of these labels.")
        else:
            st.html(mistakes.matrices(model.card, predictions))
            st.caption(mistakes.how_called(model.card))
    return right.container()


def _worse_films(model: InstalledModel) -> None:
    st.subheader("What worse films do to it", anchor=False)
    try:
        rows = read_robustness(model.folder / "robustness.csv")
    except Refused:
        st.write("The folder holds no table of worse films; `python -m meddx robustness` measures one.")
        return
    st.html(robustness.shown(rows))
    st.caption(robustness.in_words(rows))


def _recorded(model: InstalledModel) -> Predictions | None:
    try:
        predictions = read_predictions(model.folder / "predictions-test.parquet")
    except Refused:
        return None
    same = set(predictions.labels) == {label.name for label in model.card.labels}
    return predictions if same and len(predictions) else None


def _curve(model: InstalledModel) -> None:
    st.subheader("How it was trained", anchor=False)
    drawn = curve.read_curve(model.folder / "curve.csv")
    if drawn is None:
        st.write("The folder holds no training curve.")
        return
    words = curve.in_words(drawn)
    st.plotly_chart(curve.figure(drawn), theme=None, config={"displayModeBar": False}, alt=f"Training curve. {words}")
    st.caption(words)


page()
