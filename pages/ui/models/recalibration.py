"""Calibrate a model anew on the reader's labelled images: what was read, what is asked, progress, old against new."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from meddx.evaluate import metric_registry
from meddx.model.card import Card, CardMetric
from pages.ui.add_model import images_step, url_state
from pages.ui.add_model.images_step import GivenImages
from pages.ui.common import account_engine, html, model_choice, notices, session_job
from pages.ui.common.installed_models import installed_models
from pages.ui.common.language.choice_boxes import select_box
from pages.ui.common.language.formatting import decimal, listed
from pages.ui.common.language.language import N_, _, number
from pages.ui.common.language.translated import translated
from pages.ui.common.presses import was_pressed
from pages.ui.compare.system_picker import MODELS_PARAMETER
from pages.ui.evaluate.labelled_images import class_mapping
from pages.ui.models.performance import metric_cell
from pages.ui.sign_in import current_account

TITLE = N_("Recalibrate on your own images")
WHAT_IT_DOES = N_(
    "Other scanners and other patients shift a model's probabilities. From images with known labels, best of patients "
    "that the model has not seen, this makes a new version: the same network, its temperature, thresholds and "
    "prediction sets fitted on half of your patients and measured on the other half. The present version is kept, with "
    "its answers on the same images, so that the Compare page shows both."
)
RULES = {
    "youden": N_("balance of missed and false calls (Youden)"),
    "sensitivity": N_("sensitivity of at least"),
    "specificity": N_("specificity of at least"),
    "cost": N_("cost of a missed case, in false alarms"),
}
"""By the kind of meddx.install.threshold_rules.ThresholdRule."""
_USUAL_VALUES = {"sensitivity": 0.95, "specificity": 0.9, "cost": 5.0}
_JOB = _KEY = "recalibrate"
_RUNNING = "recalibration running"


def render_recalibration(card: Card) -> None:
    """Draw the panel of the model: closed until images are given, then each step once the one before is answered.

    Nothing is drawn for an account that may not recalibrate.
    """
    if not current_account.may(account_engine.ROLES_OF_JOBS[_JOB]):
        return
    running: dict[str, Any] | None = st.session_state.get(_RUNNING)
    if running is not None and _id(running) != card.id:
        running = None
    # Without a key, by which the browser would remember whether it was open: a recalibration that runs opens it.
    with st.expander(_(TITLE), expanded=running is not None or bool(url_state.image_arguments())):
        if running is not None:
            _result(running, card)
            return
        st.write(_(WHAT_IT_DOES))
        images = images_step.render_images_step(_KEY, may_lack=False)
        if not isinstance(images, GivenImages):
            return
        classes = _classes(card, images)
        name = st.text_input(
            _("Where and on whom, as the card states it"), images.name, max_chars=80, key=f"{_KEY} name {images.name}"
        )
        rule = _rule()
        if missing := [one for one, label in classes.items() if label is None]:
            st.caption(_("Choose the label that each class stands for: {classes}.").format(classes=listed(missing)))
        arguments = {
            "model": card.key,
            **url_state.image_arguments(),
            "choices": {"classes": classes, "set_name": name.strip() or images.name, "rule": rule},
        }
        st.button(
            _("Recalibrate {model}").format(model=translated(card.title)),
            type="primary",
            disabled=bool(missing),
            on_click=_start,
            args=(arguments,),
        )


def _id(arguments: Mapping[str, Any]) -> str:
    return str(arguments["model"]).partition(":")[0]


def _start(arguments: dict[str, Any]) -> None:
    st.session_state[_RUNNING] = arguments


def _classes(card: Card, images: GivenImages) -> dict[str, str | None]:
    """Return the label that each class of the images stands for, None where the reader has yet to choose."""
    titles = {label.name: translated(label.title) for label in card.labels}
    columns = {one.casefold() for one in images.label_columns}
    if not images.classes and not columns >= {name.casefold() for name in titles}:
        st.caption(_("The table must have a column for each label: {labels}.").format(labels=listed(titles)))
    chosen: dict[str, str | None] = {}
    for name, count in images.classes.items():
        likely = (*class_mapping.suggested_labels(name, card), None)[0]
        chosen[name] = select_box(
            _("Class {name} ({count} images) stands for").format(name=name, count=number(count)),
            list(titles), format_func=titles.__getitem__,
            index=None if likely is None else list(titles).index(likely), key=f"{_KEY} class {card.id} {name}",
        )  # fmt: skip
    return chosen


def _rule() -> dict[str, Any]:
    """Return the rule that thresholds are chosen by, as JSON of a ThresholdRule."""
    left, right = st.columns([3, 1])
    kind = select_box(
        _("Choose thresholds by"), list(RULES), format_func=lambda one: _(RULES[one]), key=f"{_KEY} rule", place=left
    )
    if kind == "youden":
        return {"kind": kind}
    most = 1000.0 if kind == "cost" else 1.0
    value = right.number_input(
        _("Value"), 0.01, most, _USUAL_VALUES[kind], step=0.5 if kind == "cost" else 0.01, key=f"{_KEY} value {kind}"
    )
    return {"kind": kind, "value": float(value)}


def _result(arguments: dict[str, Any], card: Card) -> None:
    """Draw the progress, then what the new version is and does, and where to see more of it."""
    key = f"recalibrating {arguments}"
    status = session_job.render_finished_job(
        key, _JOB, arguments, _("Reading the images"), failed=_("The model was not recalibrated"),
        back=lambda: _back(key),
    )  # fmt: skip
    if status is None:
        return
    result = status.result
    notices.render_notice(
        "info",
        _("{model} {version} is installed").format(model=translated(card.title), version=result["version"]),
        _(
            "It answers from now on; {earlier} is kept for comparison. The import report below says what was checked."
        ).format(earlier=result["earlier"]),
    )
    earlier = (one.card for one in installed_models().earlier if one.card.id == card.id)
    before = next((one for one in earlier if one.version == result["earlier"]), None)
    st.html(versions_table(result, before, card))
    line = st.container(horizontal=True, gap="small")
    if was_pressed(line.button, _("Open in Diagnose"), key=f"open recalibrated {card.id}", type="primary"):
        model_choice.choose_model(card.id)
        _leave(key)
        st.switch_page("diagnose.py", query_params={model_choice.MODEL_PARAMETER: card.id})
    if was_pressed(line.button, _("Compare old and new"), key=f"compare recalibrated {card.id}"):
        _leave(key)
        both = f"{card.id},{card.id} {result['earlier']}"
        st.switch_page("compare.py", query_params={MODELS_PARAMETER: both})
    line.button(_("Done"), on_click=_leave, args=(key,))


def versions_table(result: Mapping[str, Any], earlier: Card | None, card: Card) -> str:
    """Return HTML: temperature, thresholds and metrics over all labels, of the version before and of the new one.

    result: of the job "recalibrate", with the metrics of both on the same test images. earlier: None where it is not
    there any more.
    """
    before, now = (
        {one["name"]: CardMetric(**one) for one in result[of] if one["label"] is None} for of in ("before", "now")
    )
    both = (earlier, card)
    temperatures = [None if one is None or one.calibration is None else one.temperature for one in both]
    rows = [(_("Temperature"), list(map(_number, temperatures)))]
    for place, label in enumerate(card.labels):
        thresholds = [_number(None if one is None else one.labels[place].threshold) for one in both]
        rows.append((_("Threshold, {label}").format(label=translated(label.title)), thresholds))
    rows += [
        (translated(metric_registry.title(name)), [metric_cell(before.get(name)), metric_cell(now.get(name))])
        for name in metric_registry.ordered(now)
    ]
    caption = _("Both versions on the test half of your images, each at its own thresholds")
    return html.data_table("versions", caption, ["", str(result["earlier"]), str(result["version"])], rows)


def _number(value: float | None) -> str:
    return html.missing(_("none")) if value is None else decimal(value)


def _back(key: str) -> None:
    session_job.forget_session_job(key)
    st.session_state.pop(_RUNNING, None)


def _leave(key: str) -> None:
    """Forget everything about the version just made."""
    _back(key)
    for name in ("images", "folder"):
        url_state.give(name, None)
