"""Read the result of a finished evaluation as an EvaluatedSystem."""

from datetime import datetime
from functools import partial
from io import BytesIO

import streamlit as st

from meddx.engine.contract import StoredJob
from meddx.errors import EngineUnavailable, Refused
from meddx.evaluate.label_grouping import group_labels
from meddx.evaluate.predictions import Predictions, read_predictions
from meddx.types import Refusal, StoredFrame
from pages.ui.common import account_engine
from pages.ui.common.installed_models import installed_models
from pages.ui.common.language.language import N_
from pages.ui.evaluate.evaluated_system import EvaluatedSystem
from pages.ui.evaluate.labelled_images import class_mapping


def evaluation_result(job: StoredJob) -> EvaluatedSystem | Refusal:
    """Return the evaluated system; a Refusal where the evaluated version and card of the model are not installed.

    Raises EngineUnavailable.
    """
    card = installed_models().cards.get(job.result["model"])
    model, version = job.result["title"], job.result["version"]
    if card is None:
        return Refusal(
            "other-version",
            f"This result is from {model} {version}; now it is not installed. Thresholds belong to one version of a "
            "model: install the version of the result, or evaluate again.",
        )
    if card.version != version:
        return Refusal(
            "other-version",
            f"This result is from {model} {version}; now version {card.version} is installed. Thresholds belong to one "
            "version of a model: install the version of the result, or evaluate again.",
        )
    if job.result.get("card", card.fingerprint) != card.fingerprint:
        return Refusal(
            "other-card",
            f"The card of {model} {version} was changed after this evaluation, and thresholds and calibration belong "
            "to one card: evaluate again.",
        )
    try:
        predictions, refused = _read(job.id)
        grouping = group_labels(card, job.arguments["classes"])
    except Refused as refusal:
        return Refusal(refusal.rule, refusal.reason)
    titles = {label.name: label.title for label in card.labels}
    parts = {
        label: tuple(card.labels[column].name for column in members)
        for label, members in zip(grouping.labels, grouping.members, strict=True)
    }
    name = job.arguments.get("title") or class_mapping.OWN_IMAGES
    classes = class_mapping.mapping_text(job.arguments["classes"], titles)
    left_out = job.result["left_out"]
    return EvaluatedSystem(
        source=f"images {job.id}",
        title=f"{name}: {card.title}",
        cases=N_("labelled images"),
        predictions=predictions,
        exclusive=card.task == "exclusive" and bool((predictions.targets.sum(axis=1) == 1).all()),
        titles={label: " or ".join(titles[part] for part in of) for label, of in parts.items()},
        thresholds=grouping.thresholds,
        threshold_origin=grouping.threshold_origin,
        card=card,
        ordered=card.orders(predictions.labels),
        refused=refused,
        image=partial(_image, job.id),
        parts=parts,
        description={
            "Data": name,
            "Classes": classes + (f". {left_out:,} images were left out" if left_out else ""),
            "Evaluated": f"{datetime.fromtimestamp(job.ended).astimezone():%Y-%m-%d %H:%M %Z}",
            "Split": "Unknown whether the model was trained on any of these images or patients",
        },
    )


def _image(id: str, case: str) -> StoredFrame | Refusal:
    """Return the image of one case, or why there is none (any more)."""
    try:
        return account_engine.own_engine().job_case(id, case)
    except Refused as refused:
        return Refusal(refused.rule, refused.reason)
    except EngineUnavailable as error:
        return Refusal("engine-unavailable", str(error))


@st.cache_resource(max_entries=16, show_spinner=False)
def _read(id: str) -> tuple[Predictions, dict[str, Refusal]]:
    """Read a finished evaluation once for all sessions; it does not change any more."""
    result = account_engine.own_engine().job_result(id)
    return read_predictions(BytesIO(result.predictions)), result.refused
