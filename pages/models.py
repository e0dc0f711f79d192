"""Show each model: intended use, performance on its test set, known failures, robustness and training data."""

import streamlit as st

from meddx.errors import Refused
from meddx.evaluate.predictions import Predictions, read_predictions
from meddx.evaluate.robustness import read_robustness
from meddx.model.card import Card
from meddx.model.registry import InstalledModel
from pages.ui.common import glossary, html, model_card, model_choice, notices
from pages.ui.common.installed_models import installed_models
from pages.ui.common.language.formatting import paragraph
from pages.ui.common.language.language import _, ngettext, number
from pages.ui.common.language.translated import translated
from pages.ui.common.sections import sections
from pages.ui.models import (
    add_model_help,
    confusion_tables,
    import_report,
    model_picker,
    performance,
    recalibration,
    robustness,
    shortcuts,
    training_curve,
)


def page() -> None:
    """Draw the page from the model folders; no model runs."""
    installed = installed_models()
    st.html(html.STYLE)
    if not installed.models:
        notices.render_no_models({})
        add_model_help.render_refused_folders(installed.refused)
        add_model_help.render_add_model_help()
        return
    with st.sidebar:
        model = model_picker.pick_model(installed.models)
        if installed.refused:
            count = len(installed.refused)
            sentence = ngettext(
                "{count} more folder cannot be used; see below.",
                "{count} more folders cannot be used; see below.",
                count,
            )
            st.caption(sentence.format(count=number(count)))
    card = model.card
    model_choice.render_unknown_model(installed.cards, card)
    _intended_use(card)
    with sections("models", flowing=True):
        with st.container():
            _performance(card, installed.cards)
            _earlier_versions(card)
        with st.container():
            curve_column = _confusion_matrix(model)
        with st.container():
            _robustness(model)
        with st.container():
            shortcuts.render_shortcuts(model)
            recalibration.render_recalibration(card)
            import_report.render_import_report(model)
        with st.container():
            st.header(_("Training data"), anchor=False)
            model_card.render_facts(model_card.training_facts(card))
            with st.expander(_("Technical details"), key="technical details"):
                model_card.render_facts(model_card.technical_facts(card))
            with st.expander(_("All metrics in the model card"), key="all metrics"):
                model_card.render_metrics(card)
    add_model_help.render_refused_folders(installed.refused)
    add_model_help.render_add_model_help()
    with curve_column:  # last: charts load slowly, and nothing waits for them
        _training_curve(model)


def _intended_use(card: Card) -> None:
    st.html(html.page_heading(translated(card.title), html.card_text(card.summary)))
    if card.synthetic:
        st.badge(_("Synthetic: trained on phantoms, says nothing about patients"), color="orange")
    st.caption(model_card.network_line(card))
    uses = {
        _("Intended for"): html.card_text(card.use.intended),
        _("Not for"): html.card_text(card.use.not_for),
        _("Accepts"): model_card.accepted_images(card),
    }
    failures = [html.card_text(one) for one in card.use.known_failures] or [_("The card names no known failure.")]
    st.html(
        html.side_by_side(
            html.titled_box("use", _("Intended use"), uses), html.titled_box("fails", _("Known failures"), failures)
        )
    )


def _performance(card: Card, cards: dict[str, Card]) -> None:
    st.header(_("Performance on the test set"), anchor=False)
    if not performance.has_test_metrics(card):
        st.write(_("The card has no test-set metrics."))
        return
    compared = performance.siblings(card, cards)
    meanings = html.titled_box(
        "reading", _("What the metrics mean"), performance.meanings(compared) | performance.interval_sentence(compared)
    )
    st.html(html.side_by_side(performance.siblings_table(compared), meanings))
    st.html(performance.label_table(card))


def _earlier_versions(card: Card) -> None:
    versions = [one.card.version for one in installed_models().earlier if one.card.id == card.id]
    if versions:
        sentence = ngettext(
            "The Compare page has the predictions of version {versions} for the same cases.",
            "The Compare page has the predictions of versions {versions} for the same cases.",
            len(versions),
        )
        st.caption(sentence.format(versions=_(" and ").join(versions)))


def _confusion_matrix(model: InstalledModel) -> st.delta_generator.DeltaGenerator:
    """Draw the confusion matrix; return the place of the training curve: beside it, or below a wide matrix."""
    many = confusion_tables.is_numbered(model.card)
    left, right = (st.container(), st.container()) if many else st.columns([1.15, 1], gap="medium")
    with left:
        st.header(_("Confusion matrix"), anchor=False, help=glossary.meaning("confusion matrix"))
        predictions = _recorded_predictions(model)
        if predictions is None:
            st.write(_("The model folder has no recorded test predictions of these labels."))
        else:
            st.html(confusion_tables.confusion_html(model.card, predictions))
            st.caption(confusion_tables.decision_rule(model.card))
    return right.container()


def _robustness(model: InstalledModel) -> None:
    st.header(_("Robustness to image quality"), anchor=False, help=glossary.meaning("robustness"))
    try:
        rows = read_robustness(model.folder / "robustness.csv")
    except Refused:
        st.write(_("Not measured for this model."))
        recipe = "" if model.card.training else " --recipe CONFIG.toml"
        st.caption(f"python -m meddx robustness --model {model.card.id}{recipe}")
        return
    st.html(robustness.robustness_table(rows))
    st.caption(robustness.robustness_sentences(rows))


def _recorded_predictions(model: InstalledModel) -> Predictions | None:
    try:
        predictions = read_predictions(model.folder / "predictions-test.parquet")
    except Refused:
        return None
    same = set(predictions.labels) == {label.name for label in model.card.labels}
    return predictions if same and len(predictions) else None


def _training_curve(model: InstalledModel) -> None:
    st.header(_("Training curve"), anchor=False, help=glossary.meaning("training curve"))
    curve = training_curve.read_curve(model.folder / "curve.csv")
    if curve is None:
        st.write(_("The model folder has no training curve."))
        return
    summary = training_curve.training_sentence(curve)
    st.plotly_chart(
        training_curve.training_figure(curve),
        theme=None,
        config={"displayModeBar": False},
        alt=paragraph([_("Training curve."), summary]),
    )
    st.caption(summary)


page()
